"""Pictures: pixels in, pixels out. The only room that knows the image library.

Everything public is reachable from here and is loaded when it is first used, so importing this room costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto.pictures.checks import check_paintable as check_paintable
    from impasto.pictures.compositing import composite as composite
    from impasto.pictures.compositing import with_alpha as with_alpha
    from impasto.pictures.picture import Picture as Picture
    from impasto.pictures.read import read_picture as read_picture
    from impasto.pictures.recipe import read_recipe as read_recipe
    from impasto.pictures.resampling import resize as resize
    from impasto.pictures.sheet import contact_sheet as contact_sheet
    from impasto.pictures.size import Size as Size
    from impasto.pictures.size import parse_size as parse_size
    from impasto.pictures.sources import picture_from as picture_from
    from impasto.pictures.write import check_output as check_output
    from impasto.pictures.write import write_picture as write_picture

_HOMES = {
    "Picture": "picture",
    "Size": "size",
    "check_output": "write",
    "check_paintable": "checks",
    "composite": "compositing",
    "contact_sheet": "sheet",
    "parse_size": "size",
    "picture_from": "sources",
    "read_picture": "read",
    "read_recipe": "recipe",
    "resize": "resampling",
    "with_alpha": "compositing",
    "write_picture": "write",
}

__all__ = [
    "Picture",
    "Size",
    "check_output",
    "check_paintable",
    "composite",
    "contact_sheet",
    "parse_size",
    "picture_from",
    "read_picture",
    "read_recipe",
    "resize",
    "with_alpha",
    "write_picture",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
