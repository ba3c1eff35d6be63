"""What the catalogue says of a set of weights, and the preprocessings that many of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from impasto.artefacts import Artefact
from impasto.backbones.preprocessing import Preprocessing

MEBIBYTE = 1 << 20

TORCHVISION = "https://download.pytorch.org/models"
"""Where torchvision publishes its weights; the first eight digits of a file's SHA-256 are in its name."""


@dataclass(frozen=True)
class WeightsEntry:
    """One set of pretrained numbers for one network.

    name: `network.origin`. backbone: the network's name, or that of a decoder or of a set of heads (`heads.HEADS`).
    origin: who made the numbers, with the paper.
    preprocessing: what the network wants of pixels. artefacts: files that hold the numbers, tried in order.
    tensors_sha256: of the tensors under our names (`fingerprint.tensors_sha256`), or None where it is not
    known beforehand; then the artefact's own hash is the proof.
    address: where people get a file that nobody publishes a SHA-256 of; such a set has no artefacts and is imported.
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
    address: str = ""
    graph_options: Mapping[str, Any] = field(default_factory=dict)


CAFFE_PIXELS = Preprocessing("bgr", 255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
"""Blue, green, red from 0 to 255, minus the mean pixel of ImageNet, as the VGG authors trained."""

IMAGENET_PIXELS = Preprocessing("rgb", 1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Red, green, blue from 0 to 1, standardised by ImageNet's mean and deviation, as torchvision trains."""
