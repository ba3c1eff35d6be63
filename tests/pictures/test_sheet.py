import numpy as np
import pytest

from impasto.pictures import Picture, contact_sheet
from impasto.pictures.lettering import lettering

RED = Picture(np.broadcast_to(np.float32([1, 0, 0]).reshape(3, 1, 1), (3, 20, 40)).copy())
CLEAR = Picture(RED.pixels, np.zeros((20, 40), np.float32))


def is_red(sheet: Picture) -> np.ndarray:
    return (sheet.pixels[0] > 0.9) & (sheet.pixels[1] < 0.1)


def test_pictures_stand_in_rows_each_fitted_into_its_cell() -> None:
    sheet = contact_sheet([[RED, RED, None], [RED]], cell=64)
    gap = 4
    assert (sheet.width, sheet.height) == (3 * 64 + 4 * gap, 2 * 32 + 3 * gap)
    red = is_red(sheet)
    assert red.sum() == 3 * 64 * 32
    assert red[gap : gap + 32, gap : gap + 64].all()
    assert red[2 * gap + 32 : 2 * gap + 64, gap : gap + 64].all()
    assert sheet.alpha is None


def test_transparency_shows_the_white() -> None:
    assert (contact_sheet([[CLEAR]], cell=64).pixels == 1).all()


def test_words_and_title_take_room_and_stay_in_their_columns() -> None:
    bare = contact_sheet([[RED, RED]], cell=64)
    sheet = contact_sheet([[RED, RED]], labels=[["relu1_1", ""]], title="Layers", cell=64)
    assert sheet.width == bare.width
    assert sheet.height > bare.height
    ink = sheet.pixels.max(axis=0) < 0.5
    beneath = ink[sheet.height - 16 :]
    assert beneath[:, :68].any()
    assert not beneath[:, 68:].any()
    assert ink[:16].any()


def test_words_that_are_too_long_are_cut() -> None:
    sheet = contact_sheet([[RED, RED]], labels=[["m" * 400, "i\nj\nk"]], title="w" * 1000, cell=64)
    ink = sheet.pixels.max(axis=0) < 0.9
    assert not ink[:, :4].any()
    assert not ink[:, -4:].any()


def test_the_same_sheet_twice() -> None:
    first, second = (contact_sheet([[RED]], labels=[["α 1e-3 × ü"]], title="T", cell=100) for _ in range(2))
    assert np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([], {}, "at least one picture"),
        ([[]], {}, "at least one picture"),
        ([[RED]], {"cell": 31}, "at least 32"),
        ([[RED]], {"labels": [["a", "b"]]}, "shape of the rows"),
    ],
)
def test_sheets_that_cannot_be(rows, options, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        contact_sheet(rows, **options)


def test_letters_differ_and_stay_within_the_line() -> None:
    drawn = {}
    for character in map(chr, range(33, 127)):
        ink = lettering(character, 24)
        assert ink.max() > 0.9, character
        assert ink.min() >= 0
        assert ink.max() <= 1
        assert ink[0].max() == ink[-1].max() == 0, character
        drawn[character] = ink.tobytes()
    assert len(set(drawn.values())) == len(drawn)


def test_letters_grow_with_their_size_and_accents_fall_away() -> None:
    small, large = lettering("Ink", 10), lettering("Ink", 40)
    assert large.shape[0] > 3 * small.shape[0]
    assert np.array_equal(lettering("é", 20), lettering("e", 20))
    assert np.array_equal(lettering("漢", 20), lettering("字", 20))
    assert lettering("", 20).max() == 0
