"""`impasto backbones`: the networks, the layers of one, and what those are worth to style."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from impasto.apps.cli.options import Computing, go_offline
from impasto.apps.cli.streams import in_words, result_json, result_table
from impasto.apps.cli.telling import Progressing
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.backbones import Backbone

MEGAPIXEL = 1000
"""Side of the square picture of a million pixels that costs are told for."""

LAYERS_SIZE = "512"
DOCTOR_SIZE = "256"

EXAMINING = Group("The doctor", sort_key=1)
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
DoctorFlag = Annotated[bool, Parameter(negative=(), show_default=False, group=EXAMINING)]
AllFlag = Annotated[bool, Parameter(name="--all", negative=(), show_default=False, group=EXAMINING)]


def backbones(
    name: str | None = None,
    /,
    *pictures: Path,
    size: Annotated[str | None, Parameter(metavar="SIZE")] = None,
    tree: Flag = False,
    doctor: DoctorFlag = False,
    every_layer: AllFlag = False,
    computing: Annotated[Computing, Parameter(group=EXAMINING)] = Computing(),
    telling: Progressing = Progressing(),
) -> None:
    """List the networks; the layers of one; or, with --doctor, what its layers are worth to a style loss.

    Layers are listed by the names that --content-layers and --style-layers take.

    Parameters
    ----------
    name
        The network whose layers are listed, in the order in which they are computed.
    pictures
        With --doctor, the pictures to examine it on; without any, three sample paintings.
    size
        The size in pixels that shapes and operations are told for: 512, a square, or 640x480. With
        --doctor, that of the pictures: 256, the longer side.
    tree
        Show the layers grouped by blocks.
    doctor
        Run the network on pictures and say which layers are unfit for style, why, and what to do.
    every_layer
        Examine every layer, not only those behind rectifiers, sums, concatenations and poolings.
    computing, telling
        The panels.
    """
    _check_together(name, pictures, size=size, tree=tree, doctor=doctor, every_layer=every_layer, json=telling.json)
    if name is None:
        _list_networks(telling.json)
    elif doctor:
        from impasto.apps.cli.examination import show_examination

        go_offline(computing.offline)
        device = computing.device
        show_examination(name, pictures, size or DOCTOR_SIZE, telling, every_layer=every_layer, device=device)
    else:
        from impasto.apps.cli.layers import show_layers

        show_layers(planned_network(name), size or LAYERS_SIZE, tree=tree, json=telling.json)


def planned_network(name: str) -> Backbone:
    """The network as it paints with its default weights, on the meta device: no numbers. Raises UnknownNameError."""
    import torch

    from impasto.backbones import BACKBONES, Backbone, painting_defaults
    from impasto.weights import CATALOGUE, DEFAULT

    build = BACKBONES[name]
    entry = CATALOGUE[DEFAULT[name]]
    with torch.device("meta"):
        graph = build(pooling=painting_defaults(name).pooling, padding="reflect", **entry.graph_options)
        return Backbone(name, graph, entry.preprocessing, weights=entry.name)


def _check_together(
    name: str | None, pictures: tuple[Path, ...], *, size: str | None, json: bool, doctor: bool, **flags: bool
) -> None:
    """Raise InputError for options that do not go together."""
    tree, every_layer = flags["tree"], flags["every_layer"]
    if name is None and (size or tree or doctor or every_layer):
        raise InputError("name a network, as in `impasto backbones vgg19 --tree`; `impasto backbones` lists them")
    if not doctor and pictures:
        raise InputError(f"{pictures[0]} is looked at with --doctor only: give that too, or leave the picture out")
    if not doctor and every_layer:
        raise InputError("--all goes with --doctor; without it every layer is listed anyway")
    if tree and (doctor or json):
        raise InputError(f"--tree does not go with {'--doctor' if doctor else '--json'}: leave out one of them")


def _list_networks(json: bool) -> None:
    from impasto.backbones import BACKBONES

    rows = [_network_row(planned_network(name)) for name in BACKBONES]
    if json:
        result_json(rows, indent=2)
        return
    result_table(
        ("name", "params", "weights", "GMAC/MP", "licence of the weights"),
        [
            (
                str(row["name"]),
                f"{row['parameters'] / 1e6:4.1f} M",
                f"{in_words(row['bytes']):>8}",
                f"{row['multiply_adds_per_megapixel'] / 1e9:7.1f}",
                str(row["licence"]),
            )
            for row in rows
        ],
        gap=2,
        fold_last=True,
    )


def _network_row(network: Backbone) -> dict[str, Any]:
    """What is told of a network in the list of all; the cost is that of a forward pass to its deepest own layer."""
    from impasto.apps.cli.layers import roles_of
    from impasto.backbones import survey
    from impasto.weights import CATALOGUE, status

    layers = survey(network, MEGAPIXEL, MEGAPIXEL)
    roles = roles_of(network.name)
    plan = network.graph.plan(roles or network.layers)
    run = {node.name for node in plan}
    entry = CATALOGUE[network.weights]
    sets = [entry.name, *(e.name for e in CATALOGUE.values() if e.backbone == network.name and e is not entry)]
    tensors = network.graph.state_dict().values()
    return {
        "name": network.name,
        "layers": len(layers),
        "parameters": sum(layer.parameters for layer in layers),
        "bytes": sum(tensor.numel() * tensor.itemsize for tensor in tensors if tensor.is_floating_point()),
        "multiply_adds_per_megapixel": sum(layer.multiply_adds for layer in layers if layer.name in run),
        "deepest_layer": plan[-1].name,
        "content_layers": [layer for layer, role in roles.items() if "content" in role],
        "style_layers": [layer for layer, role in roles.items() if "style" in role],
        "weights": sets,
        "default": entry.name,
        "licence": entry.licence,
        "here": [name for name in sets if status(name).size is not None],
    }
