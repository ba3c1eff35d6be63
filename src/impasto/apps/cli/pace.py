"""How fast painting goes, and how long it still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from impasto.solve import Level

MEMORY = 0.9
"""Share of the past in the running mean of the time a step takes; 0.9 looks back about ten steps."""


class Pace:
    """The time of a step, as a running mean over the current level.

    The time left assumes that a step costs in proportion to its pixels, which holds within a few per cent for
    convolutional networks; it is corrected as soon as a level has been measured.
    """

    def __init__(self, levels: Sequence[Level]) -> None:
        self.levels = levels
        self.total = sum(level.steps for level in levels)
        self._level = 0
        self._index = 0
        self._last: float | None = None
        self._seconds: float | None = None

    def begin(self, level: int, now: float) -> None:
        """A level begins at the time `now`, in seconds. Until its first step is measured, the last level's tells."""
        if self._seconds is not None:
            self._seconds *= self._pixels(level) / self._pixels(self._level)
        self._level, self._index, self._last = level, 0, now

    def step(self, level: int, index: int, now: float) -> None:
        """Note that the step `index` (from 0) of `level` was done at the time `now`, in seconds."""
        if self._last is not None:
            taken = now - self._last
            first = self._seconds is None or index == 0
            self._seconds = taken if first else MEMORY * (self._seconds or 0.0) + (1 - MEMORY) * taken
        self._level, self._index, self._last = level, index + 1, now

    @property
    def steps_per_second(self) -> float | None:
        """At the current level; None before the first step is measured."""
        return 1 / self._seconds if self._seconds else None

    @property
    def seconds_left(self) -> float | None:
        """Until the last step of the last level; None before the first step is measured."""
        if self._seconds is None:
            return None
        per_pixel = self._seconds / self._pixels(self._level)
        later = range(self._level + 1, len(self.levels))
        here = self._seconds * (self.levels[self._level].steps - self._index)
        return here + per_pixel * sum(self.levels[i].steps * self._pixels(i) for i in later)

    def _pixels(self, level: int) -> int:
        return self.levels[level].width * self.levels[level].height


def clock(seconds: float) -> str:
    """A duration as people read it: `45 s`, `3:20 min`, `1:02:03 h`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h"
