"""Sample paintings, made by code: styles that nobody has to supply.

Each is deterministic under its seed, has one composition at every size, and is painted with numpy alone.
"""

from impasto.pictures.samples import harbour, hatching, ink, mosaic, stained_glass, swirl, waves  # noqa: F401
from impasto.pictures.samples.catalogue import PAINTINGS, Painting, paint_sample

__all__ = ["PAINTINGS", "Painting", "paint_sample"]
