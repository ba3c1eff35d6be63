"""Safetensors files: a header of names, types and offsets, then plain bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from impasto.artefacts.home import written_whole
from impasto.errors import CorruptError
from impasto.weights.formats.format import Arrays, Format

_LARGEST_HEADER = 100_000_000


def recognises(head: bytes, size: int, _suffix: str) -> bool:
    """A length that fits the file, and the brace that opens the header."""
    length = int.from_bytes(head[:8], "little")
    return len(head) > 8 and head[8:9] == b"{" and 2 <= length <= min(size - 8, _LARGEST_HEADER)


def read(path: Path) -> Arrays:
    """The arrays of a safetensors file. Raises CorruptError as `Format.read` says."""
    return read_with_metadata(path)[0]


def read_with_metadata(path: Path) -> tuple[Arrays, dict[str, str]]:
    """The arrays and the header's free text. Raises CorruptError for a damaged file, OSError as the system does."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, TypeError, ValueError, AttributeError) as error:
        raise CorruptError(f"{path} is not a sound safetensors file: {error}") from error


def write(path: Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write arrays and free text to `path`, whole or not at all. Raises UnavailableError when it cannot."""
    from safetensors.numpy import save

    data = save(dict(arrays), metadata=dict(metadata))
    with written_whole(path) as file:
        file.write(data)


FORMAT = Format("safetensors", recognises, read)
