"""All measures together: what is checked before any network is loaded, and the whole thing on real weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from impasto.errors import InputError, PictureError, UnknownNameError
from impasto.measure import JUDGES, Scores, measure
from impasto.pictures import Picture, resize
from impasto.pictures.samples import paint_sample, sample_photograph


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"judge": "mobilenet"}, UnknownNameError, "Did you mean mobilenet_v2"),
        ({"lpips": "vgg"}, UnknownNameError, "vgg16"),
        ({"style_scale": 0}, InputError, "style_scale must lie above 0"),
        ({"size": 0}, InputError, "side of 0 pixels"),
        ({"content": (112, 160)}, PictureError, "of different shapes"),
        ({"out": (9, 12), "content": (9, 12)}, PictureError, "at least 11 pixels"),
    ],
)
def test_mistakes_are_told_before_anything_is_fetched(change, error, words, picture_of, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")
    settings = {"out": (112, 128), "content": (112, 128), "style": (100, 140), **change}
    for name in ("out", "content", "style"):
        settings[name] = picture_of(*settings[name])
    with pytest.raises(error, match=words):
        measure(settings.pop("out"), settings.pop("content"), settings.pop("style"), **settings)


@pytest.fixture(scope="module")
def pair() -> tuple[Picture, Picture]:
    return resize(sample_photograph("cat"), 192, 128), paint_sample("swirl", width=192, height=128)


FROM_THE_PHOTO = (("content_lpips", -1), ("content_ms_ssim", 1))
"""What is best for the photo itself, and whether it falls or grows from there."""


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("judge", list(JUDGES))
def test_scores_fall_from_the_photo_to_the_painting(judge: str, pair: tuple[Picture, Picture]) -> None:
    photo, painting = pair
    seen: list[Scores] = []
    for share in (0.0, 0.5, 1.0):
        between = photo.pixels + np.float32(share) * (painting.pixels - photo.pixels)
        seen.append(measure(Picture(between), photo, painting, judge=judge, device="cpu"))
    for name, sign in [("style_gram", 1), ("style_moments", 1), ("colour_to_style", 1), *FROM_THE_PHOTO]:
        values = [sign * getattr(scores, name) for scores in seen]
        assert all(a > b for a, b in pairwise(values)), (name, values)
    first, last = seen[0], seen[-1]
    assert (first.style_gram, first.content_lpips, first.colour_to_content) == (1, 0, 0)
    assert (first.content_ms_ssim, first.content_cfsd) == (pytest.approx(1), None)
    assert first.grid == first.photo_grid
    assert first.relative_grid <= 1
    assert max(last.style_gram, last.style_moments) < 1e-3
    assert (first.width, first.height, first.judged_width) == (192, 128, 192)


@pytest.mark.real
@pytest.mark.slow
def test_structures_are_compared_when_asked_for(pair: tuple[Picture, Picture]) -> None:
    photo, painting = pair
    same, other = (measure(out, photo, painting, cfsd=True, device="cpu").content_cfsd for out in pair)
    assert same == 0
    assert other is not None
    assert other > 0


@pytest.mark.real
@pytest.mark.slow
def test_networks_look_at_the_size_asked_for_and_pixels_are_measured_whole(pair: tuple[Picture, Picture]) -> None:
    photo, painting = pair
    scores = measure(photo, resize(photo, 600, 400), painting, size=128, device="cpu")
    assert (scores.width, scores.judged_width, scores.judged_height) == (192, 128, 85)
    assert scores.content_lpips < 0.1
    assert scores.style_gram == pytest.approx(1, abs=0.05)


@pytest.mark.real
@pytest.mark.slow
def test_a_small_picture_is_measured_by_all_but_the_grid(pair: tuple[Picture, Picture]) -> None:
    photo, painting = (resize(picture, 72, 48) for picture in pair)
    scores = measure(painting, photo, painting, device="cpu")
    assert (scores.grid, scores.photo_grid, scores.relative_grid) == ({}, {}, None)
    assert (scores.ms_ssim_scales, scores.judged_width) == (3, 72)
    assert scores.style_gram < 1e-3 < scores.content_lpips
    with pytest.raises(PictureError, match="too small for"):
        measure(resize(painting, 24, 16), photo, painting, device="cpu")
