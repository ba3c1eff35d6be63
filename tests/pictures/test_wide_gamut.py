"""Photos in wider spaces than sRGB: their colours come back, also those that sRGB has not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import profiles
import pytest
import pyvips
from PIL import Image, ImageCms

from impasto.pictures import Picture, read_picture, resize, write_picture
from impasto.pictures.rgb_space import rgb_space

COLOURS = np.random.default_rng(11).integers(0, 256, (40, 50, 3), dtype=np.uint8)
DEEP = np.random.default_rng(12).integers(0, 65536, (40, 50, 3), dtype=np.uint16)
SPACES = {
    "adobe rgb": profiles.ADOBE_RGB,
    "display p3": profiles.DISPLAY_P3,
    "libvips's p3": bytes(pyvips.Operation.call("profile_load", "p3")),
}


def saved(path: Path, values: np.ndarray, profile: bytes) -> Path:
    kind = "srgb" if values.dtype == np.uint8 else "rgb16"
    image = pyvips.Image.new_from_array(values, interpretation=kind).copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    image.write_to_file(str(path))
    return path


def values_in(path: Path) -> tuple[np.ndarray, bytes]:
    image = pyvips.Image.new_from_file(str(path))
    return image.numpy(), bytes(image.get("icc-profile-data"))


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".avif"])
def test_what_is_read_and_written_is_the_same_in_its_own_profile(tmp_path: Path, space: str, suffix: str) -> None:
    picture = read_picture(saved(tmp_path / "photo.png", COLOURS, SPACES[space]))
    write_picture(picture, tmp_path / f"out{suffix}", quality=100)
    values, profile = values_in(tmp_path / f"out{suffix}")
    assert profile == SPACES[space]
    assert np.abs(values.astype(int) - COLOURS).max() == 0


@pytest.mark.parametrize(("space", "most"), [("display p3", 1), ("libvips's p3", 1), ("adobe rgb", 60)])
def test_sixteen_bits_come_back_to_the_last_step_but_in_the_deepest_shadows(
    tmp_path: Path, space: str, most: int
) -> None:
    """A pure power law rises without end at black, so there a float's rounding is many steps, and no light at all."""
    picture = read_picture(saved(tmp_path / "photo.png", DEEP, SPACES[space]))
    assert picture.depth == 16
    write_picture(picture, tmp_path / "out.tif")
    values, _ = values_in(tmp_path / "out.tif")
    error = np.abs(values.astype(int) - DEEP)
    assert error.max() <= most
    assert error[DEEP > 2000].max() <= 1


@pytest.mark.parametrize("space", SPACES)
def test_colours_within_srgb_are_those_of_littlecms(tmp_path: Path, space: str) -> None:
    muted = (100 + COLOURS // 8).astype(np.uint8)
    picture = read_picture(saved(tmp_path / "photo.png", muted, SPACES[space]))
    assert picture.beyond is None
    given = ImageCms.ImageCmsProfile(io.BytesIO(SPACES[space]))
    flags = ImageCms.Flags.HIGHRESPRECALC | ImageCms.Flags.BLACKPOINTCOMPENSATION
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    transform = ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), "RGB", "RGB", relative, flags=flags)
    expected = np.asarray(ImageCms.applyTransform(Image.fromarray(muted), transform))
    assert np.abs(picture.pixels.transpose(1, 2, 0) * 255 - expected).max() < 0.8


def test_the_green_of_p3_lies_beyond_srgb_and_is_clipped_for_it(tmp_path: Path) -> None:
    """The coordinates of P3's green in sRGB are known: −0.2247, 1.0421, −0.0786 linear."""
    green = np.zeros((20, 20, 3), np.uint8)
    green[..., 1] = 255
    picture = read_picture(saved(tmp_path / "photo.png", green, profiles.DISPLAY_P3))
    linear = np.array((-0.2247, 1.0421, -0.0786))
    encoded = np.copysign(1.055 * np.abs(linear) ** (1 / 2.4) - 0.055, linear)
    assert picture.colours[:, 5, 5] == pytest.approx(encoded, abs=2e-3)
    assert picture.pixels[:, 5, 5].tolist() == [0, 1, 0]
    write_picture(picture, tmp_path / "web.png", profile="srgb")
    assert read_picture(tmp_path / "web.png").metadata.profile is None
    assert values_in(tmp_path / "web.png")[0][5, 5].tolist() == [0, 255, 0]


def test_resizing_keeps_what_lies_beyond(tmp_path: Path) -> None:
    green = np.zeros((40, 40, 3), np.uint8)
    green[..., 1] = 255
    small = resize(read_picture(saved(tmp_path / "photo.png", green, profiles.DISPLAY_P3)), 20, 24)
    write_picture(small, tmp_path / "out.png")
    values, _ = values_in(tmp_path / "out.png")
    assert values.shape == (24, 20, 3)
    assert np.abs(values.astype(int) - (0, 255, 0)).max() == 0


