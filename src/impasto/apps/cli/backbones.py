"""`impasto backbones`: the networks, and the layers of one."""

from __future__ import annotations

from impasto.apps.cli.options import Json
from impasto.apps.cli.streams import result, result_json, result_table


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
    layers = layers_of(name)
    if json:
        result_json({"name": name, "layers": layers}, indent=2)
    else:
        for layer in layers:
            result(layer)


def layers_of(name: str) -> tuple[str, ...]:
    """The layers of a network, built without numbers. Raises UnknownNameError."""
    import torch

    from impasto.backbones import BACKBONES

    build = BACKBONES[name]
    with torch.device("meta"):
        return build(pooling="max", padding="zeros").layers


def _list_networks(json: bool) -> None:
    from impasto.backbones import BACKBONES
    from impasto.weights import CATALOGUE, DEFAULT

    rows = []
    for name in BACKBONES:
        sets = [entry.name for entry in CATALOGUE.values() if entry.backbone == name]
        rows.append({"name": name, "layers": len(layers_of(name)), "weights": sets, "default": DEFAULT.get(name)})
    if json:
        result_json(rows, indent=2)
        return
    result_table(
        ("name", "layers", "weights (the first is the default)"),
        [(str(r["name"]), str(r["layers"]), ", ".join(_default_first(r["weights"], r["default"]))) for r in rows],
    )


def _default_first(names: object, default: object) -> list[str]:
    return sorted(map(str, names if isinstance(names, list) else []), key=lambda name: name != default)
