"""The cache folder: where it is, and writing into it without leaving half a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import platformdirs
from filelock import FileLock

from impasto.errors import UnavailableError

HOME_VARIABLE = "IMPASTO_HOME"
OFFLINE_VARIABLE = "IMPASTO_OFFLINE"


def home() -> Path:
    """The cache folder: $IMPASTO_HOME, or the platform's cache folder for users. It need not exist yet."""
    chosen = os.environ.get(HOME_VARIABLE, "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("impasto", appauthor=False))


def is_offline(offline: bool) -> bool:
    """Whether no source may be asked: the argument, or $IMPASTO_OFFLINE set and not 0, no, false or off."""
    said = os.environ.get(OFFLINE_VARIABLE, "").strip().lower()
    return offline or said not in ("", "0", "no", "false", "off")


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write at `path` into an UnavailableError that says what to do.

    An OSError without a number is no word of the system (a damaged archive, say) and passes.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        reason = error.strerror or str(error)
        raise UnavailableError(
            f"cannot write {path}: {reason}. Free some room, or set {HOME_VARIABLE} to a folder that can be written."
        ) from error


def make_folder(folder: Path) -> Path:
    """Create `folder` and its parents. Raises UnavailableError when the system refuses."""
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def require_room(folder: Path, needed: int) -> None:
    """Raise UnavailableError when fewer than `needed` bytes are free at `folder`, before anything is fetched."""
    with storing(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise UnavailableError(
            f"{folder} has {free / 1e6:.0f} MB free and {needed / 1e6:.0f} MB are needed. "
            f"Free some room or set {HOME_VARIABLE} to a folder on a larger disk."
        )


@contextmanager
def locked(name: str, *, root: Path) -> Iterator[None]:
    """Hold the lock `name` of the cache at `root`, so that two processes do one piece of work once.

    The system frees the lock when its process ends, however it ends. Raises UnavailableError when the
    cache cannot be written.
    """
    path = make_folder(root / "locks") / f"{name}.lock"
    lock = FileLock(path)
    with storing(path):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under `path` only when the block ends well: beside, synchronised, renamed.

    The caller holds the lock of the work, so a temporary file that is there already was left by a process
    that was killed, and is removed. Raises UnavailableError when the system refuses; whatever happens short
    of a kill, no temporary file stays.
    """
    make_folder(path.parent)
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with storing(path):
            with beside.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def settle(part: Path, path: Path) -> None:
    """Give the finished file `part` its final name, its bytes on the disk first."""
    with storing(path):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
