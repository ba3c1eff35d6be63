"""What every registered loss must do, found through the registry."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from impasto.errors import JobError
from impasto.losses import (
    LOSSES,
    TRANSFORMS,
    ActivationLoss,
    ContentLoss,
    GaussianLoss,
    GramLoss,
    Loss,
    NearestLoss,
    Part,
    Seen,
    SelfSimilarityLoss,
    SlicedLoss,
    SmoothedLoss,
    Softmax,
    Span,
    StatisticLoss,
    Targets,
    VariationLoss,
    WholeLayerLoss,
)

LAYERS = ("a", "b")
SHAPES = {"a": (1, 3, 4, 5), "b": (1, 4, 3, 2)}


def make(kind: type[Loss], **common: Any) -> Loss:
    """A loss of the kind with the settings that all losses have; a wrapper has those of what it wraps."""
    return SmoothedLoss(loss=GramLoss(**common)) if kind is SmoothedLoss else kind(**common)


def settings() -> Iterator[Any]:
    """Every kind, every normalisation of those that have several, and every transform around losses of each role."""
    for name, kind in LOSSES.items():
        plain = make(kind, layers=LAYERS)
        yield pytest.param(plain, id=name)
        if isinstance(plain, ContentLoss | GramLoss):
            for normalisation in ("gatys", "deeplearning-ai", "neural-style", "johnson"):
                loss: Loss = replace(plain, normalisation=normalisation, activation_scale=1.5)
                yield pytest.param(loss, id=f"{name}-{normalisation}")
    one_neuron = {"channel": 1, "position": (2, 1)}
    yield pytest.param(ActivationLoss(layers=LAYERS, objective="mean-square"), id="activation-mean-square")
    yield pytest.param(ActivationLoss(layers=LAYERS, **one_neuron), id="activation-neuron")
    for drawing in (SlicedLoss(directions=7), NearestLoss(balance=0), SelfSimilarityLoss(anchors=2)):
        yield pytest.param(drawing.placed(LAYERS), id=f"{drawing.kind}-of-a-part")
    for name, transform in TRANSFORMS.items():
        for plain in (ContentLoss(layers=LAYERS), GramLoss(layers=LAYERS)):
            loss = SmoothedLoss(loss=plain, transform=transform())
            yield pytest.param(loss, id=f"smoothed-{name}-{plain.kind}")
    over_channels = Softmax(over="channels", mean="paper")
    for plain in (GramLoss(layers=LAYERS), GaussianLoss(layers=LAYERS), VariationLoss(layers=LAYERS)):
        loss = SmoothedLoss(loss=plain, transform=over_channels)
        yield pytest.param(loss, id=f"smoothed-channels-{plain.kind}")


ALL = list(settings())
DISTANCES = [p for p in ALL if not p.values[0].dreams]
STATISTICS = [p for p in ALL if isinstance(p.values[0], StatisticLoss)]


def features(seed: int, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for name, shape in SHAPES.items()
    }


def targets(loss: Loss, *seen: dict[str, Tensor]) -> Targets:
    return [(1.0, f) for f in seen] if loss.target != "none" else ()


def test_every_kind_is_registered_under_its_own_name() -> None:
    assert {"activation", "content", "gram", "guide", "moments", "smoothed", "variation"} <= set(LOSSES)
    assert {"gaussian", "histogram", "mean-std", "nearest", "self-similarity", "sliced"} <= set(LOSSES)
    assert all(make(kind, layers=LAYERS).kind == name for name, kind in LOSSES.items())
    assert {"log", "power", "scale", "softmax", "standardise"} == set(TRANSFORMS)
    assert all(transform().kind == name for name, transform in TRANSFORMS.items())


@pytest.mark.parametrize("loss", DISTANCES)
def test_zero_at_its_own_target_and_never_negative(loss: Loss) -> None:
    if loss.target == "none":
        flat = {name: torch.full(shape, 0.3) for name, shape in SHAPES.items()}
        assert loss.bind(())(flat).item() == 0
    else:
        # What is a difference of eigenvalues comes out as nothing to rounding, all else exactly.
        plain = loss.loss if isinstance(loss, SmoothedLoss) else loss
        least = 1e-12 if isinstance(plain, GaussianLoss) else 0
        assert 0 <= loss.bind(targets(loss, features(0)))(features(0)).item() <= least
    term = loss.bind(targets(loss, features(0)))
    assert all(term(features(seed)).item() > 0 for seed in range(1, 6))


@pytest.mark.parametrize("loss", ALL)
def test_gradient_in_double_precision(loss: Loss) -> None:
    term = loss.bind(targets(loss, features(0, torch.float64)))
    leaves = [value.requires_grad_() for value in features(1, torch.float64).values()]
    assert term(dict(zip(LAYERS, leaves, strict=True))).dtype == torch.float64
    assert gradcheck(lambda *xs: term(dict(zip(LAYERS, xs, strict=True))), leaves)


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("value", [0.0, 1.0, -2.0, 1e4])
def test_finite_with_finite_gradients_on_constants(loss: Loss, value: float) -> None:
    flat = {name: torch.full(shape, value, requires_grad=True) for name, shape in SHAPES.items()}
    for target in (features(0), {name: torch.zeros(shape) for name, shape in SHAPES.items()}):
        result = loss.bind(targets(loss, target))(flat)
        gradients = torch.autograd.grad(result, list(flat.values()))
        assert result.isfinite()
        assert all(g.isfinite().all() for g in gradients)


@pytest.mark.parametrize("loss", ALL)
def test_half_precision_is_summed_in_single(loss: Loss) -> None:
    half = {name: value.bfloat16() for name, value in features(1).items()}
    widened = {name: value.float() for name, value in half.items()}
    term = loss.bind(targets(loss, features(0)))
    assert term(half).dtype == torch.float32
    rounding = 2**-14  # products of halves are good to 17 bits, halves themselves to 8
    assert term(half).item() == pytest.approx(term(widened).item(), rel=rounding)


@pytest.mark.parametrize("loss", ALL)
def test_a_repeated_layer_counts_as_weight(loss: Loss) -> None:
    bound = targets(loss, features(0))
    repeated = loss.placed(("a", "b", "a")).bind(bound)(features(1))
    weighted = loss.placed(LAYERS, (2 / 3, 1 / 3)).bind(bound)(features(1))
    torch.testing.assert_close(repeated, weighted)


@pytest.mark.parametrize("loss", ALL)
def test_a_layer_of_weight_zero_does_not_count(loss: Loss) -> None:
    bound = targets(loss, features(0))
    without = loss.placed(("b",), (0.7,)).bind(bound)(features(1))
    torch.testing.assert_close(loss.placed(LAYERS, (0.0, 0.7)).bind(bound)(features(1)), without)


@pytest.mark.parametrize("loss", ALL)
def test_targets_are_measured_once_and_held_without_their_graph(loss: Loss) -> None:
    source = {name: value.requires_grad_() for name, value in features(0).items()}
    term = loss.bind(targets(loss, source))
    now = {name: value.requires_grad_() for name, value in features(1).items()}
    term(now).backward()
    assert all(value.grad is None for value in source.values())
    assert all(value.grad is not None for value in now.values())


@pytest.mark.parametrize("loss", STATISTICS)
def test_two_styles_blend_as_their_statistics_add_up(loss: StatisticLoss) -> None:
    first, second, image = features(0), features(1), features(2)
    blended = loss.bind([(3.0, first), (1.0, second)])(image)
    expected = torch.zeros(())
    for name in LAYERS:
        wanted = loss.measure(first[name]).share(0.75) + loss.measure(second[name]).share(0.25)
        expected = expected + loss.compare(loss.measure(image[name]), wanted) / len(LAYERS)
    torch.testing.assert_close(blended, expected)
    alone = loss.bind([(1.0, first)])(image)
    torch.testing.assert_close(loss.bind([(5.0, first), (2.0, first)])(image), alone)


@pytest.mark.parametrize("loss", STATISTICS)
def test_statistics_of_two_halves_add_up_to_the_whole(loss: StatisticLoss) -> None:
    whole = features(0, torch.float64)["a"]
    halves = loss.measure(whole[..., :2]) + loss.measure(whole[..., 2:])
    torch.testing.assert_close(halves.total, loss.measure(whole).total)
    assert halves.weight.item() == loss.measure(whole).weight.item() == 20


@pytest.mark.parametrize("loss", STATISTICS)
def test_a_mask_of_zeros_and_ones_is_a_crop(loss: StatisticLoss) -> None:
    activation = features(0, torch.float64)["a"]
    mask = torch.zeros(4, 5, dtype=torch.float64)
    mask[1:3, 2:5] = 1
    masked, cropped = loss.measure(activation, mask), loss.measure(activation[..., 1:3, 2:5])
    torch.testing.assert_close(masked.total, cropped.total)
    assert masked.weight.item() == cropped.weight.item() == 6


@pytest.mark.parametrize("loss", STATISTICS)
def test_position_weights_count_as_often_as_they_say(loss: StatisticLoss) -> None:
    activation = features(0, torch.float64)["a"][..., :1, :2]
    weighted = loss.measure(activation, torch.tensor([[2.0, 1.0]], dtype=torch.float64))
    repeated = loss.measure(activation[..., [0, 0, 1]])
    torch.testing.assert_close(weighted.mean, repeated.mean)


@pytest.mark.parametrize("loss", STATISTICS)
def test_one_position_and_one_channel_are_enough(loss: StatisticLoss) -> None:
    single = replace(loss, layers=("a",))
    term = single.bind([(1.0, {"a": torch.ones(1, 1, 1, 1)})])
    assert term({"a": torch.full((1, 1, 1, 1), 2.0)}).isfinite()


GUIDED = [p for p in ALL if p.values[0].takes_positions]


def test_losses_that_compare_statistics_can_be_guided_and_others_say_that_they_cannot() -> None:
    for parameters in ALL:
        loss = parameters.values[0]
        inner = loss.loss if isinstance(loss, SmoothedLoss) else loss
        assert loss.takes_positions == isinstance(inner, StatisticLoss)


def corner(rows: int, columns: int) -> Tensor:
    """Of 4 × 5 or 3 × 2 positions those in the upper left."""
    mask = torch.zeros(rows, columns, dtype=torch.float64)
    mask[: rows - 1, : columns - 1] = 1
    return mask


@pytest.mark.parametrize("loss", GUIDED)
def test_a_guided_loss_sees_only_the_positions_that_count(loss: Loss) -> None:
    if isinstance(loss, SmoothedLoss) and not loss.pointwise:
        return  # its transform looks at all positions, whichever count
    term = loss.bind(targets(loss, features(0, torch.float64)))
    seen = features(1, torch.float64)
    weights = {name: corner(*value.shape[-2:]) for name, value in seen.items()}
    cropped = {name: value[..., :-1, :-1] for name, value in seen.items()}
    weighed = term.value(term.sums(Seen(seen).weighed(weights)))
    assert weighed.item() == pytest.approx(term(cropped).item(), rel=1e-9)


@pytest.mark.parametrize("loss", GUIDED)
def test_gradients_of_a_guided_loss_in_double_precision(loss: Loss) -> None:
    term = loss.bind(targets(loss, features(0, torch.float64)))
    generator = torch.Generator().manual_seed(5)
    weights = {name: torch.rand(shape[-2:], generator=generator, dtype=torch.float64) for name, shape in SHAPES.items()}
    leaves = [value.requires_grad_() for value in features(1, torch.float64).values()]

    def value(*xs: Tensor) -> Tensor:
        return term.value(term.sums(Seen(dict(zip(LAYERS, xs, strict=True))).weighed(weights)))

    assert gradcheck(value, leaves)


@pytest.mark.parametrize("loss", GUIDED)
def test_parts_of_a_guided_picture_add_up(loss: Loss) -> None:
    if isinstance(loss, SmoothedLoss) and not loss.pointwise:
        return
    term = loss.bind(targets(loss, features(1, torch.float64)))
    seen = features(2, torch.float64)
    weights = {name: corner(*value.shape[-2:]) + 0.25 for name, value in seen.items()}
    parts = [
        term.sums(Seen({n: seen[n][..., rows, columns] for n, (rows, columns) in computed.items()}, part, weights))
        for part, computed in quarters()
    ]
    added = term.value([sum(numbers[1:], numbers[0]) for numbers in zip(*parts, strict=True)])
    whole = term.value(term.sums(Seen(seen).weighed(weights)))
    assert added.item() == pytest.approx(whole.item(), rel=1e-9)


@pytest.mark.parametrize("loss", ALL)
def test_a_term_sums_as_many_numbers_for_one_layer_as_for_another(loss: Loss) -> None:
    bound = targets(loss, features(0))
    both, one = (placed.bind(bound).sums(Seen(features(1))) for placed in (loss, loss.placed(("a",))))
    assert len(both) == 2 * len(one)


@pytest.mark.parametrize("kind", list(LOSSES.values()), ids=list(LOSSES))
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weight": -1.0}, "weight of the .* loss must be 0 or more"),
        ({"weight": float("nan")}, "weight of the .* loss must be 0 or more"),
        ({"weight": float("inf")}, "weight of the .* loss must be 0 or more"),
        ({"layer_weights": (1.0, 2.0, 3.0)}, "2 layers but 3 layer weights"),
        ({"layer_weights": (1.0, -1.0)}, "layer weights of the .* must be 0 or more"),
        ({"layer_weights": (1.0, float("nan"))}, "layer weights of the .* must be 0 or more"),
    ],
)
def test_wrong_settings_are_refused(kind: type[Loss], wrong: dict[str, object], said: str) -> None:
    with pytest.raises(JobError, match=said):
        make(kind, **{"layers": LAYERS, **wrong})


@pytest.mark.parametrize("kind", list(LOSSES.values()), ids=list(LOSSES))
def test_a_loss_without_layers_has_no_weighted_ones(kind: type[Loss]) -> None:
    with pytest.raises(JobError, match="no layers; name at least one"):
        _ = make(kind, layers=()).weighted_layers


@pytest.mark.parametrize("loss", [p for p in ALL if p.values[0].target != "none"])
def test_a_loss_without_its_picture_is_refused(loss: Loss) -> None:
    with pytest.raises(JobError, match=f"needs .*{loss.target} picture"):
        loss.bind(())


@pytest.mark.parametrize("loss", [p for p in ALL if p.values[0].dreams])
def test_a_loss_that_dreams_goes_down_as_the_activations_grow(loss: Loss) -> None:
    grown = {name: value.abs() for name, value in features(1).items()}
    term = loss.bind(targets(loss, {name: value.abs() for name, value in features(0).items()}))
    values = [term({name: scale * value for name, value in grown.items()}).item() for scale in (0.0, 1.0, 2.0)]
    assert values[0] == 0 > values[1] > values[2]


@pytest.mark.parametrize("loss", [p for p in ALL if p.values[0].in_place])
def test_what_is_compared_place_by_place_is_the_content(loss: Loss) -> None:
    with pytest.raises(JobError, match=f"the {loss.kind} loss .* target can only be content, not 'style'"):
        replace(loss, target="style")


def test_content_has_one_picture_only() -> None:
    with pytest.raises(JobError, match="exactly one content picture, not 2"):
        ContentLoss(layers=LAYERS).bind([(1.0, features(0)), (1.0, features(1))])


def quarters() -> Iterator[tuple[Part, dict[str, tuple[slice, slice]]]]:
    """Four parts that own every position once, each computed with a margin of two positions where there are any."""
    for lower in (False, True):
        for right in (False, True):
            spans, computed = {}, {}
            for name, (_, _, height, width) in SHAPES.items():
                pairs = []
                for size, second in ((height, lower), (width, right)):
                    first, end = (size // 2, size) if second else (0, size // 2)
                    pairs.append((Span(first, end, max(0, first - 2)), slice(max(0, first - 2), min(size, end + 2))))
                (down, rows), (across, columns) = pairs
                spans[name], computed[name] = (down, across), (rows, columns)
            yield Part(spans), computed


@pytest.mark.parametrize("loss", ALL)
def test_the_sums_of_parts_add_up_to_those_of_the_picture(loss: Loss) -> None:
    """A picture seen in parts has the value of the picture; a loss of which this is not so says so."""
    term = loss.bind(targets(loss, features(1, torch.float64)))
    if isinstance(loss, WholeLayerLoss):
        assert not term.adds_up
        return
    seen = features(2, torch.float64)
    parts = [
        term.sums(Seen({name: seen[name][..., rows, columns] for name, (rows, columns) in computed.items()}, part))
        for part, computed in quarters()
    ]
    added = term.value([sum(numbers[1:], numbers[0]) for numbers in zip(*parts, strict=True)])
    if isinstance(loss, SmoothedLoss) and not loss.pointwise:
        assert not term.adds_up
        assert added.item() != pytest.approx(term(seen).item(), rel=1e-9)
        return
    assert term.adds_up
    assert added.item() == pytest.approx(term(seen).item(), rel=1e-9)
