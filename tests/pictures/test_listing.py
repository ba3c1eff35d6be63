from pathlib import Path

import pytest

from impasto.errors import InputError
from impasto.pictures import gathered, stands_for_many


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in (
        "a/1.png",
        "a/2.JPG",
        "a/notes.txt",
        "a/.hidden.png",
        "a/deep/3.webp",
        "b/4.tif",
        "odd[1].png",
        "5.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["a"], ["a/1.png", "a/2.JPG"]),
        (["5.png", "a"], ["5.png", "a/1.png", "a/2.JPG"]),
        (["a/*"], ["a/1.png", "a/2.JPG"]),
        (["a/**/*.webp"], ["a/deep/3.webp"]),
        (["*/*.[tp][in][fg]"], ["a/1.png", "b/4.tif"]),
        (["a/?.png"], ["a/1.png"]),
        (["odd[1].png"], ["odd[1].png"]),
        (["a/1.png", "a", "a/1.png", "a/../a/*.png"], ["a/1.png", "a/2.JPG"]),
    ],
)
def test_files_folders_and_wildcards_stand_for_pictures_in_their_order(place, given, found):
    assert [path.as_posix() for path in gathered(map(Path, given))] == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere.png", "no such file"),
        ("nowhere/*.png", r"is called nowhere/\*\.png"),
        ("a/*.txt", "no picture that Impasto reads"),
        ("b/../a/deep/../../c", "no such file"),
    ],
)
def test_what_stands_for_nothing_is_told(place, given, said):
    with pytest.raises(InputError, match=said):
        gathered([Path(given)])


def test_one_file_is_one_picture_whatever_it_is_called(place):
    assert not stands_for_many(Path("odd[1].png"))
    assert not stands_for_many(Path("5.png"))
    assert stands_for_many(Path("a"))
    assert stands_for_many(Path("a/*.png"))
