"""How red, green and blue go together in photographs: the matrix `COLOURS` of `impasto.solve.waves`.

Measured on the photographs named, or without any on Impasto's own samples (CC0 and public domain). Pixels go through
the inverse of the logistic function, as the waves make them; every photograph counts alike, about its own mean colour.
Printed is the symmetric root of the covariance, divided by its largest eigenvalue.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from impasto.pictures import Picture, composite, read_picture
from impasto.pictures.samples import PHOTOGRAPHS, sample_photograph
from impasto.solve.waves import MARGIN
from impasto.tasks.pixels import to_tensor


def colour_root(photographs: Sequence[Picture]) -> Tensor:
    """The matrix [3, 3]."""
    total = torch.zeros(3, 3, dtype=torch.float64)
    for photograph in photographs:
        colours = torch.logit(to_tensor(composite(photograph))[0].flatten(1).double(), MARGIN)
        total += colours.cov(correction=0)
    sizes, axes = torch.linalg.eigh(total)
    root: Tensor = axes * (sizes / sizes.max()).sqrt() @ axes.T
    return root


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photographs", nargs="*", type=Path)
    named = parser.parse_args().photographs
    pictures = [read_picture(path) for path in named] or [sample_photograph(name) for name in PHOTOGRAPHS]
    for row in colour_root(pictures).tolist():
        print(", ".join(f"{number:.4f}" for number in row))


if __name__ == "__main__":
    main()
