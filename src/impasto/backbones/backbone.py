"""A pretrained network, ready to look at pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from impasto.arithmetic import convolve_singles
from impasto.backbones.extent import least_side
from impasto.backbones.graph import INPUT, Graph
from impasto.backbones.preprocessing import Preprocessing
from impasto.errors import PictureError

Precision = Literal["fp32", "tf32", "bf16"]
DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16}


class Backbone(nn.Module):
    """A graph, how it wants its pixels, and the precision it computes in.

    Called with an image [N, 3, H, W] of sRGB in [0, 1] and layer names, it returns the activations by name, in the
    precision of the graph; `input` is the image itself, untouched.

    name, weights, weights_sha256: what it is, for the record of a run.
    """

    def __init__(
        self,
        name: str,
        graph: Graph,
        preprocessing: Preprocessing,
        *,
        weights: str = "",
        weights_sha256: str = "",
        precision: Precision = "fp32",
    ) -> None:
        super().__init__()
        self.name = name
        self.weights = weights
        self.weights_sha256 = weights_sha256
        self.precision = precision
        self.preprocessing = preprocessing
        self.graph: Graph = graph.to(DTYPES[precision])
        self.graph.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(preprocessing.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(preprocessing.std).view(1, 3, 1, 1))

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that can be asked for, in execution order, by its first name."""
        return self.graph.layers

    @property
    def device(self) -> torch.device:
        """Where the weights lie, and the images must."""
        return self.mean.device

    def forward(self, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Return the activations [N, C, h, w] of `layers`, by name.

        Raises UnknownNameError for a layer the network does not have, PictureError if the image is too small for the
        deepest one.
        """
        convolve_singles(self.device, tf32=self.precision == "tf32")
        pixels = image.flip(1) if self.preprocessing.order == "bgr" else image
        pixels = torch.addcmul(-self.mean / self.std, pixels, self.preprocessing.scale / self.std)
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        try:
            activations = self.graph(pixels, layers)
        except RuntimeError as error:
            if min(image.shape[-2:]) < self.least_side(layers):
                raise PictureError(self._too_small(image, layers)) from error
            raise
        return {name: image if name == INPUT else value for name, value in activations.items()}

    def least_side(self, layers: Iterable[str]) -> int:
        """The shortest side in pixels that still leaves 2 × 2 positions at every layer on the way to `layers`."""
        return least_side(self.graph.plan(layers))

    def check_size(self, width: int, height: int, layers: Iterable[str]) -> None:
        """Raise PictureError if a picture of this size is too small for `layers`."""
        wanted = tuple(layers)
        if min(width, height) < self.least_side(wanted):
            raise PictureError(self._too_small_text(width, height, wanted))

    def _too_small(self, image: Tensor, layers: Sequence[str]) -> str:
        return self._too_small_text(image.shape[-1], image.shape[-2], layers)

    def _deepest(self, layers: Iterable[str]) -> str:
        plan = self.graph.plan(layers)
        return plan[-1].name if plan else INPUT

    def _too_small_text(self, width: int, height: int, layers: Sequence[str]) -> str:
        return (
            f"a picture of {width}×{height} pixels is too small for {self.name} up to "
            f"{self._deepest(layers)}: the shorter side must be at least {self.least_side(layers)} pixels. "
            "Ask for a larger --size, or a picture that is less elongated."
        )
