"""What commands tell, in words for people or as JSON for programs, and where those that paint keep their runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import TELLING, Json
from impasto.apps.cli.streams import note, result, result_json


@Parameter(name="*", group=TELLING)
@dataclass(frozen=True, kw_only=True)
class Telling:
    """What is told.

    Parameters
    ----------
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """

    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), negative=(), show_default=False)] = False
    json: Json = False

    @property
    def silent(self) -> bool:
        """Whether nothing is said in words on the way."""
        return self.quiet or self.json

    def note(self, line: str) -> None:
        """Say one line beside the result, in words."""
        if not self.silent:
            note(line)

    def result(self, line: object, document: Any, *, indent: int | None = None) -> None:
        """Tell what came of it: the document if JSON is asked for, else the line; nothing if it is to be quiet."""
        if self.json:
            result_json(document, indent=indent)
        elif not self.quiet:
            result(str(line))


@Parameter(name="*", group=TELLING)
@dataclass(frozen=True, kw_only=True)
class Progressing(Telling):
    """What is told by a command that ends with a table or a document of what it found, however quiet.

    Parameters
    ----------
    quiet
        Show no progress.
    json
        Write one JSON document.
    """


@Parameter(name="*", group=TELLING)
@dataclass(frozen=True, kw_only=True)
class Running(Telling):
    """What is told of a run, and where it is kept.

    Parameters
    ----------
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    """

    run_dir: Path | None = None
