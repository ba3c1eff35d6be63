"""Options that several commands share.

Annotations are evaluated here, not left as texts: of an inherited option the parser would look a text up in the module
of the class that inherits it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import Group, Parameter

from impasto.errors import InputError

Number = TypeVar("Number", int, float)

RESULT = Group("The result", sort_key=1)
LOOK = Group("The look", sort_key=2)
PLACES = Group("Where the style goes, and what counts of it", sort_key=2.5)
NETWORK = Group("The network that looks", sort_key=3)
DESCENT = Group("How it is painted", sort_key=4)
DREAM = Group("The dream", sort_key=5)
MACHINE = Group("The machine", sort_key=6)
SETTINGS = Group("Settings in files and by name", sort_key=7)
TELLING = Group("What is told", sort_key=9)

Json = Annotated[bool, Parameter(name="--json", negative=(), group=TELLING, show_default=False)]
Overwrite = Annotated[bool, Parameter(negative=(), group=RESULT, show_default=False)]
Offline = Annotated[bool, Parameter(negative=(), show_default=False)]
OutputPath = Annotated[Path | None, Parameter(name=("--output", "-o"), group=RESULT)]
PictureSize = Annotated[str | None, Parameter(group=RESULT, metavar="SIZE")]
Again = Annotated[bool, Parameter(name=("--again", "--force"), negative=(), group=RESULT, show_default=False)]
SheetPath = Annotated[Path | None, Parameter(name="--sheet", group=RESULT, metavar="PICTURE")]
Name = Annotated[str | None, Parameter(metavar="NAME")]
Names = Annotated[str | None, Parameter(metavar="NAMES")]
Pixels = Annotated[int | None, Parameter(metavar="PIXELS")]
WholeNumber = Annotated[int | None, Parameter(metavar="NUMBER")]
DecimalNumber = Annotated[float | None, Parameter(metavar="NUMBER")]


@Parameter(name="*", group=RESULT)
@dataclass(frozen=True, kw_only=True)
class Placing:
    """Where the result goes, and in what size; what differs in a command, its docstring says of `placing.output`.

    Parameters
    ----------
    output
        Where the result goes.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    overwrite
        Replace the result if it is there already.
    """

    output: OutputPath = None
    size: PictureSize = None
    overwrite: Overwrite = False


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True, kw_only=True)
class Machine:
    """On what it is computed.

    Parameters
    ----------
    device
        auto (a GPU if there is one), cpu, cuda, cuda:1 or mps.
    precision
        Of the convolutions: auto, fp32, tf32 (on CUDA GPUs) or bf16.
    offline
        Ask no source on the network for weights.
    """

    device: Name = None
    precision: Name = None
    offline: Offline = False

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {"device": self.device, "precision": self.precision}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Computing:
    """On what networks are computed that paint nothing.

    Parameters
    ----------
    device
        Where the network runs: auto, cpu, cuda, cuda:1, mps.
    offline
        Ask no source on the network; use only what was downloaded before.
    """

    device: str = "auto"
    offline: Offline = False


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class Seeing:
    """Through what network pictures are seen.

    Parameters
    ----------
    backbone
        The network; `impasto backbones` shows them.
    weights
        Its pretrained weights; `impasto weights list` shows them.
    pooling
        What stands for the pooling layers: max, average, or average-scaled, which keeps the size of activations.
    padding
        What surrounds a picture at every convolution: zeros, reflect, replicate or circular.
    """

    backbone: Name = None
    weights: Name = None
    pooling: Name = None
    padding: Name = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {name: getattr(self, name) for name in ("backbone", "weights", "pooling", "padding")}


@Parameter(name="*", group=NETWORK)
@dataclass(frozen=True, kw_only=True)
class Looking(Seeing):
    """Through what pictures are seen that are painted.

    Parameters
    ----------
    shift
        By how many pixels at most the picture is moved against the network now and then, 1, 2, 4, 8 …; 1 is not at
        all. Without it, networks that begin with strides print a grid; each has its own default.
    """

    shift: Pixels = None

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {**super().flags(), "shift": self.shift}


def names(option: str, text: str | None) -> tuple[str, ...] | None:
    """The names of a list written with commas, None if it was not given. Raises InputError for an empty list."""
    if text is None:
        return None
    items = tuple(item.strip() for item in text.split(",") if item.strip())
    if not items:
        raise InputError(f"{option} names nothing: give one or more, separated by commas")
    return items


def numbers(option: str, text: str | None, kind: type[Number]) -> tuple[Number, ...] | None:
    """The numbers of a list written with commas, None if it was not given. Raises InputError for anything else."""
    try:
        return tuple(kind(item) for item in names(option, text) or ()) or None
    except ValueError:
        what = "whole numbers" if kind is int else "numbers"
        raise InputError(f"{option} must be {what} separated by commas, not {text!r}") from None


_BYTES = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)b\s*", re.ASCII | re.IGNORECASE)


def bytes_in(option: str, text: str) -> int:
    """The bytes that a text such as 8GB, 500 MB or 6GiB says. Raises InputError for anything else, and for nothing."""
    match = _BYTES.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise InputError(f"{option} must be a size like 8GB, 500MB or 6GiB, not {text!r}")
    unit: int = (1024 if match[3] else 1000) ** " kmgt".index(match[2].lower() or " ")
    found = round(float(match[1]) * unit)
    if not found:
        raise InputError(f"{option} must be more than nothing, not {text!r}")
    return found


def share_in(option: str, text: str) -> float:
    """The share that a text such as 1% or 0.01 says. Raises InputError for anything else."""
    number, percent = (text[:-1], 100) if text.endswith("%") else (text, 1)
    try:
        return float(number) / percent
    except ValueError:
        raise InputError(f"{option} must be a share like 1% or 0.01, not {text!r}") from None


def go_offline(offline: bool) -> None:
    """Let this process ask no source on the network."""
    if offline:
        import os

        from impasto.artefacts.home import OFFLINE_VARIABLE

        os.environ[OFFLINE_VARIABLE] = "1"
