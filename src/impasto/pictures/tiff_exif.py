"""EXIF in TIFF files, which libvips neither reads nor writes there.

EXIF (JEITA CP-3451) is a TIFF without a picture: a first table of entries, one of the exposure and one of the place,
each a tag, a kind, a count and values. In a TIFF the entries of the first stand among those of the picture itself (TIFF
6.0, section 2), in files of 32-bit places as in those of 64 (BigTIFF).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

EXIF, GPS = 0x8769, 0x8825
"""The entries of a first table that say where the other tables are."""

WIDE, HIGH = 0xA002, 0xA003
MAKER_NOTE, INTEROPERABILITY = 0x927C, 0xA005

TELLING = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298)
"""Of a first table what is about the photo, not the file: description, maker, model, program, time, artist, rights."""

_HEADER = b"Exif\0\0"
_LONG, _LONG8 = 4, 16
_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 1, 7: 1, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""How many bytes of a value of each kind turn around in the other order; a fraction has two such parts."""

_FRACTIONS = (5, 10)
_MOST_ENTRIES = 1000
_LARGEST_BLOCK = 60_000
"""In bytes: what the one segment of a JPEG holds, by which libvips is given EXIF."""


class Entry(NamedTuple):
    """One entry of a table, its values with the low byte first."""

    tag: int
    kind: int
    number: int
    values: bytes


@dataclass(frozen=True)
class Layout:
    """How numbers stand in a file: the order of bytes as `struct` has it, and whether places have 64 bits."""

    order: str
    big: bool = False

    @property
    def place(self) -> str:
        """The format of a place."""
        return f"{self.order}{'Q' if self.big else 'I'}"

    @property
    def header(self) -> int:
        """Where the place of the first table is told."""
        return 8 if self.big else 4

    @property
    def room(self) -> int:
        """How many bytes of values stand in an entry itself."""
        return 8 if self.big else 4


def exif_in(file: BinaryIO) -> bytes | None:
    """The EXIF of an open TIFF file as the block that other formats hold; None if it has none, or a damaged one."""
    try:
        layout, first = _first_table(file, _LARGEST_BLOCK)
        tables = {tag: _table_at(file, first, tag, layout) for tag in (EXIF, GPS)}
    except (ValueError, OverflowError, struct.error):
        return None
    tables[EXIF] = [entry for entry in tables[EXIF] if entry.tag not in (MAKER_NOTE, INTEROPERABILITY)]
    told = [entry for entry in first if entry.tag in TELLING]
    if not told and not any(tables.values()):
        return None
    block = _HEADER + _joined(b"II*\0" + bytes(4), told, tables, Layout("<"))
    return block if len(block) <= _LARGEST_BLOCK else None


def with_exif(tiff: bytes, block: bytes) -> bytes:
    """The TIFF file with the EXIF of a block, its sizes those of the picture. Raises ValueError for a damaged block."""
    try:
        layout, picture = _first_table(io.BytesIO(tiff), len(tiff))
        source = io.BytesIO(block.removeprefix(_HEADER))
        other, first = _first_table(source, _LARGEST_BLOCK)
        tables = {tag: _table_at(source, first, tag, other) for tag in (EXIF, GPS)}
    except struct.error as error:
        raise ValueError(f"an EXIF block is cut short: {error}") from None
    sizes = {e.tag: e for e in picture if e.tag in (0x0100, 0x0101)}
    tables[EXIF] = [e for e in tables[EXIF] if e.tag not in (WIDE, HIGH)]
    tables[EXIF] += [sizes[own]._replace(tag=tag) for own, tag in ((0x0100, WIDE), (0x0101, HIGH)) if own in sizes]
    known = {entry.tag for entry in picture}
    added = [entry for entry in first if entry.tag in TELLING and entry.tag not in known]
    return _joined(tiff, [*picture, *added], tables, layout)


