"""Where chance comes from: one seed, and nothing that happened before."""

from __future__ import annotations

from torch import Generator

from impasto.solve.problem import Problem


def seeded(problem: Problem, index: int, purpose: str) -> Generator:
    """A generator that depends on the seed, the level and what it is for, and on nothing that happened before."""
    word = sum(ord(letter) << (8 * i) for i, letter in enumerate(purpose[:4]))
    return Generator().manual_seed((problem.seed * 1_000_003 + index * 7919 + word) % 2**63)
