"""Profiles: what is read is in sRGB, whatever it was in."""

import io
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms
from profiles import gamma, profile, words, xyz

from impasto.errors import PictureError
from impasto.pictures import read_picture
from impasto.pictures.colour import srgb_profile

COLOURS = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)


# sRGB's primaries, adapted to D50, with red and blue in each other's place, and a plain gamma.
SWAPPED = profile(
    b"RGB ",
    [
        *words(),
        xyz(b"rXYZ", 0.1431, 0.0606, 0.7141),
        xyz(b"gXYZ", 0.3851, 0.7169, 0.0971),
        xyz(b"bXYZ", 0.4361, 0.2225, 0.0139),
        *(gamma(name, 2.2) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ],
)
LINEAR_GREY = profile(b"GRAY", [*words(), gamma(b"kTRC", 1.0)])


def srgb_encoded(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def littlecms(image: Image.Image, source: bytes) -> np.ndarray:
    """What LittleCMS makes of an image: 8-bit sRGB, relative colorimetric, black point compensated."""
    given = ImageCms.ImageCmsProfile(io.BytesIO(source))
    srgb = ImageCms.createProfile("sRGB")
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    to_srgb = ImageCms.buildTransform(
        given, srgb, image.mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=flags
    )
    return np.asarray(ImageCms.applyTransform(image, to_srgb)).astype(np.float32)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_a_profile_with_swapped_primaries_swaps_channels(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name == "a.webp" else {}
    Image.fromarray(COLOURS).save(tmp_path / name, icc_profile=SWAPPED, **options)
    expected = srgb_encoded((COLOURS[..., ::-1] / 255) ** (round(2.2 * 256) / 256)).transpose(2, 0, 1)
    picture = read_picture(tmp_path / name)
    assert picture.depth == 8
    assert np.abs(picture.pixels - expected).max() < 0.012


def test_a_jpeg_with_a_profile(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32), (200, 100, 50)).save(tmp_path / "a.jpg", icc_profile=SWAPPED, quality=98)
    red, green, blue = read_picture(tmp_path / "a.jpg").pixels[:, 16, 16] * 255
    assert (round(float(red)), round(float(green)), round(float(blue))) == pytest.approx((46, 99, 202), abs=3)


def test_sixteen_bits_through_a_profile(tmp_path: Path) -> None:
    levels = np.linspace(0, 65535, 600).astype(np.uint16).reshape(20, 30)
    image = pyvips.Image.new_from_array(np.dstack([levels] * 3), interpretation="rgb16")
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", SWAPPED)
    image.write_to_file(str(tmp_path / "a.png"))
    picture = read_picture(tmp_path / "a.png")
    assert picture.depth == 16
    expected = srgb_encoded((levels / 65535) ** (round(2.2 * 256) / 256))
    assert np.abs(picture.pixels - expected).max() < 0.005
    assert np.unique(picture.pixels[1]).size > 560


def test_a_grey_profile(tmp_path: Path) -> None:
    greys = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    greys.save(tmp_path / "a.png", icc_profile=LINEAR_GREY)
    picture = read_picture(tmp_path / "a.png")
    assert np.abs(picture.pixels.transpose(1, 2, 0) * 255 - littlecms(greys, LINEAR_GREY)).max() < 1
    bright = np.asarray(greys) > 32  # below, LittleCMS itself interpolates coarsely from a linear profile
    assert np.abs(picture.pixels - srgb_encoded(np.asarray(greys) / 255))[:, bright].max() < 0.004


def test_grey_with_a_profile_of_rgb(tmp_path: Path) -> None:
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(greys).save(tmp_path / "a.tif", icc_profile=SWAPPED)
    picture = read_picture(tmp_path / "a.tif")
    assert np.abs(picture.pixels - srgb_encoded((greys / 255) ** (round(2.2 * 256) / 256))).max() < 0.012
    assert np.ptp(picture.pixels, axis=0).max() < 0.004


@pytest.mark.parametrize("kind", ["ours", "littlecms"])
def test_srgb_in_any_wording_leaves_pixels_alone(tmp_path: Path, kind: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(COLOURS).save(tmp_path / "a.png", icc_profile=srgb_profile() if kind == "ours" else srgb)
    assert np.array_equal(np.rint(read_picture(tmp_path / "a.png").pixels.transpose(1, 2, 0) * 255), COLOURS)


@pytest.mark.parametrize(
    "bad",
    [b"nonsense" * 30, SWAPPED[:140] + b"\xff" * (len(SWAPPED) - 140), LINEAR_GREY],
    ids=["nonsense", "broken inside", "of grey"],
)
def test_a_profile_that_cannot_be_used_is_ignored_with_a_warning(tmp_path: Path, bad: bytes) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.tif", icc_profile=bad)
    with pytest.warns(UserWarning, match=r"a\.tif: its colour profile .* is ignored; the colours are taken as sRGB"):
        picture = read_picture(tmp_path / "a.tif")
    assert np.array_equal(np.rint(picture.pixels.transpose(1, 2, 0) * 255), COLOURS)


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_without_a_profile(tmp_path: Path, name: str) -> None:
    inks = {"white": (0, 0, 0, 0), "cyan": (255, 0, 0, 0), "yellow": (0, 0, 255, 0), "black": (200, 200, 200, 255)}
    seen = {}
    for ink, value in inks.items():
        Image.new("CMYK", (16, 16), value).save(tmp_path / name)
        seen[ink] = read_picture(tmp_path / name).pixels[:, 8, 8]
    assert (seen["white"] > 0.97).all()
    assert (seen["black"] < 0.12).all()
    assert seen["cyan"][0] < 0.35 < 0.5 < seen["cyan"][1] < seen["cyan"][2]
    assert seen["yellow"][2] < 0.35 < 0.85 < min(seen["yellow"][:2])


def test_cmyk_through_its_profile(tmp_path: Path) -> None:
    image = pyvips.Image.new_from_array(COLOURS, interpretation="srgb")
    press = image.icc_transform("cmyk", input_profile="srgb", intent="relative")
    press.tiffsave(str(tmp_path / "a.tif"))
    with Image.open(tmp_path / "a.tif") as separated:
        expected = littlecms(separated, separated.info["icc_profile"])
    assert np.abs(read_picture(tmp_path / "a.tif").pixels.transpose(1, 2, 0) * 255 - expected).max() < 1


@pytest.mark.parametrize("kind", ["lab", "labs"])
def test_lab_is_d50(tmp_path: Path, kind: str) -> None:
    image = pyvips.Image.new_from_array(COLOURS, interpretation="srgb")
    lab = image.icc_import(input_profile="srgb", pcs="lab", intent="relative").colourspace(kind)
    lab.copy().tiffsave(str(tmp_path / "a.tif"), keep="none")
    picture = read_picture(tmp_path / "a.tif")
    assert picture.depth == 16
    assert np.abs(picture.pixels.transpose(1, 2, 0) * 255 - COLOURS).max() < 1.1


def test_more_channels_than_a_colour_has_are_refused(tmp_path: Path) -> None:
    pyvips.Image.black(20, 20, bands=7).tiffsave(str(tmp_path / "a.tif"))
    with pytest.raises(PictureError, match=r"a\.tif: 7 channels"):
        read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize("premultiplied", [False, True])
def test_alpha_is_straight_whichever_way_a_tiff_keeps_it(tmp_path: Path, premultiplied: bool) -> None:
    image = pyvips.Image.black(20, 20, bands=4).linear(1, [200, 100, 50, 128])
    image = image.cast("uchar").copy(interpretation="srgb")
    image.tiffsave(str(tmp_path / "a.tif"), premultiply=premultiplied)
    picture = read_picture(tmp_path / "a.tif")
    assert picture.alpha is not None
    assert (picture.alpha == np.float32(128 / 255)).all()
    assert np.abs(picture.pixels[:, 9, 9] * 255 - [200, 100, 50]).max() <= 2
