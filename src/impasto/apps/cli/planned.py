"""What a plan may choose for a job, and what the user has settled already."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from impasto.apps.cli.painting import Room

if TYPE_CHECKING:
    from impasto.apps.cli.stylize_options import MemoryMachine, Settings
    from impasto.tasks import Job

PLANNED = {"tile": "tile", "optimizer.history": "history", "optimizer.history_in": "history_in"}
"""The settings that a plan could choose, by their addresses."""


def room_for(job: Job, machine: MemoryMachine, settings: Settings) -> Room:
    """What a plan may do for a job that has no presets. Raises InputError for a memory that is none."""
    usual = {field.name: field.default_factory for field in fields(job) if callable(field.default_factory)}
    standard = {"tile": None, "optimizer": usual["optimizer"]()}
    return Room(machine.memory_in_bytes(), settled(job, standard, settings))


def settled(job: Any, standard: Any, settings: Settings) -> frozenset[str]:
    """Which of the settings that a plan could choose were set by the user: by name, or to something else than the
    standard's, which is a job or its settings by name.
    """
    by_name = {text.partition("=")[0].strip() for text in settings.sets}
    return frozenset(
        name
        for address, name in PLANNED.items()
        if address in by_name or setting_at(job, address) != setting_at(standard, address)
    )


def setting_at(job: Any, address: str) -> Any:
    """The setting at an address; None if the job has none such."""
    for part in address.split("."):
        job = job.get(part) if isinstance(job, dict) else getattr(job, part, None)
    return job
