"""Cells: one way to paint on one pair of pictures, known by what the job is and not by where its files lie."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from impasto.backbones import BACKBONES
from impasto.errors import InputError, JobError
from impasto.runs import build_job
from impasto.runs.identity import identity
from impasto.runs.presets import DEFAULT_PRESET
from impasto.runs.tables import pictures_under
from impasto.studies.pairs import Pair
from impasto.studies.study import Choice, Study, laid_over
from impasto.tasks import StylizeJob

PRESET = "preset"
ID_DIGITS = 16
_NOWHERE = Path("-")


@dataclass(frozen=True)
class Cell:
    """A job of a study.

    id: a hash of the job's settings and pictures, so that the same cell is known again in another study or order.
    trial: its number in a random or guided study, from 0; None in a grid.
    """

    id: str
    choice: Choice
    pair: Pair
    job: StylizeJob
    trial: int | None = None


def cells_of(study: Study, choices: Iterable[Choice], pairs: Sequence[Pair], first: int = 0) -> list[Cell]:
    """A cell for every choice on every pair, choice by choice. first: the number of the first trial, if they are any.

    Raises JobError for settings that make no job.
    """
    cells = []
    for number, choice in enumerate(choices, start=first):
        own = job_of(study, choice)
        for pair in pairs:
            job = own.with_inputs({"content": pair.content.path, "style1": pair.style.path})
            trial = None if study.kind == "grid" else number
            cells.append(Cell(_id(job, pair), choice, pair, job, trial))
    return cells


def job_of(study: Study, choice: Choice) -> StylizeJob:
    """The job of a choice, without its pictures. Raises JobError that says of which choice, InputError for a preset."""
    settings = pictures_under(laid_over(study.settings, choice.settings), study.folder)
    preset = settings.pop(PRESET, DEFAULT_PRESET)
    try:
        job = build_job("stylize", preset=str(preset), flags={"content": _NOWHERE, "styles": (_NOWHERE,), **settings})
    except InputError as error:
        raise type(error)(f"{study.name}, {choice.label}: {error}") from None
    assert isinstance(job, StylizeJob)
    return job


def check_choices(study: Study, choices: Iterable[Choice]) -> None:
    """Build every job and look at every network and layer, without weights or pictures.

    Raises InputError that lists what is amiss with each choice, each mistake once.
    """
    problems: dict[str, str] = {}
    seen: set[str] = set()
    for choice in choices:
        try:
            job = job_of(study, choice)
            BACKBONES[job.backbone]
            looked_at = json.dumps([job.network_settings, job.needed_layers])
            if looked_at not in seen:
                seen.add(looked_at)
                job.plan_network()
        except InputError as error:
            text = str(error).removeprefix(f"{study.name}, {choice.label}: ")
            problems.setdefault(text, choice.label)
    if problems:
        raise JobError("\n".join(f"{study.name}, {label}: {text}" for text, label in problems.items()))


def check_pairs(cells: Sequence[Cell]) -> None:
    """Look at the pictures of every pair. Raises PictureError for one that cannot be painted."""
    for cell in {cell.pair: cell for cell in cells}.values():
        cell.job.check()


def _id(job: StylizeJob, pair: Pair) -> str:
    """The first digits of the job's identity."""
    return identity(job, {"content": pair.content.sha256, "style1": pair.style.sha256})[:ID_DIGITS]
