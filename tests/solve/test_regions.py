"""Styles that count in some places more than in others, against crops, against no masks, and in tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from impasto.backbones import Backbone, default_layers, receptive_fields
from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, GuideLoss, Loss, MomentsLoss, Power, SmoothedLoss, VariationLoss
from impasto.pictures.samples import paint_sample
from impasto.solve import Area, Finished, LevelDone, Problem, Shift, Step, Target, pyramid, solve
from impasto.solve.balance import style_ratio
from impasto.solve.objective import Objective
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

STYLE: tuple[Loss, ...] = (
    GramLoss(layers=("relu1_1", "relu2_1")),
    MomentsLoss(layers=("relu1_1", "relu2_1")),
)
LOSSES: tuple[Loss, ...] = (
    ContentLoss(layers=("relu2_1",)),
    *STYLE,
    SmoothedLoss(loss=GramLoss(layers=("relu2_1",)), transform=Power()),
    VariationLoss(weight=0.5),
)

Make = Callable[..., Problem]
Image = Callable[..., Tensor]


def soft_mask(height: int, width: int, seed: int) -> Tensor:
    """[1, 1, height, width]: black, white and greys between in large patches."""
    coarse = torch.rand(1, 1, 4, 4, generator=Generator().manual_seed(seed)) * 2 - 0.5
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear", align_corners=True).clamp(0, 1)


def box(height: int, width: int, rows: slice, columns: slice) -> Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., rows, columns] = 1
    return mask


@pytest.fixture
def one_level(make_problem: Make) -> Make:
    """Problems of one level, 32 × 24 pixels unless told otherwise."""

    def make(width: int = 32, height: int = 24, **changes: Any) -> Problem:
        levels = pyramid(width, height, smallest=max(width, height), steps=(3,))
        return make_problem(**({"losses": LOSSES, "levels": levels} | changes))

    return make


def noise_for(problem: Problem) -> Tensor:
    level = problem.levels[-1]
    return torch.rand(1, 3, level.height, level.width, generator=Generator().manual_seed(7))


def at_noise(problem: Problem, step: int = 0) -> tuple[float, Tensor]:
    objective = Objective(problem, len(problem.levels) - 1)
    objective.look_from(step)
    return objective(noise_for(problem))


def error(one: Tensor, other: Tensor) -> float:
    return float((one - other).norm() / one.norm())


@pytest.mark.parametrize("strength", [None, 0.5])
def test_a_region_of_the_whole_picture_is_as_none(strength: float | None, one_level: Make) -> None:
    plain = one_level(strength=strength)
    masked = replace(plain, regions=(Area(torch.ones(1, 1, 24, 32)),))
    (value, gradient), (same_value, same_gradient) = at_noise(plain), at_noise(masked)
    assert same_value == pytest.approx(value, rel=1e-5)
    assert error(gradient, same_gradient) < 1e-5


def test_two_halves_in_one_style_are_judged_each_like_a_picture_of_its_own(one_level: Make, image_of: Image) -> None:
    """Exactly so on the pixels themselves, where no position sees beyond the border."""
    style = image_of(28, 20, 2)
    halves = (box(24, 32, slice(None), slice(0, 12)), box(24, 32, slice(None), slice(12, None)))
    losses = (GramLoss(layers=("input",)), MomentsLoss(layers=("input",)))
    targets = {"style": tuple(Target(style, region=i) for i in range(2))}
    problem = one_level(losses=losses, targets=targets, strength=None, regions=tuple(Area(half) for half in halves))
    value, _ = at_noise(problem)
    image = noise_for(problem)
    expected = 0.0
    for share, columns in ((12 / 32, slice(0, 12)), (20 / 32, slice(12, None))):
        for loss in losses:
            expected += share * float(loss.bind([(1.0, {"input": style})])({"input": image[..., columns]}))
    assert value == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rows", [slice(0, 5), slice(17, 22), slice(43, 48)])
def test_beyond_what_a_regions_positions_see_there_is_no_gradient(rows: slice, one_level: Make, vgg: Backbone) -> None:
    mask = box(48, 16, rows, slice(None))
    losses = (GramLoss(layers=("relu2_1",)),)
    _, gradient = at_noise(one_level(16, 48, losses=losses, strength=None, regions=(Area(mask),)))
    reach = receptive_fields(vgg.graph.plan(("relu2_1",)))["relu2_1"].vertical
    first = rows.start // reach.stride * reach.stride - reach.before
    last = (rows.stop - 1) // reach.stride * reach.stride + reach.after
    outside = torch.ones(48, dtype=torch.bool)
    outside[max(0, first) : last + 1] = False
    assert float(gradient[..., outside, :].abs().max()) == 0
    assert bool((gradient[..., rows, :].abs().amax(dim=1) > 0).all())


def test_a_region_smaller_than_a_cell_is_still_pulled_to_its_own_style(one_level: Make, image_of: Image) -> None:
    """relu3_1 has a position to 4 × 4 pixels, and this region is one of a single pixel."""
    dot = box(24, 32, slice(9, 10), slice(13, 14))
    targets = {"style": (Target(image_of(28, 20, 2), region=0), Target(image_of(28, 20, 5), region=1))}
    areas = (Area(dot), Area(1 - dot))
    problem = one_level(losses=(GramLoss(layers=("relu3_1",)),), targets=targets, strength=None, regions=areas)
    objective = Objective(problem, 0)
    other = replace(targets["style"][0], image=image_of(28, 20, 9))
    changed = Objective(replace(problem, targets={"style": (other, targets["style"][1])}), 0)
    image = noise_for(problem)
    difference = objective(image)[1] - changed(image)[1]
    assert float(difference[..., 9, 13].abs().max()) > 0


@pytest.mark.parametrize("tile", [10, 16])
@pytest.mark.parametrize("shift", [1, 8])
@pytest.mark.parametrize("size", [(37, 29), (41, 17)])
def test_in_tiles_masks_give_the_gradient_of_the_whole(
    tile: int, shift: int, size: tuple[int, int], one_level: Make, image_of: Image
) -> None:
    width, height = size
    styles = (
        Target(image_of(28, 20, 2), region=0, mask=soft_mask(28, 20, 4)),
        Target(image_of(20, 31, 3), region=1, layers={"relu1_1": 0.5}),
        Target(image_of(33, 21, 4), share=2.0, region=1, layers={"relu2_1": 0.25}),
    )
    problem = one_level(
        *size,
        targets={"content": (Target(image_of(height, width, 1)),), "style": styles},
        regions=(Area(soft_mask(height, width, 1), 2.0), Area(soft_mask(height, width, 2))),
        amount=0.9 * soft_mask(height, width, 3) + 0.05,
        shift=Shift(pixels=shift, every=2),
    )
    (value, gradient), (tiled_value, tiled_gradient) = (
        at_noise(kind, step=4) for kind in (problem, replace(problem, tile=tile))
    )
    assert tiled_value == pytest.approx(value, rel=1e-5)
    assert error(gradient, tiled_gradient) < 1e-5


@pytest.mark.real
@pytest.mark.slow
def test_a_published_network_with_strides_and_no_padding_can_be_cut_under_masks() -> None:
    backbone = load_backbone("squeezenet1_1", padding="reflect", precision="fp32", device="cpu")
    style, (width, height) = default_layers("squeezenet1_1", "style"), (187, 141)
    pictures = {
        name: to_tensor(paint_sample(name, width=width, height=height)) for name in ("harbour", "swirl", "mosaic")
    }
    problem = Problem(
        backbone=backbone,
        losses=(ContentLoss(layers=default_layers("squeezenet1_1", "content")), GramLoss(layers=style)),
        targets={
            "content": (Target(pictures["harbour"]),),
            "style": (Target(pictures["swirl"], mask=soft_mask(141, 187, 5)), Target(pictures["mosaic"], region=1)),
        },
        regions=(Area(soft_mask(141, 187, 1)), Area(soft_mask(141, 187, 2))),
        amount=soft_mask(141, 187, 3),
        levels=pyramid(width, height, smallest=256, steps=(1,)),
        strength=0.5,
        shift=Shift(pixels=8),
    )
    whole, tiled = Objective(problem, 0), Objective(replace(problem, tile=72), 0)
    for objective in (whole, tiled):
        objective.look_from(8)
    assert tiled.weights == pytest.approx(whole.weights, rel=1e-4)
    tiled.terms = {name: (whole.terms[name][0], term) for name, (_, term) in tiled.terms.items()}
    image = 0.7 * pictures["harbour"] + 0.3 * pictures["swirl"]
    (value, gradient), (tiled_value, tiled_gradient) = whole(image), tiled(image)
    assert tiled_value == pytest.approx(value, rel=1e-5)
    assert error(gradient, tiled_gradient) < 1e-5


def test_masks_are_moved_with_the_picture(one_level: Make) -> None:
    """Moved by a multiple of the strides, positions see what others saw before, and count as those did."""
    mask = box(24, 32, slice(8, 16), slice(8, 20))
    problem = one_level(losses=(GramLoss(layers=("relu2_1",)),), strength=None, regions=(Area(mask),))
    objective = Objective(replace(problem, shift=Shift(pixels=4, every=2)), 0)
    gradients = []
    for offset in ((0, 0), (2, 2)):
        objective.look = objective.look.moved_to(offset)
        objective._bind_again(moved=True, redrawn=False)
        gradients.append(objective(noise_for(problem))[1])
    assert error(gradients[0], gradients[1]) < 1e-5


def test_a_style_may_count_by_a_part_of_it_alone(one_level: Make, image_of: Image) -> None:
    left, right = image_of(28, 20, 2), image_of(28, 20, 5)
    painting = torch.cat([left, right], dim=-1)
    mask = torch.cat([torch.ones(1, 1, 28, 20), torch.zeros(1, 1, 28, 20)], dim=-1)
    losses = (GramLoss(layers=("input",)), SmoothedLoss(loss=MomentsLoss(layers=("input",)), transform=Power()))
    for tile in (None, 16):
        found = [
            at_noise(one_level(losses=losses, targets={"style": (target,)}, strength=None, tile=tile))[0]
            for target in (Target(left), Target(painting, mask=mask))
        ]
        assert found[0] == pytest.approx(found[1], rel=5e-5)


def test_each_style_may_count_at_layers_of_its_own(one_level: Make, image_of: Image) -> None:
    first, second = Target(image_of(28, 20, 2)), Target(image_of(28, 20, 5))
    both = (replace(first, layers={"relu2_1": 0.0}), replace(second, layers={"relu1_1": 0.0}))
    loss = GramLoss(layers=("relu1_1", "relu2_1"), layer_weights=(3.0, 1.0))
    blended, _ = at_noise(one_level(losses=(loss,), targets={"style": both}, strength=None))
    apart = [
        at_noise(one_level(losses=(loss.placed((name,), (weight,)),), targets={"style": (style,)}, strength=None))[0]
        for name, weight, style in (("relu1_1", 3.0, first), ("relu2_1", 1.0, second))
    ]
    assert blended == pytest.approx(sum(apart), rel=1e-5)


def test_a_layer_without_any_style_is_refused(one_level: Make, image_of: Image) -> None:
    style = Target(image_of(28, 20, 2), layers={"relu1_1": 0.0})
    with pytest.raises(JobError, match="no style counts at relu1_1"):
        at_noise(one_level(losses=STYLE, targets={"style": (style,)}, strength=None))


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_a_strength_holds_where_style_is_asked_for(weight: float, one_level: Make) -> None:
    """A small region would else be pulled the harder for the photo around it. The region's own weight comes on top."""
    mask = box(24, 32, slice(6, 14), slice(10, 20))
    losses = (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1")))
    problem = one_level(losses=losses, regions=(Area(mask, weight),), strength=0.4)
    objective = Objective(problem, 0)
    content = problem.targets["content"][0].image
    probe = content + 0.05 * torch.randn(content.shape, generator=Generator().manual_seed(1))
    norms = [float((objective.look.gradient(probe, {n: term})[1] * mask).norm()) for n, term in objective.terms.items()]
    assert norms[1] / norms[0] == pytest.approx(weight * style_ratio(0.4), rel=0.1)


def paint(problem: Problem) -> list[Any]:
    return list(solve(problem))


def test_what_is_not_to_be_painted_is_the_content_exactly_at_every_step(make_problem: Make) -> None:
    amount = box(24, 32, slice(None), slice(16, None))
    problem = make_problem(amount=amount)
    content = problem.targets["content"][0].image
    events = paint(problem)
    for event in events:
        if isinstance(event, Step | LevelDone) and event.image.shape == content.shape:
            assert torch.equal(event.image[..., :16], content[..., :16])
    assert isinstance(events[-1], Finished)
    assert torch.equal(events[-1].image[..., :16], content[..., :16])
    assert float((events[-1].image - content)[..., 16:].abs().max()) > 0.05


def test_between_black_and_white_a_pixel_leaves_the_content_by_no_more_than_its_share(make_problem: Make) -> None:
    amount = torch.linspace(0, 1, 32).expand(1, 1, 24, 32)
    problem = make_problem(amount=amount, strength=1.0)
    change = (paint(problem)[-1].image - problem.targets["content"][0].image).abs()
    assert bool((change <= amount + 1e-6).all())
    assert float(change[..., 24:].mean()) > float(change[..., :8].mean())


def test_interrupted_and_resumed_it_is_the_same_picture(make_problem: Make, image_of: Image) -> None:
    styles = tuple(Target(image_of(28, 20, seed), region=i) for i, seed in enumerate((2, 3)))
    problem = make_problem(
        targets={"content": (Target(image_of(24, 32, 1)),), "style": styles},
        regions=(Area(soft_mask(24, 32, 1)), Area(soft_mask(24, 32, 2))),
        amount=soft_mask(24, 32, 3),
        shift=Shift(pixels=4, every=2),
    )
    whole = paint(problem)[-1].image
    for number in (2, 5):
        for event in solve(problem):
            if isinstance(event, Step) and event.number == number:
                snapshot = event.snapshot()
                break
        resumed = list(solve(problem, resume=snapshot))[-1]
        assert torch.equal(resumed.image, whole)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"regions": (Area(torch.ones(1, 1, 24, 32)), Area(torch.ones(1, 1, 24, 32)))}, "region 2 has no style"),
    ({"regions": (Area(torch.ones(1, 1, 23, 32)),)}, r"a mask is \[1, 1, 24, 32\]"),
    ({"regions": (Area(torch.zeros(1, 1, 24, 32)),)}, "0 all over"),
    ({"amount": torch.zeros(1, 1, 24, 32)}, "0 all over"),
    ({"amount": torch.ones(1, 1, 24, 32), "losses": STYLE, "strength": None, "targets": {}}, "needs a style picture"),
    (
        {"regions": (Area(torch.ones(1, 1, 24, 32)),), "losses": (GuideLoss(target="style", layers=("relu2_1",)),)},
        "guide",
    ),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=range(len(WRONG)))
def test_masks_that_do_not_go_together_with_the_rest_are_refused(
    wrong: dict[str, Any], said: str, one_level: Make
) -> None:
    with pytest.raises(JobError, match=said):
        one_level(**wrong)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_region_needs_a_weight_above_0(weight: float) -> None:
    with pytest.raises(JobError, match="weight of a region"):
        Area(torch.ones(1, 1, 2, 2), weight)


def test_a_region_where_nothing_is_painted_is_refused(one_level: Make) -> None:
    left = box(24, 32, slice(None), slice(0, 16))
    with pytest.raises(JobError, match="region 1 lies wholly where nothing is to be painted"):
        at_noise(one_level(regions=(Area(left),), amount=1 - left))
