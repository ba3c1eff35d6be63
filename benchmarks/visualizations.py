"""What the channels of a network look for, from its first layers to its last: the sheets of docs/gallery/features.md.

Of each layer those channels are shown that answer most strongly to a photograph, so that nobody has chosen the pretty
ones: their maps of it, and what they look for, painted from noise. Without a photograph it is the sample `cat`.

    python benchmarks/visualizations.py --page docs/gallery
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from impasto.backbones import Backbone
from impasto.pictures import Picture, Size, composite, contact_sheet, read_picture, resize, write_picture
from impasto.pictures.samples import sample_photograph
from impasto.solve import Finished
from impasto.tasks import VisualizeFeaturesJob
from impasto.tasks.pixels import to_picture, to_tensor
from impasto.tasks.visualize import activation_sheet, gram_sheet, strongest

LAYERS = {
    "vgg19": ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_1", "relu5_3"),
    "inception_v3": ("conv2d_2b_3x3/relu", "mixed_5b", "mixed_5d", "mixed_6b", "mixed_6d", "mixed_6e"),
}
"""From early to late."""

PAGE = """# What the channels of a network look for

Each row shows the {count} channels of one layer that answer most strongly to the photograph below, what they look for
painted from noise by `impasto visualize features` ({size} pixels, {steps} steps each), from the first layers to the
last: edges and colours, then textures, then parts of things. See [how to look into a network](../how-to/visualize.md).

This page and its sheets are made by a script:

    python benchmarks/visualizations.py --page docs/gallery

{sheets}
"""

SHEETS = """## {name}

![What channels of {name} look for](features_{name}.jpg)

Where they answer in the photograph:

![Activation maps of {name}](activations_{name}.jpg)

How they answer together:

![Gram matrices of {name}](gram_{name}.jpg)
"""


def feature_rows(
    backbone: Backbone, photograph: Picture, layers: Sequence[str], *, count: int, size: int, steps: int
) -> tuple[list[list[Picture]], list[list[str]]]:
    """A row of pictures to a layer, of its strongest channels on the photograph, and the words beneath them."""
    with torch.no_grad():
        seen = backbone(to_tensor(composite(photograph), backbone.device), layers)
    rows, labels = [], []
    for layer in layers:
        channels = tuple(strongest(seen[layer].float(), count).tolist())
        job = VisualizeFeaturesJob(backbone=backbone.name, layers=(layer,), channels=channels, size=size, steps=steps)
        image = next(event.image for event in job.events() if isinstance(event, Finished))
        rows.append([to_picture(part) for part in torch.split(image, size, dim=-1)])
        labels.append([feature.label for feature in job.features])
        print(f"{backbone.name} {layer}: {channels}", flush=True)
    return rows, labels


def draw(name: str, photograph: Picture, arguments: argparse.Namespace) -> None:
    """The three sheets of one network, into the folder of the page."""
    layers = arguments.layers or LAYERS[name]
    looked = VisualizeFeaturesJob(backbone=name, layers=tuple(layers)).network
    count, size = arguments.count, arguments.size
    rows, labels = feature_rows(looked, photograph, layers, count=count, size=size, steps=arguments.steps)
    sheets = {
        "features": contact_sheet(rows, labels=labels, title=f"{name} ({looked.weights})", cell=size),
        "activations": activation_sheet(photograph, looked, layers, channels=count),
        "gram": gram_sheet(photograph, looked, layers),
    }
    for what, sheet in sheets.items():
        write_picture(sheet, arguments.page / f"{what}_{name}.jpg", quality=88)


def main() -> None:
    """Draw the sheets and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, required=True, help="the folder that gets features.md and its sheets")
    parser.add_argument("--networks", nargs="+", default=list(LAYERS))
    parser.add_argument("--layers", nargs="+", help="instead of the list in this script, for one network")
    parser.add_argument("--photograph", type=Path)
    parser.add_argument("--count", type=int, default=6, help="channels of each layer")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--steps", type=int, default=256)
    arguments = parser.parse_args()
    photograph = sample_photograph("cat") if arguments.photograph is None else read_picture(arguments.photograph)
    photograph = resize(photograph, *Size(longest=512).fit(photograph.width, photograph.height))
    arguments.page.mkdir(parents=True, exist_ok=True)
    for name in arguments.networks:
        draw(name, photograph, arguments)
    sheets = "\n".join(SHEETS.format(name=name) for name in arguments.networks)
    text = PAGE.format(count=arguments.count, size=arguments.size, steps=arguments.steps, sheets=sheets.rstrip())
    (arguments.page / "features.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
