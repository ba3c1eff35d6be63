"""One strength that means the same at every size, for every style and on every network.

The raw losses differ by orders of magnitude between networks, layers, sizes and pictures, so a weight tuned on one
job misses on the next. What the optimiser feels is the gradient. At the start of a level the gradient norms of the
content terms and of the style terms are measured at the content picture with a little noise, and the terms are
weighted so that their norms stand in the ratio that the strength asks for. The weights are then frozen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from impasto.backbones import Backbone
from impasto.errors import DivergedError
from impasto.losses import Loss, Term
from impasto.solve.start import white_noise

PROBE_NOISE = 0.05
"""Standard deviation of the noise on the content picture where gradients are measured; without it the content
gradient would be zero."""

RATIO_AT_HALF = 25.0
"""Style over content, in gradient norm, at strength 0.5; found by looking, see docs/explanation/strength.md."""

STEEPNESS = 1.5


def style_ratio(strength: float) -> float:
    """Style gradient over content gradient for a strength: 0 at 0, `RATIO_AT_HALF` at 0.5, infinite at 1."""
    if strength >= 1:
        return math.inf
    return float(RATIO_AT_HALF * (strength / (1 - strength)) ** STEEPNESS)


def balance(
    backbone: Backbone,
    terms: Sequence[tuple[Loss, Term]],
    layers: Sequence[str],
    content: Tensor,
    ratio: float,
    generator: Generator,
) -> list[float]:
    """Return one factor to each term, to be multiplied with the loss's own weight.

    ratio: style over content, in gradient norm, as from `style_ratio`; at infinity the content counts for nothing.
    Within a role the losses' weights set the proportions. A term without a target, such as variation, gets a gradient
    of its weight times the content's. The whole objective is scaled to 1 at the point measured.

    Raises DivergedError if a gradient there is not finite.
    """
    probe = (content + PROBE_NOISE * white_noise(content, generator)).requires_grad_()
    features = backbone(probe, layers)
    groups = [loss.target if loss.target != "none" else f"none {i}" for i, (loss, _) in enumerate(terms)]
    values = [term(features) for _, term in terms]
    sums: dict[str, Tensor] = {}
    for group, (loss, _), value in zip(groups, terms, values, strict=True):
        part = value if loss.target == "none" else loss.weight * value
        sums[group] = sums[group] + part if group in sums else part
    factors = role_factors({group: gradient_norm(part, probe) for group, part in sums.items()}, ratio)
    weights = [factors[group] for group in groups]
    total = sum(w * loss.weight * float(v.detach()) for w, (loss, _), v in zip(weights, terms, values, strict=True))
    scale = 1 / total if total > 0 and math.isfinite(total) else 1.0
    return [w * scale for w in weights]


def gradient_norm(value: Tensor, image: Tensor) -> float:
    """The Euclidean norm of the gradient of `value` at `image`; 0 where it does not depend on it.

    Raises DivergedError if it is not finite.
    """
    if not value.requires_grad:
        return 0.0
    (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
    norm = float(gradient.norm())
    if not math.isfinite(norm):
        raise DivergedError("a loss has no finite gradient at the content picture. Try --precision fp32.")
    return norm


def role_factors(norms: Mapping[str, float], ratio: float) -> dict[str, float]:
    """Factors that bring gradient norms of `content` and `style` into 1 : ratio; other roles count as content."""
    wanted = dict.fromkeys(norms, 1 / (1 + ratio))
    if "style" in norms:
        wanted["style"] = 1.0 if math.isinf(ratio) else ratio / (1 + ratio)
    return {role: wanted[role] / norm if norm > 0 else 0.0 for role, norm in norms.items()}
