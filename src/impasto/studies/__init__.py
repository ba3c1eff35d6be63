"""Studies: many ways to paint on many pictures, judged and reported; a folder that can be gone on with.

Everything public is reachable from here and is loaded when it is first used: listing studies imports no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.studies.box import box_names as box_names
    from impasto.studies.box import box_text as box_text
    from impasto.studies.box import study_in_the_box as study_in_the_box
    from impasto.studies.events import CellDone as CellDone
    from impasto.studies.events import CellFailed as CellFailed
    from impasto.studies.events import CellStarted as CellStarted
    from impasto.studies.events import CellStep as CellStep
    from impasto.studies.events import Reported as Reported
    from impasto.studies.events import StudyStarted as StudyStarted
    from impasto.studies.events import TrialStarted as TrialStarted
    from impasto.studies.exploring import Layout as Layout
    from impasto.studies.exploring import explore as explore
    from impasto.studies.exploring import lay_out as lay_out
    from impasto.studies.folder import StudyFolder as StudyFolder
    from impasto.studies.pairs import with_pictures as with_pictures
    from impasto.studies.reading import read_study as read_study
    from impasto.studies.report import write_report as write_report
    from impasto.studies.results import pareto_front as pareto_front
    from impasto.studies.results import read_results as read_results
    from impasto.studies.results import summaries as summaries
    from impasto.studies.study import Study as Study

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "box": ("box_names", "box_text", "study_in_the_box"),
        "events": (
            "CellDone",
            "CellFailed",
            "CellStarted",
            "CellStep",
            "Reported",
            "StudyStarted",
            "TrialStarted",
        ),
        "exploring": ("Layout", "explore", "lay_out"),
        "folder": ("StudyFolder",),
        "pairs": ("with_pictures",),
        "reading": ("read_study",),
        "report": ("write_report",),
        "results": ("pareto_front", "read_results", "summaries"),
        "study": ("Study",),
    },
)
