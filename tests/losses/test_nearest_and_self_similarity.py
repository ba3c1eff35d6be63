"""Losses that compare positions with positions, against their definitions written out in loops."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.losses import ContentLoss, NearestLoss, SelfSimilarityLoss
from impasto.losses import nearest as nearest_module
from impasto.losses.cosine import SHORT
from impasto.losses.nearest import nearest
from impasto.losses.self_similarity import LEAST, SOFT


def activation(channels: int, height: int, width: int, seed: int) -> Tensor:
    draw = Generator().manual_seed(seed)
    return torch.randn(1, channels, height, width, generator=draw, dtype=torch.float64) + 0.5


def columns(x: Tensor) -> list[Any]:
    return list(x[0].flatten(1).T.numpy())


def units(vectors: list[Any], of: list[Any]) -> list[Any]:
    """Each over its length, those short beside `of` by less."""
    short = SHORT**2 * np.mean([v @ v for v in of]) + 1e-12
    return [v / np.sqrt(v @ v + short) for v in vectors]


def apart(a: Any, b: Any) -> float:
    return float(((a - b) ** 2).sum() / 2)


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("strip", [1, 1 << 22])
def test_each_position_is_compared_with_the_one_most_like_it(
    balance: float, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest_module, "STRIP", strip)
    F, S = activation(4, 3, 5, 0), activation(4, 2, 6, 1)
    centre = S[0].flatten(1).mean(1).numpy()
    around = [v - centre for v in columns(S)]
    image, style = units([v - centre for v in columns(F)], around), units(around, around)
    there = np.mean([min(apart(x, y) for y in style) for x in image])
    back = np.mean([min(apart(x, y) for x in image) for y in style])
    ours = NearestLoss(layers=("x",), balance=balance).bind([(1.0, {"x": S})])({"x": F}).item()
    assert ours == pytest.approx((1 - balance) * there + balance * back, rel=1e-9)


def test_distances_of_unit_vectors_are_cosine_distances() -> None:
    a, b = (activation(8, 1, 1, seed)[0].flatten() for seed in (0, 1))
    cosine = float(a @ b / (a.norm() * b.norm()))
    assert apart((a / a.norm()).numpy(), (b / b.norm()).numpy()) == pytest.approx(1 - cosine)


def test_an_image_of_one_place_of_the_style_is_near_it_but_the_style_is_not_near_the_image() -> None:
    style = activation(6, 4, 4, 0)
    one = style[..., :1, :1].expand(1, 6, 4, 4)
    values = [NearestLoss(layers=("x",), balance=b).bind([(1.0, {"x": style})])({"x": one}).item() for b in (0.0, 1.0)]
    assert values[0] == pytest.approx(0, abs=1e-12)
    assert values[1] > 0.3


def test_several_styles_are_compared_with_in_their_shares() -> None:
    """However many positions each has: the image of one style's places alone lacks the share of the other."""
    first, second = activation(6, 4, 4, 0), activation(6, 9, 9, 1) + 5
    loss = NearestLoss(layers=("x",), balance=1.0)
    lacking = []
    for share in (1.0, 3.0):
        term = loss.bind([(share, {"x": first}), (1.0, {"x": second})])
        lacking.append(term({"x": first}).item())
    assert 0 < lacking[1] < 0.6 * lacking[0]


def test_no_more_positions_of_the_styles_are_looked_at_than_asked_for() -> None:
    style, image = activation(6, 20, 20, 0), activation(6, 5, 5, 1)

    def value(positions: int, seed: int) -> float:
        loss = NearestLoss(layers=("x",), positions=positions, seed=seed)
        return loss.bind([(1.0, {"x": style})])({"x": image}).item()

    assert value(30, 0) == value(30, 0) != value(30, 1)
    assert value(400, 0) == value(400, 1) == value(10**6, 0)


def test_places_are_found_across_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    image, style = (torch.randn(3, count, generator=Generator().manual_seed(count)) for count in (17, 5))
    monkeypatch.setattr(nearest_module, "STRIP", 20)
    of_image, of_style = nearest(image, style)
    products = style.T @ image
    assert torch.equal(of_image, products.argmax(0))
    assert torch.equal(of_style, products.argmax(1))


def test_self_similarity_compares_the_shares_of_distances() -> None:
    X, C = activation(5, 3, 4, 0), activation(5, 3, 4, 1)

    def table(x: Tensor) -> Any:
        u = units(columns(x), columns(C))
        D = np.array([[LEAST + 1 - a @ b for b in u] for a in u])
        return D / D.sum(axis=0, keepdims=True)

    difference = table(X) - table(C)
    soft = SOFT / 12
    wanted = (np.sqrt(difference**2 + soft**2) - soft).sum(axis=0).mean()
    ours = SelfSimilarityLoss(layers=("x",)).bind([(1.0, {"x": C})])({"x": X}).item()
    assert ours == pytest.approx(wanted, rel=1e-9)


def test_turning_all_activations_alike_keeps_self_similarity() -> None:
    """As another style does to a picture's colours: every place changes, and none against the others."""
    photo = activation(5, 4, 4, 0)
    turn = torch.linalg.qr(activation(5, 1, 5, 1)[0, :, 0]).Q
    turned = torch.einsum("ij,njhw->nihw", turn, photo)
    values = [
        loss.bind([(1.0, {"x": photo})])({"x": turned}).item()
        for loss in (SelfSimilarityLoss(layers=("x",)), ContentLoss(layers=("x",)))
    ]
    assert values[0] == pytest.approx(0, abs=1e-9)
    assert values[1] > 0.1


def test_every_position_feels_the_few_it_is_compared_with() -> None:
    photo, image = activation(5, 8, 8, 0), activation(5, 8, 8, 1).requires_grad_()
    SelfSimilarityLoss(layers=("x",), anchors=3).bind([(1.0, {"x": photo})])({"x": image}).backward()
    assert image.grad is not None
    assert bool((image.grad.abs().sum(1) > 0).all())


def test_self_similarity_has_one_picture_only() -> None:
    two = [(1.0, {"x": activation(3, 2, 2, seed)}) for seed in (0, 1)]
    with pytest.raises(JobError, match="exactly one content picture, not 2"):
        SelfSimilarityLoss(layers=("x",)).bind(two)


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (NearestLoss, {"positions": 0}, "positions of the nearest loss must be 1 or more"),
        (NearestLoss, {"balance": 1.5}, "balance of the nearest loss must lie in 0 … 1"),
        (SelfSimilarityLoss, {"anchors": 0}, "anchors of the self-similarity loss must be 1 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        kind(**wrong)
