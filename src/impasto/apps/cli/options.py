"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Group, Parameter

from impasto.errors import InputError

Number = TypeVar("Number", int, float)

RESULT = Group("The result", sort_key=1)
TELLING = Group("What is told", sort_key=9)

Json = Annotated[bool, Parameter(name="--json", negative=(), group=TELLING, show_default=False)]
Quiet = Annotated[bool, Parameter(name=("--quiet", "-q"), negative=(), group=TELLING, show_default=False)]
Overwrite = Annotated[bool, Parameter(negative=(), group=RESULT, show_default=False)]
Offline = Annotated[bool, Parameter(negative=(), show_default=False)]
OutputPath = Annotated[Path | None, Parameter(name=("--output", "-o"), group=RESULT)]


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
