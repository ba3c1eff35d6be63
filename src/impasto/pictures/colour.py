"""Colour: from whatever a file holds to sRGB, by its profile, and back into the profile of a photo."""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
import pyvips
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures.library import reason
from impasto.pictures.metadata import metadata_of
from impasto.pictures.picture import Picture, Pixels, within_srgb
from impasto.pictures.rgb_space import rgb_space

_FULL_SCALE = {"uchar": 255, "ushort": 65535}
_SIGNATURES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_COLOUR_BANDS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb": 3, "rgb16": 3, "scrgb": 3, "cmyk": 4, "lab": 3, "labs": 3}
_ICC = "icc-profile-data"


def srgb_profile() -> bytes:
    """The ICC profile of sRGB that is embedded in what is written."""
    return bytes(pyvips.Operation.call("profile_load", "srgb"))


def colour_bands(image: pyvips.Image, name: str) -> int:
    """How many of the image's bands are colour, the rest being alpha, by its header alone.

    Raises PictureError if it is not grey, RGB, CMYK or Lab with at most one band more.
    """
    bands = _COLOUR_BANDS.get(image.interpretation)
    if bands is None or image.bands not in (bands, bands + 1):
        raise PictureError(
            f"{name}: {image.bands} channels of kind {image.interpretation!r} are not a picture in grey, RGB, CMYK "
            "or Lab with at most one channel of transparency. Save it as RGB."
        )
    return bands


def develop(image: pyvips.Image, name: str) -> Picture:
    """Turn decoded pixels with their metadata into a Picture: upright, in sRGB, alpha apart.

    `image` must be in memory. `name` is what messages call it. Raises PictureError for a kind of pixel that is no
    colour, for numbers that are not finite, and for floats that are plainly not 0 … 1.
    """
    bands = colour_bands(image, name)
    image = image.autorot()
    try:
        image = _whole_numbers(image, name)
        alpha = _plane(image[bands]) if image.bands > bands else None
        pixels, beyond, profile = _to_srgb(image[0:bands], name)
    except pyvips.Error as error:
        raise PictureError(f"{name}: its colours cannot be converted ({reason(error)}). Save it as RGB.") from None
    depth = 8 if image.format == "uchar" else 16
    return Picture(pixels, alpha, depth, beyond, metadata_of(image, profile))


def _whole_numbers(image: pyvips.Image, name: str) -> pyvips.Image:
    """Floating-point RGB or grey as 16-bit; 8 and 16 bits as they are. Lab stays as libvips gives it."""
    if image.interpretation in {"lab", "labs"} or image.format in _FULL_SCALE:
        return image
    if image.format not in {"float", "double"}:
        raise PictureError(
            f"{name}: its channels are of type {image.format}, whose full scale is not known. "
            "Save it with 8 or 16 bits a channel."
        )
    values = image.numpy()
    if not np.isfinite(values).all():
        raise PictureError(f"{name}: it holds values that are not numbers (NaN or infinite). Export it again.")
    if np.count_nonzero(values > 1) > values.size / 2:
        raise PictureError(
            f"{name}: its floating-point values reach {values.max():.6g}, and most are above 1; "
            "they must be 0 … 1. Scale them, or save it with 8 or 16 bits a channel."
        )
    kind = "grey16" if image.bands < 3 else "rgb16"
    return (image.clamp() * 65535).rint().cast("ushort").copy(interpretation=kind)


def _plane(band: pyvips.Image) -> Pixels:
    """One band as float32 [H, W], 0 … 1."""
    plane = band.numpy().reshape(band.height, band.width).astype(np.float32)
    # Beside Lab, alpha is on the scale that libvips gives it: 255 for floats, 32767 for 16 bits.
    full = {"float": 255, "short": 32767, **_FULL_SCALE}[band.format]
    scaled: Pixels = np.clip(plane / np.float32(full), 0, 1)
    return scaled


def _to_srgb(image: pyvips.Image, name: str) -> tuple[Pixels, Pixels | None, bytes | None]:
    """Colour bands alone (grey, RGB, CMYK, Lab) to pixels, beyond and profile as a Picture has them."""
    profile = None if image.interpretation in {"lab", "labs"} else _usable_profile(image, name)
    space = rgb_space(profile) if profile is not None and image.bands == 3 and not _is_srgb(profile) else None
    if space is None:
        return _through_the_library(image, profile, name), None, None
    values = image.numpy()
    return *within_srgb(space.to_srgb(values, _FULL_SCALE[image.format])), profile


