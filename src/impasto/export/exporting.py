"""From a style network to an ONNX file that was seen to paint the same."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, checker, helper

import impasto
from impasto.backbones.style_network import LEAST_SIDE, StyleNetwork
from impasto.errors import InputError, OutputError, WeightsError
from impasto.export.half import refuse_what_overflows
from impasto.export.int8 import quantised
from impasto.export.runtime import OnnxNetwork
from impasto.export.translation import Precision, translated
from impasto.runs.files import placed_whole
from impasto.weights.style_network import StyleNetworkAbout

FORMAT = "impasto style network, ONNX 1"

MOST_DIFFERENCE = 1e-3
"""Of 0 … 1, how far any pixel of an fp32 file may lie from the network's own."""

LEAST_PSNR = {"fp16": 35.0, "int8": 30.0}
"""Decibels: how close a file in fewer bits stays to the network, on the worst photo."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    size: bytes. difference: the largest of any pixel from the network's own, of 0 … 1. psnr: decibels between them, on
    the worst photo. photos: how many were looked at.
    """

    path: Path
    size: int
    difference: float
    psnr: float
    photos: int


def check_place(path: Path, *, overwrite: bool) -> None:
    """Raise OutputError if a file could not be written to `path`, or would replace what must stay."""
    if path.suffix.lower() != ".onnx":
        raise OutputError(f"{path}: an ONNX file's name ends in .onnx")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: give the file a name")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}. Make it, or choose another place.")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} exists already: choose another name with --onnx, or give --overwrite")


def export_onnx(
    network: StyleNetwork,
    about: StyleNetworkAbout,
    path: Path,
    photos: Sequence[NDArray[Any]],
    *,
    precision: Precision = "fp32",
) -> Exported:
    """Write a network as ONNX, whole or not at all, having painted `photos` with it and with torch.

    The file takes RGB [N, 3, H, W] in 0 … 1, fp32, of any size from `LEAST_SIDE` on, and gives the same. photos: such
    pictures, [1, 3, H, W] each; int8 is calibrated with them too.

    Raises InputError without photos, WeightsError if the file would paint otherwise than the network, OutputError if it
    cannot be written.
    """
    if not photos:
        raise InputError("at least one photograph is needed to check the file on")
    try:
        model = translated(network, precision)
        if precision == "int8":
            model = quantised(model, photos)
        if precision == "fp16":
            refuse_what_overflows(translated(network, "fp32"), photos)
        data = _finished(model, about, precision)
        exported = _compared(network, data, path, photos)
        _refuse_what_differs(exported, precision)
        with placed_whole(Path(os.path.realpath(path))) as beside:
            beside.write_bytes(data)
    except OSError as error:
        raise OutputError(
            f"{path}: it cannot be written ({error.strerror}). Free space, or check the folder."
        ) from None
    return exported


def _finished(model: ModelProto, about: StyleNetworkAbout, precision: Precision) -> bytes:
    """The bytes of the model with what it says of itself. Raises ValidationError if it is no sound ONNX."""
    told = {
        "format": FORMAT,
        "style": about.name,
        "size": about.size,
        "licence": about.licence,
        "precision": precision,
        "input": json.dumps({"layout": "NCHW", "colours": "sRGB, in the order RGB", "range": [0, 1]}),
        "least_side": str(LEAST_SIDE),
        "recipe": about.recipe,
        "trained": about.trained,
    }
    model.producer_name, model.producer_version = "impasto", impasto.__version__
    del model.metadata_props[:]
    helper.set_model_props(model, {key: text for key, text in told.items() if text})
    checker.check_model(model)
    for node in model.graph.node:
        node.name = ""
    data: bytes = model.SerializeToString()
    return data


def _compared(network: StyleNetwork, data: bytes, path: Path, photos: Sequence[NDArray[Any]]) -> Exported:
    exported = OnnxNetwork(data, threads=torch.get_num_threads())
    differences, errors = [], []
    for photo in photos:
        with torch.no_grad():
            wanted = network(torch.from_numpy(photo)).numpy()
        away = exported(photo) - wanted
        differences.append(float(np.abs(away).max()))
        errors.append(float(np.square(away, dtype=np.float64).mean()))
    psnr = -10 * math.log10(max(*errors, 1e-20))
    return Exported(path, len(data), max(differences), psnr, len(photos))


def _refuse_what_differs(exported: Exported, precision: Precision) -> None:
    if precision == "fp32":
        if not exported.difference <= MOST_DIFFERENCE:
            raise WeightsError(
                f"{exported.path} is not written: on a photo it would differ by {exported.difference:.2g} of 0 … 1 "
                f"from the network, and at most {MOST_DIFFERENCE} is allowed. Train the network anew, or report it."
            )
    elif not exported.psnr >= LEAST_PSNR[precision]:
        raise WeightsError(
            f"{exported.path} is not written: in {precision} the network paints {exported.psnr:.1f} dB from what it "
            f"paints in fp32, and {LEAST_PSNR[precision]:.0f} dB are wanted. Take a higher --precision, or calibrate "
            "int8 with photos like yours: --photos FOLDER"
        )
