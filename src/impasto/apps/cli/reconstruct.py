"""`impasto reconstruct`: what the layers of a network know of a picture, painted from noise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.options import (
    DESCENT,
    NETWORK,
    RESULT,
    Json,
    Looking,
    Name,
    Names,
    OutputPath,
    Overwrite,
    PictureSize,
    Quiet,
    RunDir,
    WholeNumber,
    go_offline,
    names,
)
from impasto.apps.cli.stylize_options import Machine, Settings

if TYPE_CHECKING:
    from impasto.tasks import ReconstructJob

EXAMPLES = """Examples:

    impasto reconstruct content photo.jpg --layers conv4_1
    impasto reconstruct style painting.jpg --layers conv1_1,conv2_1,conv3_1
    impasto reconstruct figure photo.jpg painting.jpg -o figure.png
"""

reconstruct = App(
    name="reconstruct",
    help="Paint from noise what the layers of a network know of a picture.",
    help_epilogue=EXAMPLES,
)

Layers = Annotated[Names, Parameter(group=NETWORK)]


@Parameter(name="*", group=DESCENT)
@dataclass(frozen=True, kw_only=True)
class Going:
    """How the picture comes about.

    Parameters
    ----------
    steps
        How many steps are taken.
    optimizer
        lbfgs, adam or sgd.
    seed
        The noise that is started from depends on it.
    """

    steps: WholeNumber = None
    optimizer: Name = None
    seed: WholeNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {name: getattr(self, name) for name in ("steps", "optimizer", "seed")}


@reconstruct.command(help_epilogue="")
def content(
    picture: Path,
    /,
    *,
    layers: Layers = None,
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    looking: Looking = Looking(),  # noqa: B008
    going: Going = Going(),
    machine: Machine = Machine(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Paint a picture that one or several layers cannot tell from PICTURE.

    What is not in it, those layers do not know. It is kept as a run, as paintings are.

    Parameters
    ----------
    picture
        The picture that is looked at.
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them. Without it, the one that the
        network paints content by.
    output
        Where the result goes. Without it, PICTURE_content_reconstructed.png in the current folder.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    overwrite
        Replace the result if it is there already.
    looking, going, machine, settings
        The panels.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    panels = (looking, going, machine, settings)
    job = reconstruct_job("content", picture, layers, size, panels)
    _paint(job, machine, output, overwrite=overwrite, run_dir=run_dir, quiet=quiet, json=json)


@reconstruct.command(help_epilogue="")
def style(
    picture: Path,
    /,
    *,
    layers: Layers = None,
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    looking: Looking = Looking(),  # noqa: B008
    going: Going = Going(),
    machine: Machine = Machine(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Paint a picture whose style several layers cannot tell from that of PICTURE.

    The style is their Gram matrices. The more and the deeper the layers, the larger the forms that it has.

    Parameters
    ----------
    picture
        The picture that is looked at.
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them. Without it, those that the
        network paints style by.
    output
        Where the result goes. Without it, PICTURE_style_reconstructed.png in the current folder.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    overwrite
        Replace the result if it is there already.
    looking, going, machine, settings
        The panels.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    panels = (looking, going, machine, settings)
    job = reconstruct_job("style", picture, layers, size, panels)
    _paint(job, machine, output, overwrite=overwrite, run_dir=run_dir, quiet=quiet, json=json)


@reconstruct.command(help_epilogue="")
def figure(
    content: Path,
    style: Path,
    /,
    *,
    layers: Layers = None,
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    looking: Looking = Looking(),  # noqa: B008
    going: Going = Going(),
    machine: Machine = Machine(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
    cell: Annotated[int, Parameter(group=RESULT, metavar="PIXELS")] = 256,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Draw the figure of two rows: CONTENT from one layer after the other, STYLE from more and more of them.

    Each row begins with the picture itself. The single pictures go into a folder beside the figure and named like it;
    those that are there already, of the same settings, are not painted again, so that the same command goes on where it
    was stopped.

    Parameters
    ----------
    content
        The picture of the upper row.
    style
        The picture of the lower row.
    layers
        The layers, from the first to the deepest, separated by commas. Without it, five that the network has for this:
        conv1_1 to conv5_1 of VGG.
    output
        Where the figure goes. Without it, CONTENT_STYLE_layers.png in the current folder.
    size
        Of the single pictures: the longer side in pixels, or width x height.
    overwrite
        Replace the figure if it is there already.
    looking, going, machine, settings
        The panels.
    cell
        The side of the place that each picture has in the figure.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.figure import draw_figure

    go_offline(machine.offline)
    place = output or Path(f"{content.stem}_{style.stem}_layers.png")
    jobs = [
        reconstruct_job(of, picture, None, size, (looking, going, machine, settings))
        for of, picture in (("content", content), ("style", style))
    ]
    chosen = names("--layers", layers)
    draw_figure(jobs, chosen, place, cell=cell, overwrite=overwrite, quiet=quiet, json=json)


Panels = tuple[Looking, Going, Machine, Settings]


def reconstruct_job(of: str, picture: Path, layers: str | None, size: str | None, panels: Panels) -> ReconstructJob:
    """The job that the options describe. Raises JobError, UnknownNameError or InputError for what cannot be meant."""
    from impasto.runs import build_job
    from impasto.tasks import ReconstructJob

    looking, going, machine, settings = panels
    flags = {
        "of": of,
        "source": str(picture),
        "layers": names("--layers", layers),
        "size": size,
        **looking.flags(),
        **going.flags(),
        **machine.flags(),
    }
    job = build_job("reconstruct", preset=None, config=settings.config, flags=flags, sets=settings.sets)
    if not isinstance(job, ReconstructJob):
        raise TypeError(f"a job to reconstruct was built as {type(job).__name__}")
    return job


def _paint(
    job: ReconstructJob,
    machine: Machine,
    output: Path | None,
    *,
    overwrite: bool,
    run_dir: Path | None,
    quiet: bool,
    json: bool,
) -> None:
    from impasto.apps.cli.painting import check_place, default_output, paint_new

    go_offline(machine.offline)
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    paint_new(job, place, runs_home=run_dir, quiet=quiet, json=json)
