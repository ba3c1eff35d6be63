"""RGB spaces as ICC profiles of a matrix and three curves describe them: Display P3, Adobe RGB and their kind.

To the connection space, XYZ under D50: X = M · curve(c) (ICC.1:2022, annex F.3). This is computed here, in floating
point and both ways, because the image library converts through 16 bits and cuts off whatever lies outside the space
that it converts to. Colours outside sRGB keep their values here: sRGB's curve is continued beyond 0 … 1, below 0 by its
mirror image, as scRGB does (IEC 61966-2-2).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from impasto.pictures.picture import Pixels

Table = NDArray[np.float64]

NODES = 4097
"""Of a curve given by a formula: between them it is straight, which errs by 2e-8 at an exponent of 2.2."""

LARGEST_PROFILE = 1_000_000
LARGEST_TABLE = 65_536
LARGEST_CONDITION = 1000.0

_XYZ_OF_SRGB = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
"""Linear sRGB to XYZ, its white brought from D65 to D50 by the Bradford method (IEC 61966-2-1, ICC.1 annex E)."""

_TABLES = (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2")
"""Tags of a profile that describes its space by tables, which count more than its matrix."""


@dataclass(frozen=True, eq=False)
class RgbSpace:
    """An RGB space.

    curves: [3][n], for each channel the linear values, from 0 … 1 evenly spaced encoded ones. matrix: linear values to
    linear sRGB, [3, 3].
    """

    curves: tuple[Table, Table, Table]
    matrix: Table

    def to_srgb(self, values: NDArray[np.generic], full: int) -> Pixels:
        """Whole numbers [H, W, 3] of 0 … `full` in this space to colours in sRGB: float32 [3, H, W], not clipped."""
        steps = np.linspace(0, 1, full + 1)
        linear = np.stack(
            [_read(curve, steps).astype(np.float32)[values[..., i]] for i, curve in enumerate(self.curves)]
        )
        return _encoded(np.tensordot(self.matrix.astype(np.float32), linear, axes=1))

    def from_srgb(self, colours: Pixels) -> Pixels:
        """Colours in sRGB, float32 [3, H, W], not clipped, to this space: float32 [3, H, W], clipped to 0 … 1."""
        back = np.linalg.inv(self.matrix)
        linear = np.clip(np.tensordot(back, _decoded(colours), axes=1), 0, 1)
        return np.stack(
            [
                np.interp(plane, curve, np.linspace(0, 1, len(curve))).astype(np.float32)
                for plane, curve in zip(linear, self.curves, strict=True)
            ]
        )


@lru_cache(maxsize=8)
def rgb_space(profile: bytes) -> RgbSpace | None:
    """The space that a profile describes; None unless it does so by a matrix and curves that can be gone back."""
    if len(profile) > LARGEST_PROFILE or profile[16:24] != b"RGB XYZ ":
        return None
    try:
        with np.errstate(all="ignore"):
            return _space(_tags(profile))
    except (KeyError, ValueError, IndexError, struct.error, np.linalg.LinAlgError):
        return None


def _space(tags: Mapping[bytes, bytes]) -> RgbSpace | None:
    if any(name in tags for name in _TABLES):
        return None
    matrix = np.stack([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")], axis=1)
    to_srgb = np.linalg.solve(_XYZ_OF_SRGB, matrix)
    red, green, blue = (_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    if np.linalg.cond(to_srgb) > LARGEST_CONDITION or not all(map(_goes_back, (red, green, blue))):
        return None
    return RgbSpace((red, green, blue), to_srgb)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The elements of a profile by their signatures (ICC.1:2022, 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 100:
        raise ValueError("more elements than any profile has")
    tags = {}
    for i in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, 132 + 12 * i)
        tags[name] = profile[start : start + size]
    return tags


def _xyz(element: bytes) -> Table:
    """An XYZType of one colour."""
    if element[:4] != b"XYZ ":
        raise ValueError("not an XYZ number")
    return np.array(struct.unpack_from(">3i", element, 8)) / 65536


def _curve(element: bytes) -> Table:
    """The linear values at evenly spaced encoded ones, of a curveType or a parametricCurveType (10.6, 10.18)."""
    x = np.linspace(0, 1, NODES)
    if element[:4] == b"para":
        return np.clip(_parametric(element, x), 0, 1)
    if element[:4] != b"curv":
        raise ValueError("no curve")
    (count,) = struct.unpack_from(">I", element, 8)
    if count == 0:
        return x
    if count == 1:
        (exponent,) = struct.unpack_from(">H", element, 12)
        power: Table = x ** (exponent / 256)
        return power
    if count > LARGEST_TABLE:
        raise ValueError("a longer table than any curve has")
    return np.array(struct.unpack_from(f">{count}H", element, 12)) / 65535


def _parametric(element: bytes, x: Table) -> Table:
    (kind,) = struct.unpack_from(">H", element, 8)
    given = np.array(struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", element, 12)) / 65536
    g = given[0]
    a, b = given[1:3] if kind else (1.0, 0.0)
    power: Table = np.maximum(a * x + b, 0) ** g
    if kind == 0:
        return power
    if kind in (1, 2):
        offset = given[3] if kind == 2 else 0.0
        return np.asarray(np.where(x >= -b / a, power, 0) + offset)
    c, d = given[3:5]
    e, f = given[5:7] if kind == 4 else (0.0, 0.0)
    return np.asarray(np.where(x >= d, power + e, c * x + f))


def _goes_back(curve: Table) -> bool:
    """Whether a curve never falls, and rises from its first value to its last."""
    return bool(np.isfinite(curve).all() and (np.diff(curve) >= 0).all() and curve[-1] - curve[0] > 0.5)


def _read(curve: Table, x: Table) -> Table:
    return np.interp(x, np.linspace(0, 1, len(curve)), curve)


def _encoded(linear: Pixels) -> Pixels:
    """Linear sRGB to its encoding, continued beyond 0 … 1."""
    size = np.abs(linear)
    curved = np.float32(1.055) * size ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.copysign(np.where(size <= 0.0031308, np.float32(12.92) * size, curved), linear).astype(np.float32)


def _decoded(colours: Pixels) -> NDArray[np.float64]:
    """Encoded sRGB, continued beyond 0 … 1, to linear."""
    size = np.abs(colours.astype(np.float64))
    return np.copysign(np.where(size <= 12.92 * 0.0031308, size / 12.92, ((size + 0.055) / 1.055) ** 2.4), colours)
