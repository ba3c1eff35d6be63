"""Running a package manager: in a folder of its own, ended with all it started, its last words kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from impasto.artefacts.artefact import SourceFailedError
from impasto.artefacts.home import storing


@contextmanager
def workplace(prefix: str, parent: Path) -> Iterator[Path]:
    """A new folder in `parent` that is removed at the end; those of earlier processes that were killed go first.

    The caller holds the lock of the work that `prefix` names. Raises UnavailableError when the system refuses.
    """
    for leftover in parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with storing(parent):
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: list[str], folder: Path, temporary: Path, log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that works in `folder` with its temporary files under `temporary`, ended with its own children.

    Raises SourceFailedError when it cannot be started.
    """
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **folders},
            start_new_session=True,
        )
    except OSError as error:
        raise SourceFailedError(f"{Path(command[0]).stem} cannot be started: {error}") from error
    try:
        yield process
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def last_words(program: str, code: int, log: Path, telling: Sequence[str]) -> str:
    """What a program said before it failed: its last lines that begin with one of `telling`, or its last three."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip()[:400] for line in text.splitlines() if line.strip()]
    chosen = [line for line in lines if line.startswith(tuple(telling))] or lines
    return f"{program} failed with code {code}: {' / '.join(chosen[-3:]) or 'without a word'}"
