from pathlib import Path

import pytest

from impasto.errors import InputError
from impasto.runs.templates import FIELDS, NameTemplate

VALUES = {
    "content": "photo",
    "style": "swirl",
    "folder": "holiday",
    "ending": "jpg",
    "number": 7,
    "preset": "default",
    "backbone": "vgg19",
    "size": "512",
    "strength": "0.5",
    "seed": 0,
}


def test_every_field_has_its_value():
    assert VALUES.keys() == FIELDS.keys()
    for name, value in VALUES.items():
        assert NameTemplate(f"out/{{{name}}}.png").filled(VALUES) == Path(f"out/{value}.png")


def test_numbers_may_have_a_width_and_doubled_braces_stand_for_themselves():
    assert NameTemplate("{number:04}_{{{content}}}.png").filled(VALUES) == Path("0007_{photo}.png")
    assert NameTemplate("{number:3d}.png").filled(VALUES) == Path("  7.png")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{photo}.png", r"no field \{photo\}"),
        ("{contents}.png", "Did you mean content"),
        ("{}.png", r"no field \{\}"),
        ("{0}.png", r"no field \{0\}"),
        ("{content", "do not pair"),
        ("content}.png", "do not pair"),
        ("{content.__class__}.png", "no field"),
        ("{content[0]}.png", "no field"),
        ("{content!r}.png", "its name alone"),
        ("{content:>20}.png", "the only field with a width"),
        ("{number:999999999}.png", "the only field with a width"),
        ("{number:{seed}}.png", "the only field with a width"),
    ],
)
def test_what_is_no_template_is_told_with_what_would_be(text, said):
    with pytest.raises(InputError, match=said):
        NameTemplate(text)


def test_a_value_makes_no_folder():
    values = {**VALUES, "content": "../../etc/passwd", "style": "a\\b\0c"}
    assert NameTemplate("out/{content}_{style}.png").filled(values) == Path("out/.._.._etc_passwd_a_b_c.png")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("out/{style}/{content}.png", "out"),
        ("{content}.png", "."),
        ("a/b/{content}.png", "a/b"),
        ("a/{style}_x/b/{content}.png", "a"),
        ("/there/{content}.png", "/there"),
    ],
)
def test_the_root_is_what_comes_before_the_fields(text, root):
    assert NameTemplate(text).root == Path(root)


def test_a_plain_name_has_no_fields():
    assert not NameTemplate("out/a.png").names_each
    assert NameTemplate("out/{seed}.png").names_each
