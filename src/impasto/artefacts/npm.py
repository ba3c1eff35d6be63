"""A package of the JavaScript package registry, fetched whole with npm and neither unpacked nor installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from impasto.artefacts.artefact import Delivery, Order, Progress, SourceFailedError
from impasto.artefacts.home import require_room, storing
from impasto.artefacts.program import last_words, running, workplace

_POLL = 0.1
_SMALL_FILES = 1 << 20
_TELLING = ("npm error code", "npm error network", "npm error 4", "npm error 5", "npm ERR! code", "npm ERR! 4")
_NO_NPM = "npm is not installed; add Node.js, or put the package's archive by hand where this message says"


@dataclass(frozen=True)
class NpmPackage:
    """One version of a package, as the archive (.tgz) that the registry keeps.

    The archive is the artefact: its SHA-256 proves it, and the format that reads it takes what it needs out of it,
    which may be many files.
    """

    package: str
    version: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*", self.package):
            raise ValueError(f"not the name of an npm package: {self.package!r}")
        if not re.fullmatch(r"\d+\.\d+\.\d+[A-Za-z0-9.+-]*", self.version):
            raise ValueError(f"not one version of an npm package: {self.version!r}")

    @property
    def label(self) -> str:
        """How messages name the package."""
        return f"npm package {self.package} {self.version}, through npm"

    def deliver(self, order: Order) -> Delivery:
        """Have npm fetch the archive. No script of the package is run, and npm's own cache stays as it was.

        Raises SourceFailedError and UnavailableError as `Source` says.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise SourceFailedError(_NO_NPM)
        require_room(order.folder, 2 * (order.size or 0))
        with workplace(f"{order.filename}.npm-", order.folder) as folder:
            archive = self._pack(npm, folder, order)
            packed = order.folder / f"{order.filename}.packed"
            with storing(packed):
                archive.replace(packed)
            return Delivery(packed)

    def _pack(self, npm: str, folder: Path, order: Order) -> Path:
        work, temporary, log_path = folder / "work", folder / "temporary", folder / "npm.log"
        with storing(folder):
            work.mkdir()
            temporary.mkdir()
            log = log_path.open("wb")
        command = [npm, "pack", f"{self.package}@{self.version}", "--ignore-scripts", f"--cache={folder / 'cache'}"]
        command += ["--loglevel=error", "--no-progress", "--no-update-notifier", "--no-audit", "--no-fund"]
        command += ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000"]
        command += [f"--fetch-timeout={order.patience.silence * 1000:.0f}"]
        with log, running(command, work, temporary, log) as process:
            _watch(process, folder, order)
        if process.returncode != 0:
            raise SourceFailedError(last_words("npm", process.returncode, log_path, _TELLING))
        archives = list(work.glob("*.tgz"))
        if len(archives) != 1:
            raise SourceFailedError(f"npm left {len(archives)} archives instead of one")
        return archives[0]


def _watch(process: subprocess.Popen[bytes], folder: Path, order: Order) -> None:
    """Report how the largest file grows until npm ends. Raises SourceFailedError when it grows too large or not."""
    seen, news = 0, time.monotonic()
    most = order.limit if order.size is None else order.size + _SMALL_FILES
    while process.poll() is None:
        have = _largest(folder)
        if have > most:
            raise SourceFailedError(f"npm brought more than the {most} bytes it may")
        if have > seen:
            seen, news = have, time.monotonic()
            order.progress(Progress(order.filename, have, order.size))
        elif time.monotonic() - news > order.patience.silence:
            raise SourceFailedError(f"npm brought nothing for {order.patience.silence:.0f} s")
        time.sleep(_POLL)


def _largest(folder: Path) -> int:
    """The size of the largest file under a folder that another process is changing."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:
            continue
    return max(sizes)
