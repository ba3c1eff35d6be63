"""Watching a solve from inside: live bytes and seconds, of the network and of the optimiser apart."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from impasto.solve import Descent, Optimizer
from impasto.solve.optimizers import Evaluate


class Scales(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Weighs the tensors that are alive while it is entered: each storage once, from the operation that made it.

    now, peak: their bytes, and the most since `peak` was last set.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._known: set[int] = set()
        self.now = self.peak = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here, and to shield it from the compiler torch would load all of it, for seconds."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do the operation and weigh what it made."""
        made = func(*args, **(kwargs or {}))
        for value in tree_leaves(made):
            if isinstance(value, Tensor) and not value.is_meta:
                self._put_on(value.untyped_storage())
        self.peak = max(self.peak, self.now)
        return made

    def _put_on(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._known:
            self._known.add(key)
            self.now += storage.nbytes()
            weakref.finalize(storage, self._take_off, key, storage.nbytes())

    def _take_off(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size


@dataclass
class Notes:
    """What was seen of the steps of one level. Times are of `time.perf_counter`, in seconds; bytes are live ones.

    begun: when the descent began. starts, ends: of each step. looked: seconds of the network in each step.
    began: the most bytes until then. held: those that are there then.
    looking: the most as the network is asked in a step; added: the most that it takes beyond them.
    beside: the most at any time between; paired: those of the curvature pairs in the end.
    """

    begun: float = 0.0
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    looked: list[float] = field(default_factory=list)
    began: int = 0
    held: int = 0
    looking: int = 0
    added: int = 0
    beside: int = 0
    paired: int = 0


@dataclass(frozen=True, kw_only=True)
class Watched(Optimizer):
    """Another optimiser, whose steps are noted down."""

    kind: Literal["watched"] = "watched"
    inner: Optimizer
    notes: Notes
    scales: Scales | None = None

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:
        """Begin the other's descent."""
        notes, scales = self.notes, self.scales
        notes.begun = time.perf_counter()
        if scales is not None:
            notes.began, notes.held, scales.peak = scales.peak, scales.now, scales.now
        return WatchedDescent(self.inner.begin(image, lattice=lattice, periodic=periodic), notes, scales)


class WatchedDescent(Descent):
    """Another descent, step by step the same."""

    def __init__(self, inner: Descent, notes: Notes, scales: Scales | None) -> None:
        self.inner, self.notes, self.scales = inner, notes, scales
        self.image, self.value, self.box = inner.image, inner.value, inner.box

    def step(self, evaluate: Evaluate) -> None:
        """Take the step, and note what it and the network in it took."""
        self.notes.starts.append(time.perf_counter())
        self.inner.step(partial(self._look, evaluate))
        self.notes.ends.append(time.perf_counter())
        self.image, self.value = self.inner.image, self.inner.value
        if self.scales is not None:
            self.notes.beside = max(self.notes.beside, self.scales.peak)
            tensors, _ = self.inner.state()
            pairs = [held for name, held in tensors.items() if name.startswith(("move", "change"))]
            self.notes.paired = sum(held.nbytes for held in pairs)

    def _look(self, evaluate: Evaluate, image: Tensor) -> tuple[float, Tensor]:
        notes, scales = self.notes, self.scales
        if scales is not None:
            notes.beside, notes.looking = max(notes.beside, scales.peak), max(notes.looking, scales.now)
            before = scales.peak = scales.now
        since = time.perf_counter()
        seen = evaluate(image)
        notes.looked.append(time.perf_counter() - since)
        if scales is not None:
            notes.added, scales.peak = scales.peak - before, scales.now
        return seen

    def renew(self) -> None:
        """As the other."""
        self.inner.renew()

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """As the other."""
        return self.inner.state()

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """As the other."""
        self.inner.restore(tensors, numbers)
