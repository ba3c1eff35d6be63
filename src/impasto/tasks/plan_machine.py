"""What the machine has left for a job: memory and threads, within what a container or a scheduler allows."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import psutil
import torch

CGROUP = Path("/sys/fs/cgroup")


def free_memory(device: torch.device) -> int:
    """Bytes that can still be had: of a GPU its own, else of the system with unused swap, or of its control group."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    system = psutil.virtual_memory().available + psutil.swap_memory().free
    limit, used = _number(CGROUP / "memory.max"), _number(CGROUP / "memory.current")
    return int(system if limit is None or used is None else min(system, max(0, limit - used)))


def held_memory(device: torch.device) -> int:
    """Bytes that this process holds now: of a GPU what torch has reserved, else what is resident."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    return int(psutil.Process().memory_info().rss)


def most_held(device: torch.device) -> int:
    """The most bytes that this process ever held."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved(device))
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def threads_allowed() -> int:
    """How many threads computing may use: torch's own number, or fewer if fewer processors are allowed."""
    allowed = [torch.get_num_threads()]
    if hasattr(os, "sched_getaffinity"):
        allowed.append(len(os.sched_getaffinity(0)))
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
        allowed.append(max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):
        pass
    return min(allowed)


def use_threads_allowed() -> int:
    """Let torch compute with the threads that are allowed, and say how many they are."""
    threads = threads_allowed()
    if threads != torch.get_num_threads():
        torch.set_num_threads(threads)
    return threads


def _number(path: Path) -> int | None:
    """The number in a file; None if it is not there or says `max`."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
