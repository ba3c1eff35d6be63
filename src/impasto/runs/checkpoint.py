"""Checkpoints: a snapshot of the solver in one safetensors file, verified whenever it is read.

The state lies in the tensors, all else in the file's metadata as one JSON text, with the SHA-256 of both. The two
last checkpoints are kept, so that a damaged one costs a little time and not the run.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from impasto.errors import InputError
from impasto.runs.files import placed_whole
from impasto.solve import Snapshot

FORMAT = 1
SUFFIX = ".safetensors"

LEARNT = "learnt"
"""The tensor of a state that does not lie in pixels."""
KEPT = 2
LARGEST_HEADER = 1_000_000
MOST_TENSORS = 2_000


@dataclass(frozen=True)
class Checkpoint:
    """A snapshot as read from a file. facts: what the writer said of its surroundings (job, weights, versions)."""

    path: Path
    snapshot: Snapshot
    facts: dict[str, str]


def write_checkpoint(folder: Path, snapshot: Snapshot, facts: Mapping[str, str]) -> Path:
    """Write a snapshot into `folder`, whole or not at all, and remove all but the two last.

    Raises OSError as the system does, for a full disk say; then the earlier checkpoints stand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in snapshot.tensors.items()}
    header = {
        "format": FORMAT,
        "level": snapshot.level,
        "index": snapshot.index,
        "number": snapshot.number,
        "numbers": dict(snapshot.numbers),
        "facts": dict(facts),
    }
    text = json.dumps(header, sort_keys=True)
    metadata = {"checkpoint": text, "sha256": fingerprint(text, tensors)}
    path = folder / f"{snapshot.level:02d}-{snapshot.number:08d}{SUFFIX}"
    try:
        with placed_whole(path) as beside:
            save_file(tensors, beside, metadata)
    except SafetensorError as error:  # how that library tells of a full disk
        raise OSError(None, str(error)) from error
    for old in checkpoints(folder)[KEPT:]:
        with suppress(OSError):
            old.unlink()
    return path


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoint files in `folder`, the furthest first."""
    return sorted(folder.glob(f"[0-9]*{SUFFIX}"), reverse=True) if folder.is_dir() else []


def read_checkpoint(path: Path, *, of_painting: bool = True) -> Checkpoint:
    """Read and verify. Raises InputError for a file that is damaged or no checkpoint.

    of_painting: whether its tensors must be an image and others of its shape.
    """
    try:
        _check_header_size(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            names = list(file.keys())
            if len(names) > MOST_TENSORS:
                raise ValueError("too many tensors")
            tensors = {name: file.get_tensor(name).clone() for name in names}
        text = metadata["checkpoint"]
        if metadata["sha256"] != fingerprint(text, tensors):
            raise ValueError("its content is not what its hash says")
        if of_painting:
            _check_like_image(tensors)
        _check_finite(tensors)
        snapshot, facts = _decoded(json.loads(text), tensors)
        return Checkpoint(path, snapshot, facts)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError) as error:
        raise InputError(f"the checkpoint {path} is damaged ({error})") from None


def fingerprint(text: str, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over the header's text and each tensor's name, shape and bytes, in the order of names."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"\n{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _check_header_size(path: Path) -> None:
    """Refuse a file whose header says it is larger than any of ours, before the header is read."""
    with path.open("rb") as file:
        if int.from_bytes(file.read(8), "little") > LARGEST_HEADER:
            raise ValueError("its header is too large")


def _check_like_image(tensors: Mapping[str, Tensor]) -> None:
    """Raise KeyError or ValueError unless there is an image, and all else that lies in pixels has its shape."""
    shape = tensors["image"].shape
    if len(shape) != 4 or tuple(shape[:2]) != (1, 3):
        raise ValueError(f"an image of shape {list(shape)}")
    for name, tensor in tensors.items():
        if tensor.shape != shape and name != LEARNT:
            raise ValueError(f"the tensor {name} is not of the image's shape")


def _check_finite(tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError for a tensor of an unexpected type, or one that is not finite."""
    for name, tensor in tensors.items():
        pair = name.startswith(("move", "change"))
        if tensor.dtype != torch.float32 and not (pair and tensor.dtype == torch.bfloat16):
            raise ValueError(f"the tensor {name} of type {tensor.dtype}")
        if not all(bool(end.isfinite()) for end in tensor.aminmax()):
            raise ValueError(f"the tensor {name} is not finite")


def _decoded(header: Any, tensors: dict[str, Tensor]) -> tuple[Snapshot, dict[str, str]]:
    """The snapshot that a header and tensors make. Raises KeyError, TypeError or ValueError if they make none."""
    if header["format"] != FORMAT:
        raise ValueError(f"it is of format {header['format']}, and this version reads {FORMAT}")
    places = [header["level"], header["index"], header["number"]]
    if any(type(place) is not int or not 0 <= place < 2**31 for place in places):
        raise ValueError("a place that is no count")
    if not isinstance(header["numbers"], dict) or not isinstance(header["facts"], dict):
        raise TypeError("tables that are none")
    numbers = {str(name): value for name, value in header["numbers"].items()}
    if any(type(value) not in (int, float) or not math.isfinite(value) for value in numbers.values()):
        raise ValueError("a number that is not finite")
    facts = {str(name): str(value) for name, value in header["facts"].items()}
    return Snapshot(header["level"], header["index"], header["number"], tensors, numbers), facts
