"""What each network does best at: the layers to take content and style from, and the pooling, when nobody says.

VGG's are the papers'. The others were found by looking at pictures of two pairs at 256 pixels and by judges; they take
style from the picture's own colours as well (`input`), which those networks hold less firmly than VGG does. The
classifiers that serve as judges have none: nothing should be optimised on a judge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from impasto.backbones.graph import INPUT
from impasto.backbones.layers import Pooling
from impasto.errors import JobError


@dataclass(frozen=True)
class PaintingDefaults:
    """The layers and the pooling a network paints with.

    shift: by how many pixels at most the picture is moved against the network now and then; 1 is not at all. Networks
        that begin with strides print a grid without it.
    figure: five layers, one a stage, that show in a figure of reconstructions how the network's view changes.
    calibration: what the ratio of gradients that a strength asks for is multiplied by, so that a judge finds as much
        style at one strength as VGG-19 paints; see docs/explanation/strength.md.
    dream: layers that make for dreams; of the first, all that answers is dreamt when nobody says.
    learnt: where content is held for a network that learns to paint, if not where it is for a picture that is painted.
        A picture begins as the photo, a network knows nothing of it: a layer that shows more of it teaches it sooner.
    """

    content: tuple[str, ...]
    style: tuple[str, ...]
    pooling: Pooling = "max"
    shift: int = 1
    calibration: float = 1.0
    figure: tuple[str, ...] = ()
    dream: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()


VGG19 = PaintingDefaults(
    ("relu4_2",),
    ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
    "average",
    figure=("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"),
    dream=("relu5_2", "relu4_3", "relu4_4", "relu5_3", "relu5_4"),
    learnt=("relu2_2",),
)

VGG16 = replace(VGG19, calibration=1 / 3, dream=("relu5_1", "relu4_3", "relu5_2", "relu5_3"))

SQUEEZENET = PaintingDefaults(
    ("fire5/concat",),
    # what the fire modules squeeze their input to, before they expand it: fewer channels, all of them used
    (
        INPUT,
        "relu_conv1",
        "fire2/relu_squeeze1x1",
        "fire3/relu_squeeze1x1",
        "fire4/relu_squeeze1x1",
        "fire5/relu_squeeze1x1",
        "fire7/relu_squeeze1x1",
    ),
    shift=8,
    calibration=1 / 3,
    figure=("conv1", "fire3/concat", "fire5/concat", "fire7/concat", "fire9/concat"),
    dream=("fire8/concat", "fire6/concat", "fire7/concat", "fire9/concat"),
)

PAINTING_DEFAULTS = {
    "alexnet": PaintingDefaults(
        ("relu3",),
        (INPUT, "relu1", "relu2", "relu3", "relu4", "relu5"),
        shift=8,
        figure=("conv1", "conv2", "conv3", "conv4", "conv5"),
        dream=("relu4", "relu3", "relu5"),
    ),
    "inception_v3": PaintingDefaults(
        ("mixed_5d",),
        (INPUT, "conv2d_1a_3x3/relu", "conv2d_2b_3x3/relu", "conv2d_4a_3x3/relu", "mixed_5b", "mixed_5d", "mixed_6b"),
        shift=8,
        calibration=0.4,
        figure=("conv2d_1a_3x3/conv", "conv2d_4a_3x3/conv", "mixed_5d", "mixed_6e", "mixed_7c"),
        dream=("mixed_6b", "mixed_5c", "mixed_6a", "mixed_6c", "mixed_6d"),
    ),
    "resnet50": PaintingDefaults(
        ("conv3_block4_out",),
        (
            INPUT,
            "conv1_relu",
            "conv2_block2_1_relu",
            "conv2_block3_1_relu",
            "conv3_block2_1_relu",
            "conv3_block4_1_relu",
            "conv4_block2_1_relu",
            "conv4_block2_2_relu",
        ),
        shift=8,
        calibration=1 / 3,
        figure=("conv1_conv", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"),
        dream=("conv4_block3_out", "conv3_block3_out", "conv4_block2_out", "conv4_block5_out"),
    ),
    "squeezenet1_0": SQUEEZENET,
    "squeezenet1_1": SQUEEZENET,
    "vgg16": VGG16,
    "vgg19": VGG19,
}


def default_layers(backbone: str, role: Literal["content", "style"]) -> tuple[str, ...]:
    """The layers `backbone` gives content or style by. Raises JobError for a network that has none."""
    if backbone not in PAINTING_DEFAULTS:
        raise JobError(
            f"{backbone} has no layers of its own to paint with: name some with --content-layers and --style-layers"
        )
    defaults = PAINTING_DEFAULTS[backbone]
    return defaults.content if role == "content" else defaults.style


def painting_defaults(backbone: str) -> PaintingDefaults:
    """What `backbone` paints with; neutral settings and no layers for one that nobody tried to paint with."""
    return PAINTING_DEFAULTS.get(backbone, PaintingDefaults((), ()))
