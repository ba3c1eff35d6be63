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
    Looking,
    Name,
    Names,
    Placing,
    WholeNumber,
    go_offline,
    names,
)
from impasto.apps.cli.stylize_options import PlannedMachine, Settings
from impasto.apps.cli.telling import Running, Telling

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


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Reconstructing:
    """What every reconstruction is told: the layers, and panels that others have too.

    Parameters
    ----------
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them.
    """

    layers: Annotated[Names, Parameter(group=NETWORK)] = None
    looking: Looking = Looking()
    going: Going = Going()
    machine: PlannedMachine = PlannedMachine()
    settings: Settings = Settings()

    def job(self, of: str, picture: Path, size: str | None) -> ReconstructJob:
        """The job for the content or the style of a picture with the layers named. Raises as `Settings.job` does."""
        return self.job_with(names("--layers", self.layers), of, picture, size)

    def job_with(self, layers: tuple[str, ...] | None, of: str, picture: Path, size: str | None) -> ReconstructJob:
        """The same with other layers, None for the network's own."""
        from impasto.tasks import ReconstructJob

        go_offline(self.machine.offline)
        flags = {
            "of": of,
            "source": str(picture),
            "layers": layers,
            "size": size,
            **self.looking.flags(),
            **self.going.flags(),
            **self.machine.flags(),
        }
        job = self.settings.job("reconstruct", flags)
        if not isinstance(job, ReconstructJob):
            raise TypeError(f"a job to reconstruct was built as {type(job).__name__}")
        return job

    def paint(self, of: str, picture: Path, placing: Placing, running: Running) -> None:
        """Paint the content or the style of a picture, as a run. Raises what the job raises."""
        from impasto.apps.cli.painting import paint_asked
        from impasto.apps.cli.planned import room_for

        job = self.job(of, picture, placing.size)
        room = room_for(job, self.machine, self.settings)
        paint_asked(job, placing.output, running, overwrite=placing.overwrite, room=room)


@reconstruct.command(help_epilogue="")
def content(
    picture: Path,
    /,
    *,
    placing: Placing = Placing(),
    panels: Reconstructing = Reconstructing(),
    running: Running = Running(),
) -> None:
    """Paint a picture that one or several layers cannot tell from PICTURE.

    What is not in it, those layers do not know. It is kept as a run, as paintings are.

    Parameters
    ----------
    picture
        The picture that is looked at.
    panels.layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them. Without it, the one that the
        network paints content by.
    placing.output
        Where the result goes. Without it, PICTURE_content_reconstructed.png in the current folder.
    placing, panels, running
        The panels.
    """
    panels.paint("content", picture, placing, running)


@reconstruct.command(help_epilogue="")
def style(
    picture: Path,
    /,
    *,
    placing: Placing = Placing(),
    panels: Reconstructing = Reconstructing(),
    running: Running = Running(),
) -> None:
    """Paint a picture whose style several layers cannot tell from that of PICTURE.

    The style is their Gram matrices. The more and the deeper the layers, the larger the forms that it has.

    Parameters
    ----------
    picture
        The picture that is looked at.
    panels.layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them. Without it, those that the
        network paints style by.
    placing.output
        Where the result goes. Without it, PICTURE_style_reconstructed.png in the current folder.
    placing, panels, running
        The panels.
    """
    panels.paint("style", picture, placing, running)


@reconstruct.command(help_epilogue="")
def figure(
    content: Path,
    style: Path,
    /,
    *,
    placing: Placing = Placing(),
    panels: Reconstructing = Reconstructing(),
    cell: Annotated[int, Parameter(group=RESULT, metavar="PIXELS")] = 256,
    telling: Telling = Telling(),
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
    panels.layers
        The layers, from the first to the deepest, separated by commas. Without it, five that the network has for this:
        conv1_1 to conv5_1 of VGG.
    placing.output
        Where the figure goes. Without it, CONTENT_STYLE_layers.png in the current folder.
    placing.size
        Of the single pictures: the longer side in pixels, or width x height.
    placing.overwrite
        Replace the figure if it is there already.
    cell
        The side of the place that each picture has in the figure.
    placing, panels, telling
        The panels.
    """
    from impasto.apps.cli.figure import draw_figure

    place = placing.output or Path(f"{content.stem}_{style.stem}_layers.png")
    jobs = [panels.job_with(None, of, source, placing.size) for of, source in (("content", content), ("style", style))]
    draw_figure(jobs, names("--layers", panels.layers), place, telling, cell=cell, overwrite=placing.overwrite)
