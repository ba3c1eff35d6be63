"""Backbones: pretrained networks as lists of named nodes. Adding one is one file and its line in `networks.BACKBONES`.

Everything public is reachable from here and is loaded when it is first used: reading the catalogue of weights needs
`Preprocessing`, not torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.backbones.backbone import Backbone as Backbone
    from impasto.backbones.backbone import Precision as Precision
    from impasto.backbones.cells import averaged as averaged
    from impasto.backbones.cells import cells_of as cells_of
    from impasto.backbones.decoder import Decoder as Decoder
    from impasto.backbones.defaults import default_layers as default_layers
    from impasto.backbones.defaults import painting_defaults as painting_defaults
    from impasto.backbones.driving import driver as driver
    from impasto.backbones.extent import least_side as least_side
    from impasto.backbones.graph import INPUT as INPUT
    from impasto.backbones.graph import Graph as Graph
    from impasto.backbones.layers import Padding as Padding
    from impasto.backbones.layers import Pooling as Pooling
    from impasto.backbones.networks import BACKBONES as BACKBONES
    from impasto.backbones.node import Node as Node
    from impasto.backbones.period import period_of as period_of
    from impasto.backbones.preprocessing import Preprocessing as Preprocessing
    from impasto.backbones.receptive_field import Reach as Reach
    from impasto.backbones.receptive_field import ReceptiveField as ReceptiveField
    from impasto.backbones.receptive_field import receptive_fields as receptive_fields
    from impasto.backbones.side_by_side import SideBySide as SideBySide
    from impasto.backbones.side_by_side import layer_of as layer_of
    from impasto.backbones.surveying import SurveyedLayer as SurveyedLayer
    from impasto.backbones.surveying import survey as survey

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "backbone": ("Backbone", "Precision"),
        "cells": ("averaged", "cells_of"),
        "decoder": ("Decoder",),
        "defaults": ("default_layers", "painting_defaults"),
        "driving": ("driver",),
        "extent": ("least_side",),
        "graph": ("INPUT", "Graph"),
        "layers": ("Padding", "Pooling"),
        "networks": ("BACKBONES",),
        "node": ("Node",),
        "period": ("period_of",),
        "preprocessing": ("Preprocessing",),
        "receptive_field": ("Reach", "ReceptiveField", "receptive_fields"),
        "side_by_side": ("SideBySide", "layer_of"),
        "surveying": ("SurveyedLayer", "survey"),
    },
)
