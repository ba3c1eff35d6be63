"""The transforms against their formulas, and a loss wrapped in one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd import gradcheck

from impasto.errors import JobError
from impasto.losses import (
    ContentLoss,
    GramLoss,
    Log,
    Loss,
    MeanStdLoss,
    MomentsLoss,
    Power,
    Scale,
    SmoothedLoss,
    Softmax,
    Standardise,
    Transform,
    VariationLoss,
)
from impasto.runs import job_from_dict, job_from_toml, job_to_toml
from impasto.tasks import StylizeJob

Array = NDArray[np.float64]


def activation(height: int = 4, width: int = 5, seed: int = 0) -> Tensor:
    """[1, 3, height, width] in float64, of either sign."""
    return 3 * torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def apply(transform: Transform, x: Tensor, *targets: Tensor) -> Tensor:
    return transform.bind([(1.0, t) for t in targets])(x)


def exponentials(x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum()


FORMULAS: list[Any] = [
    pytest.param(Softmax(), lambda x: exponentials(x) * x.size, id="layer"),
    pytest.param(Softmax(mean="paper"), exponentials, id="layer-paper"),
    pytest.param(Softmax(temperature=2.5), lambda x: exponentials(x / 2.5) * x.size, id="layer-temperature"),
    pytest.param(
        Softmax(over="channels", temperature=2.5),
        lambda x: 3 * np.exp(x / 2.5) / np.exp(x / 2.5).sum(axis=1, keepdims=True),
        id="channels",
    ),
    pytest.param(
        Softmax(over="channels", mean="paper"), lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True), id="paper"
    ),
    pytest.param(Scale(), lambda x: 0.001 * x, id="scale"),
    pytest.param(Power(softness=1e-6), lambda x: np.sign(x) * np.abs(x) ** 0.5, id="square-root"),
    pytest.param(Power(exponent=0.3, softness=1e-6), lambda x: np.sign(x) * np.abs(x) ** 0.3, id="power"),
    pytest.param(Log(scale=0.7), lambda x: np.sign(x) * np.log(1 + np.abs(x) / 0.7), id="log"),
    pytest.param(
        Standardise(least=0),
        lambda x: (x - x.mean(axis=(0, 2, 3), keepdims=True)) / x.std(axis=(0, 2, 3), keepdims=True),
        id="standardise",
    ),
]
TRANSFORMS = [pytest.param(p.values[0], id=p.id) for p in FORMULAS]


@pytest.mark.parametrize(("transform", "formula"), FORMULAS)
def test_the_formula(transform: Transform, formula: Any) -> None:
    x = activation()
    np.testing.assert_allclose(apply(transform, x, x).numpy(), formula(x.numpy()), rtol=1e-9)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_the_gradient_also_at_zero(transform: Transform) -> None:
    transform = replace(transform, softness=0.1) if isinstance(transform, Power) else transform
    x, target = activation(seed=1), activation(seed=2)
    x[..., :2] = 0
    bound = transform.bind([(1.0, target)])
    assert gradcheck(bound, [x.requires_grad_()])
    assert gradcheck(bound, [torch.zeros_like(x).requires_grad_()])


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("value", [0.0, 1e-30, -3.0, 1e6])
def test_finite_on_constants(transform: Transform, value: float) -> None:
    x = torch.full((1, 3, 2, 2), value, requires_grad=True)
    for target in (torch.full((1, 3, 2, 2), value), activation().float()):
        result = apply(transform, x, target)
        (gradient,) = torch.autograd.grad(result.square().sum(), x)
        assert result.isfinite().all()
        assert gradient.isfinite().all()


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_pointwise_is_what_can_be_done_tile_by_tile(transform: Transform) -> None:
    x, target = activation(seed=1), activation(seed=2)
    bound = transform.bind([(1.0, target)])
    tiled = torch.cat([bound(x[..., :2]), bound(x[..., 2:])], dim=-1)
    assert torch.allclose(tiled, bound(x)) == transform.pointwise
    assert SmoothedLoss(loss=GramLoss(), transform=transform).pointwise == transform.pointwise


def test_a_softmax_sums_to_one_or_to_how_many_there_are() -> None:
    x = activation(6, 7)
    assert apply(Softmax(), x, activation()).mean().item() == pytest.approx(1)
    assert apply(Softmax(mean="paper"), x).sum().item() == pytest.approx(1)
    np.testing.assert_allclose(apply(Softmax(over="channels"), x).mean(1).numpy(), 1)
    np.testing.assert_allclose(apply(Softmax(over="channels", mean="paper"), x, activation()).sum(1).numpy(), 1)


def test_the_papers_softmax_averages_as_in_the_target_where_sizes_differ() -> None:
    x, small, large = activation(6, 7), activation(4, 5), activation(8, 5)
    bound = Softmax(mean="paper").bind([(3.0, small), (1.0, large)])
    for seen in (x, small, large):
        assert bound(seen).mean().item() == pytest.approx(1 / (0.75 * 60 + 0.25 * 120))


@pytest.mark.parametrize("over", ["layer", "channels"])
def test_temperature_leads_from_the_largest_alone_to_all_alike(over: Any) -> None:
    x = activation()
    axes = (1, 2, 3) if over == "layer" else (1,)
    cold = apply(Softmax(over=over, temperature=1e-6, mean="paper"), x)
    np.testing.assert_allclose(cold.numpy(), (x == x.amax(axes, keepdim=True)).double().numpy(), atol=1e-12)
    hot = (apply(Softmax(over=over, temperature=1e6), x) - 1) * 1e6
    np.testing.assert_allclose(hot.numpy(), (x - x.mean(axes, keepdim=True)).numpy(), atol=1e-4)


def test_exponent_one_and_factor_one_change_nothing() -> None:
    x = activation()
    assert torch.equal(apply(Power(exponent=1.0), x), x)
    assert torch.equal(apply(Scale(factor=1.0), x), x)


def test_compression_keeps_order_and_sign() -> None:
    x = torch.linspace(-10, 10, 2001, dtype=torch.float64).view(1, 1, 1, -1)
    for transform in (Power(), Log(scale=0.1)):
        y = apply(transform, x)
        assert (y.diff() > 0).all()
        torch.testing.assert_close(y.flip(-1), -y)
        assert y.max() < x.max()


def test_a_target_standardised_has_mean_zero_and_deviation_one() -> None:
    target = 5 + activation() * torch.tensor([1.0, 0.3, 20.0], dtype=torch.float64).view(1, 3, 1, 1)
    y = apply(Standardise(least=0), target, target)
    np.testing.assert_allclose(y.mean((2, 3)).numpy(), 0, atol=1e-12)
    np.testing.assert_allclose(y.std((2, 3), correction=0).numpy(), 1)


def test_two_targets_are_standardised_as_one_in_their_shares() -> None:
    first, second = activation(4, 5, 1), 2 + activation(4, 5, 2)
    both = torch.cat([first, first, first, second], dim=-1)
    expected = apply(Standardise(), activation(), both)
    blended = Standardise().bind([(3.0, first), (1.0, second)])(activation())
    torch.testing.assert_close(blended, expected)


def test_a_silent_channel_is_not_blown_up() -> None:
    target = activation() * torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64).view(1, 3, 1, 1)
    deviations = target.std((2, 3), correction=0)
    x = activation(seed=3)
    y = apply(Standardise(least=0.2), x, target)
    torch.testing.assert_close(y[:, 2], x[:, 2] / (0.2 * deviations.mean()))
    torch.testing.assert_close(apply(Standardise(), x, torch.ones_like(x)), x - 1)


@pytest.mark.parametrize("loss", [ContentLoss(layers=("a", "b")), GramLoss(layers=("a", "b"), weight=3)])
def test_scaled_by_one_the_loss_is_the_wrapped_one(loss: Loss) -> None:
    target, image = ({"a": activation(seed=s), "b": activation(3, 2, seed=s)} for s in (1, 2))
    wrapped = SmoothedLoss(loss=loss, transform=Scale(factor=1.0))
    assert (wrapped.weight, wrapped.layers, wrapped.target) == (loss.weight, loss.layers, loss.target)
    expected = pytest.approx(loss.bind([(1.0, target)])(image).item(), rel=1e-12)
    assert wrapped.bind([(1.0, target)])(image).item() == expected


def test_losses_over_energy_do_not_see_a_scale() -> None:
    target, image = {"a": activation(seed=1)}, {"a": activation(seed=2)}
    for loss in (ContentLoss(layers=("a",)), GramLoss(layers=("a",)), MomentsLoss(layers=("a",))):
        scaled = SmoothedLoss(loss=loss, transform=Scale(factor=0.1)).bind([(1.0, target)])(image)
        torch.testing.assert_close(scaled, loss.bind([(1.0, target)])(image))


def test_the_wrapped_loss_sees_image_and_target_transformed() -> None:
    target, image = {"a": activation(seed=1)}, {"a": activation(seed=2)}
    loss = ContentLoss(layers=("a",), normalisation="gatys")
    value = SmoothedLoss(loss=loss, transform=Log()).bind([(1.0, target)])(image).item()
    F, P = (np.sign(x) * np.log1p(np.abs(x)) for x in (image["a"].numpy(), target["a"].numpy()))
    assert value == pytest.approx(((F - P) ** 2).sum() / 2)


def test_only_the_layers_named_are_transformed() -> None:
    target, image = ({"a": activation(seed=s), "b": activation(3, 2, seed=s)} for s in (1, 2))
    loss = ContentLoss(layers=("a", "b"), normalisation="gatys")
    value = SmoothedLoss(loss=loss, transform=Scale(factor=10.0), only=("b",)).bind([(1.0, target)])(image).item()
    squares = {name: float((image[name] - target[name]).square().sum()) for name in ("a", "b")}
    assert value == pytest.approx((squares["a"] / 2 + 100 * squares["b"] / 2) / 2)


def test_wrappers_nest_from_the_outside_in() -> None:
    target, image = {"a": activation(seed=1)}, {"a": activation(seed=2)}
    inner = SmoothedLoss(loss=ContentLoss(layers=("a",), normalisation="gatys"), transform=Log())
    value = SmoothedLoss(loss=inner, transform=Scale(factor=7.0)).bind([(1.0, target)])(image).item()
    F, P = (np.sign(x) * np.log1p(7 * np.abs(x)) for x in (image["a"].numpy(), target["a"].numpy()))
    assert value == pytest.approx(((F - P) ** 2).sum() / 2)


def test_placing_a_wrapper_places_what_it_wraps() -> None:
    wrapped = SmoothedLoss(loss=GramLoss(layers=(), weight=3), transform=Log())
    assert wrapped.layers == ()
    placed = wrapped.placed(("a", "b"), (1.0, 2.0))
    assert placed == SmoothedLoss(loss=GramLoss(layers=("a", "b"), layer_weights=(1, 2), weight=3), transform=Log())
    assert placed.weighted_layers == (("a", 1.0), ("b", 2.0))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Softmax(temperature=0), "temperature of softmax must be a number of 1e-06 or more, not 0"),
        (lambda: Softmax(temperature=float("nan")), "temperature of softmax must be"),
        (lambda: Scale(factor=0), "factor of scale must be a number above 0, not 0"),
        (lambda: Scale(factor=float("inf")), "factor of scale must be a number above 0, not inf"),
        (lambda: Power(exponent=0), "exponent of power must lie above 0 and up to 1, not 0"),
        (lambda: Power(exponent=1.5), "exponent of power must lie above 0 and up to 1, not 1.5"),
        (lambda: Power(softness=0), "softness of power must be a number of 1e-06 or more"),
        (lambda: Log(scale=-1), "scale of log must be a number of 1e-06 or more, not -1"),
        (lambda: Standardise(least=1.5), "least of standardise must lie in 0 … 1, not 1.5"),
        (lambda: Standardise().bind([]), "standardise needs a picture"),
        (lambda: SmoothedLoss(loss=VariationLoss(), transform=Standardise()), "the variation loss is bound to none"),
        (lambda: SmoothedLoss(loss=MomentsLoss(), transform=Standardise()), "the moments loss divides by them"),
        (lambda: SmoothedLoss(loss=MeanStdLoss(), transform=Standardise()), "the mean-std loss divides by them"),
        (lambda: SmoothedLoss(loss=GramLoss(layers=("a",)), only=("b",)), "names b, where the gram loss does not look"),
        (lambda: SmoothedLoss(loss=GramLoss(layers=()), only=("b",)).placed(("a",)), "It looks at a"),
    ],
)
def test_wrong_settings_are_refused(wrong: Any, said: str) -> None:
    with pytest.raises(JobError, match=said):
        wrong()


def test_layer_weights_are_told_where_they_belong() -> None:
    pictures = {"kind": "stylize", "content": "a", "styles": ["b"]}
    gram = {"kind": "gram", "layers": ["relu1_1", "relu2_1"]}
    beside = {"kind": "smoothed", "only": ["relu1_1"], "layer_weights": [1, 2], "loss": gram}
    with pytest.raises(JobError, match=r"no such setting .* It is losses\.0\.loss\.layer_weights\."):
        job_from_dict({**pictures, "losses": [beside]})
    with pytest.raises(JobError, match="the gram loss has 2 layer weights but names no layers; name as many"):
        SmoothedLoss(loss=GramLoss(layers=(), layer_weights=(1.0, 2.0)), only=("relu1_1",))


def test_a_job_in_toml_and_with_the_networks_own_layers() -> None:
    job = job_from_toml(
        """
        content = "photo.jpg"
        styles = "painting.jpg"
        backbone = "resnet50"

        [[losses]]
        kind = "smoothed"
        loss = { kind = "content", layers = [] }
        transform = { kind = "power", exponent = 0.5 }

        [[losses]]
        kind = "smoothed"
        loss = { kind = "gram", weight = 2.0, layers = [] }
        transform = "log"
        """
    )
    assert isinstance(job, StylizeJob)
    assert job.losses == (
        SmoothedLoss(loss=ContentLoss(layers=()), transform=Power()),
        SmoothedLoss(loss=GramLoss(layers=(), weight=2), transform=Log()),
    )
    plain = StylizeJob(content=Path("a"), styles=(Path("b"),), backbone="resnet50").placed_losses
    assert [loss.layers for loss in job.placed_losses] == [loss.layers for loss in plain[:2]]
    assert job_from_toml(job_to_toml(job)) == job
