"""`impasto fast list`: the style networks that come with Impasto, or lie in a folder."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from impasto.apps.cli.options import Json
from impasto.apps.cli.streams import in_words, note, result_json, result_table

COLUMNS = ("name", "size", "file", "steps", "style distance / optimiser's", "licence")


def list_networks(folder: Path | None = None, /, *, json: Json = False) -> None:
    """List the style networks that come with Impasto, or those in FOLDER.

    Parameters
    ----------
    folder
        Where to look instead.
    json
        Write one JSON document.
    """
    from impasto.errors import InputError
    from impasto.weights.networks import SHIPPED, SUFFIX

    if folder is not None and not folder.is_dir():
        raise InputError(f"{folder} is no folder")
    paths = sorted((folder or SHIPPED).glob(f"*{SUFFIX}"))
    found = [(path, about) for path in paths if (about := facts(path))]
    if json:
        result_json([{"path": str(path), **about} for path, about in found], indent=2)
    elif found:
        result_table(COLUMNS, [row(path, about) for path, about in found])
    else:
        note(f"no style networks in {folder}" if folder else "no style networks come with this version")


def facts(path: Path) -> dict[str, Any]:
    """What a network's file says of it; nothing for a file that is none."""
    from dataclasses import asdict

    from impasto.errors import WeightsError
    from impasto.weights.style_network import load_style_network

    try:
        _, about = load_style_network(path)
        trained = tomllib.loads(about.trained)
    except (WeightsError, OSError, ValueError):
        return {}
    return {**asdict(about), "trained": trained, "bytes": path.stat().st_size}


def row(path: Path, about: dict[str, Any]) -> tuple[str, ...]:
    """One network."""
    trained = about["trained"]
    ratio = trained.get("judged", {}).get("style_gram_ratio")
    judged = "" if ratio is None else f"{ratio:.2f}"
    return (path.stem, about["size"], in_words(about["bytes"]), str(trained.get("steps", "")), judged, about["licence"])
