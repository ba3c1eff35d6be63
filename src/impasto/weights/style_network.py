"""Style networks in files: the numbers as safetensors, and what they are in its header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import CorruptError, UnknownNameError, WeightsError
from impasto.weights.formats.safetensors_file import read_with_metadata, write

FORMAT = "impasto style network 1"


@dataclass(frozen=True)
class StyleNetworkAbout:
    """What a style network is.

    name: of the style. size: its name in `NETWORK_SIZES`. licence: of the numbers, as an SPDX expression or in words;
    empty if nobody said. recipe: the teacher's job, TOML; trained: how it was trained, TOML.
    """

    name: str
    size: str
    licence: str = ""
    recipe: str = ""
    trained: str = ""


def save_style_network(path: Path, network: StyleNetwork, about: StyleNetworkAbout, *, half: bool = True) -> None:
    """Write a network to `path`, whole or not at all; its numbers in fp16 (`half`) or fp32.

    Raises UnavailableError when the file cannot be written.
    """
    import numpy as np

    kind = np.float16 if half else np.float32
    arrays = {
        name: np.ascontiguousarray(tensor.detach().cpu().float().numpy(), kind)  # in memory the channels may come last
        for name, tensor in network.state_dict().items()
    }
    said = {field.name: getattr(about, field.name) for field in fields(about)}
    write(path, arrays, {"format": FORMAT, "about": json.dumps(said, ensure_ascii=False)})


def load_style_network(path: Path) -> tuple[StyleNetwork, StyleNetworkAbout]:
    """The network of a file, in fp32 and ready to paint, and what it is.

    Raises CorruptError for a damaged file, WeightsError for one that holds something else, OSError as the system does.
    """
    import torch

    arrays, metadata = read_with_metadata(path)
    about = _about(path, metadata)
    network = StyleNetwork(NETWORK_SIZES[about.size])
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    if wanted != {name: array.shape for name, array in arrays.items()}:
        raise WeightsError(f"{path} does not hold the numbers of a {about.size} style network; train or fetch it anew")
    network.load_state_dict({name: torch.from_numpy(array).float() for name, array in arrays.items()})
    if not all(bool(tensor.isfinite().all()) for tensor in network.state_dict().values()):
        raise CorruptError(f"{path} holds numbers that are not finite; train or fetch it anew")
    return network.requires_grad_(False).eval(), about


def _about(path: Path, metadata: Mapping[str, str]) -> StyleNetworkAbout:
    if metadata.get("format") != FORMAT:
        raise WeightsError(f"{path} is not a style network of Impasto, as `impasto fast train` writes them")
    try:
        said: Any = json.loads(metadata["about"])
        about = StyleNetworkAbout(**said)
        if not all(isinstance(getattr(about, field.name), str) for field in fields(about)):
            raise TypeError("a text is expected in each field")
        NETWORK_SIZES[about.size]
    except (KeyError, TypeError, ValueError, UnknownNameError) as error:
        raise CorruptError(f"{path} does not say which style network it is: {error}") from error
    return about
