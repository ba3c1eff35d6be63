"""Weights: where the numbers in the networks come from.

`load_backbone` and its types are loaded when they are first used, so that listing the catalogue imports no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from impasto.weights.catalogue import CATALOGUE, DEFAULT, WeightsEntry
from impasto.weights.store import Report, Status, Weights, fetch, import_file, load_weights, status, verify, where

if TYPE_CHECKING:
    from impasto.weights.backbone import PrecisionChoice as PrecisionChoice
    from impasto.weights.backbone import load_backbone as load_backbone

__all__ = [
    "CATALOGUE",
    "DEFAULT",
    "PrecisionChoice",
    "Report",
    "Status",
    "Weights",
    "WeightsEntry",
    "fetch",
    "import_file",
    "load_backbone",
    "load_weights",
    "status",
    "verify",
    "where",
]


def __getattr__(name: str) -> object:
    if name not in ("PrecisionChoice", "load_backbone"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.backbone"), name)
    return value
