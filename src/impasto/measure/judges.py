"""Judges: networks that look at results and that nothing optimises by default.

A network whose activations were optimised is no witness: its distance falls even where the eye sees nothing. Give the
job one network and the judge another.
"""

from __future__ import annotations

from dataclasses import dataclass

from impasto.registry import Registry


@dataclass(frozen=True)
class Judge:
    """A network and the layers it judges style by, from fine to coarse."""

    backbone: str
    layers: tuple[str, ...]


JUDGES: Registry[Judge] = Registry("judge")

DEFAULT_JUDGE = "mobilenet_v2"

_STAGES = ("stem/relu", "block2/expand/relu", "block4/expand/relu")
"""The first nodes at 1/2, 1/2 widened, and 1/4 of the picture's side, in both networks of inverted residuals."""

JUDGES.add("mobilenet_v2", Judge("mobilenet_v2", (*_STAGES, "block7/expand/relu", "block11/expand/relu")))
JUDGES.add("efficientnet_lite0", Judge("efficientnet_lite0", (*_STAGES, "block6/expand/relu", "block9/expand/relu")))
JUDGES.add("vgg16", Judge("vgg16", ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")))
JUDGES.add("alexnet", Judge("alexnet", ("relu1", "relu2", "relu3", "relu4", "relu5")))
JUDGES.add(
    "squeezenet1_1",
    Judge("squeezenet1_1", ("relu_conv1", "fire3/concat", "fire5/concat", "fire7/concat", "fire9/concat")),
)
