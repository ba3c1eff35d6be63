"""`impasto fast`: painting in one pass, without optimising anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.fast_judge import EXAMPLES as JUDGE_EXAMPLES
from impasto.apps.cli.fast_judge import judge
from impasto.apps.cli.fast_list import list_networks
from impasto.apps.cli.fast_train import EXAMPLES as TRAIN_EXAMPLES
from impasto.apps.cli.fast_train import USAGE as TRAIN_USAGE
from impasto.apps.cli.fast_train import train
from impasto.apps.cli.options import (
    LOOK,
    DecimalNumber,
    Json,
    OutputPath,
    Overwrite,
    PictureSize,
    Quiet,
    RunDir,
    go_offline,
    numbers,
)
from impasto.apps.cli.stylize_options import Machine, Settings
from impasto.errors import InputError

EXAMPLES = """Examples:

    impasto fast apply photo.jpg --style painting.jpg -o out.png
    impasto fast apply photo.jpg --style a.jpg --style b.jpg --style-weights 2,1
    impasto fast apply photo.jpg --style painting.jpg --strength 0.6 --keep-colour 1
    impasto fast apply photo.jpg --style painting.jpg --size 4096
    impasto fast apply photos/ --style painting.jpg -o results/
"""

fast = App(name="fast", help="Paint in one pass: seconds instead of minutes, for less of the style.")
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
        A picture whose manner is taken; given again, another one.
    style_weights
        The shares of several styles, separated by commas: 2,1.
    style_scale
        The longer side of each style over that of the result; larger means larger brushwork.
    strength
        From 0, which is nearly the photo, to 1, all style; 1 without it.
    keep_colour
        How far the styles' colours are moved to the photo's first, 0 … 1; 0 without it.
    """

    styles: Annotated[
        tuple[Path, ...], Parameter(name="--style", negative=(), show_default=False, metavar="PICTURE")
    ] = ()
    style_weights: Annotated[str | None, Parameter(metavar="NUMBERS")] = None
    style_scale: DecimalNumber = None
    strength: DecimalNumber = None
    keep_colour: DecimalNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {
            "styles": tuple(str(style) for style in self.styles) or None,
            "style_weights": numbers("--style-weights", self.style_weights, float),
            **{name: getattr(self, name) for name in ("style_scale", "strength", "keep_colour")},
        }


@fast.command(help_epilogue=EXAMPLES)
def apply(
    content: Path | None = None,
    /,
    *,
    manner: Manner = Manner(),
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    machine: Machine = Machine(),  # noqa: B008 frozen
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Paint CONTENT in the manner of any picture, in one pass through two networks trained for it (AdaIN).

    It is kept as a run, as paintings are. Large pictures are painted in tiles, without a seam.

    Parameters
    ----------
    content
        The picture whose things stay where they are; or a folder: each picture in it is painted, as a run of its own.
    manner, machine, settings
        The panels.
    output
        Where the result goes; the ending says the format: .png .jpg .webp .tif. Without it, CONTENT_STYLE_adain.png in
        the current folder. For a folder of pictures, a folder; results that are there already are passed over.
    size
        The longer side in pixels, or width x height; 512 without it, none keeps the picture's own.
    overwrite
        Replace the result if it is there already.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.batch import Manner as BatchManner
    from impasto.apps.cli.batch import paint_all
    from impasto.apps.cli.batch_pieces import pieces_for
    from impasto.apps.cli.painting import check_place, default_output, paint_new
    from impasto.pictures import gathered, stands_for_many
    from impasto.runs import build_job
    from impasto.runs.writing import Writing
    from impasto.tasks import AdaINJob

    if settings.config is None and (content is None or not manner.styles):
        raise InputError("name a picture to paint and at least one style: impasto fast apply CONTENT --style STYLE")
    go_offline(machine.offline)
    photos = gathered([content]) if content is not None and stands_for_many(content) else []
    chosen = photos[0] if photos else content
    flags = {
        "content": None if chosen is None else str(chosen),
        "size": size,
        **manner.flags(),
        **machine.flags(),
    }
    job = build_job("adain", preset=None, config=settings.config, flags=flags, sets=settings.sets)
    assert isinstance(job, AdaINJob)
    if content is not None and photos:
        styles = tuple(style for style in job.styles if isinstance(style, Path))
        pieces, root = pieces_for(job, photos, [styles], output, called=[content], preset="adain")
        carried_out = BatchManner(writing=Writing(), overwrite=overwrite, runs_home=run_dir, quiet=quiet, json=json)
        paint_all(pieces, root, carried_out)
        return
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    paint_new(job, place, runs_home=run_dir, quiet=quiet, json=json)
