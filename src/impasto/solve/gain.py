"""Whether going on at a level still pays."""

from __future__ import annotations

import math

STEPS = 10
"""How many steps are looked at together, for single ones are tried in vain now and then."""


class Gain:
    """Compares the objective with what it was ten steps before.

    least: the share of it that ten steps have to take away for the level to go on; 0 never ends one.
    mark: the objective when it was last looked at.
    """

    def __init__(self, least: float, mark: float = math.inf) -> None:
        self.least, self.mark = least, mark

    def pays(self, step: int, value: float) -> bool:
        """Whether to go on after the step of this index, from 0, with the objective at `value`."""
        if not self.least or (step + 1) % STEPS:
            return True
        before, self.mark = self.mark, value
        return before == math.inf or before - value >= self.least * abs(before)
