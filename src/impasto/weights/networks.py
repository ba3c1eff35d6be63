"""Style networks by name: those that come with the package, and any file."""

from __future__ import annotations

from pathlib import Path

from impasto.errors import InputError
from impasto.registry import did_you_mean

SHIPPED = Path(__file__).parent / "networks"
SUFFIX = ".safetensors"


def network_names() -> list[str]:
    """The names of the style networks in the package."""
    return sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}"))


def find_network(network: str | Path) -> Path:
    """The file of a style network: the one at a path, or in the package by its name.

    What has an ending or a folder in it is a path. Raises InputError for neither.
    """
    path = Path(network)
    if path.suffix or path.name != str(network):
        if not path.is_file():
            raise InputError(f"{path}: there is no such file. Check the spelling, or train it: impasto fast train")
        return path
    known = network_names()
    if path.name not in known:
        advice = did_you_mean(path.name, known) if known else "None come with this version."
        raise InputError(
            f"no style network is named {path.name!r}. {advice} A file is named with its ending: {path.name}{SUFFIX}"
        )
    return SHIPPED / f"{path.name}{SUFFIX}"
