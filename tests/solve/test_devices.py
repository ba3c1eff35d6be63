"""Painting elsewhere than on the processor, on a device that is pretended: see `pretended`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from pretended import PLACE, PretendedDevice
from torch import Tensor

from impasto import arithmetic
from impasto.backbones import BACKBONES, Backbone
from impasto.losses import (
    LOSSES,
    ActivationLoss,
    BlankLoss,
    ContentLoss,
    GaussianLoss,
    GramLoss,
    GuideLoss,
    HistogramLoss,
    Loss,
    MeanStdLoss,
    MomentsLoss,
    NearestLoss,
    Power,
    SelfSimilarityLoss,
    SlicedLoss,
    SmoothedLoss,
    VariationLoss,
)
from impasto.solve import (
    LBFGS,
    SGD,
    Adam,
    Area,
    Finished,
    Optimizer,
    Problem,
    Shift,
    Step,
    Target,
    WaveAdam,
    pyramid,
    solve,
)
from impasto.solve.looking import AtOnce
from impasto.solve.objective import Objective

Make = Callable[..., Problem]
Image = Callable[..., Tensor]

LEARNING = LBFGS(history=4, history_in="bf16", smoothing=8.0, chroma=4.0, learning=True)
LAYERS = ("relu1_1", "relu2_1")
LOOKING: tuple[Loss, ...] = (
    ContentLoss(layers=("relu2_1",)),
    GramLoss(layers=LAYERS),
    MomentsLoss(layers=LAYERS),
    MeanStdLoss(layers=LAYERS),
    GaussianLoss(layers=("relu2_1",)),
    SlicedLoss(layers=("relu2_1",)),
    HistogramLoss(layers=("relu2_1",)),
    NearestLoss(layers=("relu2_1",)),
    SelfSimilarityLoss(layers=("relu2_1",)),
    SmoothedLoss(loss=GramLoss(layers=("relu2_1",)), transform=Power()),
    ActivationLoss(layers=("relu2_1",), channel=2),
    VariationLoss(weight=0.5),
    BlankLoss(layers=("relu1_1",), contrast=1.0),
    GuideLoss(layers=("relu2_1",)),
)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> PretendedDevice:
    """A device like a GPU without double precision, to be entered."""
    monkeypatch.setattr(arithmetic, "WITHOUT_DOUBLE", {PLACE.type})
    return PretendedDevice()


def elsewhere(problem: Problem, network: Backbone, device: PretendedDevice) -> Problem:
    """The same problem on the device; the network is taken there."""

    def away(image: Tensor | None) -> Tensor | None:
        return None if image is None else device.away(image)

    return replace(
        problem,
        backbone=network.to(PLACE),
        targets={
            role: tuple(replace(each, image=device.away(each.image), mask=away(each.mask)) for each in targets)
            for role, targets in problem.targets.items()
        },
        regions=tuple(replace(area, mask=device.away(area.mask)) for area in problem.regions),
        amount=away(problem.amount),
    )


def painted(problem: Problem) -> tuple[list[float], Tensor]:
    """The objective step by step, and the picture."""
    values, picture = [], None
    for event in solve(problem):
        if isinstance(event, Step):
            values.append(event.value)
        if isinstance(event, Finished):
            picture = event.image.cpu()
    assert picture is not None
    return values, picture


def check_alike(here: Problem, network: Backbone, device: PretendedDevice) -> None:
    """A problem is painted elsewhere as it is here, up to rounding."""
    values, picture = painted(here)
    with device:
        found, seen = painted(elsewhere(here, network, device))
    assert found == pytest.approx(values, rel=1e-3)
    torch.testing.assert_close(seen, picture, rtol=0, atol=5e-3)


@pytest.mark.parametrize(
    "optimizer",
    [LBFGS(), LEARNING, replace(LEARNING, box=False), Adam(), SGD(), WaveAdam()],
    ids=["lbfgs", "lbfgs learning", "lbfgs unbounded", "adam", "sgd", "wave-adam"],
)
def test_every_optimizer_paints_elsewhere_as_here(
    optimizer: Optimizer, make_problem: Make, make_vgg: Callable[..., Backbone], device: PretendedDevice
) -> None:
    check_alike(make_problem(optimizer=optimizer), make_vgg(), device)


@pytest.mark.parametrize("loss", LOOKING, ids=lambda loss: loss.kind)
def test_every_loss_pulls_elsewhere_as_here(
    loss: Loss, make_problem: Make, make_vgg: Callable[..., Backbone], device: PretendedDevice
) -> None:
    levels = pyramid(32, 24, smallest=32, steps=(3,))
    pictures = make_problem().targets
    targets = {**pictures, "guide": pictures["style"]}
    problem = make_problem(
        losses=(loss,), targets=targets, levels=levels, strength=None, shift=Shift(pixels=4, every=2)
    )
    check_alike(problem, make_vgg(), device)
    if Objective(problem, 0).terms[loss.kind][1].adds_up:
        check_alike(replace(problem, tile=16), make_vgg(), device)


def test_no_loss_is_left_out() -> None:
    assert {loss.kind for loss in LOOKING} == set(LOSSES)


def test_what_goes_around_is_painted_elsewhere_as_here(
    make_problem: Make, make_vgg: Callable[..., Backbone], device: PretendedDevice
) -> None:
    network = make_vgg(padding="circular", pooling="average")
    style = {"style": make_problem().targets["style"]}
    problem = make_problem(
        backbone=network, losses=(GramLoss(layers=LAYERS),), targets=style, strength=None, periodic=True
    )
    check_alike(problem, make_vgg(padding="circular", pooling="average"), device)


def test_masks_and_regions_are_painted_elsewhere_as_here(
    make_problem: Make, make_vgg: Callable[..., Backbone], image_of: Image, device: PretendedDevice
) -> None:
    left = torch.zeros(1, 1, 24, 32)
    left[..., :16] = 1
    problem = make_problem()
    styles = tuple(Target(image_of(28, 20, 2 + i), region=i, mask=torch.ones(1, 1, 28, 20)) for i in range(2))
    guided = replace(
        problem,
        targets={**problem.targets, "style": styles},
        regions=(Area(left), Area(1 - left)),
        amount=left.mul(0.5).add(0.5),
        grey=True,
        content_first=3.0,
    )
    check_alike(guided, make_vgg(), device)


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_network_looks_elsewhere_as_here(
    name: str, image_of: Image, make_vgg: Callable[..., Backbone], device: PretendedDevice
) -> None:
    here, there = make_vgg(name), make_vgg(name)
    layers = here.layers[1], here.layers[len(here.layers) // 2]
    loss = GramLoss(layers=layers)
    image, style = image_of(96, 83, 1), image_of(75, 80, 2)

    def pulled(network: Backbone, image: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        look = AtOnce(network, layers)
        return look.gradient(image, {"gram": (1.0, loss.bind_seen([(1.0, look.seen(style))]))})

    (value,), gradient = pulled(here, image, style)
    with device:
        (found,), pull = (each.cpu() for each in pulled(there.to(PLACE), device.away(image), device.away(style)))
    assert float(found) == pytest.approx(float(value), rel=1e-4)
    assert float((pull - gradient).norm() / gradient.norm()) < 1e-4


def test_a_step_of_lbfgs_waits_for_a_device_five_times(
    make_problem: Make, make_vgg: Callable[..., Backbone], device: PretendedDevice
) -> None:
    """For the objective, once; for the direction, three times; for whether the move is remembered, once."""
    problem = make_problem(optimizer=LEARNING, levels=pyramid(32, 24, smallest=32, steps=(9,)))
    waits = []
    with device:
        for event in solve(elsewhere(problem, make_vgg(), device)):
            if isinstance(event, Step):
                waits.append(device.reads)
                device.reads = 0
    assert set(waits[2:]) <= {1 + 3, 1 + 3 + 1}, waits
