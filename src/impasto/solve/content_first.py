"""Content first: a continuation from an easier objective to the one that was asked for.

Style has by far the steeper gradient at the start of a level. It rushes down and throws the content up, which then
sinks back slowly for as long as the level lasts. An objective in which content counts for more has its minimum on the
other side: less content, more style, and of the two style is what later falls fast. So content counts for more at
first, and step by step for what it should (numerical continuation, Allgower & Georg 1990). At the smaller levels it
counts as ever, for large forms of style come to be there or nowhere.
"""

from __future__ import annotations

from impasto.errors import JobError

STAGES = ((45, 1.0), (70, 0.5), (95, 0.25))
"""Up to which step of the last level content counts by which power of the factor; after that it counts as it should.
Found on the four pairs of `benchmarks/time_to_loss.py`."""

LONGEST = 2 / 3
"""The share of the last level's steps that may pass before content counts as it should."""

MOST = 100.0
"""How many times as much content may count."""


def check_content_first(first: float) -> None:
    """Raise JobError for a factor that does not put content first."""
    if not 1 <= first <= MOST:
        raise JobError(f"content_first must be a number from 1 (not at all) to {MOST:g}, not {first}")


def content_factor(first: float, step: int, steps: int) -> float:
    """What the weight of content is multiplied by at the step of this index, of `steps` of the last level.

    first: the factor at the beginning.
    """
    pace = min(1.0, LONGEST * steps / STAGES[-1][0])
    return next((first**power for until, power in STAGES if step < pace * until), 1.0)