def test_alpha_and_profile_go_together(tmp_path: Path) -> None:
    values = np.dstack([COLOURS, np.random.default_rng(1).integers(1, 256, (40, 50), dtype=np.uint8)])
    picture = read_picture(saved(tmp_path / "photo.png", values, profiles.ADOBE_RGB))
    write_picture(picture, tmp_path / "out.png")
    assert np.array_equal(values_in(tmp_path / "out.png")[0], values)
    write_picture(picture, tmp_path / "out.jpg", quality=100)
    over_white = np.asarray(Image.open(tmp_path / "out.jpg").convert("RGB")).astype(int)
    assert over_white[values[..., 3] < 20].min() > 200


CURVES = {
    "a formula of each kind": [
        [profiles.parametric(name, kind, *numbers) for name in profiles.CURVES]
        for kind, numbers in (
            (0, (1.8,)),
            (1, (2.2, 0.9, 0.1)),
            (2, (2.2, 0.9, 0.05, 0.02)),
            (3, profiles.SRGB_CURVE),
            (4, (2.4, 0.94, 0.05, 0.077, 0.04, 0.002, 0.001)),
        )
    ],
    "a table": [[profiles.table(name, [round(65535 * (i / 63) ** 2) for i in range(64)]) for name in profiles.CURVES]],
    "straight": [[profiles.table(name, []) for name in profiles.CURVES]],
}


@pytest.mark.parametrize("kind", CURVES)
def test_every_kind_of_curve_is_read_as_littlecms_reads_it(kind: str) -> None:
    for curves in CURVES[kind]:
        made = profiles.profile(
            b"RGB ", [*profiles.words(), *profiles.primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), *curves]
        )
        space = rgb_space(made)
        assert space is not None
        greys = np.arange(256, dtype=np.uint8).reshape(1, 256, 1).repeat(3, axis=2)
        ours = np.clip(space.to_srgb(greys, 255), 0, 1).transpose(1, 2, 0) * 255
        given, srgb = ImageCms.ImageCmsProfile(io.BytesIO(made)), ImageCms.createProfile("sRGB")
        relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
        to_srgb = ImageCms.buildTransform(given, srgb, "RGB", "RGB", relative, flags=ImageCms.Flags.HIGHRESPRECALC)
        theirs = np.asarray(ImageCms.applyTransform(Image.fromarray(greys), to_srgb)).astype(float)
        assert np.abs(ours - theirs)[:, 40:].max() < 1.01
        back = space.from_srgb(space.to_srgb(greys, 255)).transpose(1, 2, 0) * 255
        assert np.abs(back - greys)[:, 8:].max() < 0.05


UNFIT = {
    "empty": b"",
    "cut short": profiles.DISPLAY_P3[:200],
    "of grey": profiles.profile(b"GRAY", [*profiles.words(), profiles.gamma(b"kTRC", 2.2)]),
    "without curves": profiles.profile(
        b"RGB ", [*profiles.words(), *profiles.primaries((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))]
    ),
    "a curve that falls": profiles.profile(
        b"RGB ",
        [
            *profiles.words(),
            *profiles.primaries((0.64, 0.33), (0.3, 0.6), (0.15, 0.06)),
            *(profiles.table(name, [65535, 0]) for name in profiles.CURVES),
        ],
    ),
    "corners on a line": profiles.profile(
        b"RGB ",
        [
            *profiles.words(),
            *(profiles.xyz(name, 0.3, 0.3, 0.3) for name in (b"rXYZ", b"gXYZ", b"bXYZ")),
            *(profiles.gamma(name, 2.2) for name in profiles.CURVES),
        ],
    ),
    "with tables too": profiles.profile(
        b"RGB ",
        [
            *profiles.words(),
            *profiles.primaries((0.64, 0.33), (0.3, 0.6), (0.15, 0.06)),
            *(profiles.gamma(name, 2.2) for name in profiles.CURVES),
            profiles.tagged(b"A2B0", b"mft2", bytes(60)),
        ],
    ),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_profile_that_is_no_matrix_to_go_back_by_is_left_to_the_library(kind: str) -> None:
    assert rgb_space(UNFIT[kind]) is None


def test_a_picture_without_a_profile_has_nothing_beyond(tmp_path: Path) -> None:
    write_picture(Picture(np.full((3, 20, 20), 0.5, np.float32)), tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    assert picture.beyond is None
    assert picture.metadata.profile is None
    assert picture.colours is picture.pixels
