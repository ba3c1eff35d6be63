"""One strength instead of weights, at every size, for every style and on every network.

The raw losses differ by orders of magnitude between networks, layers, sizes and pictures, so a weight tuned on one
job misses on the next. What the optimiser feels is the gradient. At the start of a level the gradient norms of the
content terms and of the style terms are measured at the content picture with a little noise, and the terms are
weighted so that their norms stand in the ratio that the strength asks for. The weights are then frozen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from torch import Generator, Tensor

from impasto.errors import DivergedError
from impasto.losses import Loss, Term
from impasto.solve.looking import Look
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
    look: Look,
    terms: Sequence[tuple[Loss, Term]],
    content: Tensor,
    ratio: float | None,
    generator: Generator,
    within: Tensor | None = None,
) -> list[float]:
    """Return one factor to each term, to be multiplied with the loss's own weight.

    ratio: style over content, in gradient norm, as from `style_ratio`; at infinity the content counts for nothing. None
        leaves the weights of all but dreams as they are.
    within: [1, 1, H, W], where gradients count for their norms, and how much; None counts all of the picture. A style
        that is asked for on a small part of it would else pull the harder there.

    Within a role the losses' weights set the proportions. A term that is balanced apart, such as variation, gets a
    gradient of its weight times the content's. The objective without dreams is scaled to 1 at the point measured. A
    loss that dreams gets a gradient of its weight times that of all others together.

    Raises DivergedError if a gradient there is not finite.
    """
    probe = content + PROBE_NOISE * white_noise(content, generator)
    held = {i: pair for i, pair in enumerate(terms) if not pair[0].dreams}
    factors = dict.fromkeys(held, 1.0) if ratio is None else _balanced(look, held, probe, ratio, within)
    if len(held) < len(terms):
        together = {str(i): (loss.weight * factors[i], term) for i, (loss, term) in held.items()}
        pull = finite_norm(look.gradient(probe, together)[1], within) if together else 0.0
        for i, (_, term) in ((i, pair) for i, pair in enumerate(terms) if i not in held):
            norm = finite_norm(look.gradient(probe, {str(i): (1.0, term)})[1], within)
            factors[i] = (pull or 1.0) / norm if norm > 0 else 0.0
    return [factors[i] for i in range(len(terms))]


def _balanced(
    look: Look, terms: Mapping[int, tuple[Loss, Term]], probe: Tensor, ratio: float, within: Tensor | None
) -> dict[int, float]:
    """The factors of terms that do not dream, by their places."""
    groups: dict[str, dict[str, tuple[float, Term]]] = {}
    names = {i: f"{loss.kind} {i}" if loss.balanced_apart else loss.target for i, (loss, _) in terms.items()}
    for i, (loss, term) in terms.items():
        groups.setdefault(names[i], {})[str(i)] = (1.0 if loss.balanced_apart else loss.weight, term)
    norms: dict[str, float] = {}
    values: dict[int, float] = {}
    for name, group in groups.items():
        seen, gradient = look.gradient(probe, group)
        norms[name] = finite_norm(gradient, within)
        values |= dict(zip(map(int, group), seen.tolist(), strict=True))
    weights = role_factors(norms, ratio)
    whole = sum(
        weights[names[i]] * values[i] * (loss.weight if loss.balanced_apart else 1) for i, (loss, _) in terms.items()
    )
    scale = 1 / whole if whole > 0 and math.isfinite(whole) else 1.0
    return {i: weights[name] * scale for i, name in names.items()}


def finite_norm(gradient: Tensor, within: Tensor | None = None) -> float:
    """The Euclidean norm, of what lies `within`. Raises DivergedError if it is not finite."""
    norm = float((gradient if within is None else gradient * within).norm())
    if not math.isfinite(norm):
        raise DivergedError("a loss has no finite gradient at the content picture. Try --precision fp32.")
    return norm


def role_factors(norms: Mapping[str, float], ratio: float) -> dict[str, float]:
    """Factors that bring gradient norms of `content` and `style` into 1 : ratio; other roles count as content."""
    wanted = dict.fromkeys(norms, 1 / (1 + ratio))
    if "style" in norms:
        wanted["style"] = 1.0 if math.isinf(ratio) else ratio / (1 + ratio)
    return {role: wanted[role] / norm if norm > 0 else 0.0 for role, norm in norms.items()}
