"""TensorFlow.js layers models: a `model.json` that lists tensors, and shards of plain bytes beside it.

Read from the `model.json` with its shards in the same folder, or from a package archive (.tgz) that holds both. Shards
are one run of bytes cut into pieces; what the model would compute is not looked at.
"""

from __future__ import annotations

import gzip
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from impasto.artefacts.archive import BoundedStream
from impasto.errors import CorruptError
from impasto.weights.formats.format import LARGEST, Arrays, Format

_GZIP = b"\x1f\x8b"
_LARGEST_JSON = 64 << 20
_MOST_GROWTH = 8
_TYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint16": "<u2", "uint8": "u1", "bool": "?"}
_BROKEN = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)

Fetch = Callable[[Sequence[str], int], Mapping[str, bytes]]
"""From names beside the model.json, and the most bytes each may have, to their content."""


def recognises(head: bytes, _size: int, suffix: str) -> bool:
    """A brace that opens a .json file, or a gzipped archive."""
    return head.startswith(_GZIP) or (suffix == ".json" and head.lstrip().startswith(b"{"))


def read(path: Path) -> Arrays:
    """The arrays of a model by their names in it. Raises CorruptError as `Format.read` says."""
    try:
        with path.open("rb") as file:
            archived = file.read(len(_GZIP)) == _GZIP
        model, fetch = _archived_model(path) if archived else (_load_json(path), _beside(path))
        arrays: Arrays = {}
        for group in model["weightsManifest"]:
            arrays |= _tensors(group, fetch)
        return arrays
    except _BROKEN as error:
        said = f"it has no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise CorruptError(f"{path} is not a sound TensorFlow.js model: {said}") from error


def _tensors(group: Mapping[str, Any], fetch: Fetch) -> Iterator[tuple[str, NDArray[Any]]]:
    """The named arrays of one group: shards put together, then cut where the manifest says."""
    shapes = [tuple(int(size) for size in entry["shape"]) for entry in group["weights"]]
    types = [_stored_type(entry) for entry in group["weights"]]
    if any(size < 0 for shape in shapes for size in shape):
        raise ValueError("a tensor has a negative size")
    lengths = [dtype.itemsize * _product(shape) for dtype, shape in zip(types, shapes, strict=True)]
    total = sum(lengths)
    if total > LARGEST:
        raise ValueError(f"its tensors claim {total} bytes")
    paths = [_plain_name(path) for path in group["paths"]]
    shards = fetch(paths, total)
    data = b"".join(shards[path] for path in paths)
    if len(data) != total:
        raise ValueError(f"its shards have {len(data)} bytes where its tensors need {total}")
    start = 0
    for entry, dtype, shape, length in zip(group["weights"], types, shapes, lengths, strict=True):
        stored = np.frombuffer(data, dtype, length // dtype.itemsize, start).reshape(shape)
        yield str(entry["name"]), _dequantised(stored, entry.get("quantization"))
        start += length


def _product(shape: Sequence[int]) -> int:
    elements = 1
    for size in shape:
        elements *= size
    return elements


def _stored_type(entry: Mapping[str, Any]) -> np.dtype[Any]:
    kind = entry.get("quantization", entry)["dtype"]
    if kind not in _TYPES:
        raise ValueError(f"{entry['name']} is of type {kind}, which holds no weights")
    return np.dtype(_TYPES[kind])


def _dequantised(stored: NDArray[Any], how: Mapping[str, Any] | None) -> NDArray[Any]:
    """Numbers as they were meant: half floats widened, integers q spread as q·scale + min."""
    if how is None:
        return stored
    if stored.dtype.kind == "f":
        return stored.astype(np.float32)
    return (stored * np.float64(how["scale"]) + np.float64(how["min"])).astype(np.float32)


def _plain_name(path: object) -> str:
    """A shard's path, refused unless it leads to the model's own folder or below."""
    parts = PurePosixPath(str(path)).parts
    if not parts or ".." in parts or parts[0].startswith("/") or "\\" in str(path) or ":" in parts[0]:
        raise ValueError(f"the shard {path!r} is not in the model's folder")
    return "/".join(parts)


def _load_json(path: Path) -> Any:
    if path.stat().st_size > _LARGEST_JSON:
        raise ValueError(f"it has more than {_LARGEST_JSON} bytes")
    return json.loads(path.read_bytes())


def _beside(path: Path) -> Fetch:
    """Shards as files in the model's folder."""

    def fetch(names: Sequence[str], most: int) -> Mapping[str, bytes]:
        for name in names:
            if not (path.parent / name).is_file() or (path.parent / name).stat().st_size > most:
                raise ValueError(f"the shard {name} is not beside it, or too large")
        return {name: (path.parent / name).read_bytes() for name in names}

    return fetch


def _archived_model(path: Path) -> tuple[Any, Fetch]:
    """The one model.json of a package archive, and how to get at its shards."""
    places = [info.name for info, _ in _members(path) if PurePosixPath(info.name).name == "model.json"]
    if len(places) != 1:
        raise ValueError(f"it has {len(places)} files called model.json, not one")
    content = _taken(path, places, _LARGEST_JSON)[places[0]]
    folder = places[0].removesuffix("model.json")

    def fetch(names: Sequence[str], most: int) -> Mapping[str, bytes]:
        found = _taken(path, [folder + name for name in names], most)
        return {name: found[folder + name] for name in names}

    return json.loads(content), fetch


def _taken(path: Path, names: Sequence[str], most: int) -> dict[str, bytes]:
    """The plain files called `names`, each of `most` bytes at the most."""
    wanted, found = set(names), {}
    for info, tar in _members(path):
        if info.name in wanted:
            file = tar.extractfile(info) if info.isreg() else None
            if file is None or info.size > most:
                raise ValueError(f"{info.name} is no plain file, or too large")
            found[info.name] = file.read()
    return found


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    """The members of an archive in turn, which may unpack to a few times its size and no more.

    Reads on to the end, so that the checksum of the whole is compared.
    """
    limit = _MOST_GROWTH * path.stat().st_size + _LARGEST_JSON
    with gzip.open(path) as unzipped:
        stream = BoundedStream(cast(IO[bytes], unzipped), limit, path)
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for info in tar:
                yield info, tar
        while stream.read():
            pass


FORMAT = Format("TensorFlow.js layers model (model.json or .tgz)", recognises, read)
