"""Which pixels a position stands for: cells that divide the picture, as many as the network really has positions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from impasto.backbones import BACKBONES, INPUT, Node, averaged, cells_of
from impasto.backbones.cells import positions_after
from impasto.backbones.layers import pool


def plan_of(name: str) -> list[Node]:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    return graph.plan(graph.layers)


@given(
    st.sampled_from(["conv", "max", "average"]),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2),
    st.booleans(),
    st.integers(6, 40),
)
def test_a_window_makes_as_many_positions_as_it_says(
    kind: str, size: int, stride: int, padding: int, ceil_mode: bool, side: int
) -> None:
    padding = min(padding, size // 2)
    op: nn.Module = nn.Conv2d(1, 1, (size, 1), stride, (padding, 0))
    if kind != "conv":
        op = pool(kind, size, 1.0, stride=stride, padding=padding, ceil_mode=ceil_mode)  # type: ignore[arg-type]
    assert positions_after(op, side, 0) == op(torch.zeros(1, 1, side, side)).shape[-2]


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_layer_has_as_many_cells_as_positions_and_they_divide_the_picture(name: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    height, width = 261, 187
    cells = cells_of(graph.plan(graph.layers), height, width)
    seen = graph(torch.empty(1, 3, height, width, device="meta"), [n for n in cells if n != INPUT])
    for layer, activation in seen.items():
        for along, side, count in zip(cells[layer], (height, width), activation.shape[-2:], strict=True):
            assert len(along.starts) == count, layer
            assert along.starts[0] == 0
            assert along.ends[-1] == side
            gaps = along.starts[1:] - along.ends[:-1]  # below 0 where padding puts the last position outside
            assert bool((gaps <= 0).all() if name == "efficientnet_lite0" else (gaps == 0).all()), layer
            assert bool((along.ends > along.starts).all()), layer


def test_a_cell_of_vgg_is_the_block_of_pixels_that_was_pooled() -> None:
    down, across = cells_of(plan_of("vgg19"), 100, 64)["relu5_1"]
    assert down.starts.tolist() == [0, 16, 32, 48, 64, 80]
    assert down.ends.tolist() == [16, 32, 48, 64, 80, 100]
    assert across.ends.tolist() == [16, 32, 48, 64]


def test_a_cell_lies_about_the_middle_of_what_its_position_sees() -> None:
    plan = [Node("unpadded", nn.Conv2d(1, 1, 7, 2), (INPUT,))]
    (down, _) = cells_of(plan, 21, 21)["unpadded"]
    assert down.starts.tolist() == [0, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5, 16.5]  # position i sees pixels 2 i … 2 i + 6
    assert down.ends[0] == 4.5


@pytest.fixture(scope="module")
def mask() -> Tensor:
    return torch.rand(97, 131, generator=torch.Generator().manual_seed(3)).round()


@pytest.mark.parametrize("name", ["vgg19", "squeezenet1_1", "inception_v3", "alexnet"])
def test_what_a_mask_marks_is_shared_among_the_positions_without_loss(name: str, mask: Tensor) -> None:
    for layer, (down, across) in cells_of(plan_of(name), *mask.shape).items():
        areas = (down.ends - down.starts)[:, None] * (across.ends - across.starts)
        weights = averaged(mask, down, across)
        assert float((weights * areas).sum()) == pytest.approx(float(mask.sum()), rel=1e-5), layer
        assert torch.equal(averaged(torch.ones_like(mask), down, across), torch.ones_like(weights)), layer


@pytest.mark.parametrize("name", ["vgg19", "squeezenet1_1", "inception_v3", "alexnet"])
@pytest.mark.parametrize("place", [(0, 0), (60, 61), (96, 130)])
def test_a_single_pixel_has_a_share_in_few_positions_of_every_layer(
    name: str, place: tuple[int, int], mask: Tensor
) -> None:
    dot = torch.zeros_like(mask)
    dot[place] = 1
    for layer, (down, across) in cells_of(plan_of(name), *mask.shape).items():
        assert 1 <= int((averaged(dot, down, across) > 0).sum()) <= 4, layer


def test_the_picture_itself_is_weighed_by_the_mask_as_it_is(mask: Tensor) -> None:
    torch.testing.assert_close(averaged(mask, *cells_of([], *mask.shape)[INPUT]), mask)
