"""Pictures: pixels in, pixels out. The only room that knows the image library.

Everything public is reachable from here and is loaded when it is first used, so importing this room costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from impasto.lazy import lazy_exports

if TYPE_CHECKING:
    from impasto.pictures.checks import check_paintable as check_paintable
    from impasto.pictures.checks import check_result_size as check_result_size
    from impasto.pictures.collection import Collection as Collection
    from impasto.pictures.compositing import composite as composite
    from impasto.pictures.compositing import continued as continued
    from impasto.pictures.compositing import with_alpha as with_alpha
    from impasto.pictures.formats import keeps_alpha as keeps_alpha
    from impasto.pictures.listing import gathered as gathered
    from impasto.pictures.listing import pictures_in as pictures_in
    from impasto.pictures.listing import stands_for_many as stands_for_many
    from impasto.pictures.picture import Metadata as Metadata
    from impasto.pictures.picture import Picture as Picture
    from impasto.pictures.read import read_picture as read_picture
    from impasto.pictures.recipe import read_recipe as read_recipe
    from impasto.pictures.resampling import resize as resize
    from impasto.pictures.sheet import contact_sheet as contact_sheet
    from impasto.pictures.shrinking import read_shrunk as read_shrunk
    from impasto.pictures.size import Size as Size
    from impasto.pictures.size import parse_size as parse_size
    from impasto.pictures.sources import picture_from as picture_from
    from impasto.pictures.write import check_output as check_output
    from impasto.pictures.write import depth_of as depth_of
    from impasto.pictures.write import write_picture as write_picture

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "checks": ("check_paintable", "check_result_size"),
        "collection": ("Collection",),
        "compositing": (
            "composite",
            "continued",
            "with_alpha",
        ),
        "formats": ("keeps_alpha",),
        "listing": (
            "gathered",
            "pictures_in",
            "stands_for_many",
        ),
        "picture": (
            "Metadata",
            "Picture",
        ),
        "read": ("read_picture",),
        "recipe": ("read_recipe",),
        "resampling": ("resize",),
        "sheet": ("contact_sheet",),
        "shrinking": ("read_shrunk",),
        "size": (
            "Size",
            "parse_size",
        ),
        "sources": ("picture_from",),
        "write": (
            "check_output",
            "depth_of",
            "write_picture",
        ),
    },
)
