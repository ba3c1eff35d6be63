"""What is written: exact where the format is, whole or not there, the same bytes each time."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.errors import OutputError, PictureError
from impasto.pictures import Picture, check_output, read_picture, write_picture

NAMES = ["a.png", "a.jpg", "a.jpeg", "a.webp", "a.tif", "a.tiff", "a.avif", "A.PNG"]
rng = np.random.default_rng(5)


def stepped(depth: int, height: int, width: int, seed: int, clear: bool) -> Picture:
    """Noise on whole steps of `depth` bits."""
    noise = np.random.default_rng(seed).integers(0, 2**depth, (4, height, width)) / np.float32(2**depth - 1)
    noise = noise.astype(np.float32)
    return Picture(noise[:3], noise[3] if clear else None, depth)


_down, _across = np.mgrid[0:32, 0:48].astype(np.float32)
SMOOTH = Picture(np.stack([_across / 48, _down / 32, 1 - _across / 96]))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("depth", [8, 16])
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), clear=st.booleans())
@settings(max_examples=25)
def test_png_and_tiff_round_trip_exactly(
    tmp_path_factory: pytest.TempPathFactory, name: str, depth: int, height: int, width: int, seed: int, clear: bool
) -> None:
    picture = stepped(depth, height, width, seed, clear)
    path = tmp_path_factory.mktemp("trip") / name
    write_picture(picture, path)
    back = read_picture(path)
    assert back.depth == depth
    assert np.array_equal(back.pixels, picture.pixels)
    assert (back.alpha is None) == (picture.alpha is None)
    if picture.alpha is not None and back.alpha is not None:
        assert np.array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("name", ["a.webp", "a.avif"])
def test_quality_100_is_without_loss(tmp_path: Path, name: str) -> None:
    picture = stepped(8, 30, 40, 1, clear=True)
    write_picture(picture, tmp_path / name, quality=100)
    back = read_picture(tmp_path / name)
    assert back.alpha is not None
    assert picture.alpha is not None
    assert np.array_equal(back.pixels, picture.pixels)
    assert np.array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("name", NAMES)
def test_another_reader_sees_the_same_picture_with_the_profile(tmp_path: Path, name: str) -> None:
    write_picture(SMOOTH, tmp_path / name)
    with Image.open(tmp_path / name) as seen:
        assert len(seen.info["icc_profile"]) > 100
        error = np.abs(np.asarray(seen.convert("RGB")).transpose(2, 0, 1) / 255 - SMOOTH.pixels)
    assert error.max() < (0.003 if name.lower().endswith(("png", "tif", "tiff")) else 0.06)


def test_sixteen_bits_to_another_reader(tmp_path: Path) -> None:
    grey = np.broadcast_to(np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30), (3, 20, 30))
    write_picture(Picture(np.ascontiguousarray(grey)), tmp_path / "a.png", depth=16)
    header = (tmp_path / "a.png").read_bytes()[16:33]
    assert header[8:10] == bytes([16, 2])  # 16 bits, RGB


@pytest.mark.parametrize(("name", "kept"), [("a.png", 16), ("a.tif", 16), ("a.webp", 8), ("a.jpg", 8), ("a.avif", 8)])
def test_depth_is_the_pictures_where_the_format_holds_it(tmp_path: Path, name: str, kept: int) -> None:
    write_picture(stepped(16, 16, 16, 0, clear=False), tmp_path / name)
    assert read_picture(tmp_path / name).depth == kept


def test_values_are_rounded_to_the_nearest_step_and_clipped(tmp_path: Path) -> None:
    values = np.float32([-0.5, 0.49 / 255, 0.51 / 255, 99.49 / 255, 99.51 / 255, 1.5])
    write_picture(Picture(np.tile(values, (3, 1, 1))), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as seen:
        assert np.asarray(seen)[0, :, 0].tolist() == [0, 0, 1, 99, 100, 255]


def test_jpeg_is_over_white(tmp_path: Path) -> None:
    black = Picture(np.zeros((3, 32, 32), np.float32), np.full((32, 32), 0.25, np.float32))
    write_picture(black, tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as seen:
        assert np.abs(np.asarray(seen).astype(int) - 191).max() <= 1


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in NAMES[:7]:
        sums = set()
        for _ in range(2):
            write_picture(SMOOTH, tmp_path / name, recipe='{"seed": 1}')
            sums.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
        assert len(sums) == 1, name


@pytest.mark.parametrize("call", [check_output, lambda path: write_picture(SMOOTH, path)], ids=["check", "write"])
class TestRefusals:
    @pytest.mark.parametrize("name", ["a.gif", "a.xyz", "noextension", "a.png.bak"])
    def test_unknown_extension(self, tmp_path: Path, call, name: str) -> None:
        with pytest.raises(OutputError, match=r"\.png, \.jpg, \.jpeg, \.webp, \.tif, \.tiff, \.avif"):
            call(tmp_path / name)

    def test_missing_folder(self, tmp_path: Path, call) -> None:
        with pytest.raises(OutputError, match=r"there is no folder .*nowhere"):
            call(tmp_path / "nowhere" / "a.png")

    def test_folder_that_is_a_file(self, tmp_path: Path, call) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(OutputError, match="is a file, not a folder"):
            call(tmp_path / "file" / "a.png")

    def test_path_that_is_a_folder(self, tmp_path: Path, call) -> None:
        (tmp_path / "a.png").mkdir()
        with pytest.raises(OutputError, match="it is a folder"):
            call(tmp_path / "a.png")

    def test_path_that_is_a_pipe(self, tmp_path: Path, call) -> None:
        os.mkfifo(tmp_path / "a.png")
        with pytest.raises(OutputError, match="a device or a pipe"):
            call(tmp_path / "a.png")

    @pytest.mark.parametrize("name", ["a\0.png", "x" * 3000 + ".png"])
    def test_impossible_name(self, tmp_path: Path, call, name: str) -> None:
        with pytest.raises(OutputError, match="cannot be"):
            call(tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    def test_unwritable_folder(self, tmp_path: Path, call) -> None:
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o555)
        user = os.geteuid()
        if user == 0:  # who may write everywhere: be nobody for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(OutputError, match="cannot be written"):
                call(folder / "a.png")
        finally:
            os.seteuid(user)
        assert list(folder.iterdir()) == []


def test_check_output_leaves_things_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"old")
    check_output(tmp_path / "old.png")
    check_output(tmp_path / "new.png")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"old.png": b"old"}


def test_sizes_a_format_cannot_hold(tmp_path: Path) -> None:
    check_output(tmp_path / "a.png", size=(20_000, 100))
    with pytest.raises(OutputError, match=r"WebP holds at most 16,383 .* 20000x100"):
        check_output(tmp_path / "a.webp", size=(20_000, 100))
    with pytest.raises(OutputError, match="16,383"):
        write_picture(Picture(np.zeros((3, 1, 16_384), np.float32)), tmp_path / "a.webp")


FULL_DISK = """
import resource, signal, sys
import numpy as np
from impasto.errors import OutputError
from impasto.pictures import Picture, write_picture
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
noise = np.random.default_rng(0).random((3, 100, 100), dtype=np.float32)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_picture(Picture(noise), sys.argv[1])
except OutputError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"the old one")
    ran = subprocess.run([sys.executable, "-c", FULL_DISK, str(target)], capture_output=True, text=True, check=True)
    assert "cannot be written" in ran.stdout
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.png": b"the old one"}


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "real" / "a.png")
    write_picture(SMOOTH, tmp_path / "link.png")
    assert (tmp_path / "link.png").is_symlink()
    assert [p.name for p in (tmp_path / "real").iterdir()] == ["a.png"]


