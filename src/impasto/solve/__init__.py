"""Solve: the one loop that paints, and what it needs."""

from impasto.solve.batch_objective import BatchObjective
from impasto.solve.content_first import check_content_first
from impasto.solve.events import Event, Finished, LevelDone, LevelStarted, Noted, Snapshot, Started, Step, TilesHalved
from impasto.solve.grey import in_grey
from impasto.solve.in_turn import solve_in_turn
from impasto.solve.lbfgs import LBFGS
from impasto.solve.normalised import Normalised
from impasto.solve.optimizers import OPTIMIZERS, SGD, Adam, Descent, Optimizer
from impasto.solve.problem import Level, Problem, Target
from impasto.solve.pyramid import pyramid, resize
from impasto.solve.region import Area, resized_mask
from impasto.solve.shift import Shift
from impasto.solve.solve import solve
from impasto.solve.start import STARTS, ContentStart, MixedStart, NoiseStart, Start, WaveStart
from impasto.solve.wave_adam import WaveAdam
from impasto.solve.waves import Waves

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "STARTS",
    "Adam",
    "Area",
    "BatchObjective",
    "ContentStart",
    "Descent",
    "Event",
    "Finished",
    "Level",
    "LevelDone",
    "LevelStarted",
    "MixedStart",
    "NoiseStart",
    "Normalised",
    "Noted",
    "Optimizer",
    "Problem",
    "Shift",
    "Snapshot",
    "Start",
    "Started",
    "Step",
    "Target",
    "TilesHalved",
    "WaveAdam",
    "WaveStart",
    "Waves",
    "check_content_first",
    "in_grey",
    "pyramid",
    "resize",
    "resized_mask",
    "solve",
    "solve_in_turn",
]
