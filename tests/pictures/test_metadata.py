"""What a camera wrote of a photo, read and given back; what is private, and what would be wrong, left out."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from impasto.pictures import Picture, read_picture, write_picture
from impasto.pictures.tiff_exif import exif_in, with_exif

COLOURS = np.random.default_rng(4).integers(0, 256, (24, 36, 3), dtype=np.uint8)
MAKE, MODEL, ORIENTATION, ARTIST, COPYRIGHT, DATE = 0x010F, 0x0110, 0x0112, 0x013B, 0x8298, 0x0132
EXIF, GPS = 0x8769, 0x8825
EXPOSURE, F_NUMBER, ISO, TAKEN, FOCAL, MAKER_NOTE, WIDE, SERIAL = (
    *(0x829A, 0x829D, 0x8827, 0x9003, 0x920A, 0x927C, 0xA002),
    0xA431,
)


def photographed(path: Path, orientation: int = 1, **options: Any) -> Path:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL], exif[ORIENTATION] = "Maker", "Model 3", orientation
    exif[ARTIST], exif[COPYRIGHT], exif[DATE] = "A. Painter", "(c) A. Painter", "2024:05:06 07:08:09"
    inner = exif.get_ifd(EXIF)
    inner.update({EXPOSURE: IFDRational(1, 250), F_NUMBER: IFDRational(28, 10), ISO: 400})
    inner.update({TAKEN: "2024:05:06 07:08:09", FOCAL: IFDRational(50, 1), WIDE: 36, SERIAL: "SN-12345"})
    inner[MAKER_NOTE] = b"secret sauce" * 4
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0)})
    Image.fromarray(COLOURS).save(path, exif=exif.tobytes(), dpi=(300, 300), **options)
    return path


def exif_of(path: Path) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    with Image.open(path) as seen:
        exif = seen.getexif()
        return dict(exif), dict(exif.get_ifd(EXIF)), dict(exif.get_ifd(GPS))


def written(path: Path, orientation: int = 1, **options: Any) -> Path:
    picture = read_picture(photographed(path.with_name("photo.jpg"), orientation, quality=95))
    write_picture(picture, path, **options)
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".tif"])
def test_what_tells_of_the_photo_is_given_back(tmp_path: Path, suffix: str) -> None:
    first, inner, _ = exif_of(written(tmp_path / f"out{suffix}"))
    assert (first[MAKE], first[MODEL]) == ("Maker", "Model 3")
    assert (first[ARTIST], first[COPYRIGHT], first[DATE]) == ("A. Painter", "(c) A. Painter", "2024:05:06 07:08:09")
    assert float(inner[EXPOSURE]) == pytest.approx(1 / 250)
    assert float(inner[F_NUMBER]) == pytest.approx(2.8)
    assert (inner[ISO], inner[TAKEN], float(inner[FOCAL])) == (400, "2024:05:06 07:08:09", 50)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".tif"])
def test_the_place_and_the_owner_stay_private_unless_all_is_asked_for(tmp_path: Path, suffix: str) -> None:
    _, inner, place = exif_of(written(tmp_path / f"out{suffix}"))
    assert SERIAL not in inner
    assert not {1, 2, 3, 4} & place.keys()
    _, inner, place = exif_of(written(tmp_path / f"all{suffix}", metadata="all"))
    assert inner[SERIAL] == "SN-12345"
    assert (place[1], [float(part) for part in place[2]]) == ("N", [48, 12, 30])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".tif"])
def test_the_makers_own_notes_go_and_the_size_is_the_results(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"out{suffix}", metadata="all")
    first, inner, _ = exif_of(path)
    assert MAKER_NOTE not in inner
    assert inner[WIDE] == 36
    assert first.get(ORIENTATION, 1) == 1
    assert b"secret sauce" not in path.read_bytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".tif"])
def test_nothing_is_left_where_nothing_is_to_be_told(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"out{suffix}", metadata="none")
    first, inner, place = exif_of(path)
    assert not {MAKE, MODEL, ARTIST, COPYRIGHT, DATE} & first.keys()
    assert not {EXPOSURE, SERIAL, TAKEN} & inner.keys()
    assert not place
    assert b"Painter" not in path.read_bytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_upright_and_says_so(tmp_path: Path, orientation: int) -> None:
    photo = photographed(tmp_path / "photo.png", orientation)
    picture = read_picture(photo)
    write_picture(picture, tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as seen:
        assert seen.getexif().get(ORIENTATION, 1) == 1
        upright = np.asarray(seen.convert("RGB"))
    expected = {
        1: COLOURS,
        2: COLOURS[:, ::-1],
        3: COLOURS[::-1, ::-1],
        4: COLOURS[::-1],
        5: COLOURS.transpose(1, 0, 2),
        6: np.rot90(COLOURS, -1),
        7: np.rot90(COLOURS, 2).transpose(1, 0, 2),
        8: np.rot90(COLOURS),
    }[orientation]
    assert np.array_equal(upright, expected)
    again = read_picture(tmp_path / "out.png")
    assert np.array_equal(again.pixels, picture.pixels)


@pytest.mark.parametrize("metadata", ["public", "none"])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_the_resolution_is_kept_whatever_is_told(tmp_path: Path, suffix: str, metadata: str) -> None:
    with Image.open(written(tmp_path / f"out{suffix}", metadata=metadata)) as seen:
        assert [float(dots) for dots in seen.info["dpi"]] == pytest.approx([300, 300], abs=0.5)


def test_a_picture_that_no_camera_took_says_nothing(tmp_path: Path) -> None:
    write_picture(Picture(np.full((3, 20, 20), 0.5, np.float32)), tmp_path / "a.jpg")
    assert exif_of(tmp_path / "a.jpg") == ({}, {}, {})


def test_damaged_exif_is_no_reason_to_fail(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xfe" * 200)
    picture = read_picture(tmp_path / "a.jpg")
    for name in ("b.jpg", "b.png", "b.webp", "b.tif"):
        write_picture(picture, tmp_path / name, metadata="all")
        assert read_picture(tmp_path / name).width == 36


def test_a_picture_that_does_not_say_its_resolution_gets_the_usual_one(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[MAKE] = "Maker"
    Image.fromarray(COLOURS).save(tmp_path / "a.png", exif=exif.tobytes())
    write_picture(read_picture(tmp_path / "a.png"), tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as seen:
        assert [float(dots) for dots in seen.info["dpi"]] == pytest.approx([72, 72], abs=0.1)
        assert seen.getexif()[MAKE] == "Maker"


@pytest.mark.parametrize(("order", "big"), [("<", False), ("<", True), (">", False)])
def test_what_a_tiff_tells_is_read(tmp_path: Path, order: str, big: bool) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[ARTIST] = "Maker", "A. Painter"
    exif.get_ifd(EXIF).update({EXPOSURE: IFDRational(1, 250), ISO: 400, TAKEN: "2024:05:06 07:08:09"})
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 12.0, 30.0)})
    photo = tmp_path / "photo.tif"
    grey = Image.frombytes("I;16B", (36, 24), COLOURS[..., :2].tobytes())
    (Image.fromarray(COLOURS) if order == "<" else grey).save(photo, exif=exif.tobytes(), big_tiff=big)
    assert struct.unpack(f"{order}H", photo.read_bytes()[2:4]) == (43 if big else 42,)
    write_picture(read_picture(photo), tmp_path / "out.jpg", metadata="all")
    first, inner, place = exif_of(tmp_path / "out.jpg")
    assert (first[MAKE], first[ARTIST]) == ("Maker", "A. Painter")
    assert (inner[ISO], inner[TAKEN], float(inner[EXPOSURE])) == (400, "2024:05:06 07:08:09", 1 / 250)
    assert [float(part) for part in place[2]] == [48, 12, 30]


def test_a_tiff_with_exif_is_the_same_picture(tmp_path: Path) -> None:
    plain, told = written(tmp_path / "a.tif", metadata="none"), written(tmp_path / "b.tif")
    one, other = read_picture(plain), read_picture(told)
    assert np.array_equal(one.pixels, other.pixels)
    assert other.metadata.resolution == one.metadata.resolution
    write_picture(other, tmp_path / "c.tif")
    assert exif_of(tmp_path / "c.tif")[:2] == exif_of(told)[:2]


@pytest.mark.parametrize("cut", [8, 60, 200, 400])
def test_a_tiff_whose_exif_is_cut_short_has_none(cut: int, tmp_path: Path) -> None:
    whole = written(tmp_path / "a.tif", metadata="all").read_bytes()
    assert exif_in(io.BytesIO(whole)) is not None
    assert exif_in(io.BytesIO(whole[:-cut])) is None
    with pytest.raises(ValueError, match=r"cut short|beyond|no TIFF|entries"):
        with_exif(whole, exif_in(io.BytesIO(whole))[:20])


def test_a_tiff_that_claims_endless_values_is_read_without_them(tmp_path: Path) -> None:
    whole = bytearray(written(tmp_path / "a.tif", metadata="all").read_bytes())
    (table,) = struct.unpack_from("<I", whole, 4)
    (count,) = struct.unpack_from("<H", whole, table)
    makers = [
        at for at in range(table + 2, table + 2 + 12 * count, 12) if struct.unpack_from("<H", whole, at)[0] == MAKE
    ]
    struct.pack_into("<I", whole, makers[0] + 4, 2**32 - 1)
    block = exif_in(io.BytesIO(whole))
    assert b"A. Painter" in block
    assert b"Maker" not in block
    struct.pack_into("<I", whole, 4, 2**32 - 2)
    assert exif_in(io.BytesIO(whole)) is None
