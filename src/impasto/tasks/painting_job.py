"""What jobs have in common that go down an objective, size by size: they can be planned before they are begun."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from impasto.pictures import Picture
from impasto.solve import LBFGS, Level, Problem, Shift
from impasto.tasks.network_job import NetworkJob

if TYPE_CHECKING:
    from impasto.solve import Optimizer
    from impasto.tasks.plan import Plan

LOADED = ("network", "planned", "content_picture", "source_picture")
"""What a job has loaded that its settings of precision and memory do not change."""


class PaintingJob(NetworkJob):
    """A job whose steps are those of an optimiser. It can be rehearsed at small sizes, see `impasto.tasks.plan`.

    takes_tiles: whether the picture may be looked at in tiles.
    """

    takes_tiles: ClassVar[bool] = True

    if TYPE_CHECKING:

        @property
        def optimizer(self) -> Optimizer:
            """How steps are taken."""

        @property
        def tile(self) -> int | None:
            """The side of the tiles that the picture is to be looked at in, in pixels."""

    @property
    @abc.abstractmethod
    def result_size(self) -> tuple[int, int]:
        """Width and height of the result. Raises like `check`."""

    @property
    @abc.abstractmethod
    def placed_shift(self) -> Shift:
        """How the picture is moved. Raises JobError for a shift that cannot be."""

    @abc.abstractmethod
    def levels(self) -> tuple[Level, ...]:
        """The sizes that will be painted, in turn. Raises like `check`."""

    @abc.abstractmethod
    def problem(self) -> Problem:
        """What the solver is asked."""

    @abc.abstractmethod
    def at_size(self, width: int, height: int, *, steps: int, tile: int | None) -> Self:
        """The same job with a result of this size, painted at that size alone."""

    @property
    def placed_tile(self) -> int | None:
        """The tile, or the one that is taken for the picture's size."""
        return self.tile

    @property
    def multiple(self) -> int:
        """The pixels of which the sides of a result are multiples."""
        return 1

    @property
    def pictures_read(self) -> dict[str, Picture]:
        """Pictures by the names of `inputs` that are there already, and larger or smaller than their files perhaps."""
        return {}

    def with_small(self, pictures: Mapping[str, Picture]) -> Self:
        """The same job with small pictures, to be rehearsed with."""
        return self.with_inputs(pictures)

    def fitted(self, plan: Plan) -> Self:
        """The same job with what a plan has chosen for it, and all that is loaded already."""
        optimizer = self.optimizer
        if isinstance(optimizer, LBFGS):
            optimizer = replace(optimizer, history=plan.history, history_in=plan.history_in)
        tile = {"tile": plan.tile} if self.takes_tiles else {}
        return self.changed(precision=plan.precision, optimizer=optimizer, **tile)

    def changed(self, **settings: Any) -> Self:
        """The same job with other settings, which change neither networks nor pictures: those stay loaded."""
        other = replace(self, **settings)
        vars(other).update({name: vars(self)[name] for name in LOADED if name in vars(self)})
        return other
