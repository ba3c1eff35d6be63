"""`impasto fast`: painting in one pass, without optimising anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.fast_export import EXAMPLES as EXPORT_EXAMPLES
from impasto.apps.cli.fast_export import export
from impasto.apps.cli.fast_judge import EXAMPLES as JUDGE_EXAMPLES
from impasto.apps.cli.fast_judge import judge
from impasto.apps.cli.fast_list import list_networks
from impasto.apps.cli.fast_train import EXAMPLES as TRAIN_EXAMPLES
from impasto.apps.cli.fast_train import USAGE as TRAIN_USAGE
from impasto.apps.cli.fast_train import train
from impasto.apps.cli.guiding import Places, with_folders
from impasto.apps.cli.options import LOOK, DecimalNumber, Placing, go_offline, numbers
from impasto.apps.cli.stylize_options import ColourLook, Settings, TiledMachine
from impasto.apps.cli.telling import Running
from impasto.errors import InputError

EXAMPLES = """Examples:

    impasto fast apply photo.jpg --style painting.jpg -o out.png
    impasto fast apply photo.jpg --style a.jpg --style b.jpg --style-weights 2,1
    impasto fast apply photo.jpg --style painting.jpg --strength 0.6 --colour luminance
    impasto fast apply photo.jpg --style wave.jpg --region sky.png=starry.jpg --protect face.png
    impasto fast apply photo.jpg --style painting.jpg --size 4096
    impasto fast apply photo.jpg --network starry.safetensors -o out.png
    impasto fast apply photos/ --style painting.jpg -o results/
"""

fast = App(name="fast", help="Paint in one pass: seconds instead of minutes, for less of the style.")
fast.command(export, help_epilogue=EXPORT_EXAMPLES)
fast.command(train, help_epilogue=TRAIN_EXAMPLES, usage=TRAIN_USAGE)
fast.command(judge, help_epilogue=JUDGE_EXAMPLES)
fast.command(list_networks, name="list", help_epilogue="")


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True, kw_only=True)
class Manner:
    """What the result looks like.

    Parameters
    ----------
    styles
        A picture whose manner is taken, or a folder of them; given again, another one.
    network
        Instead of styles, a network that was trained for one: its file, or the name of one that comes with Impasto.
    style_weights
        The shares of several styles, separated by commas: 2,1.
    style_scale
        The longer side of each style over that of the result; larger means larger brushwork.
    strength
        From 0, which is nearly the photo, to 1, all style; 1 without it.
    """

    styles: Annotated[
        tuple[Path, ...], Parameter(name="--style", negative=(), show_default=False, metavar="PICTURE")
    ] = ()
    network: Annotated[str | None, Parameter(metavar="FILE|NAME")] = None
    style_weights: Annotated[str | None, Parameter(metavar="NUMBERS")] = None
    style_scale: DecimalNumber = None
    strength: DecimalNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        styles, shares = with_folders(self.styles, numbers("--style-weights", self.style_weights, float))
        return {
            "styles": tuple(map(str, styles)) or None,
            "style_weights": shares,
            **{name: getattr(self, name) for name in ("network", "style_scale", "strength")},
        }


@fast.command(help_epilogue=EXAMPLES)
def apply(
    content: Path | None = None,
    /,
    *,
    manner: Manner = Manner(),
    colours: ColourLook = ColourLook(),
    places: Places = Places(),
    placing: Placing = Placing(),
    machine: TiledMachine = TiledMachine(),
    settings: Settings = Settings(),
    running: Running = Running(),
) -> None:
    """Paint CONTENT in one pass: in the manner of any picture, through two networks trained for all styles (AdaIN), or
    with a network that was trained for one.

    It is kept as a run, as paintings are. Large pictures are painted in tiles, without a seam.

    Parameters
    ----------
    content
        The picture whose things stay where they are; or a folder: each picture in it is painted, as a run of its own.
    manner, colours, places, placing, machine, settings, running
        The panels.
    placing.output
        Where the result goes; the ending says the format: .png .jpg .webp .tif. Without it, CONTENT_STYLE_adain.png in
        the current folder. Fields in braces are filled in: "{content}_{size}.png". For a folder of pictures, a folder;
        results that are there already are passed over.
    placing.size
        The longer side in pixels, or width x height; 512 without it, none keeps the picture's own.
    """
    from impasto.apps.cli.batch import Manner as BatchManner
    from impasto.apps.cli.batch import paint_all
    from impasto.apps.cli.batch_pieces import pieces_for
    from impasto.apps.cli.painting import named_output, paint_asked
    from impasto.pictures import gathered, stands_for_many
    from impasto.runs.writing import Writing
    from impasto.tasks import AdaINJob, StyleNetworkJob

    painted_by = manner.styles or places.region
    if painted_by and manner.network:
        raise InputError(
            "give --style or --network, not both: a network paints in the one style that it was trained for"
        )
    if settings.config is None and (content is None or not (painted_by or manner.network)):
        raise InputError(
            "name a picture to paint and at least one style: impasto fast apply CONTENT --style STYLE, "
            "or --network NETWORK"
        )
    go_offline(machine.offline)
    photos = gathered([content]) if content is not None and stands_for_many(content) else []
    chosen = photos[0] if photos else content
    flags = {
        "content": None if chosen is None else str(chosen),
        "size": placing.size,
        **manner.flags(),
        **colours.flags(),
        **places.flags(),
        **machine.flags(),
    }
    kind = "style-network" if manner.network else "adain"
    job = settings.job(kind, flags)
    assert isinstance(job, AdaINJob | StyleNetworkJob)
    if content is not None and photos:
        styles = job.styles if isinstance(job, AdaINJob) else ()
        own = tuple(style for style in styles if isinstance(style, Path))
        pieces, root = pieces_for(job, photos, [own], placing.output, called=[content], preset=kind)
        carried_out = BatchManner(writing=Writing(), running=running, overwrite=placing.overwrite)
        paint_all(pieces, root, carried_out)
        return
    paint_asked(job, named_output(placing.output, job, kind), running, overwrite=placing.overwrite)
