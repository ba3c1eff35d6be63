"""Samples that nobody has to supply: paintings made by code, photographs obtained by name and hash.

Each painting is deterministic under its seed, has one composition at every size, and is painted with numpy alone.
"""

from impasto.pictures.samples import harbour, hatching, ink, mosaic, stained_glass, swirl, waves  # noqa: F401
from impasto.pictures.samples.catalogue import PAINTINGS, Painting, paint_sample
from impasto.pictures.samples.photographs import PHOTOGRAPHS, Photograph, sample_photograph

__all__ = ["PAINTINGS", "PHOTOGRAPHS", "Painting", "Photograph", "paint_sample", "sample_photograph"]
