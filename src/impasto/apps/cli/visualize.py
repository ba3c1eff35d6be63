"""`impasto visualize`: what the layers of a network answer to a picture, and what their channels look for."""

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
    Name,
    Offline,
    OutputPath,
    Overwrite,
    Pixels,
    Quiet,
    RunDir,
    WholeNumber,
    go_offline,
    names,
    numbers,
)
from impasto.apps.cli.streams import result, result_json
from impasto.apps.cli.stylize_options import Machine, Settings
from impasto.errors import InputError, OutputError

if TYPE_CHECKING:
    from impasto.backbones import Backbone
    from impasto.pictures import Picture
    from impasto.tasks import VisualizeFeaturesJob

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


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class Seeing:
    """Through what it is seen.

    Parameters
    ----------
    backbone
        The network; `impasto backbones` shows them.
    weights
        Its pretrained weights; `impasto weights list` shows them.
    pooling
        What stands for the pooling layers: max, average, or average-scaled.
    padding
        What surrounds a picture at every convolution: zeros, reflect, replicate or circular.
    """

    backbone: Annotated[str, Parameter(metavar="NAME")] = "vgg19"
    weights: Name = None
    pooling: Annotated[str, Parameter(metavar="NAME")] = "max"
    padding: Annotated[str, Parameter(metavar="NAME")] = "reflect"

    def flags(self) -> dict[str, Any]:
        """By the addresses of a job's settings."""
        return {name: getattr(self, name) for name in ("backbone", "weights", "pooling", "padding")}


Layers = Annotated[str, Parameter(group=NETWORK, metavar="NAMES")]
PictureSize = Annotated[str, Parameter(group=RESULT, metavar="SIZE")]
Cell = Annotated[int, Parameter(group=RESULT, metavar="PIXELS")]


