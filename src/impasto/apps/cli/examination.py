"""How the findings of the doctor are shown, and what it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.apps.cli.layers import roles_of
from impasto.apps.cli.streams import result, result_json, result_table
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.apps.cli.telling import Telling
    from impasto.backbones import Backbone
    from impasto.measure import Finding, LayerHealth
    from impasto.pictures import Picture

    Findings = Sequence[tuple[LayerHealth, Sequence[Finding]]]

SAMPLES = ("swirl", "mosaic", "harbour")
"""Paintings that Impasto makes itself, unlike each other: brush strokes, hard edges, a scene."""

SAMPLE_SHAPE = (4, 3)

HEADINGS = ("layer", "dead", "peak", "entropy", "rank", "gradient", "uneven", "verdict")

LEGEND = (
    "dead: share of channels that never change; peak: greatest activation over the mean; entropy: of the activations, "
    "1 all alike; rank: directions that carry the Gram matrix, over its channels; gradient: norm at the picture; "
    "uneven: how much less gradient some rows of pixels get"
)


def show_examination(
    name: str, paths: Sequence[Path], size: str, telling: Telling, *, every_layer: bool, device: str
) -> None:
    """Examine the network `name` and write what was found, by layer and then by complaint.

    Raises UnknownNameError for an unknown network, PictureError for a picture that cannot be read or is too small,
    WeightsError if the weights cannot be had.
    """
    import torch

    from impasto.backbones import BACKBONES
    from impasto.measure import examine, examined_layers, findings

    _ = BACKBONES[name]
    pictures = _pictures(paths, size)
    network = _loaded(name, device, silent=telling.silent)
    layers = _with_positions(network) if every_layer else examined_layers(network.graph)
    telling.note(f"examining {len(layers)} layers of {name} on {', '.join(pictures)}")
    images = [torch.from_numpy(picture.pixels.copy())[None] for picture in pictures.values()]
    found = [(health, findings(health)) for health in examine(network, images, layers)]
    if telling.json:
        result_json(_document(network, pictures, found), indent=2)
        return
    show_table(name, found)
    result("")
    for line in complaints(found):
        result(line)
    result("")
    result(LEGEND)


def complaints(found: Findings) -> list[str]:
    """For each complaint the layers that have it, the reason for the first of them, and the remedy."""
    lines: list[str] = []
    for complaint in dict.fromkeys(one.complaint for _, ones in found for one in ones):
        cases = [(health, one) for health, ones in found for one in ones if one.complaint == complaint]
        (health, example), unfit = cases[0], [case.layer for case, _ in cases]
        lines += [
            f"{complaint}: {', '.join(unfit)}",
            f"  {'for example ' if len(unfit) > 1 else ''}{health.layer}: {example.reason}",
            f"  try: {example.remedy}",
        ]
    fit = sum(not ones for _, ones in found)
    return [*lines, f"{fit} of {len(found)} layers are fit to take style from"]


def show_table(name: str, found: Findings) -> None:
    """Write a line for each layer of the network `name`: what was measured, what is wrong, and what it is used for."""
    roles = roles_of(name)
    rows = []
    for health, ones in found:
        role = roles.get(health.layer)
        verdict = ", ".join(one.complaint for one in ones) or "fit"
        verdict += f" ({', '.join(role)})" if role else ""
        rows.append(
            (
                health.layer,
                f"{health.dead:4.0%}",
                f"{health.peak:4.0f}",
                f"{health.entropy:7.2f}",
                f"{health.rank_share:.3f}",
                f"{health.gradient_norm:8.1e}",
                f"{health.unevenness:6.0%}",
                verdict,
            )
        )
    result_table(HEADINGS, rows, gap=1, fold_last=True)


def _document(network: Backbone, pictures: dict[str, Picture], found: Findings) -> dict[str, Any]:
    roles = roles_of(network.name)
    return {
        "name": network.name,
        "weights": network.weights,
        "pictures": [{"name": name, "width": p.width, "height": p.height} for name, p in pictures.items()],
        "layers": [
            {
                **asdict(health),
                "rank_share": health.rank_share,
                "roles": roles.get(health.layer, ()),
                "fit": not ones,
                "findings": [asdict(one) for one in ones],
            }
            for health, ones in found
        ],
    }


def _pictures(paths: Sequence[Path], size: str) -> dict[str, Picture]:
    """The pictures by name in the size asked for, opaque; the samples if no paths are given."""
    from impasto.pictures import check_paintable, composite, parse_size, picture_from, resize
    from impasto.pictures.samples import paint_sample

    wanted = parse_size(size)
    if wanted is None:
        raise InputError("give a --size in pixels")
    if not paths:
        width, height = wanted.fit(*SAMPLE_SHAPE)
        return {name: paint_sample(name, width=width, height=height) for name in SAMPLES}
    found = {}
    for path in paths:
        picture = picture_from(path)
        check_paintable(picture, str(path))
        found[str(path)] = resize(composite(picture), *wanted.fit(picture.width, picture.height))
    return found


def _loaded(name: str, device: str, *, silent: bool) -> Backbone:
    """The network as it paints, but in full precision."""
    from impasto.apps.cli.fetching import FetchDisplay
    from impasto.backbones import painting_defaults
    from impasto.weights import load_backbone

    with FetchDisplay(silent=silent) as display:
        return load_backbone(
            name,
            pooling=painting_defaults(name).pooling,
            padding="reflect",
            precision="fp32",
            device=device,
            progress=display,
        )


def _with_positions(network: Backbone) -> tuple[str, ...]:
    from impasto.backbones import INPUT, receptive_fields

    return tuple(name for name in receptive_fields(network.graph.plan(network.layers)) if name != INPUT)
