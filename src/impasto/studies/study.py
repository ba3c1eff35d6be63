"""A study: which pictures are painted in which ways, and by what the results are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

StudyKind = Literal["grid", "random", "guided"]
KINDS: tuple[StudyKind, ...] = ("grid", "random", "guided")

DEFAULT_JUDGES = ("mobilenet_v2", "efficientnet_lite0")
"""Networks that no preset paints with."""

DEFAULT_LPIPS = "alexnet"
DEFAULT_OBJECTIVES = ("style", "content")
DEFAULT_TRIALS = 20


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A setting that is varied: over values, or over a range.

    address: as `--set` takes it, `optimizer.learning_rate`; `preset` is one too.
    values, names: what it becomes, and what each is called; both empty for a range.
    low, high: the ends of the range, both included. log: even steps of its logarithm. whole: whole numbers alone.
    count: how many values of the range a grid takes.
    """

    address: str
    values: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    count: int | None = None

    @property
    def is_range(self) -> bool:
        """Whether it runs over a range instead of values."""
        return not self.values


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Settings that go together under a name, by address."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study as it was written.

    name: of its file, without the ending. title, claim, source: for the report; claim is what somebody said would come
        out, source who said it.
    kind: `grid` takes every combination, `random` draws `trials` of them, `guided` lets a search choose `trials` by
        what the earlier ones gave.
    reference: the variant that the others are compared with; empty for none.
    judges, lpips: the networks that judge, see `impasto.measure`. objectives: the measures that a guided search makes
        small, and the axes of the report's plot.
    contents, styles: the pictures as they were named; every content is painted in every style. pairs: instead of
        them, contents and styles two by two. folder: where relative names are looked up.
    settings: of every job, by address. axes, variants: what is varied; every variant along all axes.
    """

    name: str
    title: str
    claim: str = ""
    source: str = ""
    kind: StudyKind = "grid"
    trials: int = DEFAULT_TRIALS
    seed: int = 0
    reference: str = ""
    judges: tuple[str, ...] = DEFAULT_JUDGES
    lpips: str = DEFAULT_LPIPS
    objectives: tuple[str, ...] = DEFAULT_OBJECTIVES
    contents: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    folder: Path = Path()
    settings: Mapping[str, Any] = field(default_factory=dict)
    axes: tuple[Axis, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One way to paint: what it is called, and what it sets beyond the study's settings.

    shown: the names of what was chosen, by axis; of the variant by `variant`.
    """

    label: str
    settings: Mapping[str, Any]
    shown: Mapping[str, str]


def flattened(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """A table of settings by address: tables without a `kind` are walked into, all else is a value."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        address = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and "kind" not in value:
            flat |= flattened(value, address)
        else:
            flat[address] = value
    return flat


def laid_over(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of several layers in the order in which they are to be set: the later over the earlier."""
    settings: dict[str, Any] = {}
    for layer in layers:
        for address, value in layer.items():
            settings.pop(address, None)
            settings[address] = value
    return settings


def shorter(addresses: Sequence[str]) -> dict[str, str]:
    """For each address the shortest of its endings that tells it from the others."""
    short = {}
    for address in addresses:
        parts = address.split(".")
        endings = (".".join(parts[-n:]) for n in range(1, len(parts) + 1))
        others = [other for other in addresses if other != address]
        short[address] = next((e for e in endings if not any(f".{o}".endswith(f".{e}") for o in others)), address)
    return short
