"""Whether a network's numbers fit into fp16.

A processor without fp16 computes an fp16 file in fp32, so that painting with it here proves nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper

from impasto.errors import WeightsError
from impasto.export.onnx_graph import IMAGE
from impasto.export.runtime import opened

MOST = float(np.finfo(np.float16).max) / 4
"""The largest number that a photo may cause; other photos get some room."""


def refuse_what_overflows(model: ModelProto, photos: Sequence[NDArray[Any]]) -> None:
    """Raise WeightsError if what the fp32 `model` computes of `photos` comes near the largest number of fp16."""
    watched = ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    for node in model.graph.node:
        if node.op_type in ("Conv", "InstanceNormalization", "Add"):
            name = f"{node.output[0]}_largest"
            size = helper.make_node("ReduceMax", [f"{name}_of"], [name], keepdims=0)
            watched.graph.node.extend([helper.make_node("Abs", [node.output[0]], [f"{name}_of"]), size])
            watched.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, []))
    session = opened(watched.SerializeToString())
    largest = max(float(np.max(session.run(None, {IMAGE: photo}))) for photo in photos)
    if not largest <= MOST:
        raise WeightsError(
            f"the network's numbers reach {largest:.3g} on a photo, too near the largest of fp16 ({4 * MOST:.0f}): "
            "export it with --precision fp32 or int8"
        )
