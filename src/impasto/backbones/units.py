"""A convolution with the normalisation and ReLU behind it, as one differentiable operation.

Apart, they would each write and keep an activation of their own. Here the normalisation is multiplied into the
convolution's weights, the ReLU is done in place, and the one activation that is kept serves the way back and the next
convolution. Weights get no gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d

from impasto.backbones.rings import NONE, Ring, fill, fold


@dataclass(frozen=True)
class Geometry:
    """How a convolution slides.

    padding: zeros put around its input. ring: reflected positions it puts around its output; the input is padded by
        further zeros to make room for them.
    """

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    ring: Ring = NONE

    @property
    def widened(self) -> tuple[int, int]:
        """The zeros around the input in all."""
        rows, columns = (p + s * r for p, s, r in zip(self.padding, self.stride, self.ring, strict=True))
        return rows, columns


@dataclass(frozen=True)
class Unit:
    """A convolution, normalised or not, rectified or not.

    weight, bias: of the convolution with the normalisation in them.
    reflected: by how much the input has to be reflected around.
    exclusive: whether the gradient that comes back belongs to the unit alone, which may then change it in place.
    """

    weight: Tensor
    bias: Tensor | None
    geometry: Geometry
    reflected: Ring
    rectified: bool
    exclusive: bool

    def __call__(self, x: Tensor) -> Tensor:
        """From [N, C, H, W] with the ring it wants to [N, C', H', W'] with the ring it gives."""
        seen: Tensor = Convolution.apply(x, self.weight, self.bias, self.geometry, self.rectified, self.exclusive)  # type: ignore[no-untyped-call]
        return seen


def unit_of(
    conv: nn.Conv2d, norm: nn.BatchNorm2d | None, *, rectified: bool, ring: Ring = NONE, exclusive: bool = False
) -> Unit:
    """The unit that does what `conv`, `norm` and perhaps a ReLU do. ring: around what it gives."""
    weight, bias = (conv.weight, conv.bias) if norm is None else folded(conv, norm)
    reflected = reflection_of(conv)
    zeros = NONE if any(reflected) else _pair(conv.padding)
    geometry = Geometry(_pair(conv.stride), zeros, _pair(conv.dilation), conv.groups, ring)
    return Unit(weight, bias, geometry, reflected, rectified, exclusive)


class Convolution(torch.autograd.Function):
    """Convolution, bias, perhaps ReLU, and the ring."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        geometry: Geometry,
        rectified: bool,
        exclusive: bool,
    ) -> Tensor:
        """Keep the output for the ReLU's way back; of the input only the shape."""
        y = conv2d(x, weight, bias, geometry.stride, geometry.widened, geometry.dilation, geometry.groups)
        if rectified:
            y.relu_()
        fill(y, geometry.ring)
        ctx.save_for_backward(weight, *([y] if rectified else []))
        ctx.geometry, ctx.exclusive, ctx.shape = geometry, exclusive, x.shape
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """To the input alone, of which nothing but the shape is looked at."""
        weight, *rectified = ctx.saved_tensors
        geometry: Geometry = ctx.geometry
        if any(geometry.ring):
            gradient = gradient if ctx.exclusive else gradient.clone()
            fold(gradient, geometry.ring)
        if rectified:
            (y,) = rectified
            if ctx.exclusive or any(geometry.ring):
                torch.ops.aten.threshold_backward.grad_input(gradient, y, 0, grad_input=gradient)
            else:
                gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
        x = torch.empty(ctx.shape, dtype=weight.dtype, device=weight.device, memory_format=torch.channels_last)
        back, _, _ = torch.ops.aten.convolution_backward(
            *(gradient, x, weight, None, geometry.stride, geometry.widened, geometry.dilation),
            *(False, (0, 0), geometry.groups, (True, False, False)),
        )
        return back, None, None, None, None, None


def reflection_of(op: nn.Module) -> Ring:
    """By how much a unit of this operation wants its input reflected around; not at all if it is none."""
    return _pair(op.padding) if isinstance(op, nn.Conv2d) and fusible(op) and op.padding_mode == "reflect" else NONE


def fusible(op: nn.Module) -> bool:
    """Whether an operation is a convolution that a unit can do."""
    return (
        type(op) is nn.Conv2d
        and op.padding_mode in ("zeros", "reflect")
        and not isinstance(op.padding, str)
        and not any(parameter.requires_grad for parameter in op.parameters())
    )


def normalises(op: nn.Module) -> bool:
    """Whether an operation is a normalisation by known statistics, that multiplies into weights."""
    return (
        type(op) is nn.BatchNorm2d
        and not op.training
        and op.running_var is not None
        and not any(parameter.requires_grad for parameter in op.parameters())
    )


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weights [C', C, k, k] and biases [C'] that do what `conv` and then `norm` do."""
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        raise ValueError("a normalisation by the statistics of its input is no part of a convolution")
    gain = (variance.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        gain = gain * norm.weight.double()
    bias = -mean.double() if conv.bias is None else conv.bias.double() - mean.double()
    bias = bias * gain
    if norm.bias is not None:
        bias = bias + norm.bias.double()
    weight = (conv.weight.double() * gain[:, None, None, None]).to(conv.weight.dtype)
    return weight.contiguous(memory_format=torch.channels_last), bias.to(conv.weight.dtype)


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1]))
