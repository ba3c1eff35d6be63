import pytest

from impasto.errors import InputError, OutputError
from impasto.runs.writing import Writing, writing_from

WRONG = {
    "a depth between": {"depth": 12},
    "a depth that is a truth": {"depth": True},
    "no quality": {"quality": 0},
    "too much quality": {"quality": 101},
    "an unknown space": {"profile": "cmyk"},
    "unknown metadata": {"metadata": "some"},
}


@pytest.mark.parametrize("mistake", WRONG)
def test_what_cannot_be_is_an_error(mistake):
    with pytest.raises(InputError, match="not"):
        Writing(**WRONG[mistake])


@pytest.mark.parametrize(
    ("writing", "name", "said"),
    [
        (Writing(depth=16), "a.jpg", "JPEG holds 8 bits a channel, not 16"),
        (Writing(depth=16), "a.webp", "WebP holds 8 bits"),
        (Writing(quality=80), "a.png", "PNG is written without loss"),
        (Writing(quality=80), "a.tif", "TIFF is written without loss"),
        (Writing(), "a.heic", r"\.heic is not a format that can be written"),
        (Writing(), "a.jxl", r"\.jxl is not a format that can be written"),
    ],
)
def test_what_a_format_cannot_hold_is_told_before_painting(writing, name, said):
    with pytest.raises(OutputError, match=said):
        writing.check(name)


def test_what_suits_a_format_is_kept():
    writing = Writing(depth=16, quality=80, profile="srgb", metadata="none")
    assert writing.suited("a.png") == Writing(depth=16, profile="srgb", metadata="none")
    assert writing.suited("a.jpg") == Writing(quality=80, profile="srgb", metadata="none")
    Writing(depth=16).check("a.tif")
    Writing(quality=80).check("a.avif")


def test_a_record_gives_it_back_and_a_damaged_one_is_told():
    writing = Writing(depth=16, metadata="all")
    assert writing_from({"writing": writing.options()}) == writing
    assert writing_from({}) == Writing()
    for damaged in ({"depth": 3}, {"colour": 1}, {"quality": "much"}):
        with pytest.raises(InputError):
            writing_from({"writing": damaged})
