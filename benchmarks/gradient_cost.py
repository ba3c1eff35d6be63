"""What one gradient of a job's objective costs: time, operations, memory."""

from __future__ import annotations

import contextlib
import ctypes
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from impasto.artefacts import PackageMember
from impasto.backbones import Backbone
from impasto.solve import Problem
from impasto.solve.objective import Objective
from impasto.tasks.plan_machine import most_held
from impasto.weights import CATALOGUE

WARM_UP, TIMED = 2, 7
"""Gradients taken before anything is measured, and against the clock."""

PROCESS = Path("/proc/self")
"""What Linux tells a process about itself."""


@dataclass(frozen=True)
class Cost:
    """Of one gradient: seconds, the median of several; floating-point operations; bytes held on the way, beyond those
    held before; at most so many if `bound`.
    """

    parameters: int
    download: int
    seconds: float
    operations: int
    memory: int
    bound: bool
    precision: str
    width: int
    height: int


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts floating-point operations while it is entered: those of convolutions and matrix products, there and back.

    PyTorch's own `FlopCounterMode` also follows modules, by hooks that `torch.autograd.grad` refuses.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if count := flop_registry.get(func._overloadpacket):
            self.total += count(*args, **(kwargs or {}), out_val=out)
        return out


def cost_of(problem: Problem) -> Cost:
    """Measure a gradient at the content picture, at the last level."""
    image, level = problem.targets["content"][0].image, problem.levels[-1]
    objective = Objective(problem, len(problem.levels) - 1)
    objective.look_from(0)
    for _ in range(WARM_UP):
        objective(image)
    forget_peak()
    held, mark = psutil.Process().memory_info().rss, peak()
    objective(image)
    highest = peak()
    times = []
    for _ in range(TIMED):
        began = time.perf_counter()
        objective(image)
        times.append(time.perf_counter() - began)
    with Operations() as operations:
        objective(image)
    return Cost(
        parameters=sum(parameter.numel() for parameter in problem.backbone.parameters()),
        download=download_of(problem.backbone),
        seconds=statistics.median(times),
        operations=operations.total,
        memory=highest - held,
        bound=highest == mark,
        precision=problem.backbone.precision,
        width=level.width,
        height=level.height,
    )


def download_of(backbone: Backbone) -> int:
    """Bytes of the archive or file that the weights come out of; of the tensors where the catalogue does not know."""
    artefact = CATALOGUE[backbone.weights].artefacts[0]
    source = artefact.sources[0] if artefact.sources else None
    known = source.size if isinstance(source, PackageMember) else artefact.size
    return known or sum(4 * tensor.numel() for tensor in backbone.graph.state_dict().values())


def peak() -> int:
    """The most memory this process held since `forget_peak`, in bytes.

    Linux's own mark, where there is one: what `most_held` reads also counts the parent's memory from before this
    program began.
    """
    with contextlib.suppress(OSError):
        lines = (PROCESS / "status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return most_held(torch.device("cpu"))


def forget_peak() -> None:
    """Give back the memory that is free but kept, and begin the mark of `peak` anew, where the system can: on Linux."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
        (PROCESS / "clear_refs").write_text("5")
