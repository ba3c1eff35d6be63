"""The journal of a run: its events, one JSON object to a line."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from impasto.runs.events import event_to_dict


class Journal:
    """Appends events to a file, each with the time `at` in seconds since 1970. A torn last line is removed first.

    A journal that cannot be written, its disk being full, stays silent: painting is worth more.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.open("ab+")
        self.file.seek(0)
        self.file.truncate(self.file.read().rfind(b"\n") + 1)

    def write(self, event: object) -> None:
        """Add an event and hand it to the system at once, for whoever follows."""
        line = json.dumps({**event_to_dict(event), "at": round(time.time(), 3)})
        with suppress(OSError):
            self.file.write(line.encode() + b"\n")
            self.file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self.file.close()
