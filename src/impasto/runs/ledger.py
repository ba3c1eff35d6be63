"""The ledger of a batch: which of its pictures are painted, by what each of them is.

`batch.jsonl` lies in the folder of the results. A line is added when a picture is begun, painted or has failed, so that
it holds however the batch ended; the last line of a picture counts. Two batches into one folder do not disturb each
other.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from impasto.artefacts.digest import sha256_of
from impasto.errors import InputError, OutputError
from impasto.runs.files import json_object

NAME = "batch.jsonl"
LARGEST = 200_000_000

State = Literal["begun", "painted", "failed", "interrupted"]


@dataclass(frozen=True)
class Entry:
    """What is known of a picture.

    result: its path below the ledger's folder. job: what was asked for, see `Ledger.is_done`. run: the id of the run
    that painted it or had begun to. sha256: of the result. reason: why it failed.
    """

    result: str
    state: State
    job: str
    content: str
    styles: tuple[str, ...]
    run: str | None = None
    sha256: str | None = None
    reason: str | None = None


class Ledger:
    """The entries in a folder, which need not be there yet. Raises InputError for a ledger that cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME
        self.entries: dict[str, Entry] = {}
        self._left: dict[str, str | None] = {}  # the SHA-256 of each result as it was left
        for entry in _read(self.path):
            self._remember(entry)

    def entry(self, place: Path) -> Entry | None:
        """What is known of the picture at `place`."""
        return self.entries.get(self.name(place))

    def name(self, place: Path) -> str:
        """How a place is called in the ledger."""
        return Path(os.path.relpath(place.absolute(), self.folder.absolute())).as_posix()

    def is_done(self, place: Path, job: str) -> bool:
        """Whether the picture that lies at `place` is the one that the job `job` painted, untouched since."""
        entry = self.entry(place)
        return entry is not None and (entry.state, entry.job) == ("painted", job) and self.is_ours(place)

    def is_ours(self, place: Path) -> bool:
        """Whether the picture that lies at `place` is as the batch left it."""
        digest = self._left.get(self.name(place))
        try:
            return digest is not None and sha256_of(place) == digest
        except OSError:
            return False

    def begun_run(self, place: Path, job: str) -> str | None:
        """The id of the run that has begun on this very picture and did not end; None if there is none."""
        entry = self.entry(place)
        if entry is None or entry.job != job or entry.state not in ("begun", "interrupted"):
            return None
        return entry.run

    def add(self, entry: Entry) -> None:
        """Put down an entry. Raises OutputError if the ledger cannot be written."""
        path = self.path
        line = json.dumps({**asdict(entry), "at": round(time.time(), 3)}, ensure_ascii=True) + "\n"
        try:
            with path.open("ab") as file:
                if file.tell() and not _ends_a_line(path):
                    line = "\n" + line
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(
                f"{path}: it cannot be written ({error.strerror}). Free space, or check the folder."
            ) from None
        self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        self.entries[entry.result] = entry
        if entry.state == "painted":
            self._left[entry.result] = entry.sha256


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def same_content(first: Path, second: Path) -> bool:
    """Whether two files are there and hold the same."""
    try:
        return sha256_of(first) == sha256_of(second)
    except OSError:
        return False


def _read(path: Path) -> Iterator[Entry]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise InputError(f"{path}: it cannot be read ({error.strerror}). Check its permissions.") from None
    if len(data) > LARGEST:
        raise InputError(f"{path}: it is larger than any ledger of a batch should be. Move it away.")
    for line in data.decode(errors="replace").splitlines():
        try:
            yield _entry(json_object(line, str(path)))
        except (InputError, TypeError, KeyError):
            continue  # torn by a crash


def _entry(data: Mapping[str, Any]) -> Entry:
    """The entry that a line holds. Raises TypeError or KeyError if it holds none."""
    texts = {name: data[name] for name in ("result", "state", "job", "content")}
    rest = {name: data.get(name) for name in ("run", "sha256", "reason")}
    wrong = [value for value in texts.values() if not isinstance(value, str)]
    wrong += [value for value in rest.values() if not isinstance(value, str | None)]
    if wrong or texts["state"] not in get_args(State):
        raise TypeError("no entry of ours")
    known: dict[str, Any] = {**texts, **rest}
    return Entry(**known, styles=tuple(map(str, data.get("styles", ()))))