def test_the_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_picture(SMOOTH, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_nan_is_not_written(tmp_path: Path) -> None:
    pixels = np.full((3, 20, 20), 0.5, np.float32)
    pixels[1, 2, 3] = np.nan
    with pytest.raises(PictureError, match="NaN"):
        write_picture(Picture(pixels), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [{"quality": 0}, {"quality": 101}, {"depth": 12}])
def test_settings_that_do_not_exist(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        write_picture(SMOOTH, tmp_path / "a.png", **options)


def test_sixteen_bits_go_to_eight_without_bands(tmp_path: Path) -> None:
    """A gradient of two steps over a wide picture: rounded it is three flat bands, dithered its means follow it."""
    ramp = np.broadcast_to(np.linspace(100.1, 102.1, 4096, dtype=np.float32) / 255, (3, 64, 4096))
    picture = Picture(np.ascontiguousarray(ramp), depth=16)
    write_picture(picture, tmp_path / "a.png", depth=8)
    with Image.open(tmp_path / "a.png") as seen:
        values = np.asarray(seen).astype(float)
    means = values.reshape(64, 64, 64, 3).mean(axis=(0, 2))
    assert np.abs(means - ramp[0, 0].reshape(64, 64).mean(axis=1)[:, None] * 255).max() < 0.05
    assert np.abs(values - ramp.transpose(1, 2, 0) * 255).max() < 1
    again = tmp_path / "b.png"
    write_picture(picture, again, depth=8)
    assert again.read_bytes() == (tmp_path / "a.png").read_bytes()


def test_dithering_leaves_what_lies_on_a_step(tmp_path: Path) -> None:
    picture = stepped(8, 60, 70, 3, clear=True)
    write_picture(Picture(picture.pixels, picture.alpha, depth=16), tmp_path / "a.png", depth=8)
    back = read_picture(tmp_path / "a.png")
    assert np.array_equal(back.pixels, picture.pixels)
    assert back.alpha is not None
    assert picture.alpha is not None
    assert np.array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("options", [{"profile": "cmyk"}, {"metadata": "some"}])
def test_words_that_do_not_exist(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="can be asked for"):
        write_picture(SMOOTH, tmp_path / "a.png", **options)
