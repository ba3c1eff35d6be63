"""`impasto texture`: the style of a picture as a texture that repeats without an edge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import (
    DESCENT,
    MACHINE,
    NETWORK,
    RESULT,
    DecimalNumber,
    Json,
    Name,
    Names,
    Offline,
    OutputPath,
    Overwrite,
    PictureSize,
    Quiet,
    RunDir,
    WholeNumber,
    go_offline,
    names,
    numbers,
)
from impasto.apps.cli.streams import note, result_json
from impasto.apps.cli.stylize_options import Settings

EXAMPLES = """Examples:

    impasto texture painting.jpg --size 512x512 -o tile.png
    impasto texture painting.jpg --size 1024x512 --style-scale 0.5
"""


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class TextureNetwork:
    """Through what the style is seen, and how the texture comes about.

    Parameters
    ----------
    backbone
        The network: vgg19 or vgg16; others have borders whatever the padding.
    weights
        Its pretrained weights; `impasto weights list` shows them.
    pooling
        What stands for the pooling layers: max, average, or average-scaled, which keeps the size of activations.
    layers
        Layers that give the style, separated by commas; `impasto backbones NAME` shows them.
    steps
        Steps at each size, from the smallest, separated by commas: 80,60,50.
    optimizer
        lbfgs, adam or sgd.
    seed
        Another number gives another texture of the same style.
    device
        auto (a GPU if there is one), cpu, cuda, cuda:1 or mps.
    precision
        Of the convolutions: auto, fp32 or bf16.
    offline
        Ask no source on the network for weights.
    """

    backbone: Name = None
    weights: Name = None
    pooling: Name = None
    layers: Names = None
    steps: Annotated[str | None, Parameter(group=DESCENT, metavar="NUMBERS")] = None
    optimizer: Annotated[Name, Parameter(group=DESCENT)] = None
    seed: Annotated[WholeNumber, Parameter(group=DESCENT)] = None
    device: Annotated[Name, Parameter(group=MACHINE)] = None
    precision: Annotated[Name, Parameter(group=MACHINE)] = None
    offline: Annotated[Offline, Parameter(group=MACHINE)] = False

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        as_they_are = ("backbone", "weights", "pooling", "optimizer", "seed", "device", "precision")
        return {
            **{name: getattr(self, name) for name in as_they_are},
            "losses.style.layers": names("--layers", self.layers),
            "steps": numbers("--steps", self.steps, int),
        }


def texture(
    style: Path,
    /,
    *,
    output: OutputPath = None,
    size: PictureSize = None,
    style_scale: Annotated[DecimalNumber, Parameter(group=RESULT)] = None,
    overwrite: Overwrite = False,
    network: TextureNetwork = TextureNetwork(),
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Paint a texture in the manner of STYLE that can be laid side by side with itself.

    It is kept as a run, as paintings are. In the end it is told how far its seams stand out, 1 being not at all.

    Parameters
    ----------
    style
        The picture whose manner is taken.
    output
        Where the result goes. Without it, STYLE_texture.png in the current folder.
    size
        Width x height in pixels, or one number for a square; multiples of 16 with the network's own layers. Without
        it, 512.
    style_scale
        The longer side of the style over that of the texture; larger means larger brushwork.
    overwrite
        Replace the result if it is there already.
    network, settings
        The panels.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.painting import check_place, default_output, paint_new
    from impasto.measure import seam_energy
    from impasto.pictures import read_picture
    from impasto.runs import build_job

    go_offline(network.offline)
    flags = {"style": str(style), "size": size, "style_scale": style_scale, **network.flags()}
    job = build_job("texture", preset=None, config=settings.config, flags=flags, sets=settings.sets)
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    paint_new(job, place, runs_home=run_dir, quiet=quiet, json=json)
    if quiet:
        return
    across, down = seam_energy(read_picture(place))
    if json:
        result_json({"event": "seams", "across": across, "down": down})
    else:
        note(f"seams: {across:.2f} where left meets right, {down:.2f} where top meets bottom; 1 is no seam")
