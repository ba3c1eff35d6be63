from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.solve import STARTS, ContentStart, MixedStart, NoiseStart, Start, WaveStart


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_all_kinds_are_registered() -> None:
    assert set(STARTS) >= {"content", "noise", "mixed", "waves"}


def test_content_is_the_content(image_of: Callable[..., Tensor]) -> None:
    content = image_of(8, 8)
    image = ContentStart().image(content, seeded())
    assert torch.equal(image, content)
    assert image.data_ptr() != content.data_ptr()
    noise = ContentStart(noise=0.1).image(torch.full((1, 3, 100, 100), 0.5), seeded()) - 0.5
    assert float(noise.std()) == pytest.approx(0.1, rel=0.03)
    assert float(noise.mean()) == pytest.approx(0, abs=0.002)


def test_noise_is_white_about_middle_grey_and_knows_no_content(image_of: Callable[..., Tensor]) -> None:
    image = NoiseStart(deviation=0.2).image(image_of(100, 100), seeded())
    assert torch.equal(image, NoiseStart(deviation=0.2).image(torch.zeros(1, 3, 100, 100), seeded()))
    assert float(image.mean()) == pytest.approx(0.5, abs=0.005)
    assert float(image.std()) == pytest.approx(0.2, rel=0.03)
    neighbours = torch.corrcoef(torch.stack([image[..., 1:].flatten(), image[..., :-1].flatten()]))[0, 1]
    assert abs(float(neighbours)) < 0.03


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_mixed_is_the_assignments(share: float, image_of: Callable[..., Tensor]) -> None:
    """generated = noise · ratio + (content − means) · (1 − ratio), noise uniform in −20 … 20, pixels 0 … 255."""
    content = image_of(40, 50)
    image = MixedStart(share=share).image(content, seeded())
    means = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1)
    generated = image * 255 - means
    noise = generated - (content * 255 - means) * (1 - share)
    assert float(noise.abs().max()) <= 20 * share + 1e-3
    if share:
        assert float(noise.abs().max()) > 19.9 * share
        assert float(noise.std()) == pytest.approx(share * 40 / 12**0.5, rel=0.03)


@pytest.mark.parametrize("start", [ContentStart(noise=0.1), NoiseStart(), MixedStart(), WaveStart()])
def test_the_seed_decides(start: Start, image_of: Callable[..., Tensor]) -> None:
    content = image_of(8, 8)
    first, again, other = (start.image(content, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (ContentStart, {"noise": -0.1}, r"noise of the start must lie in 0 … 1"),
        (NoiseStart, {"deviation": 0.0}, r"deviation of the noise must lie above 0"),
        (NoiseStart, {"deviation": float("nan")}, r"deviation of the noise must lie above 0"),
        (WaveStart, {"deviation": 0.0}, r"deviation of the waves must lie above 0"),
        (MixedStart, {"share": 1.1}, r"share of noise must lie in 0 … 1"),
        (MixedStart, {"amplitude": 256.0}, r"amplitude of the noise must lie in 0 … 255"),
    ],
)
def test_wrong_settings_are_refused(kind: type[Start], wrong: dict[str, float], said: str) -> None:
    with pytest.raises(JobError, match=said):
        kind(**wrong)
