"""`impasto dream`: what a network looks for, found ever more in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import (
    DESCENT,
    NETWORK,
    DecimalNumber,
    Names,
    Placing,
    Seeing,
    WholeNumber,
    go_offline,
    names,
)
from impasto.apps.cli.stylize_options import PlannedMachine, Settings
from impasto.apps.cli.telling import Running
from impasto.apps.cli.written import Written
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.tasks import Job

EXAMPLES = """Examples:

    impasto dream photo.jpg -o dream.png
    impasto dream photo.jpg --backbone vgg16 --layers relu5_1 --octaves 5
    impasto dream photo.jpg --layers mixed_6c:channel=12,mixed_5d
    impasto dream photo.jpg --guide flowers.jpg
    impasto dream photo.jpg --frames 100 --zoom 1.05
"""


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class Dreamer(Seeing):
    """What dreams.

    Parameters
    ----------
    backbone
        The network; inception_v3 without it.
    layers
        What is raised, separated by commas: LAYER, LAYER:channel=NUMBER, LAYER:channel=NUMBER:neuron for its middle
        position or :at=ROWxCOLUMN for another; each with :weight=NUMBER if not all alike.
    class_
        A class that the network tells apart, from 0, where it has a classifier.
    guide
        A picture; what the layers answer to it is raised, and nothing else.
    """

    layers: Names = None
    class_: Annotated[int | None, Parameter(name="--class", metavar="NUMBER")] = None
    guide: Annotated[Path | None, Parameter(metavar="PICTURE")] = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings. Raises InputError for a class beside layers."""
        layers = names("--layers", self.layers)
        if self.class_ is not None:
            if layers is not None:
                raise InputError("--class and --layers are two things to dream of: give one of them")
            layers = (f"logits:channel={self.class_}",)
        return {**super().flags(), "layers": layers, "guide": None if self.guide is None else str(self.guide)}


@Parameter(name="*", group=DESCENT)
@dataclass(frozen=True, kw_only=True)
class Dreaming:
    """How the dream comes about.

    Parameters
    ----------
    octaves
        How many sizes are dreamt at, from small to large; without it all down to 128 pixels, 1 is the full size alone.
    octave_scale
        By how much each octave is larger than the one before; 1.4 without it.
    steps
        Steps in every octave; 16 without it.
    rate
        How far a step goes: the mean change of a pixel, in levels of an 8-bit channel; 2 without it.
    smoothing
        Changes finer than this many pixels are damped; 4 without it, 0 damps none.
    jitter
        By up to how many pixels the picture is moved before every step, 1, 2, 4, 8 …; 32 without it, 1 is not at all.
    frames
        Of a journey into the picture, kept as numbered pictures in a folder beside the result, which is the last one.
    zoom
        By how much each frame enlarges the one before; 1.04 without it.
    frame_steps
        Steps in every frame after the first; 6 without it.
    seed
        All that is random comes from it.
    """

    octaves: WholeNumber = None
    octave_scale: DecimalNumber = None
    steps: WholeNumber = None
    rate: DecimalNumber = None
    smoothing: Annotated[float | None, Parameter(metavar="PIXELS")] = None
    jitter: Annotated[int | None, Parameter(metavar="PIXELS")] = None
    frames: WholeNumber = None
    zoom: DecimalNumber = None
    frame_steps: WholeNumber = None
    seed: WholeNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        as_they_are = ("octaves", "octave_scale", "steps", "jitter", "frames", "zoom", "frame_steps", "seed")
        return {
            **{name: getattr(self, name) for name in as_they_are},
            "optimizer.learning_rate": self.rate,
            "optimizer.smoothing": self.smoothing,
        }


def dream(
    picture: Path,
    /,
    *,
    placing: Placing = Placing(),
    written: Written = Written(),
    dreamer: Dreamer = Dreamer(),
    dreaming: Dreaming = Dreaming(),
    machine: PlannedMachine = PlannedMachine(),
    settings: Settings = Settings(),
    running: Running = Running(),
) -> None:
    """Let a network dream into PICTURE: whatever it takes a part of it for, that part comes to look more like it.

    It is kept as a run, as paintings are: after Ctrl-C, `impasto runs resume` goes on where it stopped.

    Parameters
    ----------
    picture
        The picture that is dreamt into.
    placing.output
        Where the result goes. Without it, PICTURE_dream.png in the current folder.
    placing, written, dreamer, dreaming, machine, settings, running
        The panels.
    """
    from impasto.apps.cli.painting import paint_asked
    from impasto.apps.cli.planned import room_for

    job, writing = dream_job(picture, placing.size, dreamer, dreaming, machine, settings), written.writing()
    room = room_for(job, machine, settings)
    paint_asked(job, placing.output, running, overwrite=placing.overwrite, room=room, writing=writing)


def dream_job(
    picture: Path, size: str | None, dreamer: Dreamer, dreaming: Dreaming, machine: PlannedMachine, settings: Settings
) -> Job:
    """The job that the options describe. Raises what `Settings.job` raises."""
    go_offline(machine.offline)
    flags = {"source": str(picture), "size": size, **dreamer.flags(), **dreaming.flags(), **machine.flags()}
    return settings.job("dream", flags)
