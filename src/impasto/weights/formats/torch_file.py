"""PyTorch's files: the zip archive of torch.save, and the run of pickles of versions before 1.6.

The first may be a TorchScript module, whose tensors `torchscript` reads. All others are read with
`weights_only=True`, which admits tensors and plain containers and nothing else. Before that, what the file claims is
compared with what it holds.
"""

from __future__ import annotations

import errno
import pickle
import pickletools
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impasto.errors import CorruptError
from impasto.weights.formats.format import Arrays, Format
from impasto.weights.formats.torchscript import is_torchscript, read_archive

_ZIP = b"PK\x03\x04"
_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
_LEGACY_PICKLES = 4
_BROKEN = (
    RuntimeError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def recognises(head: bytes, _size: int, _suffix: str) -> bool:
    """A zip archive, or the magic number of the older format."""
    return head.startswith((_ZIP, _LEGACY))


def read(path: Path) -> Arrays:
    """The tensors of a state dict, also one under the key `state_dict`. Raises CorruptError as `Format.read` says."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_ZIP)) == _ZIP
        (_check_zip if zipped else _check_legacy)(path)
        if zipped:
            with zipfile.ZipFile(path) as archive:
                if is_torchscript(archive):
                    return read_archive(archive)
        return _arrays(_load(path, zipped=zipped), path)
    except _BROKEN as error:
        first = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise CorruptError(f"{path} is not a sound PyTorch file of tensors: {first}") from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise CorruptError(f"{path} is not a sound PyTorch file of tensors: it points before its start") from error


def _load(path: Path, *, zipped: bool) -> object:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped or None)


def _check_zip(path: Path) -> None:
    """Refuse compressed entries, which torch.save never writes, and entries larger than the file: zip bombs.

    The program of a TorchScript module may be compressed: it is not read.
    """
    size = path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if "/code/" not in entry.filename]
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise CorruptError(f"{path} is a compressed zip archive, which PyTorch does not write")
    claimed = sum(entry.file_size for entry in entries)
    if claimed > size:
        raise CorruptError(f"{path} claims {claimed} bytes of content and has {size}")


def _check_legacy(path: Path) -> None:
    """Refuse numbers of elements that the file cannot hold, before anything is allocated for them."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(len(_LEGACY))
        for _ in range(_LEGACY_PICKLES):
            for _, value, _ in pickletools.genops(file):
                if isinstance(value, int) and value > size:
                    raise CorruptError(f"{path} claims {value} elements and has {size} bytes")


def _arrays(content: object, path: Path) -> Arrays:
    import torch

    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping):
        raise CorruptError(f"{path} holds a {type(content).__name__}, not tensors by name")
    tensors: dict[str, Any] = {
        str(key): value.detach() for key, value in content.items() if isinstance(value, torch.Tensor)
    }
    claimed = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if claimed > path.stat().st_size:
        raise CorruptError(f"{path} claims {claimed} bytes of tensors and has {path.stat().st_size}")
    return {key: tensor.contiguous().numpy() for key, tensor in tensors.items()}


FORMAT = Format("PyTorch .pth or TorchScript", recognises, read)
