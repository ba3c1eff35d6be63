"""Obtaining an artefact: from the cache, or from the first source that gives the right bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from impasto.artefacts.artefact import (
    Artefact,
    Delivery,
    Order,
    Patience,
    Progress,
    ProgressCallback,
    Source,
    SourceFailedError,
)
from impasto.artefacts.digest import sha256_of
from impasto.artefacts.home import (
    OFFLINE_VARIABLE,
    home,
    is_offline,
    locked,
    make_folder,
    require_room,
    settle,
    storing,
)
from impasto.errors import UnavailableError


@dataclass(frozen=True)
class Obtained:
    """A file that is what its hash promises. source: who gave it just now, None when the cache had it."""

    artefact: Artefact
    path: Path
    sha256: str
    source: str | None


def place_for(artefact: Artefact) -> Path:
    """Where the cache keeps this file, and where a user may put it by hand."""
    return home() / "artefacts" / artefact.filename


def obtain(
    *alternatives: Artefact,
    offline: bool = False,
    progress: ProgressCallback | None = None,
    patience: Patience | None = None,
) -> Obtained:
    """The first of `alternatives` that the cache has or a source gives, verified by SHA-256.

    Every place in the cache is looked at before any source is asked; sources are asked in order. A file in
    the cache with a wrong hash is not used, and is replaced when a source gives the right one. Two processes
    that want one artefact fetch it once. With `offline` or $IMPASTO_OFFLINE=1 no source is asked.

    Raises UnavailableError that names every source tried with its reason and where to put the file by hand,
    or says that the cache cannot be written.
    """
    if not alternatives:
        raise ValueError("obtain needs an artefact")
    tried: list[str] = []
    for artefact in alternatives:
        if found := _cached(artefact, tried):
            return found
    if is_offline(offline):
        tried.append(f"no source was asked: offline mode is on (--offline or {OFFLINE_VARIABLE})")
    else:
        for artefact in alternatives:
            if found := _fetch(artefact, tried, progress or _ignore, patience or Patience()):
                return found
    raise UnavailableError(_explain(alternatives, tried))


def _ignore(_: Progress) -> None:
    """Progress nobody asked for."""


def _cached(artefact: Artefact, tried: list[str]) -> Obtained | None:
    path = place_for(artefact)
    try:
        digest = sha256_of(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        tried.append(f"{path}: cannot be read ({error.strerror or error})")
        return None
    if artefact.is_named_by(digest):
        return Obtained(artefact, path, digest, source=None)
    tried.append(f"{path}: not the file wanted, its SHA-256 is {digest}, expected {artefact.sha256}")
    return None


def _fetch(artefact: Artefact, tried: list[str], progress: ProgressCallback, patience: Patience) -> Obtained | None:
    path = place_for(artefact)
    folder = make_folder(path.parent)
    with locked(artefact.filename, root=home()):
        if found := _cached(artefact, []):
            return found
        order = Order(folder, artefact.filename, artefact.size, artefact.limit, patience, progress)
        for source in artefact.sources:
            try:
                require_room(folder, artefact.size or 0)
                digest = _deliver(source, artefact, order, path)
            except SourceFailedError as error:
                tried.append(f"{source.label}: {error}")
                continue
            return Obtained(artefact, path, digest, source.label)
    return None


def _deliver(source: Source, artefact: Artefact, order: Order, path: Path) -> str:
    """Have `source` deliver, verify, and give the file its name. A resumed file that is wrong is fetched anew."""
    delivery, digest = _digested(source, order)
    if delivery.resumed and not artefact.is_named_by(digest):
        delivery.path.unlink()
        delivery, digest = _digested(source, order)
    if not artefact.is_named_by(digest):
        delivery.path.unlink()
        raise SourceFailedError(
            f"gave a file with the wrong SHA-256 {digest}, expected {artefact.sha256}; it was thrown away"
        )
    settle(delivery.path, path)
    return digest


def _digested(source: Source, order: Order) -> tuple[Delivery, str]:
    delivery = source.deliver(order)
    with storing(delivery.path):
        return delivery, sha256_of(delivery.path)


def _explain(alternatives: Sequence[Artefact], tried: Sequence[str]) -> str:
    names = " or ".join(artefact.filename for artefact in alternatives)
    places = "\n".join(f"  {place_for(a)}  (SHA-256 {a.sha256}{'…' * (len(a.sha256) < 64)})" for a in alternatives)
    attempts = "\n".join(f"  - {attempt}" for attempt in tried)
    return f"{names} could not be had.\n{attempts}\nTo go on without a network, put the file by hand at\n{places}"
