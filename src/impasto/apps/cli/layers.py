"""How the layers of a network are shown: as a table, as a tree of blocks, or as JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from impasto.apps.cli.streams import result, result_json, result_table
from impasto.errors import InputError

if TYPE_CHECKING:
    from rich.tree import Tree

    from impasto.backbones import Backbone, SurveyedLayer
    from impasto.backbones.receptive_field import Reach

HEADINGS = ("layer", "kind", "C×H×W", "stride", "sees", "GMAC")

LEGEND = "stride, sees: pixels (H×W where they differ); GMAC: a thousand million multiply-adds, of that layer alone"

BLOCKS = (
    re.compile(r"(?P<outer>conv\d+)_(?P<inner>block\d+)_\w+"),  # ResNet's conv2_block1_1_conv
    re.compile(r"(?P<outer>conv\d+)_(?:conv|bn|relu)"),  # ResNet's conv1_relu
    re.compile(r"(?:conv|relu)(?P<number>\d+)_\d+"),  # VGG's relu1_1
)
"""Where the names of layers without a / hold those of the blocks that they stand in."""


def roles_of(name: str) -> dict[str, tuple[str, ...]]:
    """The layers that the network paints with when nobody says, each with `content`, `style` or both.

    A judge has none.
    """
    from impasto.backbones import default_layers
    from impasto.backbones.defaults import PAINTING_DEFAULTS

    if name not in PAINTING_DEFAULTS:
        return {}
    content, style = default_layers(name, "content"), default_layers(name, "style")
    wanted = {"content": content, "style": style}
    return {
        layer: tuple(role for role, layers in wanted.items() if layer in layers)
        for layer in dict.fromkeys((*content, *style))
    }


def show_layers(network: Backbone, size: str, *, tree: bool, json: bool) -> None:
    """Write the layers of `network`, which lies on the meta device, for a picture of `size`: a side, or WxH.

    Raises InputError for a size that is none, PictureError for one too small for the last layer.
    """
    from impasto.backbones import survey
    from impasto.pictures import parse_size

    wanted = parse_size(size)
    if wanted is None:
        raise InputError("give a --size in pixels")
    width, height = wanted.fit(1, 1)
    layers = survey(network, width, height)
    roles = roles_of(network.name)
    if json:
        result_json(_document(network, layers, roles, width, height), indent=2)
        return
    for line in _summary(network, layers, roles, width, height):
        result(line)
    result("")
    if tree:
        _show_tree(network.name, layers, roles)
        return
    result_table(HEADINGS, [_row(layer, roles) for layer in layers], gap=2)
    result("")
    result(LEGEND)


def _summary(
    network: Backbone,
    layers: Sequence[SurveyedLayer],
    roles: Mapping[str, tuple[str, ...]],
    width: int,
    height: int,
) -> Iterable[str]:
    from impasto.weights import CATALOGUE, status

    parameters, operations = (sum(getattr(layer, of) for layer in layers) for of in ("parameters", "multiply_adds"))
    yield f"{network.name}: {parameters / 1e6:.1f} million parameters"
    yield f"at {width}×{height} pixels: {operations / 1e9:.1f} GMAC (10⁹ multiply-adds) through all layers"
    for role in ("content", "style"):
        chosen = [layer for layer, parts in roles.items() if role in parts]
        yield f"{role}: {', '.join(chosen) or 'none of its own'}"
    for entry in CATALOGUE.values():
        if entry.backbone == network.name:
            notes = ["default"] * (entry.name == network.weights) + ["here"] * (status(entry.name).size is not None)
            named = f"{entry.name} ({', '.join(notes)})" if notes else entry.name
            yield f"weights: {named}: {entry.licence}"


def _row(layer: SurveyedLayer, roles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    window = "" if layer.kernel is None else f" {layer.kernel[0]}×{layer.kernel[1]}"
    return (
        _titled(layer.name, layer, roles),
        layer.kind + window,
        "×".join(map(str, layer.shape)),
        _both(layer, "stride"),
        _both(layer, "size") or "all",
        f"{layer.multiply_adds / 1e9:.3f}" if layer.multiply_adds else "",
    )


def _titled(title: str, layer: SurveyedLayer, roles: Mapping[str, tuple[str, ...]]) -> str:
    """The title with the layer's other names and what it is used for."""
    notes = (*layer.aliases, *roles.get(layer.name, ()))
    return f"{title} ({', '.join(notes)})" if notes else title


def _both(layer: SurveyedLayer, what: str) -> str:
    """A number of the receptive field: one if it is the same down and across, else both; nothing without a field."""
    if layer.field is None:
        return ""
    down, across = getattr(layer.field.vertical, what), getattr(layer.field.horizontal, what)
    return f"{down}" if down == across else f"{down}×{across}"


def block_path(name: str) -> tuple[str, ...]:
    """The blocks that a layer stands in, from the outermost, by its name; none for one that stands alone.

    `mixed_5b/branch1x1/conv` stands in mixed_5b and in mixed_5b/branch1x1, `conv2_block1_1_conv` in conv2 and
    conv2_block1, `relu3_2` in block 3.
    """
    if "/" in name:
        parts = name.split("/")[:-1]
        return tuple("/".join(parts[: i + 1]) for i in range(len(parts)))
    for pattern in BLOCKS:
        found = pattern.fullmatch(name)
        if found is None:
            continue
        names = found.groupdict()
        if "number" in names:
            return (f"block {names['number']}",)
        outer = names["outer"]
        return (outer, f"{outer}_{names['inner']}") if "inner" in names else (outer,)
    return ()


def _show_tree(name: str, layers: Sequence[SurveyedLayer], roles: Mapping[str, tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    root = Tree(Text(name))
    blocks: dict[str, Tree] = {}
    for layer in layers:
        place = _block(root, blocks, (*block_path(layer.name), *([layer.name] if layer.name in blocks else [])))
        sees = _both(layer, "size")
        facts = "×".join(map(str, layer.shape)) + (f"  sees {sees}" if sees else "")
        place.add(Text(f"{_titled(layer.name, layer, roles)}  {facts}"))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 10_000)
    with console.capture() as capture:
        console.print(root)
    for line in capture.get().splitlines():
        result(line.rstrip())


def _block(root: Tree, blocks: dict[str, Tree], path: Sequence[str]) -> Tree:
    """The branch of the tree for a block, grown if it is not there yet."""
    from rich.text import Text

    place = root
    for part in path:
        place = blocks[part] if part in blocks else blocks.setdefault(part, place.add(Text(part)))
    return place


def _document(
    network: Backbone, layers: Sequence[SurveyedLayer], roles: Mapping[str, tuple[str, ...]], width: int, height: int
) -> dict[str, Any]:
    return {
        "name": network.name,
        "weights": network.weights,
        "width": width,
        "height": height,
        "multiply_adds": sum(layer.multiply_adds for layer in layers),
        "parameters": sum(layer.parameters for layer in layers),
        "layers": [
            {
                "name": layer.name,
                "aliases": layer.aliases,
                "roles": roles.get(layer.name, ()),
                "kind": layer.kind,
                "kernel": layer.kernel,
                "shape": layer.shape,
                "receptive_field": None
                if layer.field is None
                else {"vertical": _reach(layer.field.vertical), "horizontal": _reach(layer.field.horizontal)},
                "multiply_adds": layer.multiply_adds,
                "parameters": layer.parameters,
            }
            for layer in layers
        ],
    }


def _reach(reach: Reach) -> dict[str, int]:
    return {**asdict(reach), "size": reach.size}
