"""A user's own presets: saved, deleted, given away and taken over."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomli_w

from impasto.errors import InputError, JobError, OutputError, UnknownNameError
from impasto.registry import did_you_mean
from impasto.runs.codec import job_from_dict, job_to_dict
from impasto.runs.files import make_folder, write_text
from impasto.runs.presets import (
    LARGEST,
    Preset,
    is_name,
    own_folder,
    own_path,
    preset,
    preset_in,
    preset_names,
    shipped_names,
    thumbnail_path,
)
from impasto.runs.tables import NONE, defaults, hints, holds_picture, is_list, picture_addresses
from impasto.tasks import JOBS, Job

OF_THE_PICTURE = ("size", "seed", "style_weights", "style_layer_weights", "style_masks")
"""Settings of one picture, or of its styles, which a preset for others leaves out."""

PLACES = ("regions", "strength_map", "protect")
"""Where in one picture what is painted, which a preset leaves out likewise."""

OF_THE_MACHINE = ("device", "tile")
"""Settings of the machine that it was painted on."""


def settings_of(job: Job) -> dict[str, Any]:
    """What a preset keeps of a job: every setting but its pictures, what belongs to those alone, and the machine.

    Raises JobError for a job that starts from a picture.
    """
    data = {name: value for name, value in job_to_dict(job).items() if name not in PLACES}
    within = [address for address in picture_addresses(data, JOBS) if "." in address]
    if within:
        raise JobError(f"a preset holds no pictures, and this job has one as {' and '.join(within)}")
    left_out = {name for name, hint in hints(type(job)).items() if holds_picture(hint)}
    left_out.update(OF_THE_PICTURE, OF_THE_MACHINE)
    kept = {key: value for key, value in data.items() if key not in left_out}
    return {key: NONE if value is None else value for key, value in kept.items()}


def save_preset(
    name: str, job: Mapping[str, Any], *, title: str, description: str, paper: str = "", overwrite: bool = False
) -> Preset:
    """Keep settings under a name. job: a part of a job, with its `kind`.

    A thumbnail of an earlier preset of that name is removed. Raises InputError for a name that cannot be or is taken,
    JobError for settings that make no job, OutputError if it cannot be stored.
    """
    check_name(name, overwrite=overwrite)
    check_settings(job, f"the preset {name}")
    text = preset_text(Preset(name, " ".join(title.split()), " ".join(description.split()), paper, dict(job), False))
    if len(text.encode()) > LARGEST:
        raise JobError(f"the preset {name} would be larger than {LARGEST:,} bytes")
    make_folder(own_folder())
    write_text(own_path(name), text)
    with suppress(FileNotFoundError):
        thumbnail_path(name).unlink()
    return preset(name)


def delete_preset(name: str) -> None:
    """Remove a user's preset with its thumbnail. Raises InputError for one in the box, UnknownNameError for none."""
    if name in shipped_names():
        raise InputError(f"the preset {name} is in the box and cannot be deleted")
    if name not in preset_names():
        raise UnknownNameError(f"no preset is named {name!r}. {did_you_mean(name, preset_names())}")
    try:
        own_path(name).unlink()
        thumbnail_path(name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{own_path(name)}: it cannot be removed ({error.strerror})") from None


def preset_text(chosen: Preset) -> str:
    """A preset as the text of its file, which `read_preset` reads back."""
    words = {"title": chosen.title, "description": chosen.description, "paper": chosen.paper}
    return tomli_w.dumps({**words, "job": chosen.job})


def read_preset(path: Path, name: str | None = None) -> Preset:
    """The preset in a file, called as the file is unless told otherwise. Raises JobError if it is none of use."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise JobError(f"{path}: the preset cannot be read ({error.strerror}). Check the path.") from None
    found = preset_in(data, name or path.stem, str(path))
    check_settings(found.job, str(path))
    return found


def check_name(name: str, *, overwrite: bool) -> None:
    """Raise InputError for a name that cannot be, is one in the box, or is taken and not to be overwritten."""
    if not is_name(name):
        raise InputError(
            f"{name!r} cannot be the name of a preset: use small letters, digits, - and _, at most 64 of them"
        )
    if name in shipped_names():
        raise InputError(f"the preset {name} is in the box and cannot be replaced: choose another name")
    if own_path(name).exists() and not overwrite:
        raise InputError(f"there is a preset {name} already: choose another name, or give --overwrite")


def check_settings(job: Mapping[str, Any], where: str) -> None:
    """Raise JobError, calling the settings `where`, unless they make a job when pictures are given to them."""
    kind = job.get("kind", "stylize")
    if kind not in JOBS:
        raise JobError(f"{where}: no kind of job is named {kind!r}. {did_you_mean(str(kind), JOBS)}")
    named = picture_addresses({**job, "kind": kind}, JOBS)
    if named:
        raise JobError(f"{where}: a preset holds no pictures, and this one names its {' and '.join(named)}")
    known, given = hints(JOBS[kind]), defaults(JOBS[kind])
    pictures = {name: hint for name, hint in known.items() if holds_picture(hint) and name not in given}
    needed = {name: ["-"] if is_list(hint) else "-" for name, hint in pictures.items()}
    try:
        job_from_dict({**job, **needed, "kind": kind})
    except JobError as error:
        raise JobError(f"{where}: {error}") from None
