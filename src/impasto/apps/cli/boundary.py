"""The one place where an error becomes a line on the terminal and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from impasto.apps.cli.signals import heed_no_more
from impasto.errors import CancelledError, ImpastoError, InputError, SolveError, is_out_of_memory

BUG = 1
NOBODY_READS = 141

OUT_OF_MEMORY = (
    "not enough memory for this picture: give a smaller --size, paint in tiles with --tile 1024, or close other "
    "programs. Memory grows with the number of pixels: half the --size needs about a quarter"
)

REFUSALS = {
    errno.ENOSPC: "Make room on the disk and try again",
    errno.EDQUOT: "Make room on the disk and try again",
    errno.EFBIG: "Files of this size are not allowed here: choose another folder",
    errno.EACCES: "Choose another place, or change who may read and write there",
    errno.EPERM: "Choose another place, or change who may read and write there",
    errno.EROFS: "Choose another place: nothing can be written there",
    errno.ENAMETOOLONG: "Choose a shorter name",
    errno.EIO: "The disk or network drive did not answer",
}
"""What the system may refuse without anyone's fault, and what to do then."""


def exit_code_of(command: Callable[[], int], *, as_json: bool) -> int:
    """Run `command` and return its exit code, having said in one message what went wrong, if anything.

    The message goes to the standard error stream; with `as_json` also as an object on the standard output.
    """
    try:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="surrogateescape")
        code = command()
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:
        if not isinstance(error.__context__ or error, BrokenPipeError):
            raise
        _close_output()
        return NOBODY_READS
    except KeyboardInterrupt:
        heed_no_more()
        return _tell("stopped", CancelledError.exit_code, as_json=as_json)
    except ImpastoError as error:
        return _tell(str(error), error.exit_code, as_json=as_json)
    except Exception as error:  # noqa: BLE001 the boundary
        return _tell(*_explained(error), as_json=as_json)
    return code


def _explained(error: Exception) -> tuple[str, int]:
    """What to say about an error that is none of ours, and its exit code."""
    if _is_usage(error):
        return str(error), InputError.exit_code
    if is_out_of_memory(error):
        return OUT_OF_MEMORY, SolveError.exit_code
    if isinstance(error, OSError) and error.errno in REFUSALS:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. {REFUSALS[error.errno]}", InputError.exit_code
    return _bug(error), BUG


def _is_usage(error: Exception) -> bool:
    """Whether the arguments could not be parsed; asked without importing the parser if it never ran."""
    parser = sys.modules.get("cyclopts")
    return parser is not None and isinstance(error, parser.CycloptsError)


def _bug(error: Exception) -> str:
    """Keep the traceback in a file, and say so."""
    text = "".join(traceback.format_exception(error))
    summary = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"this is a bug in Impasto ({summary}). {_keep(text)}"


def _keep(text: str) -> str:
    """Write a traceback beside the other things Impasto keeps, else to the temporary folder; say where it is."""
    import tempfile
    import time

    from impasto.artefacts import home

    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    for folder in (home() / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return f"Please report it with {folder / name}"
    return "Its details could not be written anywhere"


def _tell(message: str, code: int, *, as_json: bool) -> int:
    from impasto.apps.cli.streams import note, result_json

    try:
        note(message if code == CancelledError.exit_code else f"error: {message}")
        if as_json:
            result_json({"event": "error", "exit_code": code, "message": message})
    except OSError:
        _close_output()
    return code


def _close_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter has nothing to complain of when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
