"""Memory that is freed and needed again."""

from __future__ import annotations

import subprocess
import sys

import pytest

ROUNDS = """
import resource, sys, torch
from impasto.solve.heap import keep_freed, trim

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def rounds(count):
    before = faults()
    for _ in range(count):
        held = [torch.ones(megabytes * 2**18) for megabytes in (40, 60)]
        del held
    return faults() - before

if "keep" in sys.argv:
    keep_freed(torch.device("cpu"))
rounds(8)
again = rounds(4)
trim()
print(again, rounds(1))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc's heap is spoken to")
def test_freed_memory_is_kept_for_what_comes_next_until_it_is_given_back() -> None:
    """Two large tensors, made and freed in rounds, in processes of their own."""
    alone, kept = (
        [int(n) for n in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]
        for command in ([sys.executable, "-c", ROUNDS], [sys.executable, "-c", ROUNDS, "keep"])
    )
    assert kept[0] * 10 < alone[0], "pages are cleared anew in every round only if nothing is kept"
    assert kept[1] > kept[0], "what was given back has to be had anew"
