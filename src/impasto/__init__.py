"""Impasto: neural style transfer.

    import impasto
    result = impasto.stylize("photo.jpg", "painting.jpg", size=1024)
    result.save("out.png")

Everything public is loaded when it is first used, so importing the package is quick and needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto.api import Result as Result
    from impasto.api import stylize as stylize
    from impasto.pictures import Picture as Picture
    from impasto.pictures import read_picture as read_picture
    from impasto.runs import Run as Run
    from impasto.runs import build_job as build_job
    from impasto.runs import execute as execute
    from impasto.solve import Finished as Finished
    from impasto.solve import LevelDone as LevelDone
    from impasto.solve import LevelStarted as LevelStarted
    from impasto.solve import Started as Started
    from impasto.solve import Step as Step
    from impasto.tasks import StylizeJob as StylizeJob
    from impasto.weights import load_backbone as load_backbone

__version__ = "0.1.0"

_HOMES = {
    "Finished": "solve",
    "LevelDone": "solve",
    "LevelStarted": "solve",
    "Picture": "pictures",
    "Result": "api",
    "Run": "runs",
    "Started": "solve",
    "Step": "solve",
    "StylizeJob": "tasks",
    "build_job": "runs",
    "execute": "runs",
    "load_backbone": "weights",
    "read_picture": "pictures",
    "stylize": "api",
}

__all__ = [
    "Finished",
    "LevelDone",
    "LevelStarted",
    "Picture",
    "Result",
    "Run",
    "Started",
    "Step",
    "StylizeJob",
    "build_job",
    "execute",
    "load_backbone",
    "read_picture",
    "stylize",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
