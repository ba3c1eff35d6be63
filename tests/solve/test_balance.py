"""One strength: gradients stand in the ratio asked for."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Generator, Tensor

from impasto.backbones import Backbone
from impasto.errors import JobError
from impasto.losses import ActivationLoss, BlankLoss, ContentLoss, GramLoss, Loss, MomentsLoss, Term, VariationLoss
from impasto.solve import LBFGS, SGD, Adam, Level, LevelStarted, Problem, Step, solve
from impasto.solve.balance import PROBE_NOISE, balance, style_ratio
from impasto.solve.looking import AtOnce
from impasto.solve.objective import Objective
from impasto.solve.seeds import seeded
from impasto.solve.start import white_noise

CONTENT = ContentLoss(layers=("relu2_1",))
STYLE = GramLoss(layers=("relu1_1", "relu2_1"))
ALL = (CONTENT, STYLE, replace(STYLE, weight=5.0), MomentsLoss(layers=("relu1_1",)), VariationLoss(weight=0.25))
LAYERS = ("relu2_1", "relu1_1", "input")


class Bench:
    """Losses bound to two pictures, and their gradients where they are balanced."""

    def __init__(self, backbone: Backbone, losses: tuple[Loss, ...], content: Tensor, style: Tensor) -> None:
        self.backbone, self.content = backbone, content
        features = {"content": backbone(content, LAYERS), "style": backbone(style, LAYERS)}
        self.terms: list[tuple[Loss, Term]] = [
            (loss, loss.bind([(1.0, features[loss.target])] if loss.target != "none" else ())) for loss in losses
        ]

    def balanced(self, strength: float) -> list[float]:
        generator = Generator().manual_seed(0)
        factors = balance(AtOnce(self.backbone, LAYERS), self.terms, self.content, style_ratio(strength), generator)
        return [loss.weight * factor for (loss, _), factor in zip(self.terms, factors, strict=True)]

    def gradient(self, weights: list[float], role: str) -> float:
        noise = PROBE_NOISE * white_noise(self.content, Generator().manual_seed(0))
        probe = (self.content + noise).requires_grad_()
        features = self.backbone(probe, LAYERS)
        parts = [w * term(features) for w, (loss, term) in zip(weights, self.terms, strict=True) if loss.target == role]
        return float(torch.autograd.grad(torch.stack(parts).sum(), probe)[0].norm())

    def value(self, weights: list[float]) -> float:
        noise = PROBE_NOISE * white_noise(self.content, Generator().manual_seed(0))
        features = self.backbone(self.content + noise, LAYERS)
        return sum(w * float(term(features)) for w, (_, term) in zip(weights, self.terms, strict=True))


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_gradients_stand_in_the_ratio(
    strength: float, scale: float, vgg: Backbone, image_of: Callable[..., Tensor]
) -> None:
    losses = tuple(replace(loss, weight=loss.weight * (scale if loss.target == "style" else 1)) for loss in ALL)
    bench = Bench(vgg, losses, image_of(20, 28, 1), image_of(24, 16, 2))
    weights = bench.balanced(strength)
    content, style, smooth = (bench.gradient(weights, role) for role in ("content", "style", "none"))
    assert style / content == pytest.approx(style_ratio(strength), rel=1e-3)
    assert smooth / content == pytest.approx(0.25, rel=1e-3)
    assert bench.value(weights) == pytest.approx(1, rel=1e-3)
    assert weights[2] / weights[1] == pytest.approx(5)


def test_each_term_without_a_target_has_its_own_weight(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    bench = Bench(vgg, (CONTENT, VariationLoss(weight=2.0)), image_of(20, 28, 1), image_of(24, 16, 2))
    weights = bench.balanced(0.3)
    assert bench.gradient(weights, "none") / bench.gradient(weights, "content") == pytest.approx(2, rel=1e-3)


def test_blank_space_has_a_weight_of_its_own_beside_the_contents(
    vgg: Backbone, image_of: Callable[..., Tensor]
) -> None:
    losses = (CONTENT, replace(CONTENT, weight=3.0), STYLE, BlankLoss(weight=2.0, contrast=1.0))
    bench = Bench(vgg, losses, image_of(20, 28, 1), image_of(24, 16, 2))
    weights = bench.balanced(0.5)
    contents, blank, style = (
        bench.gradient([w if keep(loss) else 0.0 for w, loss in zip(weights, losses, strict=True)], role)
        for role, keep in (
            ("content", lambda loss: loss.kind == "content"),
            ("content", lambda loss: loss.kind == "blank"),
            ("style", lambda loss: loss.kind == "gram"),
        )
    )
    assert blank / contents == pytest.approx(2, rel=1e-3)
    assert style / contents == pytest.approx(style_ratio(0.5), rel=1e-3)
    assert weights[1] / weights[0] == pytest.approx(3)
    assert bench.value(weights) == pytest.approx(1, rel=1e-3)


def test_strength_0_drops_style_and_1_drops_content(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    bench = Bench(vgg, (CONTENT, STYLE), image_of(20, 28, 1), image_of(24, 16, 2))
    content, style = bench.balanced(0.0)
    assert content > 0
    assert style == 0
    content, style = bench.balanced(1.0)
    assert content == 0
    assert style > 0


def test_the_ratio_rises_with_strength_from_nothing_to_everything() -> None:
    ratios = [style_ratio(i / 20) for i in range(21)]
    assert ratios == sorted(ratios)
    assert ratios[0] == 0
    assert math.isinf(ratios[-1])


@pytest.mark.parametrize("optimizer", [LBFGS(), Adam(), SGD()])
def test_strength_0_leaves_the_photo_untouched(
    optimizer: LBFGS | Adam | SGD, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(strength=0.0, optimizer=optimizer, levels=(Level(32, 24, 4),))
    assert torch.equal(list(solve(problem))[-1].image, problem.targets["content"][0].image)


def test_strength_0_through_a_pyramid_brings_the_photo_back(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(strength=0.0, detail=1.0)
    finished = list(solve(problem))[-1]
    torch.testing.assert_close(finished.image, problem.targets["content"][0].image, rtol=0, atol=0.01)


def test_more_strength_is_further_from_the_photo_and_nearer_the_style(make_problem: Callable[..., Problem]) -> None:
    away, unlike = [], []
    for strength in (0.05, 0.5, 0.95):
        problem = make_problem(strength=strength, levels=(Level(32, 24, 12),))
        events = list(solve(problem))
        weights = next(e for e in events if isinstance(e, LevelStarted)).weights
        last = [e for e in events if isinstance(e, Step)][-1]
        away.append(last.losses["content"] / weights["content"])
        unlike.append(last.losses["gram"] / weights["gram"])
    assert away == sorted(away)
    assert unlike == sorted(unlike, reverse=True)


def test_weights_are_measured_anew_at_each_level_and_by_seed(make_problem: Callable[..., Problem]) -> None:
    def weights(seed: int) -> list[dict[str, float]]:
        return [dict(e.weights) for e in solve(make_problem(seed=seed)) if isinstance(e, LevelStarted)]

    first, again, other = weights(0), weights(0), weights(1)
    assert first == again
    assert first != other
    assert first[0] != first[1]
    assert first[1]["gram"] == pytest.approx(other[1]["gram"], rel=0.3)


def test_a_networks_calibration_multiplies_the_ratio(make_problem: Callable[..., Problem]) -> None:
    def ratio(calibration: float) -> float:
        weights = Objective(make_problem(calibration=calibration), 1).weights
        return weights["gram"] / weights["content"]

    assert ratio(3.0) == pytest.approx(3 * ratio(1.0), rel=1e-4)
    with pytest.raises(JobError, match="calibration"):
        make_problem(calibration=0.0)


@pytest.mark.parametrize("strength", [0.3, 1.0, None])
@pytest.mark.parametrize("layer", ["relu1_2", "relu3_1"])
def test_a_dream_pulls_as_hard_as_its_weight_says_over_all_else(
    strength: float | None, layer: str, make_problem: Callable[..., Problem]
) -> None:
    dream = ActivationLoss(layers=(layer,), objective="mean-square", weight=0.5)
    problem = make_problem(strength=strength, losses=(CONTENT, replace(STYLE, weight=3.0), dream))
    objective = Objective(problem, 1)
    probe = problem.targets["content"][0].image
    probe = probe + PROBE_NOISE * white_noise(probe, seeded(problem, 1, "balance"))
    pulls = {name: objective.look.gradient(probe, {name: term})[1] for name, term in objective.terms.items()}
    together = pulls["content"] + pulls["gram"]
    assert float(pulls["activation"].norm()) == pytest.approx(0.5 * float(together.norm()), rel=1e-4)
    without = Objective(replace(problem, losses=problem.losses[:2]), 1).weights
    assert {name: objective.weights[name] for name in without} == pytest.approx(without)


def test_dreams_alone_pull_alike(make_problem: Callable[..., Problem]) -> None:
    dreams = tuple(ActivationLoss(layers=(name,), objective="mean-square") for name in ("relu1_1", "relu3_1"))
    objective = Objective(make_problem(strength=None, losses=dreams), 1)
    probe = objective.problem.targets["content"][0].image
    probe = probe + PROBE_NOISE * white_noise(probe, seeded(objective.problem, 1, "balance"))
    norms = [float(objective.look.gradient(probe, {name: term})[1].norm()) for name, term in objective.terms.items()]
    assert norms == pytest.approx([1.0, 1.0], rel=1e-4)
