"""An ONNX graph in the making."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

OPSET = 17
"""The oldest that has all that is needed; phones run old runtimes."""

IR_VERSION = 8

IMAGE, PAINTED = "image", "painted"
"""What goes in and what comes out: RGB [batch, 3, height, width] in 0 … 1, fp32."""


class OnnxGraph:
    """Nodes and constants under the shortest names, in the order they are added."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], TensorProto] = {}

    def constant(self, values: NDArray[Any]) -> str:
        """The name of a constant; equal ones are kept once."""
        whole = np.ascontiguousarray(values)
        key = (whole.dtype.str, whole.shape, whole.tobytes())
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(whole, f"c{len(self._constants)}")
        return str(self._constants[key].name)

    def integers(self, *values: int) -> str:
        """The name of a constant of whole numbers."""
        return self.constant(np.array(values, dtype=np.int64))

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of the operator `kind`; the name of what it gives."""
        number = len(self._nodes)
        self._nodes.append(helper.make_node(kind, inputs, [f"t{number}"], name=f"n{number}", **attributes))
        return f"t{number}"

    def cast(self, name: str, to: type[np.floating[Any]]) -> str:
        """The same numbers in another precision."""
        return self.add("Cast", name, to=helper.np_dtype_to_tensor_dtype(np.dtype(to)))

    def model(self, result: str) -> ModelProto:
        """The model that gives what is called `result`."""
        last = next(node for node in self._nodes if node.output[0] == result)
        last.output[0] = PAINTED
        shape: list[str | int | None] = ["batch", 3, "height", "width"]
        graph = helper.make_graph(
            self._nodes,
            "style network",
            [helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(PAINTED, TensorProto.FLOAT, shape)],
            list(self._constants.values()),
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
