"""TorchScript archives: the tensors of a module saved with its program, read without the program and without torch.

The archive's `data.pkl` is a pickle of the module tree. As with numpy pickles, recorders stand behind every name it
mentions, so that nothing of the file is run; the code beside it is not even opened.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import CorruptError
from impasto.weights.formats.format import Arrays
from impasto.weights.formats.numpy_pickle import INSTRUCTIONS, check_instructions

_LARGEST_PICKLE = 16 << 20
_MOST_ATTRIBUTES = 100_000
_DEEPEST = 32
_MODULE_INSTRUCTIONS = INSTRUCTIONS | {"NEWOBJ", "BINPERSID"}
_STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}
_LISTS = ("build_boollist", "build_doublelist", "build_intlist", "build_tensorlist")


def is_torchscript(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive of PyTorch's has a program in it."""
    return any(name.endswith("/constants.pkl") for name in archive.namelist())


def read_archive(archive: zipfile.ZipFile) -> Arrays:
    """The parameters and buffers of a module, keys joined with `.` as in a state dict.

    Raises pickle.UnpicklingError, zipfile.BadZipFile, KeyError and ValueError for what is not a sound module.
    """
    (place,) = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith("/data.pkl")]
    if archive.getinfo(place).file_size > _LARGEST_PICKLE:
        raise pickle.UnpicklingError(f"{place} has more than {_LARGEST_PICKLE} bytes")
    with archive.open(place) as file:
        data = file.read(_LARGEST_PICKLE)
    check_instructions(data, _MODULE_INSTRUCTIONS)
    with archive.open(place) as file:
        tree = _Reader(file, archive, place.removesuffix(".pkl")).load()
    if not isinstance(tree, _Module):
        raise pickle.UnpicklingError(f"it holds a {type(tree).__name__}, not a module")
    arrays: Arrays = {}
    for count, (key, value) in enumerate(_attributes(tree, ())):
        if count > _MOST_ATTRIBUTES:
            raise CorruptError(f"{archive.filename} has more than {_MOST_ATTRIBUTES} attributes")
        if isinstance(value, _Tensor):
            arrays[key] = value.array
    return arrays


class _Module:
    """The recorder behind every class of the program: its attributes by name."""

    __slots__ = ("attributes",)
    attributes: Mapping[str, Any]

    def __setstate__(self, state: object) -> None:
        self.attributes = state if isinstance(state, dict) else {}


class _Tensor:
    """The recorder behind a tensor: a view of a storage's numbers."""

    __slots__ = ("array",)

    def __init__(self, storage: object, offset: object, shape: object, strides: object, *_: object) -> None:
        if not isinstance(storage, np.ndarray) or not isinstance(offset, int):
            raise pickle.UnpicklingError("a tensor without a storage")
        sizes, steps = _sizes(shape), _sizes(strides)
        if len(sizes) != len(steps) or offset < 0:
            raise pickle.UnpicklingError("a tensor whose shape and strides do not fit")
        elements = int(np.prod([float(size) for size in sizes])) if sizes else 1
        last = offset + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
        if elements > storage.size or (elements and last >= storage.size):
            raise pickle.UnpicklingError(f"a tensor of {elements} elements in a storage of {storage.size}")
        view = np.lib.stride_tricks.as_strided(
            storage[offset:], sizes, [step * storage.itemsize for step in steps], writeable=False
        )
        self.array: NDArray[Any] = np.ascontiguousarray(view)


class _Named:
    """A name of torch's as it appears in such a pickle: callable where tensors and lists need it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any) -> object:
        if self._name == "_rebuild_tensor_v2" and 4 <= len(args) <= 7:
            return _Tensor(*args)
        if self._name == "OrderedDict" and not args:
            return {}
        if self._name in _LISTS and len(args) == 1 and isinstance(args[0], list):
            return args[0]
        raise pickle.UnpicklingError(f"torch's {self._name} is not called so in a TorchScript module")

    @property
    def storage_type(self) -> np.dtype[Any]:
        """The type of a storage's elements."""
        if self._name not in _STORAGES:
            raise pickle.UnpicklingError(f"a storage of type {self._name} is not admitted")
        return np.dtype(_STORAGES[self._name])


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file)
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, NDArray[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "__torch__" or module.startswith("__torch__."):
            return _Module
        known = {
            "torch": _STORAGES,
            "torch._utils": ("_rebuild_tensor_v2",),
            "collections": ("OrderedDict",),
            "torch.jit._pickle": _LISTS,
        }
        if name not in known.get(module, ()):
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is no part of a module's tensors")
        return _Named(name)

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        _, kind, key, _, elements = pid
        if not isinstance(kind, _Named) or not isinstance(key, str) or not key.isdecimal():
            raise pickle.UnpicklingError("a storage without a type or a number")
        if key not in self._storages:
            self._storages[key] = np.frombuffer(self._archive.read(f"{self._folder}/{key}"), kind.storage_type)
        if self._storages[key].size != elements:
            raise pickle.UnpicklingError(f"storage {key} has {self._storages[key].size} elements, not {elements}")
        return self._storages[key]


def _sizes(value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple) or not all(isinstance(size, int) and size >= 0 for size in value):
        raise pickle.UnpicklingError("a tensor without a plain shape and strides")
    return value


def _attributes(module: _Module, keys: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Every attribute under a module that is no module itself, with its key."""
    if len(keys) == _DEEPEST:
        raise pickle.UnpicklingError(f"modules nested more than {_DEEPEST} deep")
    for name, value in module.attributes.items():
        if isinstance(value, _Module):
            yield from _attributes(value, (*keys, str(name)))
        else:
            yield ".".join((*keys, str(name))), value
