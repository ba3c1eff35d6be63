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

from impasto.arithmetic import in_double
from impasto.backbones.rectifying import moments_back, rectify_, rectify_back
from impasto.backbones.rings import NONE, Ring, clear, cleared_around, fill, fold, inside
from impasto.slots import Slots, offer


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
    offers: whether sums over its output may hand back their gradient as it is (`impasto.slots`).
    """

    weight: Tensor
    bias: Tensor | None
    geometry: Geometry
    reflected: Ring
    rectified: bool
    exclusive: bool
    offers: bool = False

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """From [N, C, H, W] with the ring it wants to [N, C', H', W'] with the ring it gives, and the same without."""
        ringed, seen, *slots = Convolution.apply(  # type: ignore[no-untyped-call]
            x, self.weight, self.bias, self.geometry, self.rectified, self.exclusive, self.offers and x.requires_grad
        )
        if slots:
            offer(seen, Slots(*slots))
        return ringed, seen


def unit_of(
    conv: nn.Conv2d,
    norm: nn.BatchNorm2d | None,
    *,
    rectified: bool,
    ring: Ring = NONE,
    exclusive: bool = False,
    wanted: bool = False,
) -> Unit:
    """The unit that does what `conv`, `norm` and perhaps a ReLU do. ring: around what it gives. wanted: by a loss."""
    weight, bias = (conv.weight, conv.bias) if norm is None else folded(conv, norm)
    reflected = reflection_of(conv)
    zeros = NONE if any(reflected) else _pair(conv.padding)
    geometry = Geometry(_pair(conv.stride), zeros, _pair(conv.dilation), conv.groups, ring)
    return Unit(weight, bias, geometry, reflected, rectified, exclusive, offers=wanted and rectified)


class Convolution(torch.autograd.Function):
    """Convolution, bias, perhaps ReLU, and the ring.

    Pixels may come in single precision to weights in half of it, see `in_two_parts`.

    Gives the output with its ring, for units, the view inside, and, if asked, the slots that it offers.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        geometry: Geometry,
        rectified: bool,
        exclusive: bool,
        offers: bool,
    ) -> tuple[Tensor, ...]:
        """Keep the output for the ReLU's way back; of the input only the shape."""
        seen, by = (x, weight) if x.dtype == weight.dtype else in_two_parts(x, weight, geometry.groups)
        y = conv2d(seen, by, bias, geometry.stride, geometry.widened, geometry.dilation, geometry.groups)
        if rectified:
            rectify_(y)
        fill(y, geometry.ring)
        ctx.save_for_backward(weight, *([y] if rectified else []))
        ctx.set_materialize_grads(False)
        ctx.geometry, ctx.exclusive, ctx.shape = geometry, exclusive, x.shape
        return y, inside(y, geometry.ring), *(Slots.beside(y) if offers else ())

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any,
        to_ringed: Tensor | None,
        to_inside: Tensor | None,
        to_products: Tensor | None = None,
        to_sums: Tensor | None = None,
    ) -> tuple[Tensor | None, ...]:
        """To the input alone, of which nothing but the shape is looked at."""
        weight, *rectified = ctx.saved_tensors
        geometry: Geometry = ctx.geometry
        gradient, own = _joined(to_ringed, to_inside, geometry.ring, ctx.exclusive)
        if to_products is not None or to_sums is not None:
            gradient = moments_back(gradient, rectified[0], to_products, to_sums, in_place=own)
            clear(gradient, geometry.ring)
        elif rectified:
            assert gradient is not None
            gradient = rectify_back(gradient, rectified[0], in_place=own)
        assert gradient is not None
        x = in_place_of_input(gradient, ctx.shape)
        back, _, _ = torch.ops.aten.convolution_backward(
            *(gradient, x, weight, None, geometry.stride, geometry.widened, geometry.dilation),
            *(False, (0, 0), geometry.groups, (True, False, False)),
        )
        return back, None, None, None, None, None, None


def in_place_of_input(gradient: Tensor, shape: torch.Size) -> Tensor:
    """A tensor [N, C, H, W] like the input of a convolution, of which nothing but that is looked at; where there is
    room, over the memory of the gradient to its output.
    """
    _, channels, height, width = shape
    room = gradient.untyped_storage().nbytes() // gradient.element_size() - gradient.storage_offset()
    if room < shape.numel():
        return torch.empty(shape, dtype=gradient.dtype, device=gradient.device, memory_format=torch.channels_last)
    return gradient.as_strided(shape, (channels * height * width, 1, width * channels, channels))


def in_two_parts(x: Tensor, weight: Tensor, groups: int) -> tuple[Tensor, Tensor]:
    """What to convolve with what in the precision of `weight`, so that `x` counts in about twice its digits; once in
    groups, where channels are told apart by their places.

    Those are x as it is rounded, and what the rounding took away. bf16 has eight binary digits: pixels would be whole
    levels of 8 bits, and all the smaller moves of a descent would pass unseen or count double. As units of hardware
    take channels by the sixteen or more, the few channels of pixels cost no more so.
    """
    high = x.to(weight.dtype)
    if groups > 1:
        return high, weight
    low = (x - high).to(weight.dtype)
    return torch.cat([high, low], dim=1), torch.cat([weight, weight], dim=1)


def _joined(
    to_ringed: Tensor | None, to_inside: Tensor | None, ring: Ring, exclusive: bool
) -> tuple[Tensor | None, bool]:
    """The gradient to what lies inside, with nothing in the ring; and whether it may be changed in place."""
    if to_ringed is None:
        if to_inside is None:
            return None, False
        return (cleared_around(to_inside, ring), True) if any(ring) else (to_inside, False)
    gradient = to_ringed if exclusive or not any(ring) else to_ringed.clone()
    fold(gradient, ring)
    if to_inside is None:
        return gradient, exclusive or any(ring)
    if not exclusive and not any(ring):
        return gradient + to_inside, True
    inside(gradient, ring).add_(to_inside)
    return gradient, True


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
    gain = (in_double(variance) + norm.eps).rsqrt()
    if norm.weight is not None:
        gain = gain * in_double(norm.weight)
    bias = -in_double(mean) if conv.bias is None else in_double(conv.bias) - in_double(mean)
    bias = bias * gain
    if norm.bias is not None:
        bias = bias + in_double(norm.bias)
    weight = (in_double(conv.weight) * gain[:, None, None, None]).to(conv.weight)
    return weight.contiguous(memory_format=torch.channels_last), bias.to(conv.weight)


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1]))
