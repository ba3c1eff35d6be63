"""Weights: where the numbers in the networks come from.

Everything public is loaded when it is first used, so that listing the catalogue imports no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.weights.backbone import PrecisionChoice as PrecisionChoice
    from impasto.weights.backbone import load_backbone as load_backbone
    from impasto.weights.catalogue import CATALOGUE as CATALOGUE
    from impasto.weights.catalogue import DEFAULT as DEFAULT
    from impasto.weights.catalogue import WeightsEntry as WeightsEntry
    from impasto.weights.decoder import load_decoder as load_decoder
    from impasto.weights.store import Report as Report
    from impasto.weights.store import Status as Status
    from impasto.weights.store import Weights as Weights
    from impasto.weights.store import fetch as fetch
    from impasto.weights.store import import_file as import_file
    from impasto.weights.store import load_weights as load_weights
    from impasto.weights.store import status as status
    from impasto.weights.store import verify as verify
    from impasto.weights.store import where as where

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "backbone": ("PrecisionChoice", "load_backbone"),
        "catalogue": ("CATALOGUE", "DEFAULT", "WeightsEntry"),
        "decoder": ("load_decoder",),
        "store": (
            "Report",
            "Status",
            "Weights",
            "fetch",
            "import_file",
            "load_weights",
            "status",
            "verify",
            "where",
        ),
    },
)
