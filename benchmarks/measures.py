"""What the measures say of pictures whose answer is known: the tables of docs/explanation/measures.md.

Photographs and paintings are the samples, 384 pixels wide. No painting is done; about half a minute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.measure import (
    JUDGES,
    grid_energy,
    load_content_structure,
    load_lpips,
    ms_ssim,
    noise_everywhere,
    noise_in_flat_areas,
    style_distance,
)
from impasto.pictures import Picture, Size, resize
from impasto.pictures.samples import PHOTOGRAPHS, paint_sample, sample_photograph
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def main() -> None:
    photos = {}
    for name in PHOTOGRAPHS:
        photo = sample_photograph(name)
        photos[name] = resize(photo, *Size(longest=384).fit(photo.width, photo.height))
    of_pixels(photos)
    of_judges(photos["cat"])
    of_content(photos["cat"])


def of_pixels(photos: dict[str, Picture]) -> None:
    print("grid at 2, 4, 8 and 16 pixels, noise, noise in flat areas")
    for name, photo in photos.items():
        tell(name, photo)
    photo = photos["coffee"]
    rows, columns = np.mgrid[: photo.height, : photo.width]
    for amplitude in (1, 2, 4):
        wave = amplitude / 255 * np.cos(np.pi * rows / 2) * np.cos(np.pi * columns / 2)
        tell(f"coffee + 4-pixel lattice of ±{amplitude}", clipped(photo.pixels + wave))
    for deviation in (2, 8):
        noise = np.random.default_rng(0).normal(0, deviation / 255, photo.pixels.shape)
        tell(f"coffee + noise of {deviation}", clipped(photo.pixels + noise))


def tell(name: str, picture: Picture) -> None:
    values = *grid_energy(picture).values(), noise_everywhere(picture), noise_in_flat_areas(picture)
    print(f"  {name:32}" + "".join(f"{value:8.2f}" for value in values))


def clipped(pixels: NDArray[np.floating]) -> Picture:
    return Picture(np.clip(pixels, 0, 1).astype(np.float32))


def of_judges(photo: Picture) -> None:
    painting = paint_sample("swirl", width=photo.width, height=photo.height)
    content, style = to_tensor(photo), to_tensor(painting)
    between = [content.lerp(style, share) for share in SHARES]
    print("style distance (Gram / moments) on the way from the cat to the swirl:", *SHARES)
    for name, judge in JUDGES.items():
        network = load_backbone(judge.backbone, precision="fp32", device="cpu")
        seen = [style_distance(image, content, style, network, judge.layers) for image in between]
        print(f"  {name:20}", *(f"{s.gram:.2f}/{s.moments:.2f}" for s in seen))
    for name in ("alexnet", "vgg16"):
        lpips = load_lpips(name, device="cpu")
        print(f"  LPIPS {name:14}", *(f"{lpips(image, content):.3f}" for image in between))


def of_content(photo: Picture) -> None:
    """What is left of the photo, on the way to the painting and where it is harmed in one way only."""
    painting = paint_sample("swirl", width=photo.width, height=photo.height)
    structure = load_content_structure(device="cpu")
    noise = np.random.default_rng(0).normal(0, 0.1, photo.pixels.shape)
    small = resize(photo, photo.width // 8, photo.height // 8)
    others = {f"{share:g} of the swirl": photo.pixels + share * (painting.pixels - photo.pixels) for share in SHARES}
    others["brighter by 0.1"] = photo.pixels + 0.1
    others["noise of 25 levels"] = photo.pixels + noise
    others["an eighth of the detail"] = resize(small, photo.width, photo.height).pixels
    others["moved by 8 pixels"] = np.roll(photo.pixels, 8, axis=2)
    others["its negative"] = 1 - photo.pixels
    others["grey"] = np.full_like(photo.pixels, 0.5)
    print("MS-SSIM, CFSD of the cat against itself")
    for name, pixels in others.items():
        harmed = clipped(pixels)
        print(f"  {name:24}{ms_ssim(harmed, photo):8.3f}{structure(to_tensor(harmed), to_tensor(photo)):8.3f}")


if __name__ == "__main__":
    main()
