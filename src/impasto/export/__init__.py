"""Style networks for other programs: as ONNX, for phones, browsers and servers without torch.

Everything public is reachable from here and is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.export.exporting import Exported as Exported
    from impasto.export.exporting import check_place as check_place
    from impasto.export.exporting import export_onnx as export_onnx
    from impasto.export.photos import photos_to_check as photos_to_check
    from impasto.export.runtime import OnnxNetwork as OnnxNetwork
    from impasto.export.translation import PRECISIONS as PRECISIONS

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "exporting": ("Exported", "check_place", "export_onnx"),
        "photos": ("photos_to_check",),
        "runtime": ("OnnxNetwork",),
        "translation": ("PRECISIONS",),
    },
)
