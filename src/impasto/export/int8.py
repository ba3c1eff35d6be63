"""Static quantisation: convolutions in whole numbers of eight bits.

Left as they are: the convolutions before the picture is at a quarter of its side, since how far their numbers reach
depends on a photo's contrast, and the last, whose steps would show as bands in a sky. All others see normalised
numbers, which reach as far for one photo as for the next.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from onnx import ModelProto, load
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from impasto.export.onnx_graph import IMAGE, PAINTED


def quantised(model: ModelProto, photos: Sequence[NDArray[Any]]) -> ModelProto:
    """The model with 8 bits for what its inner convolutions see and give, one scale for each channel of a kernel.

    photos: RGB [1, 3, H, W] in 0 … 1 each, fp32, from which the reach of what they see is measured. Raises OSError as
    the system does for its temporary files.
    """
    add_pre_process_metadata(model)  # else onnxruntime warns that it was not simplified; it is as simple as can be
    with tempfile.TemporaryDirectory(prefix="impasto-") as folder:
        path = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            path,
            _Photos(photos),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=kept_whole(model),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return _shortened(load(path))


def kept_whole(model: ModelProto) -> list[str]:
    """The names of the convolutions that are not quantised: those whose kernels are computed and not constants."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return [node.name for node in model.graph.node if node.op_type == "Conv" and node.input[1] not in constants]


class _Photos(CalibrationDataReader):  # type: ignore[misc] # onnxruntime says no types
    def __init__(self, photos: Sequence[NDArray[Any]]) -> None:
        self._left: Iterator[NDArray[Any]] = iter(photos)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        photo = next(self._left, None)
        return None if photo is None else {IMAGE: photo}


def _shortened(model: ModelProto) -> ModelProto:
    """The same under short names, which are a part of a small file, and without what was found out on the way."""
    graph = model.graph
    del graph.value_info[:]
    del model.metadata_props[:]
    short = {IMAGE: IMAGE, PAINTED: PAINTED, "": ""}

    def called(name: str) -> str:
        return short.setdefault(name, f"t{len(short)}")

    for tensor in graph.initializer:
        tensor.name = called(tensor.name)
    for node in graph.node:
        node.name = ""
        node.input[:] = [called(name) for name in node.input]
        node.output[:] = [called(name) for name in node.output]
    return model
