"""Impasto: neural style transfer.

    import impasto
    result = impasto.stylize("photo.jpg", "painting.jpg", size=1024)
    result.save("out.png")

Everything public is loaded when it is first used, so importing the package is quick and needs no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.api import Result as Result
    from impasto.api import stylize as stylize
    from impasto.api import stylize_fast as stylize_fast
    from impasto.errors import ImpastoError as ImpastoError
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
    from impasto.tasks import AdaINJob as AdaINJob
    from impasto.tasks import Region as Region
    from impasto.tasks import StylizeJob as StylizeJob
    from impasto.tasks.feedforward import AdaIN as AdaIN
    from impasto.weights import load_backbone as load_backbone

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "api": (
            "Result",
            "stylize",
            "stylize_fast",
        ),
        "errors": ("ImpastoError",),
        "pictures": (
            "Picture",
            "read_picture",
        ),
        "runs": (
            "Run",
            "build_job",
            "execute",
        ),
        "solve": (
            "Finished",
            "LevelDone",
            "LevelStarted",
            "Started",
            "Step",
        ),
        "tasks": ("AdaINJob", "Region", "StylizeJob"),
        "tasks.feedforward": ("AdaIN",),
        "weights": ("load_backbone",),
    },
)
