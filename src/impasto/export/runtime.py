"""An ONNX file in onnxruntime, as other programs run it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from impasto.export.onnx_graph import IMAGE, PAINTED

_ERRORS = 3


def opened(model: Path | bytes, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """A session on the processor that says nothing but errors. threads: how many; 0 leaves it to onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS
    given = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])


class OnnxNetwork:
    """A style network in onnxruntime, on the processor. threads: see `opened`."""

    def __init__(self, model: Path | bytes, *, threads: int = 0) -> None:
        self._session = opened(model, threads=threads)

    def __call__(self, image: NDArray[Any]) -> NDArray[Any]:
        """RGB [N, 3, H, W] in 0 … 1 for RGB [N, 3, H, W] in 0 … 1, both fp32."""
        painted: NDArray[Any] = self._session.run([PAINTED], {IMAGE: image})[0]
        return painted

    @property
    def said(self) -> dict[str, str]:
        """The file's free text: what the network is."""
        return dict(self._session.get_modelmeta().custom_metadata_map)
