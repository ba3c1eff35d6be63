"""Files of a run: written whole or not at all, and read with care."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from impasto.errors import InputError, OutputError

LARGEST_TEXT = 8_000_000
"""Bytes of a run's text file beyond which it is not one of ours; a recipe or record takes a few thousand."""


@contextmanager
def placed_whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write a file under, which gets its own name when it is on the disk, the block over.

    Raises OSError as the system does; then nothing is left beside and `path` is as it was.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text whole. Raises OutputError."""
    try:
        with placed_whole(path) as beside:
            beside.write_bytes(text.encode())
    except OSError as error:
        raise OutputError(
            f"{path}: it cannot be written ({error.strerror}). Free space, or check the folder."
        ) from None


def write_json(path: Path, data: Any) -> None:
    """Write data as JSON, whole. Raises OutputError."""
    write_text(path, json.dumps(data, indent=2, allow_nan=False) + "\n")


def read_text(path: Path) -> str:
    """A text of ours. Raises InputError if it is missing, not text, or larger than any of ours."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise InputError(f"{path}: it cannot be read ({error.strerror})") from None
    if len(data) > LARGEST_TEXT:
        raise InputError(f"{path}: it is larger than any file of its name should be")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: it is damaged: not a text") from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of ours. Raises InputError like `read_text`, and if it is anything else."""
    return json_object(read_text(path), str(path))


def json_object(text: str, where: str) -> dict[str, Any]:
    """The object in a JSON text. Raises InputError, calling the text `where`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: it is damaged: not valid JSON") from None
    if not isinstance(data, dict):
        raise InputError(f"{where}: it is damaged: not a JSON object")
    return data


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that `target` appears whole. Raises OutputError."""
    try:
        with placed_whole(Path(os.path.realpath(target))) as beside:
            shutil.copyfile(source, beside)
    except OSError as error:
        raise OutputError(
            f"{target}: it cannot be written ({error.strerror}). The picture is kept as {source}; copy it from there."
        ) from None


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if they are not there yet. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made ({error.strerror})") from None
