"""Making the folder of a run."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import impasto
from impasto.artefacts.digest import sha256_of
from impasto.errors import OutputError, PictureError
from impasto.pictures import Picture, check_output, depth_of, write_picture
from impasto.runs.codec import job_to_toml
from impasto.runs.files import write_json, write_text
from impasto.runs.folder import FORMAT
from impasto.runs.naming import RUNS_VARIABLE, new_id
from impasto.runs.writing import Writing
from impasto.tasks import Job


def create_folder(job: Job, output: Path | None, home: Path, writing: Writing) -> Path:
    """Make the folder of a new run in `home` and return it; nothing is left if it cannot be made whole."""
    job.check()
    if output is not None:
        output = output.absolute()
        check_output(output)
    writing.check(output or "result.png")
    names = [Path(s).stem if isinstance(s, Path) else name for name, s in job.inputs.items()]
    folder = home / new_id(names or [job.kind])
    with _made(folder) as beside:
        placed: dict[str, Path] = {}
        inputs = {}
        for name, source in job.inputs.items():
            if isinstance(source, Picture):
                placed[name] = Path("inputs", f"{name}.png")
                _store(source, beside / placed[name])
            else:
                placed[name] = source.absolute()
            inputs[name] = {"path": str(placed[name]), "sha256": input_sha256(beside / placed[name])}
        write_text(beside / "job.toml", job_to_toml(job.with_inputs(placed)))
        record = {
            "format": FORMAT,
            "kind": job.kind,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "output": None if output is None else str(output),
            "writing": writing.options(),
            "impasto": impasto.__version__,
            "torch": version("torch"),
            "inputs": inputs,
        }
        json.dumps(record, ensure_ascii=False).encode()
        write_json(beside / "run.json", record)
    return folder


def input_sha256(path: Path) -> str:
    """The SHA-256 of an input. Raises PictureError if it cannot be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise PictureError(f"{path}: it cannot be read ({error.strerror}). Check the path.") from None


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A folder to fill that appears under its name when the block ends well, and vanishes otherwise."""
    beside = folder.with_name(f".{secrets.token_hex(8)}.part")
    try:
        beside.mkdir(parents=True)
        yield beside
        beside.rename(folder)
    except OSError as error:
        raise OutputError(
            f"the run cannot be stored in {folder.parent} ({error.strerror}). "
            f"Free space, or set {RUNS_VARIABLE} to a folder that can be written."
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _store(picture: Picture, path: Path) -> None:
    """Write a picture from memory as PNG: with 8 bits if they hold it, else with 16."""
    path.parent.mkdir(exist_ok=True)
    write_picture(picture, path, depth=depth_of(picture), metadata="all")
