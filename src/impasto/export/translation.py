"""A style network as an ONNX graph, written operator by operator.

torch's own exporters give larger and slower graphs: they repeat what each layer does, where a graph may do several
layers at once (`kernels`).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto
from torch import Tensor, nn

from impasto.backbones.style_network import Convolved, Enlarged, ResidualBlock, StyleNetwork
from impasto.export.kernels import FOUR_PLACES, enlarging_kernel
from impasto.export.onnx_graph import IMAGE, OnnxGraph

Precision = Literal["fp32", "fp16", "int8"]

PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16", "int8")
"""What the numbers are kept and computed in. fp16: normalisation stays in fp32. int8: see `int8`."""


def translated(network: StyleNetwork, precision: Precision) -> ModelProto:
    """The ONNX model of a network; int8 is made of what this gives for it, in which all is computed in fp32."""
    return _Translation(precision).model_of(network)


class _Translation:
    def __init__(self, precision: Precision) -> None:
        self.graph = OnnxGraph()
        self.half = precision == "fp16"
        self.kept_half = precision == "int8"

    def model_of(self, network: StyleNetwork) -> ModelProto:
        graph = self.graph
        *layers, last = network.layers
        seen = graph.cast(IMAGE, np.float16) if self.half else IMAGE
        for layer in layers:
            seen = self._layer(seen, layer)
        assert isinstance(last, nn.Conv2d)
        painted = self._last(seen, last)
        if self.half:
            painted = graph.cast(painted, np.float32)
        height_and_width = graph.add("Shape", IMAGE, start=2)
        cut = graph.add("Slice", painted, graph.integers(0, 0), height_and_width, graph.integers(2, 3))
        return graph.model(cut)

    def _layer(self, seen: str, layer: nn.Module) -> str:
        if isinstance(layer, ResidualBlock):
            return self.graph.add("Add", seen, self._convolved(self._convolved(seen, layer.first), layer.second))
        if isinstance(layer, Enlarged):
            return self._enlarged(seen, layer.convolved)
        assert isinstance(layer, Convolved)
        return self._convolved(seen, layer)

    def _convolved(self, seen: str, layer: Convolved) -> str:
        convolution = layer.convolution
        border = int(convolution.padding[0])
        strides = list(convolution.stride)
        kernel = self._kernel(convolution.weight, kept=strides != [1, 1] or convolution.in_channels == 3)
        given = self.graph.add("Conv", self._padded(seen, border), kernel, strides=strides)
        return self._normalised(given, layer)

    def _enlarged(self, seen: str, layer: Convolved) -> str:
        """Twice the side, and the convolution; of what is enlarged a reflected border is a repeated one of before."""
        graph = self.graph
        kernel = graph.constant(self._real(enlarging_kernel(_numbers(layer.convolution.weight))))
        parts = graph.add("Conv", self._padded(seen, 1, mode="edge"), kernel)
        laid_out = graph.add("DepthToSpace", parts, blocksize=2, mode="CRD")
        inner = graph.add("Slice", laid_out, graph.integers(1, 1), graph.integers(-1, -1), graph.integers(2, 3))
        return self._normalised(inner, layer)

    def _last(self, seen: str, convolution: nn.Conv2d) -> str:
        graph = self.graph
        assert convolution.bias is not None
        kernel = self._kernel(convolution.weight, kept=True)
        kernel = graph.cast(kernel, np.float32) if self.half else kernel  # onnxruntime pads no fp16 beforehand
        places = [graph.add("Pad", kernel, graph.integers(*place)) for place in FOUR_PLACES]
        out, channels, side, _ = convolution.weight.shape
        whole = graph.integers(4 * out, channels, side + 1, side + 1)
        kernels = graph.add("Reshape", graph.add("Concat", *places, axis=1), whole)
        kernels = graph.cast(kernels, np.float16) if self.half else kernels
        biases = graph.constant(self._real(np.repeat(_numbers(convolution.bias), 4)))
        padded = self._padded(seen, int(convolution.padding[0]))
        parts = graph.add("Sigmoid", graph.add("Conv", padded, kernels, biases, strides=[2, 2]))
        return graph.add("DepthToSpace", parts, blocksize=2, mode="CRD")

    def _normalised(self, seen: str, layer: Convolved) -> str:
        """In fp32 always: a sum over the positions of a picture is beyond fp16."""
        graph = self.graph
        scale, shift = (graph.constant(_numbers(t)) for t in (layer.normalisation.weight, layer.normalisation.bias))
        whole = graph.cast(seen, np.float32) if self.half else seen
        given = graph.add("InstanceNormalization", whole, scale, shift, epsilon=layer.normalisation.eps)
        given = graph.add("Relu", given) if layer.rectified else given
        return graph.cast(given, np.float16) if self.half else given

    def _padded(self, seen: str, border: int, *, mode: str = "reflect") -> str:
        return self.graph.add("Pad", seen, self.graph.integers(0, 0, border, border, 0, 0, border, border), mode=mode)

    def _kernel(self, weight: Tensor, *, kept: bool) -> str:
        """The kernel of a convolution; one that int8 leaves as it is (`kept`) is stored in fp16 there all the same."""
        if self.kept_half and kept:
            return self.graph.cast(self.graph.constant(_numbers(weight).astype(np.float16)), np.float32)
        return self.graph.constant(self._real(_numbers(weight)))

    def _real(self, values: NDArray[Any]) -> NDArray[Any]:
        return values.astype(np.float16 if self.half else np.float32)


def _numbers(tensor: Tensor) -> NDArray[Any]:
    values: NDArray[Any] = tensor.detach().cpu().float().numpy()
    return values
