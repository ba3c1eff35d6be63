"""Taking one member out of a package archive, streaming, believing nothing the archive says."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

from impasto.artefacts.home import written_whole
from impasto.errors import CorruptError

_CHUNK = 1 << 20
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError)


class BoundedStream(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes: the end of every decompression bomb."""

    def __init__(self, stream: IO[bytes], limit: int, archive: Path) -> None:
        super().__init__()
        self._stream = stream
        self._left = limit
        self._archive = archive

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, `size` or fewer. Raises CorruptError past the limit."""
        wanted = _CHUNK if size < 0 else min(size, _CHUNK)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise CorruptError(f"{self._archive} unpacks to more than it may; it is not what it should be")
        return data


def extract_member(archive: Path, member: str, target: Path, *, limit: int, unpacked_limit: int) -> None:
    """Write the one regular file of `archive` that is called `member`, or ends in `/member`, to `target`.

    archive: .tar.gz or .zip/.whl. limit: bytes of the member; unpacked_limit: bytes of the whole archive.
    Nothing else is written, and no path of the archive is used as one. Raises CorruptError for an archive
    that is damaged, goes past a limit, lacks the member, has it twice, or has it as a link, an absolute
    path or a path with a parent step; UnavailableError when `target` cannot be written.
    """
    with archive.open("rb") as file:
        head = file.read(2)
    take = _from_tar if head == b"\x1f\x8b" else _from_zip
    try:
        found = take(archive, member, target, limit, unpacked_limit)
    except _BROKEN as error:
        target.unlink(missing_ok=True)
        raise CorruptError(f"{archive} is not a readable package archive: {error}") from error
    except CorruptError:
        target.unlink(missing_ok=True)
        raise
    if not found:
        raise CorruptError(f"{archive} has no member {member}")


def _from_tar(archive: Path, member: str, target: Path, limit: int, unpacked_limit: int) -> bool:
    found = False
    with gzip.open(archive) as unzipped:
        stream = BoundedStream(cast(IO[bytes], unzipped), unpacked_limit, archive)
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for info in tar:
                if not _matches(info.name, member):
                    continue
                _refuse_odd(archive, info.name, regular=info.isreg(), again=found)
                source = tar.extractfile(info)
                if source is None:
                    raise CorruptError(f"{archive}: the member {info.name} is not a plain file")
                _copy(source, target, archive, info.name, info.size, limit)
                found = True
    return found


def _from_zip(archive: Path, member: str, target: Path, limit: int, unpacked_limit: int) -> bool:
    found = False
    with zipfile.ZipFile(archive) as package:
        for info in package.infolist():
            if not _matches(info.filename, member):
                continue
            mode = info.external_attr >> 16
            regular = not info.is_dir() and (stat.S_IFMT(mode) in (0, stat.S_IFREG)) and not info.flag_bits & 1
            _refuse_odd(archive, info.filename, regular=regular, again=found)
            with package.open(info) as source:
                _copy(source, target, archive, info.filename, info.file_size, min(limit, unpacked_limit))
            found = True
    return found


def _matches(name: str, member: str) -> bool:
    return name == member or name.endswith(f"/{member}")


def _refuse_odd(archive: Path, name: str, *, regular: bool, again: bool) -> None:
    if again:
        raise CorruptError(f"{archive} has two members called {name}")
    if not regular:
        raise CorruptError(f"{archive}: the member {name} is a link or another special file")
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or ":" in parts[0]:
        raise CorruptError(f"{archive}: the member {name} has an absolute path or a parent step in it")


def _copy(source: IO[bytes], target: Path, archive: Path, name: str, size: int, limit: int) -> None:
    if size > limit:
        raise CorruptError(f"{archive}: the member {name} claims {size} bytes and may have {limit} at most")
    done = 0
    with written_whole(target) as file:
        while data := source.read(_CHUNK):
            done += len(data)
            if done > limit:
                raise CorruptError(f"{archive}: the member {name} has more than {limit} bytes")
            file.write(data)
