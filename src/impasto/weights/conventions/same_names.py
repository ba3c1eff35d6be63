"""Files that call a network's layers what we call them, and name the numbers of a layer in their own way."""

from __future__ import annotations

from impasto.weights.conventions.convention import Convention, renamed

_CAFFE_PARTS = {"weight": "blobs/0", "bias": "blobs/1"}
_MATCONVNET_PARTS = {"weight": "filters", "bias": "biases"}

CAFFE = Convention("Caffe", renamed(lambda node, kind: f"{node}/{_CAFFE_PARTS[kind]}"))

MATCONVNET = Convention("MatConvNet", renamed(lambda node, kind: f"{node}/{_MATCONVNET_PARTS[kind]}"), layout="hwio")
