"""Sets of pictures as Inception sees them."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.errors import InputError
from impasto.measure import measure_sets
from impasto.pictures import Picture, resize
from impasto.pictures.samples import PAINTINGS, PHOTOGRAPHS, paint_sample, sample_photograph


def test_too_few_are_told_before_anything_is_fetched(picture_of, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")
    pictures = [picture_of(30, 40, seed) for seed in range(3)]
    with pytest.raises(InputError, match="3 results at least are needed"):
        measure_sets(pictures[:2], pictures)
    with pytest.raises(InputError, match="3 paintings at least"):
        measure_sets(pictures, pictures[:1])


@pytest.mark.real
@pytest.mark.slow
def test_photographs_are_nearer_to_their_like_than_to_paintings():
    photos = [resize(sample_photograph(name), 160, 120) for name in PHOTOGRAPHS]
    paintings = [paint_sample(name, width=160, height=120) for name in list(PAINTINGS)[:4]]
    noise = np.random.default_rng(0).normal(0, 1, photos[0].pixels.shape)
    grainy = [Picture((p.pixels + 0.02 * noise).clip(0, 1).astype(np.float32)) for p in photos]
    counted: list[int] = []
    same = measure_sets(photos, photos, device="cpu", seen=counted.append)
    near, far = (measure_sets(other, photos, device="cpu") for other in (grainy, paintings))
    assert (same.results, same.paintings, same.features) == (len(photos), len(photos), 2048)
    assert counted == list(range(1, 2 * len(photos) + 1))
    assert same.frechet == pytest.approx(0, abs=1e-6)
    assert same.frechet < near.frechet < far.frechet
    assert same.kernel < near.kernel < far.kernel
    assert near.kernel_error > 0
