"""The plain way: the preset `neural-style` as one writes it from the papers, in PyTorch and nothing else.

VGG-19 layer by layer in fp32, autograd for the gradient, `torch.optim.LBFGS` as J. Johnson's program sets it: no line
search, a memory of 100 pairs, full steps. Only the trained numbers come from Impasto.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.weights.store import load_weights

WEIGHTS = "vgg19.gatys"

CONVOLUTIONS = (2, 2, 4, 4, 1)
"""In each block of VGG-19, as far as the losses look."""

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"
CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT = 5.0, 100.0, 1e-3
ACTIVATION_SCALE = 100.0
MEAN = (103.939, 116.779, 123.68)
"""Blue, green and red that the network was trained without, of 255."""

HISTORY = 100


def to_pixels(image: Tensor) -> Tensor:
    """Red, green, blue in [0, 1] as the network was trained: blue, green, red of 255 about their mean; [1, 3, H, W]."""
    return image.flip(1) * 255 - image.new_tensor(MEAN).view(1, 3, 1, 1)


def to_image(pixels: Tensor) -> Tensor:
    """The way back, not bounded."""
    return ((pixels + pixels.new_tensor(MEAN).view(1, 3, 1, 1)) / 255).flip(1)


class PlainNetwork:
    """VGG-19 with max pooling up to `relu5_1`."""

    def __init__(self) -> None:
        self.tensors = load_weights(WEIGHTS).as_torch()

    def __call__(self, pixels: Tensor) -> dict[str, Tensor]:
        """Every rectified activation, by name."""
        x = pixels
        seen = {}
        for block, count in enumerate(CONVOLUTIONS, start=1):
            if block > 1:
                x = F.max_pool2d(x, 2)
            for i in range(1, count + 1):
                name = f"{block}_{i}"
                x = F.conv2d(x, self.tensors[f"conv{name}.weight"], self.tensors[f"conv{name}.bias"], padding=1)
                x = seen[f"relu{name}"] = F.relu(x, inplace=True)
        return seen


class PlainObjective:
    """Content, style and total variation: pixels [1, 3, H, W] in, one number out."""

    def __init__(self, network: PlainNetwork, content: Tensor, style: Tensor) -> None:
        """content, style: [1, 3, H, W] in [0, 1]."""
        self.network = network
        with torch.no_grad():
            self.content = network(to_pixels(content))[CONTENT_LAYER] * ACTIVATION_SCALE
            seen = network(to_pixels(style))
            self.grams = {name: gram(seen[name]) for name in STYLE_LAYERS}

    def __call__(self, pixels: Tensor) -> Tensor:
        """The weighted sum of the terms."""
        seen = self.network(pixels)
        content = F.mse_loss(seen[CONTENT_LAYER] * ACTIVATION_SCALE, self.content)
        style = torch.stack([F.mse_loss(gram(seen[name]), kept) for name, kept in self.grams.items()]).sum()
        variation = sum((pixels / 255).diff(dim=axis).square().mean() for axis in (-1, -2))
        return CONTENT_WEIGHT * content + STYLE_WEIGHT * style + VARIATION_WEIGHT * variation

    def value(self, image: Tensor) -> float:
        """The same at an image [1, 3, H, W] in [0, 1], without a gradient."""
        with torch.no_grad():
            return float(self(to_pixels(image)))


def gram(activation: Tensor) -> Tensor:
    """F Fᵀ / (C·H·W) [C, C] of [1, C, H, W]."""
    flat = activation.flatten(2)[0] * ACTIVATION_SCALE
    return flat @ flat.T / flat.numel()


@dataclass(frozen=True)
class PlainRun:
    """Each evaluation's loss and when it was known, in seconds from the binding of the targets on.

    image: [1, 3, H, W] where the loss was lowest; not bounded.
    """

    image: Tensor
    losses: list[float]
    seconds: list[float]


def paint_plain(network: PlainNetwork, content: Tensor, style: Tensor, start: Tensor, steps: int) -> PlainRun:
    """Go down from `start` for `steps` evaluations; all images [1, 3, H, W] in [0, 1].

    The variables are the network's pixels, of 255, as in the program: torch's first step depends on their unit, and in
    [0, 1] the method stands still after it.
    """
    began = time.perf_counter()
    objective = PlainObjective(network, content, style)
    pixels = to_pixels(start).requires_grad_()
    optimizer = torch.optim.LBFGS(
        [pixels], max_iter=steps, max_eval=steps, history_size=HISTORY, tolerance_grad=-1, tolerance_change=-1
    )
    losses: list[float] = []
    seconds: list[float] = []
    best = pixels.detach()

    def evaluate() -> Tensor:
        nonlocal best
        optimizer.zero_grad()
        loss = objective(pixels)
        loss.backward()  # type: ignore[no-untyped-call]
        value = loss.item()
        if not losses or value < min(losses):
            best = pixels.detach().clone()
        losses.append(value)
        seconds.append(time.perf_counter() - began)
        return loss

    optimizer.step(evaluate)  # type: ignore[no-untyped-call]
    return PlainRun(to_image(best), losses, seconds)
