"""Pictures from paths, Pillow images, arrays and tensors."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from impasto.errors import PictureError
from impasto.pictures import picture_from, read_picture

rng = np.random.default_rng(11)
CLEAR = rng.integers(0, 256, (24, 36, 4), dtype=np.uint8)
COLOURS = CLEAR[..., :3]


def test_a_picture_is_itself() -> None:
    picture = picture_from(COLOURS)
    assert picture_from(picture) is picture


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path(tmp_path: Path, kind: type) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    assert np.array_equal(picture_from(kind(tmp_path / "a.png")).pixels, picture_from(COLOURS).pixels)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "PA", "YCbCr", "HSV", "RGBX"])
def test_a_pillow_image_is_what_pillow_shows(mode: str) -> None:
    base = Image.fromarray(CLEAR)
    image = {"P": lambda: base.convert("RGB").quantize(32), "PA": lambda: base.convert("LA").convert("PA")}.get(
        mode, lambda: base.convert("RGB" if mode in {"YCbCr", "HSV", "RGBX"} else mode).convert(mode)
    )()
    picture = picture_from(image)
    expected = np.asarray(image.convert("RGBA") if mode != "HSV" else image.convert("RGB").convert("RGBA"))
    assert np.array_equal(np.rint(picture.pixels * 255), expected[..., :3].transpose(2, 0, 1))
    assert (picture.alpha is not None) == (mode in {"RGBA", "LA", "PA"})
    if picture.alpha is not None:
        assert np.array_equal(np.rint(picture.alpha * 255), expected[..., 3])


def test_pillow_colour_keys_are_alpha() -> None:
    image = Image.new("RGB", (20, 20), (1, 2, 3))
    image.paste((9, 9, 9), (0, 0, 10, 20))
    image.info["transparency"] = (9, 9, 9)
    alpha = picture_from(image).alpha
    assert alpha is not None
    assert alpha[:, :10].max() == 0
    assert alpha[:, 10:].min() == 1


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I"])
def test_pillow_grey_of_16_bits(mode: str) -> None:
    values = rng.integers(0, 65536, (20, 30), dtype=np.uint16)
    if mode == "I":
        image = Image.fromarray(values.astype(np.int32))
    else:
        image = Image.frombytes(mode, (30, 20), values.astype(">u2" if mode.endswith("B") else "<u2").tobytes())
    picture = picture_from(image)
    assert picture.depth == 16
    assert np.array_equal(np.rint(picture.pixels[2] * 65535), values)


def test_pillow_floats_and_whole_numbers_out_of_range() -> None:
    half = picture_from(Image.fromarray(np.full((20, 20), 0.5, np.float32)))
    assert (half.pixels == 0.5).all()
    with pytest.raises(PictureError, match=r"must be 0 … 1\."):
        picture_from(Image.fromarray(np.full((20, 20), 200, np.float32)))
    with pytest.raises(PictureError, match="mode I with values from -1 to -1"):
        picture_from(Image.fromarray(np.full((20, 20), -1, np.int32)))


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
@pytest.mark.parametrize("orientation", [3, 6])
def test_pillow_images_are_turned_as_the_file_would_be(tmp_path: Path, name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    ramp = np.add.outer(np.arange(32) * 4, np.arange(48) * 2).astype(np.uint8)
    Image.fromarray(np.dstack([ramp, ramp, ramp])).save(tmp_path / name, exif=exif.tobytes())
    read = read_picture(tmp_path / name)
    with Image.open(tmp_path / name) as image:
        given = picture_from(image)
    assert given.pixels.shape == read.pixels.shape
    assert np.abs(given.pixels - read.pixels).max() < 0.02


def test_pillow_cmyk_and_its_file_agree(tmp_path: Path) -> None:
    image = Image.fromarray(COLOURS).convert("CMYK")
    image.save(tmp_path / "a.tif")
    assert np.array_equal(picture_from(image).pixels, read_picture(tmp_path / "a.tif").pixels)


def test_pillow_lab() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    muted = Image.fromarray((COLOURS // 2 + 64).astype(np.uint8))
    image = ImageCms.profileToProfile(muted, srgb, lab, outputMode="LAB")
    assert np.abs(picture_from(image).pixels.transpose(1, 2, 0) * 255 - np.asarray(muted)).max() < 6


def test_pillow_profiles_are_used(tmp_path: Path) -> None:
    import pyvips

    wide = bytes(pyvips.Operation.call("profile_load", "p3"))
    Image.fromarray(COLOURS).save(tmp_path / "a.png", icc_profile=wide)
    with Image.open(tmp_path / "a.png") as image:
        given = picture_from(image)
    assert np.array_equal(given.pixels, read_picture(tmp_path / "a.png").pixels)
    assert np.abs(given.pixels - picture_from(COLOURS).pixels).max() > 0.02


def test_a_truncated_pillow_image(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[:500])
    with Image.open(tmp_path / "a.png") as image, pytest.raises(PictureError, match="cannot be read"):
        picture_from(image)


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 3), (20, 30, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32, np.float64])
def test_arrays(shape: tuple[int, ...], dtype: type) -> None:
    unit = rng.random(shape)
    full = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1)
    values = (unit * full).astype(dtype)
    picture = picture_from(values)
    expected = np.atleast_3d(values).astype(np.float64) / full
    assert picture.depth == (16 if dtype is np.uint16 else 8)
    for channel in range(3):
        assert np.allclose(
            picture.pixels[channel], expected[..., channel % expected.shape[2] if shape[2:] != (1,) else 0]
        )
    assert (picture.alpha is not None) == (shape[2:] == (4,))
    tensor_shape = np.moveaxis(values, -1, 0) if values.ndim == 3 else values
    if dtype is not np.uint16:
        same = picture_from(torch.from_numpy(np.ascontiguousarray(tensor_shape)))
        assert np.array_equal(same.pixels, picture.pixels)


def test_arrays_are_copied() -> None:
    values = np.full((20, 20, 3), 0.5, np.float32)
    picture = picture_from(values)
    values[:] = 0
    assert (picture.pixels == 0.5).all()


def test_tensors_of_a_batch_of_one_with_gradients_and_of_bfloat16() -> None:
    tensor = torch.rand(1, 3, 20, 30, requires_grad=True)
    assert np.array_equal(picture_from(tensor).pixels, tensor[0].detach().numpy())
    assert picture_from(torch.full((3, 20, 30), 0.5, dtype=torch.bfloat16)).pixels.max() == 0.5


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (np.zeros((3, 20, 30)), "the array has the shape [3, 20, 30]"),
        (np.zeros((20, 30, 2)), "[H, W] or [H, W, 1, 3 or 4]"),
        (np.zeros((0, 30, 3)), "holds no pixels"),
        (np.zeros(5), "has the shape [5]"),
        (np.full((20, 30, 3), 128.0), "floats from 128 to 128; they must be 0 … 1"),
        (np.full((20, 30, 3), -0.1), "from -0.1"),
        (np.full((20, 30), np.nan), "NaN"),
        (np.zeros((20, 30), np.int64), "of type int64"),
        (np.zeros((20, 30), bool), "of type bool"),
        (np.full((20, 30), "x"), "of type"),
        (torch.zeros(20, 30, 3), "the tensor has the shape [20, 30, 3]"),
        (torch.zeros(2, 3, 20, 30), "the tensor has the shape [2, 3, 20, 30]"),
        (torch.full((3, 20, 30), 255.0), "floats from 255"),
        (7, "int is not a picture"),
        (None, "NoneType is not a picture"),
        ([[1, 2]], "list is not a picture"),
        (b"a.png", "bytes is not a picture"),
    ],
)
def test_what_is_no_picture(source: object, said: str) -> None:
    with pytest.raises(PictureError, match=re.escape(said)):
        picture_from(source)
