"""The recipe inside a picture: the same text back, readable by others, and harmless when it is hostile."""

import json
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from impasto.errors import OutputError, PictureError
from impasto.pictures import Picture, read_recipe, write_picture

PLAIN = Picture(np.full((3, 20, 20), 0.5, np.float32))
EXTENSIONS = ["png", "jpg", "webp", "tif", "avif"]
RECIPE = json.dumps(
    {"kind": "stylize", "title": 'Köln <&> "α/β" ]]>', "weights": [1e-3, 5]}, ensure_ascii=False, indent=1
)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_same_text_comes_back(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    write_picture(PLAIN, path, recipe=RECIPE)
    assert read_recipe(path) == RECIPE


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_another_reader_finds_it_as_xmp(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    write_picture(PLAIN, path, recipe=RECIPE)
    with Image.open(path) as seen:
        packet = seen.info.get("xmp") or seen.info["XML:com.adobe.xmp"].encode()
    texts = [e.text for e in ElementTree.fromstring(packet.decode().strip("\0")).iter() if e.tag.endswith("}recipe")]
    assert texts == [RECIPE]


@given(data=st.recursive(st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
@settings(max_examples=20)
def test_any_json(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    path = tmp_path_factory.mktemp("recipe") / "a.png"
    write_picture(PLAIN, path, recipe=json.dumps(data))
    text = read_recipe(path)
    assert text is not None
    assert json.loads(text) == data


def test_line_ends_are_kept(tmp_path: Path) -> None:
    write_picture(PLAIN, tmp_path / "a.png", recipe="1\r\n2\r3\n\t4 ")
    assert read_recipe(tmp_path / "a.png") == "1\r\n2\r3\n\t4 "


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_without_one(tmp_path: Path, extension: str) -> None:
    write_picture(PLAIN, tmp_path / f"a.{extension}")
    assert read_recipe(tmp_path / f"a.{extension}") is None


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_longest_fits_and_a_longer_one_is_refused(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    write_picture(PLAIN, path, recipe="7" * 59_000)
    assert read_recipe(path) == "7" * 59_000
    with pytest.raises(OutputError, match="metadata, and a picture holds 60,000"):
        write_picture(PLAIN, tmp_path / f"b.{extension}", recipe="7" * 60_000)
    assert not (tmp_path / f"b.{extension}").exists()


@pytest.mark.parametrize("text", ["\0", "\x1b", "\ud800", "\uffff"])
def test_characters_that_xml_cannot_hold(tmp_path: Path, text: str) -> None:
    with pytest.raises(OutputError, match=r"U\+"):
        write_picture(PLAIN, tmp_path / "a.png", recipe=text)


def with_xmp(path: Path, packet: bytes) -> Path:
    Image.new("RGB", (9, 9)).save(path, xmp=packet)
    return path


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "entities": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l11;</a>'.encode(),
    "malformed": b"<a><b></a>",
    "not text": b"\xff\xfe\xfd" * 10,
    "huge": b"<a>" + b"x" * 5_000_000 + b"</a>",
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "of others": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><recipe>bread</recipe></x:xmpmeta>',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_metadata_holds_no_recipe_and_takes_no_time(tmp_path: Path, kind: str) -> None:
    path = with_xmp(tmp_path / "a.webp", HOSTILE[kind])
    started = time.monotonic()
    assert read_recipe(path) is None
    assert time.monotonic() - started < 2


def test_a_bomb_in_a_png_takes_no_time(tmp_path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", " " * 60_000_000, zip=True)
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png", pnginfo=chunks)
    started = time.monotonic()
    try:
        assert read_recipe(tmp_path / "a.png") is None
    except PictureError:
        assert time.monotonic() - started < 2
    assert time.monotonic() - started < 2


def test_another_editor_may_have_made_it_an_attribute(tmp_path: Path) -> None:
    packet = b'<a xmlns:q="urn:impasto:xmp:1.0/" q:recipe="{&quot;seed&quot;: 3}"/>'
    assert read_recipe(with_xmp(tmp_path / "a.webp", packet)) == '{"seed": 3}'


def test_a_file_that_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no")
    with pytest.raises(PictureError, match="looks like text"):
        read_recipe(tmp_path / "a.png")
