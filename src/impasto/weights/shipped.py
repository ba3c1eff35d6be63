"""The style networks that come with Impasto, each a file under `networks`."""

from __future__ import annotations

from pathlib import Path

from impasto.errors import InputError, UnknownNameError
from impasto.registry import did_you_mean

FOLDER = Path(__file__).parent / "networks"
ENDING = ".safetensors"


def shipped_networks() -> dict[str, Path]:
    """The files by the names of their networks."""
    return {path.stem: path for path in sorted(FOLDER.glob(f"*{ENDING}"))}


def network_file(source: Path | str) -> Path:
    """Where a style network lies: a path as it is, a name's file.

    Raises UnknownNameError for a name that there is not, InputError if there is no such file.
    """
    if isinstance(source, Path):
        if not source.is_file():
            raise InputError(f"{source}: there is no such file. Name a style network that `impasto fast train` wrote.")
        return source
    there = shipped_networks()
    if source not in there:
        raise UnknownNameError(
            f"no style network is named {source!r}. {did_you_mean(source, there)} One of your own is named by its "
            f"path, such as ./{source}{ENDING}"
        )
    return there[source]
