"""What painting takes at least, and that a picture beyond it is refused before anything large is asked for."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from impasto.backbones import BACKBONES, Backbone, Preprocessing
from impasto.errors import PictureError, SolveError
from impasto.pictures import Picture
from impasto.tasks import StylizeJob
from impasto.tasks.memory import check_memory, least_memory, tile_extent

LAYERS = ("relu1_1", "relu2_1")


def planned(precision: str = "fp32") -> Backbone:
    with torch.device("meta"):
        plain = Preprocessing("rgb", 1.0, (0.0,) * 3, (1.0,) * 3)
        return Backbone("vgg19", BACKBONES["vgg19"](pooling="average"), plain, precision=precision)


def test_it_is_what_autograd_keeps() -> None:
    width, height = 640, 480
    kept = [64, 64, 128 / 4]  # floats a pixel: relu1_1, relu1_2, relu2_1
    lowest = 4 * width * height * sum(kept)
    found = least_memory(planned(), LAYERS, width, height)
    assert lowest <= found <= 1.1 * lowest + 2e6


def test_it_grows_with_the_pixels_and_halves_with_the_precision() -> None:
    def taken(side: int, precision: str = "fp32") -> int:
        return least_memory(planned(precision), LAYERS, side, side)

    assert taken(1024) == pytest.approx(4 * taken(512), rel=0.02)
    assert taken(1024, "bf16") == pytest.approx(taken(1024) / 2, rel=0.1)


def test_too_little_memory_says_how_much_and_what_would_fit() -> None:
    check_memory(1000, 64, 48, free=1000)
    with pytest.raises(SolveError, match=r"more than 8.0 GB .* 2.0 GB are free.* --size well under 2000"):
        check_memory(8 * 10**9, 4000, 3000, free=2 * 10**9)


@pytest.mark.parametrize(
    ("size", "error", "said"),
    [
        ("15000", SolveError, r"15000×11250 pixels need more than \d+\.\d GB of memory"),
        ("60000", PictureError, "the content picture would be 60000x45000, 2,700 million pixels; the limit is 250"),
        ("18", PictureError, "the content picture would be 18x14 pixels at this size, too small"),
        ("33", PictureError, "33×25 pixels is too small for vgg19 up to relu5_1"),
    ],
)
def test_a_size_that_cannot_be_painted_is_refused_quickly(
    picture_of: Callable[..., Picture], size: str, error: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resized(*_: object) -> Tensor:
        raise AssertionError("the picture was enlarged first")

    monkeypatch.setattr("impasto.tasks.content.resize", resized)
    monkeypatch.setattr("impasto.tasks.memory.psutil.virtual_memory", lambda: Machine)
    job = StylizeJob(content=picture_of(48, 64), styles=(picture_of(40, 40),), size=size, device="cpu")
    with pytest.raises(error, match=said):
        job.check()


class Machine:
    """One with 8 GB."""

    available = 8 * 10**9


def test_a_tile_is_computed_with_what_its_positions_see() -> None:
    assert tile_extent(planned(), LAYERS, 5000, None) == 5000
    assert tile_extent(planned(), LAYERS, 5000, 512) == 512 + 10  # relu2_1 sees 10 pixels
    assert tile_extent(planned(), LAYERS, 300, 512) == 300
