"""Weights: where the numbers in the networks come from."""

from impasto.weights.catalogue import CATALOGUE, DEFAULT, WeightsEntry
from impasto.weights.store import Report, Status, Weights, fetch, load_weights, status, verify, where

__all__ = [
    "CATALOGUE",
    "DEFAULT",
    "Report",
    "Status",
    "Weights",
    "WeightsEntry",
    "fetch",
    "load_weights",
    "status",
    "verify",
    "where",
]
