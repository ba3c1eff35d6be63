"""Runs: jobs as data, presets, and folders that hold a piece of work from its start to its result.

Everything public is reachable from here and is loaded when it is first used: listing presets and runs imports no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto.runs.codec import job_from_dict as job_from_dict
    from impasto.runs.codec import job_from_toml as job_from_toml
    from impasto.runs.codec import job_schema as job_schema
    from impasto.runs.codec import job_to_dict as job_to_dict
    from impasto.runs.codec import job_to_toml as job_to_toml
    from impasto.runs.events import Checkpointed as Checkpointed
    from impasto.runs.events import PreviewWritten as PreviewWritten
    from impasto.runs.events import Resumed as Resumed
    from impasto.runs.events import RunEvent as RunEvent
    from impasto.runs.events import Saved as Saved
    from impasto.runs.events import Warned as Warned
    from impasto.runs.events import event_to_dict as event_to_dict
    from impasto.runs.execution import execute as execute
    from impasto.runs.folder import Run as Run
    from impasto.runs.folder import latest_unfinished as latest_unfinished
    from impasto.runs.folder import list_runs as list_runs
    from impasto.runs.naming import runs_home as runs_home
    from impasto.runs.presets import Preset as Preset
    from impasto.runs.presets import preset as preset
    from impasto.runs.presets import preset_names as preset_names
    from impasto.runs.recipe import job_from_recipe as job_from_recipe
    from impasto.runs.recipe import recipe_of as recipe_of
    from impasto.runs.settings import build_job as build_job

_HOMES = {
    "Checkpointed": "events",
    "Preset": "presets",
    "PreviewWritten": "events",
    "Resumed": "events",
    "Run": "folder",
    "RunEvent": "events",
    "Saved": "events",
    "Warned": "events",
    "build_job": "settings",
    "event_to_dict": "events",
    "execute": "execution",
    "job_from_dict": "codec",
    "job_from_recipe": "recipe",
    "job_from_toml": "codec",
    "job_schema": "codec",
    "job_to_dict": "codec",
    "job_to_toml": "codec",
    "latest_unfinished": "folder",
    "list_runs": "folder",
    "preset": "presets",
    "preset_names": "presets",
    "recipe_of": "recipe",
    "runs_home": "naming",
}

__all__ = [
    "Checkpointed",
    "Preset",
    "PreviewWritten",
    "Resumed",
    "Run",
    "RunEvent",
    "Saved",
    "Warned",
    "build_job",
    "event_to_dict",
    "execute",
    "job_from_dict",
    "job_from_recipe",
    "job_from_toml",
    "job_schema",
    "job_to_dict",
    "job_to_toml",
    "latest_unfinished",
    "list_runs",
    "preset",
    "preset_names",
    "recipe_of",
    "runs_home",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
