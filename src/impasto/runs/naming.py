"""What runs are called, and where they live."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

RUNS_VARIABLE = "IMPASTO_RUNS"
LONGEST_STEM = 24
MOST_NAMES = 3

_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9_.-]+-[0-9a-f]{4}", re.ASCII)


def runs_home() -> Path:
    """The folder of all runs: $IMPASTO_RUNS, or `runs` in the platform's data folder for users."""
    chosen = os.environ.get(RUNS_VARIABLE, "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_data_dir("impasto", appauthor=False)) / "runs"


def new_id(names: Iterable[str]) -> str:
    """A new name for a run: the moment in UTC, its pictures, four random digits.

    Names sort by age: `20260102-030405-tubingen-starry_night-ab12`.
    """
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    words = [slug(name) for name in list(names)[:MOST_NAMES]]
    return "-".join([moment, *words, secrets.token_hex(2)])


def slug(name: str) -> str:
    """Lower-case letters, digits and underscores of a file's stem, not too many of them."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST_STEM].strip("_") or "picture"


def is_id(name: str) -> bool:
    """Whether a folder of this name may be a run."""
    return _ID.fullmatch(name) is not None
