"""`impasto plan`: what painting a picture takes on this machine, told before it is painted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.options import Json, PictureSize
from impasto.apps.cli.stylize_job import Painting, asked

if TYPE_CHECKING:
    from impasto.tasks.plan import Plan

USAGE = "Usage: impasto plan CONTENT STYLE... [OPTIONS]"


def plan(
    content: Path | None = None,
    /,
    *styles: Path,
    size: PictureSize = None,
    painting: Painting = Painting(),
    json: Json = False,
) -> None:
    """Say what `impasto stylize` with the same options would take: memory, time and download.

    A few steps are taken at small sizes and measured. Weights that are not here yet are not fetched.

    Parameters
    ----------
    content
        The picture whose things stay where they are; of a folder of pictures, the first is planned.
    styles
        One or more pictures whose manner is taken.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    painting
        The panels.
    json
        Write one JSON document.
    """
    from impasto.apps.cli.display import seconds_since_start
    from impasto.apps.cli.streams import result_json, result_table
    from impasto.runs import event_to_dict
    from impasto.tasks.plan import plan as made_for

    contents = () if content is None else (content,)
    wanted = asked("plan", contents, styles, size, painting)
    found = made_for(wanted.job, memory=wanted.memory, given=wanted.given)
    found = replace(found, seconds=found.seconds + seconds_since_start())
    if json:
        result_json(event_to_dict(found), indent=2)
    else:
        result_table(("", ""), rows(found))


def rows(plan: Plan) -> list[tuple[str, str]]:
    """The plan as a table."""
    from impasto.apps.cli.pace import clock
    from impasto.apps.cli.streams import in_words

    levels = ", ".join(f"{level.width}×{level.height} ({level.steps} steps)" for level in plan.levels)
    pairs = f"{plan.history} curvature pairs in {plan.history_in}"
    return [
        ("size", f"{plan.width}×{plan.height} pixels"),
        ("levels", levels),
        ("steps", str(plan.steps)),
        ("memory", f"about {in_words(plan.memory)}"),
        ("time", f"about {clock(plan.seconds)}{', without the download' if plan.download else ''}"),
        ("download", in_words(plan.download) if plan.download else "nothing"),
        ("precision", plan.precision),
        ("tiles", f"of {plan.tile} pixels" if plan.tile else "none: the picture is looked at as a whole"),
        *([("optimiser", pairs)] if plan.history else []),
        ("threads", str(plan.threads)),
        *(("", reason) for reason in plan.reasons),
    ]
