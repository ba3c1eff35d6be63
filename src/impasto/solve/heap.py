"""What becomes of memory that is freed: kept for the next step, or given back."""

from __future__ import annotations

import ctypes
import gc
import mmap
import sys
from contextlib import suppress

import torch

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt`, by its <malloc.h>."""

KEPT = 2**31 - 1
"""How much free memory may stay at the end of the heap, in bytes: the most that `mallopt` takes."""

LARGE = 2**30
"""Only blocks of this many bytes are still borrowed from the system one by one."""


USUAL = 2**17
"""What both are by default, in bytes."""

SPARE = 2**26
"""How many bytes of addresses are held for when no more can be had. Nothing is written there, so they cost none."""

_spare: list[mmap.mmap] = []


def keep_freed(device: torch.device) -> None:
    """From now on this process keeps what it frees for what it needs next, where its C library is glibc.

    Left alone, glibc gives a large tensor back as soon as it is freed, and the system hands out the next one page by
    page, each cleared anew. A step frees and needs the same tensors as the one before, over and over.

    What is kept still counts where a process may have so many addresses and no more (`ulimit -v`), and the convolutions
    of other sizes, which smaller tiles need, are written as machine code to addresses of their own: some are spared.
    """
    if device.type == "cpu":
        _set_thresholds(LARGE, KEPT)
        if not _spare:
            with suppress(OSError):
                _spare.append(mmap.mmap(-1, SPARE))


def give_back(device: torch.device) -> None:
    """Give freed memory back to the system or the GPU, for blocks of other sizes, and keep none from now on."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    else:
        _set_thresholds(USUAL, USUAL)
        while _spare:
            _spare.pop().close()
        trim()


def _set_thresholds(mmap: int, trim: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other C libraries than glibc
            library = ctypes.CDLL(None)
            library.mallopt(MMAP_THRESHOLD, mmap)
            library.mallopt(TRIM_THRESHOLD, trim)


def trim() -> None:
    """Give back what the heap keeps, where the C library is glibc."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other C libraries
            ctypes.CDLL(None).malloc_trim(0)
