"""The wire format of Protocol Buffers, as far as reading fields by number needs it.

Source: the encoding as Protocol Buffers documents it. A message is a run of fields; each begins with a varint
`number << 3 | wire type` and goes on with a varint, 8 bytes, a length and so many bytes, or 4 bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST_FIELDS = 100_000
"""Fields beyond which no message is read on; a network has some twenty to a layer."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_WIDTHS = {FIXED64: 8, FIXED32: 4}


class MessageReader:
    """Reads messages of one file, with one allowance of fields for all of them.

    The bytes of fields are views of the file's, so that reading takes no memory, whatever lengths are claimed.
    """

    def __init__(self) -> None:
        self._fields_left = MOST_FIELDS

    def fields(self, message: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
        """Number, wire type and value of each field: an int for a varint, the bytes for every other type.

        Raises ValueError for a field that goes past the end, a type that is out of use, or more than MOST_FIELDS.
        """
        place = 0
        while place < len(message):
            self._fields_left -= 1
            if self._fields_left < 0:
                raise ValueError(f"it has more than {MOST_FIELDS} fields")
            tag, place = read_varint(message, place)
            number, kind = tag >> 3, tag & 7
            if kind == VARINT:
                value, place = read_varint(message, place)
                yield number, kind, value
                continue
            if kind == BYTES:
                length, place = read_varint(message, place)
            elif kind in _WIDTHS:
                length = _WIDTHS[kind]
            else:
                raise ValueError(f"field {number} has the wire type {kind}, which is not in use")
            if length > len(message) - place:
                raise ValueError(f"field {number} claims {length} bytes where {len(message) - place} are left")
            yield number, kind, message[place : place + length]
            place += length


def read_varint(message: memoryview, place: int) -> tuple[int, int]:
    """The unsigned number that begins at `place`, and the place after it. Raises ValueError for a broken one."""
    value = 0
    for i, byte in enumerate(message[place : place + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value, place + i + 1
    raise ValueError("a number in it has no end")
