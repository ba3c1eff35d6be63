"""Pictures from whatever a caller holds: a path, a Pillow image, an array, a tensor."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures.colour import develop
from impasto.pictures.picture import Picture, Pixels
from impasto.pictures.read import read_picture

_ORIENTATION = 0x0112  # the EXIF tag
_CHANNELS = (1, 3, 4)


def picture_from(source: object) -> Picture:
    """A Picture from a path, a Picture (returned as it is), a Pillow image, an array or a tensor.

    - A string is always a path.
    - A Pillow image of any common mode; its EXIF orientation and ICC profile are applied as a file's would be. Of an
      animation the current frame is taken.
    - An array (numpy, or anything that converts to it) is channels last: [H, W] or [H, W, 1], grey; [H, W, 3], RGB;
      [H, W, 4], RGB and straight alpha. Never channels first: [3, H, W] is refused unless W is itself 1, 3 or 4, and
      then it is read as a picture of H columns.
    - A tensor (anything with `detach`, such as torch's) is channels first: [C, H, W] or [1, C, H, W], where C is 1, 3
      or 4; or [H, W], grey. Never channels last.
    - Of arrays and tensors, uint8 is 0 … 255, uint16 is 0 … 65535, and floats are 0 … 1, all gamma-encoded sRGB.
      Floats outside 0 … 1 are refused, not guessed at.

    The pixels are copied. Raises PictureError if the source is none of these or cannot be read.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, str | os.PathLike):
        return read_picture(source)
    if all(hasattr(source, name) for name in ("mode", "getexif", "convert")):
        return _from_pillow(source)
    if hasattr(source, "detach"):
        return _from_tensor(source)
    if hasattr(source, "__array__"):
        values = np.asarray(source)
        return _from_array(values, values, "the array")
    raise PictureError(
        f"{type(source).__name__} is not a picture. Give a path, a Pillow image, a numpy array [H, W, 3] or a "
        "tensor [3, H, W]."
    )


def _from_tensor(tensor: Any) -> Picture:
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point():
        tensor = tensor.float()  # numpy has no bfloat16
    given: NDArray[Any] = tensor.numpy()
    values = given[0] if given.ndim == 4 and given.shape[0] == 1 else given
    if values.ndim == 3:
        values = np.moveaxis(values, 0, -1)
    return _from_array(values, given, "the tensor")


def _from_array(values: NDArray[Any], given: NDArray[Any], name: str) -> Picture:
    """Channels-last `values`; messages tell the shape of `given`, what the caller handed over."""
    shape = list(given.shape)
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in _CHANNELS):
        wanted = "[C, H, W] with 1, 3 or 4 channels" if name == "the tensor" else "[H, W] or [H, W, 1, 3 or 4]"
        raise PictureError(f"{name} has the shape {shape}; a picture is {wanted}. Move or take away axes.")
    if 0 in values.shape:
        raise PictureError(f"{name} has the shape {shape} and so holds no pixels. Give one with at least 1x1.")
    planes = _unit_planes(np.atleast_3d(values), name)
    alpha = planes[3] if len(planes) == 4 else None
    pixels = np.ascontiguousarray(np.broadcast_to(planes[:3], (3, *planes.shape[1:])))
    return Picture(pixels, alpha, depth=16 if values.dtype == np.uint16 else 8)


def _unit_planes(values: NDArray[Any], name: str) -> Pixels:
    """[H, W, C] of a known type as a new float32 [C, H, W], 0 … 1."""
    whole = values.dtype in (np.uint8, np.uint16)
    if not whole and not np.issubdtype(values.dtype, np.floating):
        raise PictureError(
            f"{name} is of type {values.dtype}, whose full scale is not known. Give uint8, uint16 or float."
        )
    planes = np.array(np.moveaxis(values, -1, 0), dtype=np.float32, order="C")
    if whole:
        planes /= np.float32(np.iinfo(values.dtype).max)
        return planes
    if not np.isfinite(values).all():
        raise PictureError(f"{name} holds values that are not numbers (NaN or infinite). Replace them first.")
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 1:
        raise PictureError(
            f"{name} is of floats from {low:.6g} to {high:.6g}; they must be 0 … 1. "
            "Divide by 255, undo the normalisation, or clip."
        )
    return planes


def _from_pillow(image: Any) -> Picture:
    name = "the Pillow image"
    try:
        image.load()  # of a TIFF this already applies, and takes away, the orientation
        values, interpretation = _pillow_values(image, name)
        orientation = image.getexif().get(_ORIENTATION, 1)
    except (OSError, SyntaxError) as error:
        raise PictureError(f"{name} cannot be read ({error}). Open it again.") from None
    if 0 in values.shape:
        raise PictureError(f"{name} is {image.width}x{image.height} and so holds no pixels.")
    if values.ndim == 2 and interpretation == "unit":
        return _from_array(values, values, name)
    values = np.ascontiguousarray(np.atleast_3d(values))
    height, width, bands = values.shape
    kind = {"uint8": "uchar", "uint16": "ushort", "float32": "float"}[values.dtype.name]
    built = pyvips.Image.new_from_memory(values, width, height, bands, kind).copy(interpretation=interpretation)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        built.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    profile = image.info.get("icc_profile")
    if profile:
        built.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return develop(built, name)


def _pillow_values(image: Any, name: str) -> tuple[NDArray[Any], str]:
    """The image's numbers, [H, W] or [H, W, C], and what libvips calls their kind ("unit": floats 0 … 1)."""
    mode = image.mode
    if mode in {"L", "LA", "1", "La"} and "transparency" not in image.info:
        return np.asarray(image.convert({"1": "L", "La": "LA"}.get(mode, mode))), "b-w"
    if mode == "CMYK":
        return np.asarray(image), "cmyk"
    if mode == "LAB":
        lab = np.asarray(image)  # L over 0 … 255, a and b as signed bytes
        lightness = lab[..., :1] * np.float32(100 / 255)
        return np.concatenate([lightness, lab[..., 1:].astype(np.int8)], axis=-1), "lab"
    if mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16), "grey16"
    if mode == "I":
        return _sixteen_bits(np.asarray(image), name), "grey16"
    if mode == "F":
        return np.asarray(image), "unit"
    clear = mode in {"PA", "RGBA", "RGBa"} or "transparency" in image.info
    return np.asarray(image.convert("RGBA" if clear else "RGB")), "srgb"


def _sixteen_bits(values: NDArray[Any], name: str) -> NDArray[np.uint16]:
    """Pillow's 32-bit grey, which is how it gives some 16-bit files."""
    if values.size and (values.min() < 0 or values.max() > 65535):
        raise PictureError(
            f"{name} is of mode I with values from {values.min()} to {values.max()}; they must be 0 … 65535."
        )
    return values.astype(np.uint16)
