"""`impasto fast judge`: what a network paints, beside what the optimiser paints, in the eyes of a judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import Offline, go_offline
from impasto.apps.cli.streams import note, result_json, result_table
from impasto.apps.cli.telling import Telling
from impasto.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from impasto.pictures import Collection
    from impasto.training import Session
    from impasto.training.judging import Judging, Marks, Verdict

EXAMPLES = """Examples:

    impasto fast judge painting.safetensors --photos photos/
    impasto fast judge painting.safetensors --photos photos/ --number 8 --shorter 384
"""

COLUMNS = ("photo", "painted by", "style (Gram)", "style (moments)", "content (LPIPS)", "apart (LPIPS)")


def judge(
    network: str,
    /,
    *,
    photos: Path,
    styles: Annotated[
        tuple[Path, ...], Parameter(name="--style", negative=(), show_default=False, metavar="PICTURE")
    ] = (),
    number: Annotated[int, Parameter(metavar="NUMBER")] = 4,
    shorter: Annotated[int | None, Parameter(metavar="PIXELS")] = None,
    keep: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    offline: Offline = False,
    telling: Telling = Telling(),
) -> None:
    """Judge NETWORK beside the optimiser that taught it, on photos that it need not have seen.

    Style distances are shares of the photo's own distance: 1 is as far from the style as the photo, 0 the style itself.

    Parameters
    ----------
    network
        A network's file, or a name from `impasto fast list`.
    photos
        A folder of photos, or a .tar.
    styles
        The pictures that it learnt from, if they do not lie beside it or in the current folder under their names.
    number
        Photos to judge, the first in the order of their names.
    shorter
        Their shorter side in pixels; 256 without it, more for brushwork that is larger than they are.
    keep
        Write into the network's file how it was judged.
    offline
        Ask no source on the network for weights.
    telling
        The panel.
    telling.json
        Write a JSON object for each photo and one for the means.
    """
    from impasto.pictures import Collection
    from impasto.training.judging import SHORTER, Judging, names_to_judge
    from impasto.weights.networks import find_network

    go_offline(offline)
    if not 1 <= number <= 10_000 or not 32 <= (shorter or SHORTER) <= 4096:
        raise InputError("--number must be from 1 to 10000, and --shorter from 32 to 4096")
    path = find_network(network)
    collection = Collection.of(photos)
    judging = Judging.of(path, styles)
    side = shorter or judging.shorter_side
    names = names_to_judge(collection, collection.names, number, side)
    tell(judging, path, collection, names, side, telling, keep=keep)


def judge_trained(session: Session, names: Sequence[str], telling: Telling) -> None:
    """Judge a network that was just trained on some of the photos held out, and write down how."""
    from impasto.training.judging import Judging
    from impasto.weights.style_network import load_style_network

    telling.note(f"judging it beside the optimiser on {len(names)} photos held out …")
    path = session.plan.output
    judging, photos = Judging(*load_style_network(path), session.job), session.photos.photos
    tell(judging, path, photos, names, judging.shorter_side, telling, keep=True)


def tell(
    judging: Judging,
    path: Path,
    photos: Collection,
    names: Sequence[str],
    shorter: int,
    telling: Telling,
    *,
    keep: bool,
) -> None:
    """Judge, say each verdict and the means, and write them into the network's file if they are to be kept."""
    from dataclasses import asdict

    from impasto.training.judging import keep_verdicts, summary

    verdicts: list[Verdict] = []
    for verdict in judging.verdicts(photos, names, shorter):
        verdicts.append(verdict)
        if telling.json:
            result_json({"event": "judged", **asdict(verdict)})
        telling.note(f"{verdict.photo}: judged")
    means = summary(verdicts)
    if telling.json:
        result_json({"event": "verdict", "photos": len(verdicts), **means})
    elif not telling.quiet:
        result_table(COLUMNS, table(verdicts, means))
        note(
            f"the network's style distance is {means['style_gram ratio']:.2f} times the optimiser's by Gram matrices, "
            f"{means['style_moments ratio']:.2f} times by moments"
        )
    if keep:
        keep_verdicts(path, verdicts, shorter)


def table(verdicts: Sequence[Verdict], means: dict[str, float]) -> list[tuple[str, ...]]:
    """Two rows for each photo and two for the means."""
    rows = []
    for verdict in verdicts:
        rows.append(row(verdict.photo, "network", verdict.network, f"{verdict.apart:.3f}"))
        rows.append(row("", "optimiser", verdict.optimiser, ""))
    for who, apart in (("network", f"{means['apart']:.3f}"), ("optimiser", "")):
        numbers = (f"{means[f'{who} {mark}']:.3f}" for mark in ("style_gram", "style_moments", "content"))
        rows.append(("mean" if apart else "", who, *numbers, apart))
    return rows


def row(photo: str, who: str, marks: Marks, apart: str) -> tuple[str, ...]:
    """One row of the table."""
    return (photo, who, f"{marks.style_gram:.3f}", f"{marks.style_moments:.3f}", f"{marks.content:.3f}", apart)
