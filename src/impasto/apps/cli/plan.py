"""`impasto plan`: what painting a picture takes on this machine, told before it is painted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Group, Parameter

from impasto.apps.cli.dream import Dreamer, Dreaming, dream_job
from impasto.apps.cli.options import RESULT, DecimalNumber, Json, PictureSize
from impasto.apps.cli.reconstruct import Reconstructing
from impasto.apps.cli.stylize_job import Painting, asked
from impasto.apps.cli.stylize_options import MemoryMachine, PlannedMachine, Settings
from impasto.apps.cli.texture import TextureNetwork, texture_job

if TYPE_CHECKING:
    from impasto.apps.cli.painting import Room
    from impasto.tasks import Job
    from impasto.tasks.plan import Plan

EXAMPLES = """Examples:

    impasto plan photo.jpg painting.jpg --size 4096
    impasto plan photo.jpg painting.jpg --size 4096 --memory 6GB
    impasto plan dream photo.jpg --size 2048
    impasto plan texture painting.jpg --size 1024
    impasto plan reconstruct style painting.jpg
"""

plan = App(
    name="plan",
    help="Say what painting would take: memory, time and download. What is named after CONTENT and STYLE is planned as "
    "`impasto stylize` paints it; the commands plan other pictures.",
    help_epilogue=EXAMPLES,
    usage="Usage: impasto plan CONTENT STYLE... [OPTIONS]\n       impasto plan COMMAND ...",
    group_commands=Group("Other pictures", sort_key=0),
)
reconstruct = App(name="reconstruct", help="Say what `impasto reconstruct` would take.", help_epilogue="")
plan.command(reconstruct)


@plan.default
def stylize(
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
    from impasto.apps.cli.painting import Room

    contents = () if content is None else (content,)
    wanted = asked("plan", contents, styles, size, painting)
    tell(wanted.job, Room(wanted.memory, wanted.given), as_json=json)


@plan.command(help_epilogue="")
def dream(
    picture: Path,
    /,
    *,
    size: PictureSize = None,
    dreamer: Dreamer = Dreamer(),
    dreaming: Dreaming = Dreaming(),
    machine: PlannedMachine = PlannedMachine(),
    settings: Settings = Settings(),
    json: Json = False,
) -> None:
    """Say what `impasto dream` with the same options would take.

    Parameters
    ----------
    picture
        The picture that is dreamt into.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    dreamer, dreaming, machine, settings
        The panels.
    json
        Write one JSON document.
    """
    tell_with(dream_job(picture, size, dreamer, dreaming, machine, settings), machine, settings, as_json=json)


@plan.command(help_epilogue="")
def texture(
    style: Path,
    /,
    *,
    size: PictureSize = None,
    style_scale: Annotated[DecimalNumber, Parameter(group=RESULT)] = None,
    network: TextureNetwork = TextureNetwork(),
    machine: MemoryMachine = MemoryMachine(),
    settings: Settings = Settings(),
    json: Json = False,
) -> None:
    """Say what `impasto texture` with the same options would take.

    Parameters
    ----------
    style
        The picture whose manner is taken.
    size
        Width x height in pixels, or one number for a square.
    style_scale
        The longer side of the style over that of the texture.
    network, machine, settings
        The panels.
    json
        Write one JSON document.
    """
    tell_with(texture_job(style, size, style_scale, network, machine, settings), machine, settings, as_json=json)


@reconstruct.command(help_epilogue="")
def content(
    picture: Path,
    /,
    *,
    size: PictureSize = None,
    panels: Reconstructing = Reconstructing(),
    json: Json = False,
) -> None:
    """Say what `impasto reconstruct content` with the same options would take.

    Parameters
    ----------
    picture
        The picture that is looked at.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    panels
        The panels.
    json
        Write one JSON document.
    """
    tell_with(panels.job("content", picture, size), panels.machine, panels.settings, as_json=json)


@reconstruct.command(help_epilogue="")
def style(
    picture: Path,
    /,
    *,
    size: PictureSize = None,
    panels: Reconstructing = Reconstructing(),
    json: Json = False,
) -> None:
    """Say what `impasto reconstruct style` with the same options would take.

    Parameters
    ----------
    picture
        The picture that is looked at.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    panels
        The panels.
    json
        Write one JSON document.
    """
    tell_with(panels.job("style", picture, size), panels.machine, panels.settings, as_json=json)


def tell_with(job: Job, machine: MemoryMachine, settings: Settings, *, as_json: bool) -> None:
    """Plan a job that has no presets, and say what it takes. Raises what `room_for` and the job raise."""
    from impasto.apps.cli.planned import room_for

    tell(job, room_for(job, machine, settings), as_json=as_json)


def tell(job: Job, room: Room, *, as_json: bool) -> None:
    """Plan a job, and say what it takes. Raises what the job raises."""
    from impasto.apps.cli.display import seconds_since_start
    from impasto.apps.cli.streams import result_json, result_table
    from impasto.runs import event_to_dict
    from impasto.tasks.painting_job import PaintingJob
    from impasto.tasks.plan import plan as made_for

    if not isinstance(job, PaintingJob):
        raise TypeError(f"a job to paint was built as {type(job).__name__}")
    found = made_for(job, memory=room.memory, given=room.given)
    found = replace(found, seconds=found.seconds + seconds_since_start())
    if as_json:
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
