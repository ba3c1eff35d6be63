"""What smoothing the activations of ResNet-50 does to pictures: the tables of docs/explanation/smoothing.md.

For each pair, each set of layers and each transform, a picture is painted with content and Gram losses under the
transform, else as the default preset does, and judged. First comes how peaked the style's activations are: the entropy
of a softmax over the layer at two temperatures, as a share of the largest it could be, where 1 is flat.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from pictures_for import pairs
from torch import Tensor

from impasto.backbones import default_layers
from impasto.losses import ContentLoss, GramLoss, Log, Loss, Power, Scale, SmoothedLoss, Softmax, Standardise, Transform
from impasto.measure import measure
from impasto.measure.judges import DEFAULT_JUDGE
from impasto.pictures import Picture, Size, resize, write_picture
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

TRANSFORMS: Mapping[str, Transform | None] = {
    "none": None,
    "softmax, layer, T=1": Softmax(),
    "softmax, layer, T=10": Softmax(temperature=10.0),
    "softmax, channels, T=1": Softmax(over="channels"),
    "softmax, channels, T=10": Softmax(over="channels", temperature=10.0),
    "scale 0.001": Scale(),
    "power 0.5": Power(),
    "log, s=1": Log(),
    "standardise": Standardise(),
}


@dataclass(frozen=True)
class LayerSet:
    """Where content and style are taken from."""

    content: tuple[str, ...]
    style: tuple[str, ...]


LAYER_SETS = {
    "inner layers, the network's own": LayerSet(
        default_layers("resnet50", "content"), default_layers("resnet50", "style")
    ),
    "block outputs, as Wang et al. take them": LayerSet(
        ("conv4_block6_out",),
        ("conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"),
    ),
}


def losses(where: LayerSet, transform: Transform | None) -> list[Loss]:
    """Content and Gram losses, under the transform if there is one."""
    plain = ContentLoss(layers=where.content), GramLoss(layers=where.style)
    return [SmoothedLoss(loss=loss, transform=transform) if transform else loss for loss in plain]


def painted(
    content: Picture, style: Picture, where: LayerSet, transform: Transform | None, flags: argparse.Namespace
) -> Picture:
    """The picture that the default preset paints on ResNet-50 with those losses."""
    settings = {"size": str(flags.size), "steps": flags.steps, "strength": flags.strength, "backbone": "resnet50"}
    pictures = {"content": content, "styles": (style,)}
    job = build_job("stylize", flags={**pictures, **settings, "losses": losses(where, transform)})
    assert isinstance(job, StylizeJob)
    return job.picture(next(event.image for event in job.events() if isinstance(event, Finished)))


def table(name: str, content: Picture, style: Picture, flags: argparse.Namespace) -> None:
    """Print one pair's tables, and keep the pictures if asked to."""
    columns = ("Gram", "moments", "LPIPS", "colour", "noise", "grid")
    for layers, where in LAYER_SETS.items():
        print(f"\n{name}, {flags.size} pixels, {layers}\n{'':>26}" + "".join(f"{column:>9}" for column in columns))
        for transform in flags.transforms:
            out = painted(content, style, where, TRANSFORMS[transform], flags)
            s = measure(out, content, style, judge=flags.judge)
            cells = s.style_gram, s.style_moments, s.content_lpips, s.colour_to_style, s.noise_in_flat_areas
            print(f"{transform:>26}" + "".join(f"{cell:9.2f}" for cell in (*cells, s.relative_grid)), flush=True)
            if flags.keep:
                flags.keep.mkdir(parents=True, exist_ok=True)
                write_picture(out, flags.keep / f"{name} {layers.split()[0]} {transform}.png".replace("×", "x"))


def peaks(picture: Picture, size: int) -> None:
    """Print how peaked each layer is."""
    network = load_backbone("resnet50", precision="fp32", device="cpu")
    image = to_tensor(resize(picture, *Size(longest=size).fit(picture.width, picture.height)))
    print(f"{'layer':>26}{'largest':>9}{'T=1':>9}{'T=10':>9}")
    names = dict.fromkeys(name for where in LAYER_SETS.values() for name in where.style)
    with torch.no_grad():
        for name, activation in network(image, tuple(names)).items():
            entropies = [entropy(activation.double().flatten() / temperature) for temperature in (1, 10)]
            print(f"{name:>26}{float(activation.max()):>9.1f}" + "".join(f"{value:>9.2f}" for value in entropies))


def entropy(values: Tensor) -> float:
    """The entropy of a softmax over all values, as a share of the largest it could be."""
    return float(torch.special.entr(values.softmax(0)).sum()) / math.log(values.numel())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, nargs="+", default=[40, 30, 25])
    parser.add_argument("--strength", type=float, default=0.5)
    parser.add_argument("--transforms", nargs="+", choices=list(TRANSFORMS), default=list(TRANSFORMS), metavar="NAME")
    parser.add_argument("--judge", default=DEFAULT_JUDGE, help="a network that does not paint")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures")
    options = parser.parse_args()
    for name, content, style in pairs(options.pairs):
        print(f"\n{name.split(' × ')[-1]}, {options.size} pixels: how peaked activations are")
        peaks(style, options.size)
        table(name, content, style, options)


if __name__ == "__main__":
    main()
