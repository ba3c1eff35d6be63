"""`impasto backbones`: the networks, and the layers of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.apps.cli.options import Json
from impasto.apps.cli.streams import result, result_json, result_table

if TYPE_CHECKING:
    from impasto.backbones import Graph


def backbones(name: str | None = None, /, *, json: Json = False) -> None:
    """List the networks, or the layers of one, by the names that --content-layers and --style-layers take.

    Parameters
    ----------
    name
        The network whose layers are listed, in the order in which they are computed.
    json
        Write one JSON document.
    """
    if name is None:
        _list_networks(json)
        return
    graph = graph_of(name)
    if json:
        result_json({"name": name, "layers": graph.layers, "aliases": graph.aliases}, indent=2)
        return
    others = {node: alias for alias, node in graph.aliases.items()}
    for layer in graph.layers:
        result(f"{layer}  (also {others[layer]})" if layer in others else layer)


def graph_of(name: str) -> Graph:
    """The network as its default weights want it, built without numbers. Raises UnknownNameError."""
    import torch

    from impasto.backbones import BACKBONES
    from impasto.weights import CATALOGUE, DEFAULT

    build = BACKBONES[name]
    with torch.device("meta"):
        return build(**CATALOGUE[DEFAULT[name]].graph_options)


def _list_networks(json: bool) -> None:
    from impasto.backbones import BACKBONES
    from impasto.weights import CATALOGUE, DEFAULT

    rows = []
    for name in BACKBONES:
        sets = [entry.name for entry in CATALOGUE.values() if entry.backbone == name]
        rows.append({"name": name, "layers": len(graph_of(name).layers), "weights": sets, "default": DEFAULT.get(name)})
    if json:
        result_json(rows, indent=2)
        return
    result_table(
        ("name", "layers", "weights (the first is the default)"),
        [(str(r["name"]), str(r["layers"]), ", ".join(_default_first(r["weights"], r["default"]))) for r in rows],
    )


def _default_first(names: object, default: object) -> list[str]:
    return sorted(map(str, names if isinstance(names, list) else []), key=lambda name: name != default)
