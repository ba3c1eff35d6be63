"""A picture that is painted in light and dark alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from impasto.solve import LBFGS, Adam, Finished, NoiseStart, Optimizer, Problem, Target, solve
from impasto.solve.grey import in_grey, towards_grey
from impasto.solve.objective import Objective


def last_image(problem: Problem) -> Tensor:
    return next(event.image for event in solve(problem) if isinstance(event, Finished))


@pytest.mark.parametrize(
    "optimizer", [LBFGS(history=5, smoothing=16.0, chroma=4.0), Adam()], ids=lambda optimizer: str(optimizer.kind)
)
@pytest.mark.parametrize("tile", [None, 64])
def test_it_begins_in_grey_and_stays_grey(
    tile: int | None, optimizer: Optimizer, make_problem: Callable[..., Problem]
) -> None:
    found = last_image(make_problem(grey=True, start=NoiseStart(), optimizer=optimizer, tile=tile))
    assert float((found - found.mean(1, keepdim=True)).abs().max()) < 1e-5
    assert float(found.std()) > 0.02


def test_the_gradient_is_that_of_the_one_plane_that_is_left(
    make_problem: Callable[..., Problem], image_of: Callable[..., Tensor]
) -> None:
    image = image_of(24, 32, 5).mean(1, keepdim=True).expand(1, 3, 24, 32).contiguous()
    value, gradient = Objective(make_problem(grey=True), 1)(image)
    same, in_colour = Objective(make_problem(), 1)(image)
    assert value == same
    torch.testing.assert_close(gradient.sum(1), in_colour.sum(1))
    assert torch.equal(gradient[:, 0], gradient[:, 2])
    assert not torch.equal(in_colour[:, 0], in_colour[:, 2])


def test_what_is_grey_stays_as_it_is(image_of: Callable[..., Tensor]) -> None:
    grey = image_of(8, 9).mean(1, keepdim=True).expand(1, 3, 8, 9)
    torch.testing.assert_close(in_grey(grey), grey)
    torch.testing.assert_close(towards_grey(grey), grey)


def test_of_a_gradient_what_is_colour_alone_is_left_out() -> None:
    colour = torch.tensor([1.0, -1.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert float(towards_grey(colour).abs().max()) == 0


def test_a_problem_in_colour_is_left_in_colour(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem()
    assert isinstance(problem.targets["content"][0], Target)
    found = last_image(problem)
    assert float((found - found.mean(1, keepdim=True)).abs().max()) > 0.02
