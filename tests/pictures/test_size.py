import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto.errors import InputError
from impasto.pictures import Size, parse_size

sides = st.integers(1, 65_000)


@pytest.mark.parametrize(
    ("given_as", "size"),
    [
        ("1024", Size(longest=1024)),
        (" 640 ", Size(longest=640)),
        (7, Size(longest=7)),
        ("1024x512", Size(exact=(1024, 512))),
        ("1024 X 512", Size(exact=(1024, 512))),
        ("1024×512", Size(exact=(1024, 512))),
        ((1, 65_000), Size(exact=(1, 65_000))),
        ([3, 4], Size(exact=(3, 4))),
        (Size(longest=5), Size(longest=5)),
        (None, None),
    ],
)
def test_sizes(given_as, size) -> None:
    assert parse_size(given_as) == size


@pytest.mark.parametrize(
    "bad",
    [
        "0",
        "0x5",
        "5x0",
        "-5",
        "5x-5",
        "65001",
        "1e3",
        "",
        "x",
        "5x",
        "x5",
        "5x5x5",
        "big",
        "1024px",
        "9" * 4000,
        "١٢",
        0,
        -1,
        65_001,
        True,
        1.5,
        (1, 2, 3),
        (1,),
        (1, True),
        (1.0, 2),
        ("1", "2"),
        {},
        b"5",
    ],
)
def test_what_is_no_size(bad) -> None:
    with pytest.raises(InputError):
        parse_size(bad)


def test_a_size_is_one_or_the_other() -> None:
    for both_or_none in ({}, {"longest": 5, "exact": (5, 5)}):
        with pytest.raises(InputError, match="either"):
            Size(**both_or_none)


@given(longest=sides, width=sides, height=sides)
def test_the_longest_side_fits_and_the_aspect_is_kept(longest: int, width: int, height: int) -> None:
    wide, high = Size(longest=longest).fit(width, height)
    assert max(wide, high) == longest
    scale = longest / max(width, height)
    assert abs(wide - max(width * scale, 0.5)) <= 0.5 + 1e-6
    assert abs(high - max(height * scale, 0.5)) <= 0.5 + 1e-6
    assert min(wide, high) >= 1


@given(size=st.builds(Size, longest=sides) | st.builds(Size, exact=st.tuples(sides, sides)))
def test_the_text_of_a_size_reads_back(size: Size) -> None:
    assert parse_size(str(size)) == size


def test_both_sides_are_taken_as_they_are() -> None:
    assert Size(exact=(30, 20)).fit(1000, 10) == (30, 20)


@pytest.mark.parametrize("kind", [np.int16, np.int64, np.uint32])
def test_numpys_whole_numbers_are_sizes(kind) -> None:
    assert parse_size(kind(48)) == Size(longest=48)
    assert parse_size((kind(48), kind(32))) == Size(exact=(48, 32))
