"""Files written by Pillow, an independent writer, read back against what their pixels say."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.errors import PictureError
from impasto.pictures import read_picture

rng = np.random.default_rng(7)
COLOURS = rng.integers(0, 256, (24, 36, 3), dtype=np.uint8)
CLEAR = rng.integers(0, 256, (24, 36, 4), dtype=np.uint8)
GREYS = COLOURS[..., 0]


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """[3, H, W] floats as [H, W, 3] bytes."""
    return np.rint(pixels.transpose(1, 2, 0) * 255).astype(np.uint8)


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, mode) for name in ("a.png", "a.tif") for mode in ("1", "L", "P", "RGB", "RGBA", "LA")]
    + [("a.webp", "RGB"), ("a.webp", "RGBA")],
)
def test_every_mode_reads_back_exactly(tmp_path: Path, name: str, mode: str) -> None:
    source = Image.fromarray(CLEAR)
    image = source.convert("RGB").quantize(64) if mode == "P" else source.convert(mode)
    path = saved(image, tmp_path / name, **({"lossless": True, "exact": True} if name == "a.webp" else {}))
    picture = read_picture(path)
    expected = np.asarray(image.convert("RGBA"))
    assert np.array_equal(as_bytes(picture.pixels), expected[..., :3])
    assert picture.depth == 8
    assert picture.pixels.dtype == np.float32
    if mode in {"LA", "RGBA"}:
        assert picture.alpha is not None
        assert np.array_equal(np.rint(picture.alpha * 255), expected[..., 3])
    else:
        assert picture.alpha is None


def test_a_palette_with_a_clear_entry_has_alpha(tmp_path: Path) -> None:
    image = Image.fromarray(COLOURS).quantize(8)
    path = saved(image, tmp_path / "p.png", transparency=3)
    picture = read_picture(path)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, np.asarray(image) == 3)


@pytest.mark.parametrize("name", ["g.png", "g.tif"])
def test_sixteen_bits_keep_their_precision(tmp_path: Path, name: str) -> None:
    values = rng.integers(0, 65536, (20, 30), dtype=np.uint16)
    picture = read_picture(saved(Image.fromarray(values), tmp_path / name))
    assert picture.depth == 16
    for plane in picture.pixels:
        assert np.array_equal(np.rint(plane * 65535), values)


@pytest.mark.parametrize("name", ["a.jpg", "a.avif"])
def test_lossy_formats_come_near(tmp_path: Path, name: str) -> None:
    ramp = np.stack(np.broadcast_arrays(np.arange(0, 256, 4)[:, None], np.arange(0, 192, 3)[None], 90), -1)
    path = saved(Image.fromarray(ramp.astype(np.uint8)), tmp_path / name, quality=95)
    assert np.abs(as_bytes(read_picture(path).pixels).astype(int) - ramp).max() <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["o.png", "o.jpg", "o.webp", "o.tif"])
def test_exif_orientation_is_applied(tmp_path: Path, name: str, orientation: int) -> None:
    quarters = np.zeros((32, 48, 3), np.uint8)
    quarters[:16, :24] = (255, 0, 0)
    quarters[:16, 24:] = (0, 255, 0)
    quarters[16:, :24] = (0, 0, 255)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(saved(Image.fromarray(quarters), tmp_path / name, exif=exif.tobytes()))
    upright = {
        1: quarters,
        2: quarters[:, ::-1],
        3: quarters[::-1, ::-1],
        4: quarters[::-1],
        5: quarters.transpose(1, 0, 2),
        6: np.rot90(quarters, -1),
        7: np.rot90(quarters, 2).transpose(1, 0, 2),
        8: np.rot90(quarters),
    }[orientation]
    assert (picture.height, picture.width) == upright.shape[:2]
    step = picture.height // 4, picture.width // 4
    for y in (step[0], 3 * step[0]):
        for x in (step[1], 3 * step[1]):
            assert np.allclose(picture.pixels[:, y, x] * 255, upright[y, x], atol=12)


def test_floating_point_tiff_is_clipped(tmp_path: Path) -> None:
    values = np.linspace(-0.25, 1.25, 20 * 30, dtype=np.float32).reshape(20, 30)
    picture = read_picture(saved(Image.fromarray(values), tmp_path / "f.tif"))
    assert picture.depth == 16
    assert np.abs(picture.pixels[1] - np.clip(values, 0, 1)).max() < 1e-5


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_floating_point_that_is_no_number_is_refused(tmp_path: Path, bad: float) -> None:
    values = np.full((20, 30), 0.5, np.float32)
    values[3, 4] = bad
    with pytest.raises(PictureError, match="NaN or infinite"):
        read_picture(saved(Image.fromarray(values), tmp_path / "f.tif"))


def test_floating_point_on_the_scale_of_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"reach 255.*must be 0 … 1"):
        read_picture(saved(Image.fromarray(np.full((9, 9), 255, np.float32)), tmp_path / "f.tif"))


def test_whole_numbers_of_32_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="full scale is not known"):
        read_picture(saved(Image.fromarray(np.full((9, 9), 70000, np.int32)), tmp_path / "i.tif"))


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def test_a_huge_header_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(50_000, 50_000))
    with pytest.raises(PictureError, match=r"bomb\.png.*50000x50000.*2,500 million.*limit is 250 million"):
        read_picture(path)


def test_the_limit_is_the_callers(tmp_path: Path) -> None:
    path = saved(Image.fromarray(COLOURS), tmp_path / "a.png")
    assert read_picture(path, max_pixels=24 * 36).width == 36
    with pytest.raises(PictureError, match="36x24"):
        read_picture(path, max_pixels=24 * 36 - 1)


@pytest.mark.parametrize("name", ["moving.png", "moving.webp", "pages.tif"])
def test_several_frames_are_refused(tmp_path: Path, name: str) -> None:
    frames = [Image.fromarray(np.roll(COLOURS, n, axis=0)) for n in range(3)]
    path = saved(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match=r"3 frames or pages.*Export"):
        read_picture(path)


def encoded(name: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(COLOURS if name == "JPEG" else CLEAR).save(
        buffer, name, **({"lossless": True} if name == "WEBP" else {})
    )
    return buffer.getvalue()


WHOLE = {name: encoded(name) for name in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF")}


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
@settings(max_examples=40)
def test_a_truncated_file_is_refused_wherever_it_ends(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    whole = WHOLE[name]
    # The last 12 bytes of a PNG are its closing chunk: without them every pixel is still there and checked.
    end = data.draw(st.integers(0, len(whole) - (13 if name == "PNG" else 1)))
    path = tmp_path_factory.mktemp("cut") / "cut.bin"
    path.write_bytes(whole[:end])
    with pytest.raises(PictureError, match=r"cut\.bin"):
        read_picture(path)


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
@settings(max_examples=40)
def test_a_damaged_file_is_read_or_refused_never_worse(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    broken = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("broken") / "broken.bin"
    path.write_bytes(broken)
    try:
        picture = read_picture(path, max_pixels=10_000_000)
    except PictureError:
        return
    assert np.isfinite(picture.pixels).all()
    assert 0 <= picture.pixels.min() <= picture.pixels.max() <= 1
