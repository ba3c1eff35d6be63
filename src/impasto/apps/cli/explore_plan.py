"""What a study will take, told before anything is painted."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.pace import clock
from impasto.apps.cli.streams import result_json, result_table

if TYPE_CHECKING:
    from impasto.studies import Layout, Study
    from impasto.tasks import StylizeJob


def tell_plan(study: Study, workers: int, *, json: bool) -> None:
    """Check a study as carrying it out would, and say how many cells it has and about how long they take."""
    from impasto.studies import StudyFolder, lay_out

    with tempfile.TemporaryDirectory(prefix="impasto-") as place:
        layout = lay_out(study, StudyFolder(Path(place) / "study"))
        seconds = _seconds(layout)
    variants = list(dict.fromkeys(cell.choice.label for cell in layout.cells))
    if json:
        told = {"cells": layout.count, "variants": layout.trials, "pairs": len(layout.pairs), "seconds": seconds}
        result_json({"event": "plan", "study": study.name, **told}, indent=2)
        return
    beside = f" by one worker; {workers} share the processors, and gain most where one leaves some idle"
    rows = [
        ("study", study.title),
        ("kind", study.kind),
        ("variants", f"{layout.trials}: {', '.join(variants)}" if study.kind == "grid" else f"{layout.trials} trials"),
        ("pairs", f"{len(layout.pairs)}: {', '.join(pair.name for pair in layout.pairs)}"),
        ("cells", str(layout.count)),
        ("time", f"about {clock(seconds)} of painting, judging aside{beside if workers > 1 else ''}"),
    ]
    result_table(("", ""), rows, fold_last=True)


def _seconds(layout: Layout) -> float:
    """About how long all cells take: one of each network and size is rehearsed, the others by pixels and steps."""
    from impasto.tasks.plan import plan

    rehearsed: dict[tuple[object, ...], float] = {}
    total = 0.0
    for cell in layout.cells:
        job = cell.job
        key = (job.backbone, job.pooling, job.size, type(job.optimizer), job.needed_layers)
        if key not in rehearsed:
            rehearsed[key] = plan(job).seconds / max(_work(job), 1)
        total += rehearsed[key] * _work(job)
    return total * layout.count / len(layout.cells)


def _work(job: StylizeJob) -> int:
    """Pixels times steps over all levels."""
    return sum(level.width * level.height * level.steps for level in job.levels())
