"""`impasto texture`: the style of a picture as a texture that repeats without an edge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import (
    DESCENT,
    NETWORK,
    RESULT,
    DecimalNumber,
    Name,
    Names,
    Placing,
    WholeNumber,
    go_offline,
    names,
    numbers,
)
from impasto.apps.cli.streams import note, result_json
from impasto.apps.cli.stylize_options import MemoryMachine, Settings
from impasto.apps.cli.telling import Running

if TYPE_CHECKING:
    from impasto.tasks import Job

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
    """

    backbone: Name = None
    weights: Name = None
    pooling: Name = None
    layers: Names = None
    steps: Annotated[str | None, Parameter(group=DESCENT, metavar="NUMBERS")] = None
    optimizer: Annotated[Name, Parameter(group=DESCENT)] = None
    seed: Annotated[WholeNumber, Parameter(group=DESCENT)] = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        as_they_are = ("backbone", "weights", "pooling", "optimizer", "seed")
        return {
            **{name: getattr(self, name) for name in as_they_are},
            "losses.style.layers": names("--layers", self.layers),
            "steps": numbers("--steps", self.steps, int),
        }


def texture(
    style: Path,
    /,
    *,
    placing: Placing = Placing(),
    style_scale: Annotated[DecimalNumber, Parameter(group=RESULT)] = None,
    network: TextureNetwork = TextureNetwork(),
    machine: MemoryMachine = MemoryMachine(),
    settings: Settings = Settings(),
    running: Running = Running(),
) -> None:
    """Paint a texture in the manner of STYLE that can be laid side by side with itself.

    It is kept as a run, as paintings are. In the end it is told how far its seams stand out, 1 being not at all.

    Parameters
    ----------
    style
        The picture whose manner is taken.
    placing.output
        Where the result goes. Without it, STYLE_texture.png in the current folder.
    placing.size
        Width x height in pixels, or one number for a square; multiples of 16 with the network's own layers. Without
        it, 512.
    style_scale
        The longer side of the style over that of the texture; larger means larger brushwork.
    placing, network, machine, settings, running
        The panels.
    """
    from impasto.apps.cli.painting import paint_asked
    from impasto.apps.cli.planned import room_for
    from impasto.measure import seam_energy
    from impasto.pictures import read_picture

    job = texture_job(style, placing.size, style_scale, network, machine, settings)
    room = room_for(job, machine, settings)
    place = paint_asked(job, placing.output, running, overwrite=placing.overwrite, room=room)
    if running.quiet:
        return
    across, down = seam_energy(read_picture(place))
    if running.json:
        result_json({"event": "seams", "across": across, "down": down})
    else:
        note(f"seams: {across:.2f} where left meets right, {down:.2f} where top meets bottom; 1 is no seam")


def texture_job(
    style: Path,
    size: str | None,
    style_scale: float | None,
    network: TextureNetwork,
    machine: MemoryMachine,
    settings: Settings,
) -> Job:
    """The job that the options describe. Raises what `Settings.job` raises."""
    go_offline(machine.offline)
    given = {"style": str(style), "size": size, "style_scale": style_scale}
    return settings.job("texture", {**given, **network.flags(), **machine.flags()})
