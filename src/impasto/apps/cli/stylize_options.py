"""The options of `impasto stylize`, one class to a panel of its help, and how they become a job.

Every option that was not given is None and leaves what preset and job file say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import (
    DESCENT,
    DREAM,
    LOOK,
    MACHINE,
    NETWORK,
    SETTINGS,
    DecimalNumber,
    Looking,
    Machine,
    Name,
    Names,
    Pixels,
    WholeNumber,
    bytes_in,
    names,
    numbers,
    share_in,
)
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.tasks import Job

NO_STRENGTH = "none"
"""The strength that takes the weights of the losses as they are."""


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True, kw_only=True)
class ColourLook:
    """Whose colours the result gets.

    Parameters
    ----------
    colour
        Whose colours the result gets. `style`, the default but in one pass: the photo's are moved to the style's first.
        `photo`: the photo's palette, where the strokes are wanted and not the colours. `luminance`: every colour of the
        photo in its place, for faces and places that must stay what they are. `tone`: the style's colour for each
        lightness, for ink, sepia and prints of one pigment. `free`, the default in one pass: nothing is done, as in the
        papers.
    colour_by
        How `style` and `photo` match colours. `transport`: by the linear map that moves them least, best for most.
        `histogram`: all of them, where rare or glaring ones count; it may bring out grain. `pca`, `cholesky`: other
        linear maps, to compare with the papers.
    colour_when
        When `style` and `photo` do: `before` painting leaves it the last word, `after` sets right what is painted,
        `both` makes most sure.
    """

    colour: Name = None
    colour_by: Name = None
    colour_when: Annotated[str | None, Parameter(metavar="WHEN")] = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {"colour": self.colour, "colour.by": self.colour_by, "colour.when": self.colour_when}


@Parameter(name="*", group=LOOK)
@dataclass(frozen=True, kw_only=True)
class Look(ColourLook):
    """What the result looks like.

    Parameters
    ----------
    preset
        Settings with a name; `impasto presets list` shows them.
    strength
        From 0 (the photo) to 1 (all style), calibrated on each network; most take little more above 0.6. `none` takes
        the weights of the losses as they are, as the papers do.
    style_weights
        The shares of several styles, separated by commas: 2,1.
    style_scale
        The longer side of each style over that of the result; larger means larger brushwork.
    seed
        All that is random comes from it.
    """

    preset: Annotated[str, Parameter(metavar="NAME")] = "default"
    strength: Annotated[str | None, Parameter(metavar="NUMBER")] = None
    style_weights: Annotated[str | None, Parameter(metavar="NUMBERS")] = None
    style_scale: DecimalNumber = None
    seed: WholeNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {
            **super().flags(),
            "strength": self.chosen_strength(),
            "style_weights": numbers("--style-weights", self.style_weights, float),
            "style_scale": self.style_scale,
            "seed": self.seed,
        }

    def chosen_strength(self) -> float | str | None:
        """The strength as a number, or `"none"`, or None if none was given. Raises InputError for anything else."""
        if self.strength is None or self.strength == NO_STRENGTH:
            return self.strength
        try:
            return float(self.strength)
        except ValueError:
            raise InputError(f"--strength must be a number from 0 to 1, or none, not {self.strength!r}") from None


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class Network(Looking):
    """Through what the pictures are seen, and what counts of what is seen.

    Parameters
    ----------
    content_layers
        Layers that hold the things in place, separated by commas; `impasto backbones NAME` shows them.
    style_layers
        Layers that give the manner, separated by commas; one given twice counts twice.
    content_loss
        How the things are held in place: content, self-similarity, or blank, what is flat stays flat; several in equal
        shares, separated by commas.
    style_loss
        How styles are compared: gram, moments, mean-std, gaussian, sliced, histogram, nearest; several in equal shares,
        separated by commas: gram,histogram.
    content_weight
        What the content loss is multiplied by, without --strength.
    style_weight
        What the style loss is multiplied by, without --strength.
    """

    content_layers: Names = None
    style_layers: Names = None
    content_loss: Names = None
    style_loss: Names = None
    content_weight: DecimalNumber = None
    style_weight: DecimalNumber = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {
            **super().flags(),
            "losses.content": names("--content-loss", self.content_loss),
            "losses.style": names("--style-loss", self.style_loss),
            "losses.content.layers": names("--content-layers", self.content_layers),
            "losses.content.weight": self.content_weight,
            "losses.style.layers": names("--style-layers", self.style_layers),
            "losses.style.weight": self.style_weight,
        }


@Parameter(name="*", group=DREAM)
@dataclass(frozen=True, kw_only=True)
class Dream:
    """What is dreamt into the result.

    Parameters
    ----------
    dream
        Layers or channels to raise, separated by commas: LAYER, LAYER:channel=NUMBER; or auto, which takes those that
        style and content use least, and says which.
    dream_weight
        How hard, over style and content together at the start, on every network; 0.03 without it, 1 is as hard.
    dream_backbone
        The network that dreams, if it is another than the one that looks.
    """

    dream: Names = None
    dream_weight: DecimalNumber = None
    dream_backbone: Name = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        given = {"dream_weight": self.dream_weight, "dream_backbone": self.dream_backbone}
        return {"dream": names("--dream", self.dream), **given}


@Parameter(name="*", group=DESCENT)
@dataclass(frozen=True, kw_only=True)
class Descent:
    """How the picture comes about.

    Parameters
    ----------
    steps
        Steps at each size, from the smallest, separated by commas: 60,60,30.
    least_gain
        End a size before its last step when ten steps lowered the objective by less than this: 1%.
    optimizer
        lbfgs, adam, wave-adam, normalised or sgd.
    learning_rate
        For adam, normalised and sgd, in levels of an 8-bit channel: about how far a pixel moves in a step; for
        wave-adam, how far the amplitude of a wave does.
    start
        Where painting begins: content, noise, waves, mixed; adain, what one pass gives; or a picture of the result's
        shape, which is painted on at full size.
    """

    steps: Annotated[str | None, Parameter(metavar="NUMBERS")] = None
    least_gain: Annotated[str | None, Parameter(metavar="SHARE")] = None
    optimizer: Name = None
    learning_rate: DecimalNumber = None
    start: Annotated[str | None, Parameter(metavar="NAME|PICTURE")] = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {
            "steps": numbers("--steps", self.steps, int),
            "least_gain": None if self.least_gain is None else share_in("--least-gain", self.least_gain),
            "optimizer": self.optimizer,
            "optimizer.learning_rate": self.learning_rate,
            "start": self.chosen_start(),
        }

    def chosen_start(self) -> str | dict[str, str] | None:
        """The name of a kind of start, or, if it has an ending or a folder, the picture to start from."""
        if self.start is None or (self.start == Path(self.start).name and not Path(self.start).suffix):
            return self.start
        return {"kind": "picture", "picture": self.start}


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True, kw_only=True)
class TiledMachine(Machine):
    """On what it is computed, and in how large pieces.

    Parameters
    ----------
    tile
        Look at the picture in tiles of this many pixels, for pictures too large for the memory; the gradient is the
        same up to rounding. Without it, tiles are used where the memory asks for them.
    """

    tile: Pixels = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {**super().flags(), "tile": self.tile}


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True, kw_only=True)
class MemoryMachine(Machine):
    """On what it is computed, and with how much memory.

    Parameters
    ----------
    memory
        The most memory to use: 8GB, 500MB, 6GiB. Without it, what is free.
    """

    memory: Annotated[str | None, Parameter(metavar="BYTES")] = None

    def memory_in_bytes(self) -> int | None:
        """The most memory to use, None if none was given. Raises InputError for anything else than a size in bytes."""
        return None if self.memory is None else bytes_in("--memory", self.memory)


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True, kw_only=True)
class PlannedMachine(MemoryMachine, TiledMachine):
    """On what it is computed, where a plan makes it fit."""


@Parameter(name="*", group=SETTINGS)
@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where settings come from that have no option of their own.

    Parameters
    ----------
    config
        A job file; what it says counts more than the preset and less than the options given.
    sets
        One setting of the job by its name, counting more than all else; may be given again: --set optimizer.history=20.
    """

    config: Annotated[Path | None, Parameter(metavar="FILE")] = None
    sets: Annotated[
        tuple[str, ...], Parameter(name="--set", negative=(), show_default=False, metavar="NAME=VALUE")
    ] = ()

    def job(self, kind: str, flags: Mapping[str, Any], *, preset: str | None = None) -> Job:
        """The job of a kind that these and the options describe: defaults < preset < job file < options < `--set`.

        flags: settings of the job by address, None where they were not given.
        Raises JobError, UnknownNameError or InputError for what cannot be meant.
        """
        from impasto.runs import build_job

        return build_job(kind, preset=preset, config=self.config, flags=flags, sets=self.sets)
