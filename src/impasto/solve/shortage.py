"""Going on when memory runs out: the picture is looked at in tiles, of half the size each time."""

from __future__ import annotations

from dataclasses import replace

from impasto.errors import SolveError, TilesError, is_out_of_memory
from impasto.solve.heap import give_back
from impasto.solve.objective import Objective
from impasto.solve.optimizers import Descent
from impasto.solve.problem import Problem

SMALLEST = 64
"""The side of the smallest tile, and what all sides are multiples of, in pixels."""


def objective_that_fits(problem: Problem, index: int, *, short: bool = False) -> Objective:
    """The objective of a level, in tiles as small as the memory asks for.

    short: whether the memory has run out before. Raises SolveError like `in_smaller_tiles`, and if a term does not add
    up over tiles that the memory asks for; TilesError if it does not over those that the problem asks for.
    """
    while True:
        try:
            return Objective(problem, index)
        except TilesError as error:
            if not short:
                raise
            raise SolveError(
                f"the memory does not suffice, and the {error.loss} loss looks at a layer as a whole, which tiles "
                "cannot: give a smaller --size, or close other programs"
            ) from None
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        short, problem = True, in_smaller_tiles(problem, index)


def step_that_fits(descent: Descent, objective: Objective, step: int) -> tuple[Objective, bool]:
    """Take the step of this index, in tiles as small as the memory asks for.

    Returns the objective that it was taken with, and whether that is another than at the step before. Raises SolveError
    if the smallest tiles do not help, or if a term does not add up over tiles.
    """
    short = False
    while True:
        try:
            renewed = objective.look_from(step) or short
            if renewed:
                descent.renew()
            descent.step(objective)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            return objective, renewed
        short, problem, index = True, objective.problem, objective.index
        del objective
        objective = objective_that_fits(in_smaller_tiles(problem, index), index, short=True)


def in_smaller_tiles(problem: Problem, index: int) -> Problem:
    """The problem in tiles of half the side, or, if it has none yet, of half the level's; freed memory is given back.

    Raises SolveError if there are no smaller ones, or if the picture goes around, which tiles cannot.
    """
    give_back(problem.backbone.device)
    level = problem.levels[index]
    if problem.periodic:
        raise SolveError(
            f"the memory does not suffice for {level.width}×{level.height} pixels of a picture that goes around, which "
            "is not looked at in tiles: give a smaller --size, or close other programs"
        )
    side = min(problem.tile or max(level.width, level.height), max(level.width, level.height))
    tile = max(SMALLEST, side // 2 // SMALLEST * SMALLEST)
    if tile >= side:
        raise SolveError(
            f"the memory does not suffice for {level.width}×{level.height} pixels, even in tiles of {side}: give a "
            "smaller --size, or close other programs"
        )
    return replace(problem, tile=tile)
