"""What each network does best at: the layers to take content and style from, and the pooling, when nobody says.

VGG's are the papers'. The others were found by looking at pictures of a few pairs at 256 pixels, those of ResNet-50
with judges as well. The classifiers that serve as judges have none: nothing should be optimised on a judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from impasto.backbones.layers import Pooling
from impasto.errors import JobError


@dataclass(frozen=True)
class PaintingDefaults:
    """The layers and the pooling a network paints with."""

    content: tuple[str, ...]
    style: tuple[str, ...]
    pooling: Pooling = "max"


VGG = PaintingDefaults(("relu4_2",), ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), "average")

SQUEEZENET = PaintingDefaults(
    ("fire5/concat",), ("relu_conv1", "fire2/concat", "fire3/concat", "fire5/concat", "fire7/concat")
)

PAINTING_DEFAULTS = {
    "alexnet": PaintingDefaults(("relu3",), ("relu1", "relu2", "relu3", "relu4", "relu5")),
    "inception_v3": PaintingDefaults(
        ("mixed_5d",),
        # not conv2d_1a_3x3, whose stride prints a lattice of two pixels into flat areas
        ("conv2d_2b_3x3/relu", "conv2d_4a_3x3/relu", "mixed_5b", "mixed_5d", "mixed_6b"),
    ),
    "resnet50": PaintingDefaults(
        ("conv3_block4_out",),
        (
            "conv1_relu",
            "conv2_block1_2_relu",
            "conv2_block3_2_relu",
            "conv3_block2_2_relu",
            "conv3_block4_2_relu",
            "conv4_block2_2_relu",
        ),
    ),
    "squeezenet1_0": SQUEEZENET,
    "squeezenet1_1": SQUEEZENET,
    "vgg16": VGG,
    "vgg19": VGG,
}


def default_layers(backbone: str, role: Literal["content", "style"]) -> tuple[str, ...]:
    """The layers `backbone` gives content or style by. Raises JobError for a network that has none."""
    if backbone not in PAINTING_DEFAULTS:
        raise JobError(
            f"{backbone} has no layers of its own to paint with: name some with --content-layers and --style-layers"
        )
    defaults = PAINTING_DEFAULTS[backbone]
    return defaults.content if role == "content" else defaults.style


def default_pooling(backbone: str) -> Pooling:
    """The pooling `backbone` paints best with; its own, max, where nothing better is known."""
    return PAINTING_DEFAULTS[backbone].pooling if backbone in PAINTING_DEFAULTS else "max"
