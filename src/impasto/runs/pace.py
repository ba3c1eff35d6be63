"""How often something that costs time may be done beside the painting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Keeps a side task at or under a share of the time, judged by what it took the last time.

    share: of the time since it was last done, 0 … 1. least: seconds that must pass between two in any case.
    """

    def __init__(self, *, share: float, least: float) -> None:
        self.share = share
        self.least = least
        self.cost = 0.0
        self.last = time.monotonic()

    def due(self) -> bool:
        """Whether enough time has passed."""
        return time.monotonic() - self.last >= max(self.least, self.cost / self.share)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around the task: its duration becomes the cost expected of the next."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.last = time.monotonic()
            self.cost = self.last - began
