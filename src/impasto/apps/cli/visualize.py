"""`impasto visualize`: what the layers of a network answer to a picture, and what their channels look for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from impasto.apps.cli.options import (
    DESCENT,
    NETWORK,
    RESULT,
    Computing,
    OutputPath,
    Overwrite,
    Pixels,
    Seeing,
    WholeNumber,
    go_offline,
    names,
    numbers,
)
from impasto.apps.cli.stylize_options import Settings, TiledMachine
from impasto.apps.cli.telling import Running, Telling
from impasto.errors import InputError, OutputError

if TYPE_CHECKING:
    from impasto.backbones import Backbone
    from impasto.pictures import Picture

EXAMPLES = """Examples:

    impasto visualize activations photo.jpg --layers relu1_1,relu3_1 -o maps.png
    impasto visualize gram painting.jpg --layers relu1_1,relu3_1 -o grams.png
    impasto visualize features --layers relu3_1,relu5_1 --channels 0,5,12 -o features.png
"""

visualize = App(
    name="visualize",
    help="Show what the layers of a network answer to a picture, and what their channels look for.",
    help_epilogue=EXAMPLES,
)


Layers = Annotated[str, Parameter(group=NETWORK, metavar="NAMES")]
Cell = Annotated[int, Parameter(group=RESULT, metavar="PIXELS")]


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class SeenThrough(Seeing):
    """Through what it is seen."""

    backbone: Annotated[str, Parameter(metavar="NAME")] = "vgg19"
    pooling: Annotated[str, Parameter(metavar="NAME")] = "max"
    padding: Annotated[str, Parameter(metavar="NAME")] = "reflect"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Answers:
    """What layers answer to a picture, and the sheet that shows it.

    Parameters
    ----------
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them.
    size
        That PICTURE is looked at in: the longer side in pixels, or width x height.
    overwrite
        Replace the sheet if it is there already.
    """

    layers: Layers
    output: OutputPath = None
    size: Annotated[str, Parameter(group=RESULT, metavar="SIZE")] = "512"
    overwrite: Overwrite = False
    seeing: SeenThrough = SeenThrough()
    computing: Computing = Computing()

    def chosen(self) -> tuple[str, ...]:
        """The layers. Raises InputError if none is named."""
        return names("--layers", self.layers) or ()

    def place(self, picture: Path, what: str) -> Path:
        """Where the sheet goes. Raises OutputError if it cannot go there, or would replace what must stay."""
        from impasto.pictures import check_output

        place = self.output or Path(f"{picture.stem}_{what}.png")
        check_output(place)
        if place.exists():
            if picture.exists() and picture.samefile(place):
                raise OutputError(f"{place} is the picture that is looked at: the sheet needs another name")
            if not self.overwrite:
                raise OutputError(f"{place} exists already: choose another name with -o, or give --overwrite")
        return place

    def looked_at(self, picture: Path, cell: int, telling: Telling) -> tuple[Picture, Backbone]:
        """The picture at its size, and the network.

        Raises what reading and loading raise, InputError for a small cell.
        """
        if cell < 32:
            raise InputError(f"a place on the sheet is at least 32 pixels, not --cell {cell}")
        go_offline(self.computing.offline)
        from impasto.apps.cli.fetching import FetchDisplay
        from impasto.pictures import check_paintable, parse_size, read_picture, resize
        from impasto.weights import load_backbone

        seen, wanted = read_picture(picture), parse_size(self.size)
        check_paintable(seen, str(picture))
        if wanted is not None:
            seen = resize(seen, *wanted.fit(seen.width, seen.height))
        chosen = self.seeing.flags()
        name = chosen.pop("backbone")
        with FetchDisplay(silent=telling.silent) as display:
            device = self.computing.device
            return seen, load_backbone(name, **chosen, precision="fp32", device=device, progress=display)


@visualize.command(help_epilogue="")
def activations(
    picture: Path,
    /,
    *,
    answers: Answers,
    channels: Annotated[int, Parameter(group=RESULT, metavar="NUMBER")] = 16,
    cell: Cell = 128,
    telling: Telling = Telling(),
) -> None:
    """Draw the activation maps of layers for PICTURE, those of the strongest channels first.

    Each map runs from black to white, from the channel's least activation to its greatest.

    Parameters
    ----------
    picture
        The picture that is looked at.
    answers.output
        Where the sheet goes. Without it, PICTURE_activations.png in the current folder.
    channels
        How many channels of each layer are shown.
    cell
        The side of the place that each map has on the sheet.
    telling.json
        Write one JSON document.
    answers, telling
        The panels.
    """
    layers, place = answers.chosen(), answers.place(picture, "activations")
    seen, backbone = answers.looked_at(picture, cell, telling)
    from impasto.tasks.visualize import activation_sheet

    _write(activation_sheet(seen, backbone, layers, channels=channels, cell=cell), place, telling)


@visualize.command(name="gram", help_epilogue="")
def gram_matrices(
    picture: Path,
    /,
    *,
    answers: Answers,
    cell: Cell = 256,
    telling: Telling = Telling(),
) -> None:
    """Draw the Gram matrices of layers for PICTURE: which channels answer together.

    Black is an entry of 0, white one of the largest hundredth, blue one below 0.

    Parameters
    ----------
    picture
        The picture that is looked at.
    answers.output
        Where the sheet goes. Without it, PICTURE_gram.png in the current folder.
    cell
        The side of the place that each matrix has on the sheet.
    telling.json
        Write one JSON document.
    answers, telling
        The panels.
    """
    layers, place = answers.chosen(), answers.place(picture, "gram")
    seen, backbone = answers.looked_at(picture, cell, telling)
    from impasto.tasks.visualize import gram_sheet

    _write(gram_sheet(seen, backbone, layers, cell=cell), place, telling)


@visualize.command(help_epilogue="")
def features(
    *,
    layers: Layers,
    channels: Annotated[str | None, Parameter(group=NETWORK, metavar="NUMBERS")] = None,
    neuron: Annotated[bool, Parameter(group=NETWORK, negative=(), show_default=False)] = False,
    output: OutputPath = None,
    size: Annotated[Pixels, Parameter(group=RESULT)] = None,
    overwrite: Overwrite = False,
    seeing: SeenThrough = SeenThrough(),
    steps: Annotated[WholeNumber, Parameter(group=DESCENT)] = None,
    jitter: Annotated[Pixels, Parameter(group=DESCENT)] = None,
    seed: Annotated[WholeNumber, Parameter(group=DESCENT)] = None,
    machine: TiledMachine = TiledMachine(),
    settings: Settings = Settings(),
    running: Running = Running(),
) -> None:
    """Paint, from noise, what channels of layers look for, as one labelled sheet.

    It is kept as a run, as paintings are: after Ctrl-C, `impasto runs resume` goes on where it stopped.

    Parameters
    ----------
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them.
    channels
        The channels, of every one of the layers, from 0 and separated by commas. Without it each layer as it is,
        whatever answers in it.
    neuron
        The middle position of each channel alone, which shows once what the channel looks for.
    output
        Where the sheet goes. Without it, NETWORK_features.png in the current folder.
    size
        The sides of each picture; 224 without it.
    overwrite
        Replace the sheet if it is there already.
    steps
        How many steps are taken for each picture; 256 without it.
    jitter
        By up to how many pixels the picture is moved before every step, 1, 2, 4, 8 …; 16 without it, 1 is not at all.
    seed
        The noise that is started from depends on it.
    seeing, machine, settings, running
        The panels.
    """
    from impasto.apps.cli.painting import paint_asked

    go_offline(machine.offline)
    flags = {
        "layers": names("--layers", layers),
        "channels": numbers("--channels", channels, int),
        "neuron": neuron or None,
        "size": size,
        "steps": steps,
        "jitter": jitter,
        "seed": seed,
        **seeing.flags(),
        **machine.flags(),
    }
    paint_asked(settings.job("visualize-features", flags), output, running, overwrite=overwrite)


def _write(sheet: Picture, place: Path, telling: Telling) -> None:
    from impasto.pictures import write_picture

    write_picture(sheet, place)
    telling.result(place, {"result": str(place), "width": sheet.width, "height": sheet.height}, indent=2)
