"""Where nothing is painted nothing changes: a whole run gives the photo back as it was, in its own file's terms."""

from __future__ import annotations

import numpy as np
import profiles
import pytest
import pyvips
from PIL import Image

from impasto.pictures import read_picture, read_recipe
from impasto.runs import Run, execute
from impasto.runs.writing import Writing

SPACES = {"srgb": None, "display p3": profiles.DISPLAY_P3, "adobe rgb": profiles.ADOBE_RGB}


@pytest.fixture
def unpainted(make_job, runs, tmp_path):
    """Carries out a job of strength 0 on a photo; gives the path of its result."""

    def carry_out(photo, name="out.png", writing=None):
        job = make_job(content=photo, strength=0.0, size=None, steps=(1,))
        run = Run.create(job, output=tmp_path / name, writing=writing)
        list(execute(run))
        return run.output

    return carry_out


def taken(path, depth=8, *, alpha=False, profile=None, orientation=None):
    """A photo of noise, 40x32, and its numbers upright."""
    bands = 4 if alpha else 3
    kind = np.uint8 if depth == 8 else np.uint16
    values = np.random.default_rng(depth + bands).integers(0, 2**depth, (32, 40, bands)).astype(kind)
    if alpha:
        values[..., 3] = np.maximum(values[..., 3], 2 ** (depth - 8))  # not clear: then there is no colour to keep
    image = pyvips.Image.new_from_array(values, interpretation="srgb" if depth == 8 else "rgb16").copy()
    if profile is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    if orientation is not None:
        image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    image.write_to_file(str(path))
    return path, np.rot90(values, -1) if orientation == 6 else values


def values_of(path):
    return pyvips.Image.new_from_file(str(path)).numpy()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("space", SPACES)
def test_a_run_of_strength_nothing_gives_the_photo_back(unpainted, tmp_path, space, depth, alpha):
    photo, values = taken(tmp_path / "wide.tif", depth, alpha=alpha, profile=SPACES[space])
    result = values_of(unpainted(photo, "out.tif"))
    assert result.dtype == values.dtype
    error = np.abs(result.astype(int) - values)
    assert error[..., 3:].max(initial=0) == 0
    shown = values > (0 if depth == 8 else 2000)  # in the deepest shadows a 16-bit step is less than a float's rounding
    assert error[shown].max() <= 1


def test_a_photo_on_its_side_comes_out_upright(unpainted, tmp_path):
    photo, values = taken(tmp_path / "side.png", orientation=6)
    out = unpainted(photo)
    assert np.array_equal(values_of(out), values)
    with Image.open(out) as seen:
        assert seen.getexif().get(0x0112, 1) == 1


def test_how_it_is_written_is_the_runs_and_survives_opening_it_again(unpainted, tmp_path):
    photo, values = taken(tmp_path / "plain.png")
    deep = unpainted(photo, "deep.tif", Writing(depth=16))
    assert read_picture(deep).depth == 16
    assert np.array_equal(values_of(deep), values.astype(np.uint16) * 257)
    assert read_recipe(deep) is not None
    secret = unpainted(photo, "secret.png", Writing(metadata="none"))
    assert read_recipe(secret) is None
    wide, _ = taken(tmp_path / "wide.png", profile=profiles.DISPLAY_P3)
    assert read_picture(unpainted(wide, "web.png", Writing(profile="srgb"))).metadata.profile is None
    small = unpainted(photo, "small.jpg", Writing(quality=20))
    assert small.stat().st_size < unpainted(photo, "large.jpg", Writing(quality=95)).stat().st_size
