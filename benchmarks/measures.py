"""What the measures say of pictures whose answer is known: the tables of docs/explanation/measures.md.

Photographs and paintings are the samples, 384 pixels wide. No painting is done; about half a minute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.measure import JUDGES, grid_energy, load_lpips, noise_everywhere, noise_in_flat_areas, style_distance
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


if __name__ == "__main__":
    main()
