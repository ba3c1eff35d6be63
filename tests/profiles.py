"""ICC profiles written here tag by tag, of version 2 with a matrix and curves: none is kept as a file."""

from __future__ import annotations

import struct

import numpy as np

Tag = tuple[bytes, bytes]

BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)


def tagged(signature: bytes, kind: bytes, body: bytes) -> Tag:
    return signature, kind + bytes(4) + body


def profile(space: bytes, tags: list[Tag]) -> bytes:
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for signature, body in tags:
        table += signature + struct.pack(">II", start + len(data), len(body))
        data += body.ljust(-(-len(body) // 4) * 4, b"\0")
    white = struct.pack(">3i", 63190, 65536, 54061)
    header = struct.pack(">I4sI4s4s4s", start + len(data), bytes(4), 0x02400000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + white
    return header.ljust(128, b"\0") + table + data


def xyz(signature: bytes, *values: float) -> Tag:
    return tagged(signature, b"XYZ ", struct.pack(">3i", *(round(v * 65536) for v in values)))


def gamma(signature: bytes, exponent: float) -> Tag:
    return tagged(signature, b"curv", struct.pack(">IH", 1, round(exponent * 256)))


def table(signature: bytes, values: list[int]) -> Tag:
    return tagged(signature, b"curv", struct.pack(f">I{len(values)}H", len(values), *values))


def parametric(signature: bytes, kind: int, *numbers: float) -> Tag:
    body = struct.pack(f">HH{len(numbers)}i", kind, 0, *(round(n * 65536) for n in numbers))
    return tagged(signature, b"para", body)


def words() -> list[Tag]:
    described = struct.pack(">I", 2) + b"x\0" + bytes(78)
    return [tagged(b"desc", b"desc", described), tagged(b"cprt", b"text", b"none\0"), xyz(b"wtpt", *D50)]


def primaries(*corners: tuple[float, float], white: tuple[float, float] = D65) -> list[Tag]:
    """The colorants of an RGB space by the chromaticities of its corners, adapted to D50 by the Bradford method."""

    def of(x: float, y: float) -> np.ndarray:
        return np.array((x / y, 1, (1 - x - y) / y))

    matrix = np.stack([of(*corner) for corner in corners], axis=1)
    matrix = matrix * np.linalg.solve(matrix, of(*white))
    cone = np.array(BRADFORD)
    adapted = np.linalg.inv(cone) @ np.diag((cone @ D50) / (cone @ of(*white))) @ cone @ matrix
    return [xyz(name, *column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), adapted.T, strict=True)]


CURVES = (b"rTRC", b"gTRC", b"bTRC")

ADOBE_RGB = profile(
    b"RGB ",
    [
        *words(),
        *primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
        *(gamma(name, 563 / 256) for name in CURVES),
    ],
)
"""Adobe RGB (1998), by the numbers of its specification."""

SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
DISPLAY_P3 = profile(
    b"RGB ",
    [
        *words(),
        *primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
        *(parametric(name, 3, *SRGB_CURVE) for name in CURVES),
    ],
)
"""Display P3: the corners of DCI-P3, the white and the curve of sRGB."""
