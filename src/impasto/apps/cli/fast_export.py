"""`impasto fast export`: a style network as an ONNX file."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from impasto.apps.cli.options import MACHINE, RESULT, Offline, Overwrite, go_offline
from impasto.apps.cli.telling import Telling
from impasto.errors import InputError

EXTRA = "onnx"

EXAMPLES = """Examples:

    impasto fast export starry.safetensors --onnx starry.onnx
    impasto fast export starry.safetensors --precision int8 --photos photos/
    impasto fast export wave --precision fp16
"""


def export(
    network: str,
    /,
    *,
    onnx: Annotated[Path | None, Parameter(group=RESULT, metavar="FILE")] = None,
    precision: Annotated[Literal["fp32", "fp16", "int8"], Parameter(group=RESULT)] = "fp32",
    photos: Annotated[Path | None, Parameter(group=RESULT, metavar="FOLDER")] = None,
    overwrite: Overwrite = False,
    offline: Annotated[Offline, Parameter(group=MACHINE)] = False,
    telling: Telling = Telling(),
) -> None:
    """Write NETWORK, a style network that `impasto fast train` made, as ONNX for phones, browsers and servers.

    The file takes and gives RGB [batch, 3, height, width] in 0 … 1 of any size from 16 pixels on. Photographs are
    painted with it and with torch first; a file that paints otherwise is not written.

    Parameters
    ----------
    network
        A network's file, or a name from `impasto fast list`.
    onnx
        Where the ONNX file goes; without it NETWORK.onnx in the current folder, or NETWORK.fp16.onnx and so on.
    precision
        What the numbers are kept and computed in: fp16 halves the file; int8 makes it smaller still, for a little of
        the quality.
    photos
        A folder of photographs to check the file on, and to calibrate int8 with; without it, Impasto's own samples.
    overwrite
        Replace the file if it is there already.
    offline
        Fetch nothing: the sample photographs must be here already.
    telling
        The panel.
    telling.json
        Write what was done as one line of JSON on the standard output.
    """
    _require_extra()
    from impasto.export import check_place, export_onnx, photos_to_check
    from impasto.tasks.plan_machine import use_threads_allowed
    from impasto.weights.networks import find_network
    from impasto.weights.style_network import load_style_network

    path = find_network(network)
    place = onnx or Path(f"{path.stem}{'' if precision == 'fp32' else f'.{precision}'}.onnx")
    check_place(place, overwrite=overwrite)
    go_offline(offline)
    use_threads_allowed()
    loaded, about = load_style_network(path)
    exported = export_onnx(loaded, about, place, photos_to_check(photos), precision=precision)
    telling.note(f"{about.size} network in {precision}: {exported.size:,} bytes")
    telling.note(
        f"on {exported.photos} photographs at most {exported.difference:.1e} of 0 … 1 from torch's pixels; "
        f"{exported.psnr:.1f} dB on the worst of them"
    )
    telling.result(place, {"event": "exported", **asdict(exported), "path": str(place), "precision": precision})


def _require_extra() -> None:
    """Raise InputError if what the extra brings is not installed."""
    for package in ("onnx", "onnxruntime"):
        try:
            importlib.import_module(package)
        except ImportError:
            raise InputError(
                f"exporting needs {package}, which is not installed; get it with: pip install 'impasto[{EXTRA}]'"
            ) from None
