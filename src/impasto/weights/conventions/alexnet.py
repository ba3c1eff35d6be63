"""AlexNet: torchvision's places among the `features`, and the count of convolutions in Flax."""

from __future__ import annotations

from impasto.weights.conventions.convention import Convention, renamed

_PLACES = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}
_FLAX_PARTS = {"weight": "kernel", "bias": "bias"}


def _flax(node: str, kind: str) -> str:
    return f"AlexNet_0/Conv_{list(_PLACES).index(node)}/{_FLAX_PARTS[kind]}"


CONVENTIONS = (
    Convention("torchvision", renamed(lambda node, kind: f"features.{_PLACES[node]}.{kind}")),
    Convention("Flax", renamed(_flax), layout="hwio"),
)