def in_jpeg(jpeg: bytes, block: bytes) -> bytes:
    """A JPEG file with a block as its EXIF, so that what reads that of JPEG reads it."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def _first_table(file: BinaryIO, most: int) -> tuple[Layout, list[Entry]]:
    """How a TIFF is laid out, and its first table. Raises ValueError or struct.error for what is none; see `_table`."""
    file.seek(0)
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None:
        raise ValueError("no TIFF")
    layout = Layout(order, big=struct.unpack_from(f"{order}H", start, 2)[0] == 43)
    return layout, _table(file, struct.unpack_from(layout.place, start, layout.header)[0], layout, most)


def _table_at(file: BinaryIO, first: Sequence[Entry], tag: int, layout: Layout) -> list[Entry]:
    """The table that an entry of the first one points to; empty without such an entry."""
    places = [int.from_bytes(entry.values, "little") for entry in first if entry.tag == tag]
    return _table(file, places[0], layout, _LARGEST_BLOCK) if places else []


def _table(file: BinaryIO, place: int, layout: Layout, most: int) -> list[Entry]:
    """The entries of a table but those of unknown kinds and those with more than `most` bytes of values."""
    file.seek(place)
    (count,) = struct.unpack(f"{layout.order}{'Q' if layout.big else 'H'}", file.read(8 if layout.big else 2))
    if count > _MOST_ENTRIES:
        raise ValueError(f"{count} entries")
    width = 12 + 8 * layout.big
    rows = file.read(count * width)
    found = []
    for start in range(0, count * width, width):
        tag, kind, number = struct.unpack_from(f"{layout.order}HH{layout.place[1]}", rows, start)
        if kind in _UNITS and number * _size(kind) <= most:
            room = rows[start + width - layout.room : start + width]
            found.append(_entry(file, (tag, kind, number), room, layout))
    return found


def _entry(file: BinaryIO, told: tuple[int, int, int], room: bytes, layout: Layout) -> Entry:
    """An entry with its values, which stand in its own room or where that says."""
    tag, kind, number = told
    size = number * _size(kind)
    if size <= layout.room:
        return Entry(tag, kind, number, _turned(room[:size], kind, layout))
    file.seek(struct.unpack(layout.place, room)[0])
    values = file.read(size)
    if len(values) < size:
        raise ValueError("values beyond the end")
    return Entry(tag, kind, number, _turned(values, kind, layout))


def _size(kind: int) -> int:
    """How many bytes one value takes."""
    return _UNITS[kind] * (2 if kind in _FRACTIONS else 1)


def _turned(values: bytes, kind: int, layout: Layout) -> bytes:
    """Values from the order of a file to low bytes first, or back."""
    unit = _UNITS[kind]
    if layout.order == "<" or unit == 1:
        return values
    return b"".join(values[i : i + unit][::-1] for i in range(0, len(values), unit))


def _joined(data: bytes, first: Sequence[Entry], tables: Mapping[int, Sequence[Entry]], layout: Layout) -> bytes:
    """Data that begins as a TIFF with other tables at its end: the first, and those that it points to."""
    whole = bytearray(data)
    pointers = []
    for tag, entries in tables.items():
        if entries:
            whole += bytes(len(whole) % 2)
            kind, width = (_LONG8, 8) if layout.big else (_LONG, 4)
            pointers.append(Entry(tag, kind, 1, len(whole).to_bytes(width, "little")))
            whole += _laid_out(entries, len(whole), layout)
    whole += bytes(len(whole) % 2)
    struct.pack_into(layout.place, whole, layout.header, len(whole))
    kept = [entry for entry in first if entry.tag not in tables]
    whole += _laid_out([*kept, *pointers], len(whole), layout)
    return bytes(whole)


def _laid_out(entries: Sequence[Entry], place: int, layout: Layout) -> bytes:
    """A table as it stands at a place, the values that are too long for their entries behind it."""
    ordered = sorted(entries, key=lambda entry: entry.tag)
    count = struct.pack(f"{layout.order}{'Q' if layout.big else 'H'}", len(ordered))
    end = place + len(count) + len(ordered) * (12 + 8 * layout.big) + layout.room
    rows, behind = b"", b""
    for tag, kind, number, values in ordered:
        rows += struct.pack(f"{layout.order}HH{layout.place[1]}", tag, kind, number)
        turned = _turned(values, kind, layout)
        if len(turned) <= layout.room:
            rows += turned.ljust(layout.room, b"\0")
        else:
            rows += struct.pack(layout.place, end + len(behind))
            behind += turned + bytes(len(turned) % 2)
    return count + rows + bytes(layout.room) + behind
