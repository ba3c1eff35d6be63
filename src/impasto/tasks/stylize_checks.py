"""Whether the values of a stylise job can be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.errors import JobError
from impasto.pictures import parse_size
from impasto.solve import check_content_first

if TYPE_CHECKING:
    from impasto.tasks.stylize import StylizeJob


def check_values(job: StylizeJob) -> None:
    """Raise JobError for a number out of its range, or lists that do not go together."""
    if job.strength is not None and not 0 <= job.strength <= 1:
        raise JobError(f"strength must lie between 0 (the photo) and 1 (all style), not {job.strength}")
    if not 0 <= job.detail <= 1:
        raise JobError(f"detail must lie in 0 … 1, not {job.detail}")
    check_content_first(job.content_first)
    if not 0 <= job.least_gain < 1:
        raise JobError(f"least_gain must be a share from 0 to below 1, such as 1% or 0.01, not {job.least_gain}")
    if job.smallest < 16:
        raise JobError(f"smallest must be at least 16 pixels, not {job.smallest}")
    if not job.steps or any(n < 0 for n in job.steps):
        raise JobError(f"steps must be one or more numbers of 0 or more, not {list(job.steps)}")
    parse_size(job.size)
    if job.tile is not None and job.tile < 64:
        raise JobError(f"a tile must be at least 64 pixels, not {job.tile}")
    job.placed_shift.check_stay(job.optimizer.stay)
