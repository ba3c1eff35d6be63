"""SqueezeNet: Caffe's names, which are ours, and torchvision's, which count fire modules and poolings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impasto.weights.conventions.convention import Convention, renamed
from impasto.weights.conventions.same_names import CAFFE


def torchvision(places: Sequence[int]) -> Convention:
    """The convention of torchvision's file; places: of fire2 … fire9 among its `features`."""
    scopes: Mapping[str, str] = {
        "conv1": "features.0",
        "conv10": "classifier.1",
        **{f"fire{module}": f"features.{place}" for module, place in enumerate(places, start=2)},
    }

    def key(node: str, kind: str) -> str:
        module, _, part = node.partition("/")
        return ".".join(filter(None, (scopes[module], part.replace("squeeze1x1", "squeeze"), kind)))

    return Convention("torchvision", renamed(key))


CONVENTIONS_1_0 = (CAFFE, torchvision((3, 4, 5, 7, 8, 9, 10, 12)))
CONVENTIONS_1_1 = (CAFFE, torchvision((3, 4, 6, 7, 9, 10, 11, 12)))