@visualize.command(help_epilogue="")
def activations(
    picture: Path,
    /,
    *,
    layers: Layers,
    channels: Annotated[int, Parameter(group=RESULT, metavar="NUMBER")] = 16,
    output: OutputPath = None,
    size: PictureSize = "512",
    cell: Cell = 128,
    overwrite: Overwrite = False,
    seeing: Seeing = Seeing(),
    device: str = "auto",
    offline: Offline = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Draw the activation maps of layers for PICTURE, those of the strongest channels first.

    Each map runs from black to white, from the channel's least activation to its greatest.

    Parameters
    ----------
    picture
        The picture that is looked at.
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them.
    channels
        How many channels of each layer are shown.
    output
        Where the sheet goes. Without it, PICTURE_activations.png in the current folder.
    size
        That PICTURE is looked at in: the longer side in pixels, or width x height.
    cell
        The side of the place that each map has on the sheet.
    overwrite
        Replace the sheet if it is there already.
    seeing
        The network.
    device
        Where the network runs: auto, cpu, cuda, cuda:1, mps.
    offline
        Ask no source on the network; use only what was downloaded before.
    quiet
        Show nothing but errors.
    json
        Write one JSON document.
    """
    chosen = names("--layers", layers) or ()
    place = _place(output, picture, "activations", overwrite)
    seen, backbone = _looked_at(picture, size, cell, seeing, device, offline, silent=quiet or json)
    from impasto.tasks.visualize import activation_sheet

    _written(activation_sheet(seen, backbone, chosen, channels=channels, cell=cell), place, quiet=quiet, json=json)


@visualize.command(name="gram", help_epilogue="")
def gram_matrices(
    picture: Path,
    /,
    *,
    layers: Layers,
    output: OutputPath = None,
    size: PictureSize = "512",
    cell: Cell = 256,
    overwrite: Overwrite = False,
    seeing: Seeing = Seeing(),
    device: str = "auto",
    offline: Offline = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Draw the Gram matrices of layers for PICTURE: which channels answer together.

    Black is an entry of 0, white one of the largest hundredth, blue one below 0.

    Parameters
    ----------
    picture
        The picture that is looked at.
    layers
        One or more layers, separated by commas; `impasto backbones NAME` shows them.
    output
        Where the sheet goes. Without it, PICTURE_gram.png in the current folder.
    size
        That PICTURE is looked at in: the longer side in pixels, or width x height.
    cell
        The side of the place that each matrix has on the sheet.
    overwrite
        Replace the sheet if it is there already.
    seeing
        The network.
    device
        Where the network runs: auto, cpu, cuda, cuda:1, mps.
    offline
        Ask no source on the network; use only what was downloaded before.
    quiet
        Show nothing but errors.
    json
        Write one JSON document.
    """
    chosen = names("--layers", layers) or ()
    place = _place(output, picture, "gram", overwrite)
    seen, backbone = _looked_at(picture, size, cell, seeing, device, offline, silent=quiet or json)
    from impasto.tasks.visualize import gram_sheet

    _written(gram_sheet(seen, backbone, chosen, cell=cell), place, quiet=quiet, json=json)


@visualize.command(help_epilogue="")
def features(
    *,
    layers: Layers,
    channels: Annotated[str | None, Parameter(group=NETWORK, metavar="NUMBERS")] = None,
    neuron: Annotated[bool, Parameter(group=NETWORK, negative=(), show_default=False)] = False,
    output: OutputPath = None,
    size: Annotated[Pixels, Parameter(group=RESULT)] = None,
    overwrite: Overwrite = False,
    seeing: Seeing = Seeing(),
    steps: Annotated[WholeNumber, Parameter(group=DESCENT)] = None,
    jitter: Annotated[Pixels, Parameter(group=DESCENT)] = None,
    seed: Annotated[WholeNumber, Parameter(group=DESCENT)] = None,
    machine: Machine = Machine(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
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
    seeing
        The network.
    steps
        How many steps are taken for each picture; 256 without it.
    jitter
        By up to how many pixels the picture is moved before every step, 1, 2, 4, 8 …; 16 without it, 1 is not at all.
    seed
        The noise that is started from depends on it.
    machine, settings
        The panels.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.painting import check_place, default_output, paint_new

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
    job = features_job(flags, settings)
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    paint_new(job, place, runs_home=run_dir, quiet=quiet, json=json)


def features_job(flags: dict[str, Any], settings: Settings) -> VisualizeFeaturesJob:
    """The job that the options describe. Raises JobError, UnknownNameError or InputError for what cannot be meant."""
    from impasto.runs import build_job
    from impasto.tasks import VisualizeFeaturesJob

    job = build_job("visualize-features", preset=None, config=settings.config, flags=flags, sets=settings.sets)
    if not isinstance(job, VisualizeFeaturesJob):
        raise TypeError(f"a job to visualise features was built as {type(job).__name__}")
    return job


def _place(output: Path | None, picture: Path, what: str, overwrite: bool) -> Path:
    """Where a sheet goes. Raises OutputError if it cannot go there, or would replace what must stay."""
    from impasto.pictures import check_output

    place = output or Path(f"{picture.stem}_{what}.png")
    check_output(place)
    if place.exists():
        if picture.exists() and picture.samefile(place):
            raise OutputError(f"{place} is the picture that is looked at: the sheet needs another name")
        if not overwrite:
            raise OutputError(f"{place} exists already: choose another name with -o, or give --overwrite")
    return place


def _looked_at(
    picture: Path, size: str, cell: int, seeing: Seeing, device: str, offline: bool, *, silent: bool
) -> tuple[Picture, Backbone]:
    """The picture at its size, and the network. Raises what reading and loading raise, InputError for a small cell."""
    if cell < 32:
        raise InputError(f"a place on the sheet is at least 32 pixels, not --cell {cell}")
    go_offline(offline)
    from impasto.apps.cli.fetching import FetchDisplay
    from impasto.pictures import check_paintable, parse_size, read_picture, resize
    from impasto.weights import load_backbone

    seen, wanted = read_picture(picture), parse_size(size)
    check_paintable(seen, str(picture))
    if wanted is not None:
        seen = resize(seen, *wanted.fit(seen.width, seen.height))
    with FetchDisplay(silent=silent) as display:
        chosen: dict[str, Any] = seeing.flags()
        name = chosen.pop("backbone")
        return seen, load_backbone(name, **chosen, precision="fp32", device=device, progress=display)


def _written(sheet: Picture, place: Path, *, quiet: bool, json: bool) -> None:
    from impasto.pictures import write_picture

    write_picture(sheet, place)
    if json:
        result_json({"result": str(place), "width": sheet.width, "height": sheet.height}, indent=2)
    elif not quiet:
        result(str(place))
