"""Runs: jobs as data, presets, and folders that hold a piece of work from its start to its result.

Everything public is reachable from here and is loaded when it is first used: listing presets and runs imports no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.runs.codec import job_from_dict as job_from_dict
    from impasto.runs.codec import job_from_toml as job_from_toml
    from impasto.runs.codec import job_schema as job_schema
    from impasto.runs.codec import job_to_dict as job_to_dict
    from impasto.runs.codec import job_to_toml as job_to_toml
    from impasto.runs.events import Checkpointed as Checkpointed
    from impasto.runs.events import FrameWritten as FrameWritten
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
    from impasto.runs.recipe import Recipe as Recipe
    from impasto.runs.recipe import inputs_given as inputs_given
    from impasto.runs.recipe import job_from_recipe as job_from_recipe
    from impasto.runs.recipe import recipe_of as recipe_of
    from impasto.runs.settings import build_job as build_job
    from impasto.runs.writing import Writing as Writing

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "codec": (
            "job_from_dict",
            "job_from_toml",
            "job_schema",
            "job_to_dict",
            "job_to_toml",
        ),
        "events": (
            "Checkpointed",
            "FrameWritten",
            "PreviewWritten",
            "Resumed",
            "RunEvent",
            "Saved",
            "Warned",
            "event_to_dict",
        ),
        "execution": ("execute",),
        "folder": (
            "Run",
            "latest_unfinished",
            "list_runs",
        ),
        "naming": ("runs_home",),
        "presets": (
            "Preset",
            "preset",
            "preset_names",
        ),
        "recipe": (
            "Recipe",
            "inputs_given",
            "job_from_recipe",
            "recipe_of",
        ),
        "settings": ("build_job",),
        "writing": ("Writing",),
    },
)
