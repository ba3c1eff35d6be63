"""A dream with a guide, against the formula written out position by position."""

import pytest
import torch

from impasto.errors import JobError
from impasto.losses import GuideLoss, Part, Seen, Span
from impasto.losses import guide as guide_module


def test_every_position_counts_with_the_guides_position_that_agrees_most(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = torch.Generator().manual_seed(0)
    image, guide = (torch.randn(1, 5, *size, generator=draw, dtype=torch.float64) for size in ((4, 6), (3, 7)))
    best = [
        max(float(x @ g) for g in guide.flatten(2)[0].T)
        for x in image.flatten(2)[0].T
    ]  # fmt: skip
    energy = float(guide.square().sum(dim=1).mean())
    term = GuideLoss(layers=("a",)).bind([(1.0, {"a": guide})])
    assert float(term({"a": image})) == pytest.approx(-sum(best) / len(best) / energy)
    monkeypatch.setattr(guide_module, "STRIP", 1)
    assert float(term({"a": image})) == pytest.approx(-sum(best) / len(best) / energy)


def test_parts_add_up_to_the_picture() -> None:
    draw = torch.Generator().manual_seed(1)
    image, guide = (torch.randn(1, 5, 4, 6, generator=draw) for _ in range(2))
    term = GuideLoss(layers=("a",)).bind([(1.0, {"a": guide})])
    halves = [term.sums(Seen({"a": image}, Part({"a": (Span(0), Span(*ends))}))) for ends in ((0, 2), (2, 6))]
    added = term.value([one + other for one, other in zip(*halves, strict=True)])
    torch.testing.assert_close(added, term({"a": image}))


def test_a_layer_without_positions_guides_nothing() -> None:
    with pytest.raises(JobError, match="logits sees the picture as a whole"):
        GuideLoss(layers=("logits",)).bind([(1.0, {"logits": torch.ones(1, 5)})])
