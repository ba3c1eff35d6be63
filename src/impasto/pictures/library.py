"""The image library, libvips, set up for files from strangers.

Loaders that libvips marks as not hardened against hostile input are blocked for the whole process; files are
opened by the loader of the format their signature names, never by libvips' own guessing. The operation cache is
off: it would keep whole pictures alive after their last use.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pyvips

from impasto.pictures.formats import Format

pyvips.block_untrusted_set(True)
pyvips.cache_set_max(0)
logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # what libvips warns of is judged by our own checks


def open_source(descriptor: int, form: Format) -> pyvips.Image:
    """The picture behind an open, seekable file descriptor: its header is read, its pixels are not.

    A file cut short or damaged raises pyvips.Error here or when the pixels are asked for.
    """
    source = pyvips.Source.new_from_descriptor(descriptor)
    loader = getattr(pyvips.Image, form.loader)
    return loader(source, access="sequential", fail_on="error")


def open_bytes(data: bytes, form: Format, shrinking: Mapping[str, float] | None = None) -> pyvips.Image:
    """The same of the bytes of a file; of several pages the first. shrinking: what its loader takes to decode small."""
    loader = getattr(pyvips.Image, form.loader)
    return loader(pyvips.Source.new_from_memory(data), access="sequential", fail_on="error", **(shrinking or {}))


def reason(error: pyvips.Error) -> str:
    """The most telling line of a libvips error."""
    lines = [line.strip() for line in str(error.detail or error.message).splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
