"""What is refused before a pixel is looked at, and how it is said."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.errors import PictureError
from impasto.pictures import read_picture, read_recipe


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"nowhere\.png: there is no such file"):
        read_picture(tmp_path / "nowhere.png")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="it is a folder"):
        read_picture(tmp_path)


def test_a_file_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PictureError, match="cannot be opened"):
        read_picture(tmp_path / "file" / "a.png")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(PictureError, match=r"a\.png: the file is empty"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 5000 + ".png"])
def test_impossible_names(name: str) -> None:
    with pytest.raises(PictureError, match=r"cannot be"):
        read_picture(name)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for reader in (read_picture, read_recipe):
        with pytest.raises(PictureError, match="a device or a pipe"):
            reader(tmp_path / "pipe.png")


def test_a_device_does_not_hang() -> None:
    with pytest.raises(PictureError, match="a device or a pipe"):
        read_picture("/dev/zero")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello, this is a shopping list\n", "text"),
        ("grüße, ".encode() * 1000, "text"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"GIF89a" + bytes(40), "a GIF"),
        (b"8BPS" + bytes(40), "a Photoshop document"),
        (b"BM" + bytes(60), "a Windows bitmap"),
        (b"\x76\x2f\x31\x01" + bytes(40), "an OpenEXR picture"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), "a video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a sound or video file"),
        (bytes(range(128, 256)), "nothing that Impasto knows"),
        (bytes(64), "nothing that Impasto knows"),
    ],
)
def test_what_a_file_looks_like_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(
        PictureError, match=rf"a\.png: it is not a picture Impasto reads; it looks like {said}.*PNG, JPEG"
    ):
        read_picture(path)


def test_the_signature_counts_not_the_extension(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 9, 3), 200, np.uint8)).save(tmp_path / "a.jpg", "PNG")
    assert read_picture(tmp_path / "a.jpg").width == 9


def test_a_cameras_raw_file_is_not_read_as_its_thumbnail(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.dng", "TIFF")
    with pytest.raises(PictureError, match="a camera's raw file"):
        read_picture(tmp_path / "a.dng")


def test_names_that_are_not_unicode(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(os.fsdecode(path))
    assert read_picture(os.fsdecode(path)).width == 8


def descriptor_is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def test_no_leak_of_descriptors(tmp_path: Path) -> None:
    def count() -> int:
        return sum(descriptor_is_open(number) for number in range(1024))

    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(good)
    bad.write_bytes(good.read_bytes()[:50])
    read_picture(good)
    before = count()
    for _ in range(20):
        read_picture(good)
        with pytest.raises(PictureError):
            read_picture(bad)
    assert count() == before


def test_unblocking_nothing(tmp_path: Path) -> None:
    """Formats that libvips marks as untrusted stay blocked for the process."""
    code = (
        "import impasto.pictures.library, pyvips\n"
        'try: pyvips.Image.svgload_buffer(b\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\')\n'
        "except pyvips.Error as error: print('blocked' in str(error.detail))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


def test_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # who may read everything: be nobody for a moment
        os.seteuid(65534)
    try:
        with pytest.raises(PictureError, match=r"a\.png: no permission to read it"):
            read_picture(path)
    finally:
        os.seteuid(user)
