"""What measuring gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scores:
    """The measures of one result; docs/explanation/measures.md says how to read them.

    judge, lpips_network: who looked. width, height: of the result. judged_width, judged_height: at which the networks
    looked at it; what is about pixels is measured at the full size.

    style_gram, style_moments: 1 no style taken, 0 the style itself. content_lpips: 0 the photo itself, about 0.7 is
    unrecognisable. content_ms_ssim: 1 the photo's light and dark, 0 nothing of it, over ms_ssim_scales scales of 5.
    content_cfsd: 0 the photo's structure, no upper bound; None if not asked for. colour_to_style, colour_to_content:
    ΔE*ab. noise…: levels of 255. grid, photo_grid: by period in pixels, about 1 is no lattice; empty for a side under
    96 pixels. relative_grid: over the photo's, where that is largest; above 1.3 it may show; None where there is no
    grid. clipped…: shares, 0 … 1. The `photo_…` are the photo's own, at the result's size, `painting_clipped` the
    painting's.
    """

    judge: str
    lpips_network: str
    width: int
    height: int
    judged_width: int
    judged_height: int
    style_gram: float
    style_moments: float
    content_lpips: float
    content_ms_ssim: float
    ms_ssim_scales: int
    content_cfsd: float | None
    colour_to_style: float
    colour_to_content: float
    noise: float
    photo_noise: float
    noise_in_flat_areas: float
    photo_noise_in_flat_areas: float
    grid: Mapping[int, float]
    photo_grid: Mapping[int, float]
    relative_grid: float | None
    clipped: float
    photo_clipped: float
    painting_clipped: float