def _through_the_library(image: pyvips.Image, profile: bytes | None, name: str) -> Pixels:
    """Colour bands to float32 [3, H, W] in sRGB, clipped to 0 … 1, by the profile if there is one."""
    if image.interpretation in {"lab", "labs"}:  # Lab is the connection space itself: D50, no profile needed
        lab = image.colourspace("lab")
        return _channels_first(lab.icc_export(output_profile="srgb", pcs="lab", intent="relative", depth=16), name)
    if image.bands == 4:
        source = {"embedded": True} if profile else {"input_profile": "cmyk"}
        return _channels_first(_transformed(image, **source), name)
    if profile is not None and not _is_srgb(profile):
        if image.bands == 1 and _SIGNATURES[profile[16:20]] == 3:
            image = image.bandjoin([image, image])
            image = image.copy(interpretation="srgb" if image.format == "uchar" else "rgb16")
        image = _transformed(image, embedded=True)
    return _channels_first(image, name)


def _transformed(image: pyvips.Image, **source: object) -> pyvips.Image:
    """To 16-bit sRGB: relative colorimetric, black point compensated."""
    return image.icc_transform("srgb", intent="relative", black_point_compensation=True, depth=16, **source)


def _usable_profile(image: pyvips.Image, name: str) -> bytes | None:
    """The embedded profile if it describes these channels; a warning and None if there is one that does not."""
    if _ICC not in image.get_fields():
        return None
    profile = bytes(image.get(_ICC))
    described = _SIGNATURES.get(profile[16:20])
    fits = described == image.bands or (described == 3 and image.bands == 1)
    if fits and profile[36:40] == b"acsp" and (described == 4 or _moves(profile) is not None):
        return profile
    taken_as = "common press colours (CMYK)" if image.bands == 4 else "sRGB"
    warnings.warn(
        f"{name}: its colour profile is damaged or does not fit its channels and is ignored; "
        f"the colours are taken as {taken_as}.",
        stacklevel=2,
    )
    return None


def _is_srgb(profile: bytes) -> bool:
    """Whether a profile moves no colour by as much as half a step of 8 bits: then pixels may pass untouched.

    sRGB comes in many profiles that differ in rounding only; converting among them would only add rounding.
    """
    moved = _moves(profile)
    return moved is not None and moved < 0.5 / 255


@lru_cache(maxsize=16)
def _moves(profile: bytes) -> float | None:
    """The most that converting to sRGB by `profile` (grey or RGB) moves a probe colour; None if it cannot convert.

    libvips falls back on another profile without a word when the embedded one is broken: a result that changes with
    the fallback is one that did not come from the profile.
    """
    if profile[16:20] == b"GRAY":
        probe = np.arange(256, dtype=np.uint8).reshape(1, 256, 1)
    else:
        steps = np.arange(0, 256, 15, dtype=np.uint8)
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    image = pyvips.Image.new_from_memory(probe.tobytes(), probe.shape[1], 1, probe.shape[2], "uchar")
    image = image.copy(interpretation="srgb" if probe.shape[2] == 3 else "b-w")
    image.set_type(pyvips.GValue.blob_type, _ICC, profile)
    try:
        converted = _transformed(image, embedded=True, input_profile="srgb").numpy()
        again = _transformed(image, embedded=True, input_profile="p3").numpy()
    except pyvips.Error:
        return None
    if not np.array_equal(converted, again):
        return None
    return float(np.abs(converted / 65535 - probe / 255).max())


def _channels_first(image: pyvips.Image, name: str) -> Pixels:
    """8- or 16-bit grey or RGB as float32 [3, H, W], 0 … 1; grey is given to all three channels."""
    values: NDArray[np.generic] = image.numpy().reshape(image.height, image.width, image.bands)
    if image.bands not in (1, 3):
        raise PictureError(f"{name}: its colour profile gives {image.bands} channels in place of RGB. Save it as RGB.")
    pixels = np.empty((3, image.height, image.width), dtype=np.float32)
    for channel in range(3):
        pixels[channel] = values[..., channel % image.bands]
    pixels /= np.float32(_FULL_SCALE[image.format])
    return pixels
