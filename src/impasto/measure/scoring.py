"""All measures of one result at once."""

from __future__ import annotations

from typing import Any, TypedDict

import torch
from torch import Tensor

from impasto.artefacts import ProgressCallback
from impasto.errors import InputError, PictureError
from impasto.measure.cfsd import load_content_structure
from impasto.measure.clipping import clipped_share
from impasto.measure.colour import colour_distance
from impasto.measure.grid import grid_energy, has_room, relative_grid
from impasto.measure.judges import DEFAULT_JUDGE, JUDGES
from impasto.measure.lpips import DEFAULT_LPIPS, LPIPS_NETWORKS, load_lpips
from impasto.measure.noise import noise_everywhere, noise_in_flat_areas
from impasto.measure.scores import Scores
from impasto.measure.structural_similarity import ms_ssim, scales_of
from impasto.measure.style import StyleDistance, style_distance
from impasto.pictures import Picture, Size, composite, picture_from, resize
from impasto.weights import load_backbone

DEFAULT_SIZE = 512

SHAPE_TOLERANCE = 0.02
"""By how much the ratio of width to height may differ between the result and the photo."""


def measure(
    out: object,
    content: object,
    style: object,
    *,
    judge: str = DEFAULT_JUDGE,
    lpips: str = DEFAULT_LPIPS,
    size: int = DEFAULT_SIZE,
    style_scale: float = 1.0,
    cfsd: bool = False,
    device: str = "auto",
    offline: bool = False,
    progress: ProgressCallback | None = None,
) -> Scores:
    """Measure a result against the photo and the painting it was made from.

    out, content, style: paths, Pictures, Pillow images, arrays or tensors, see `impasto.pictures.picture_from`.
    Transparency is composited as for painting. The photo is brought to the size of the result.
    judge: a name of `JUDGES`; it should not be the network that painted. lpips: a name of `LPIPS_NETWORKS`.
    size: the longer side in pixels at which the networks look; a smaller result is looked at as it is.
    style_scale: the longer side of the style over that of the result, as it was painted with.
    cfsd: measure that too, which needs the weights `vgg16.torchvision`; otherwise it is None.
    device: where the networks run, `auto` takes a GPU if there is one. The convolutions are fp32.

    Raises UnknownNameError for a judge that is not there, InputError and PictureError for pictures that cannot be
    compared, WeightsError if weights cannot be had.
    """
    LPIPS_NETWORKS[lpips], JUDGES[judge]
    if not 0 < style_scale <= 8:
        raise InputError(f"style_scale must lie above 0 and up to 8, not {style_scale}")
    painted, photo, painting = (composite(picture_from(source)) for source in (out, content, style))
    photo = _like(photo, painted)
    of_pixels = _of_pixels(painted, photo, painting)
    small = _shrunk(painted, size)
    small_photo = resize(photo, small.width, small.height)
    images = _tensor(small), _tensor(small_photo)
    longer = Size(longest=max(1, round(max(small.width, small.height) * style_scale)))
    strokes = _tensor(resize(painting, *longer.fit(painting.width, painting.height)))
    where: _Where = {"device": device, "offline": offline, "progress": progress}
    taken = _style(*images, strokes, judge, where)
    return Scores(
        judge=judge,
        lpips_network=lpips,
        width=painted.width,
        height=painted.height,
        judged_width=small.width,
        judged_height=small.height,
        style_gram=taken.gram,
        style_moments=taken.moments,
        content_lpips=load_lpips(lpips, **where)(*images),
        content_ms_ssim=ms_ssim(small, small_photo),
        ms_ssim_scales=scales_of(small.width, small.height),
        content_cfsd=load_content_structure(**where)(*images) if cfsd else None,
        **of_pixels,
    )


class _Where(TypedDict):
    """Where networks run, and whence their weights come."""

    device: str
    offline: bool
    progress: ProgressCallback | None


def _of_pixels(painted: Picture, photo: Picture, painting: Picture) -> dict[str, Any]:
    """What is measured at the full size, by the names of `Scores`."""
    pictures = {"": painted, "photo_": photo}
    grids = {name: grid_energy(picture) for name, picture in pictures.items() if has_room(picture)}
    return {
        "colour_to_style": colour_distance(painted, painting),
        "colour_to_content": colour_distance(painted, photo),
        **{f"{name}noise": noise_everywhere(picture) for name, picture in pictures.items()},
        **{f"{name}noise_in_flat_areas": noise_in_flat_areas(picture) for name, picture in pictures.items()},
        **{f"{name}grid": grids.get(name, {}) for name in pictures},
        "relative_grid": relative_grid(grids[""], grids["photo_"]) if grids else None,
        "clipped": clipped_share(painted),
        "photo_clipped": clipped_share(photo),
        "painting_clipped": clipped_share(painting),
    }


def _style(out: Tensor, content: Tensor, style: Tensor, judge: str, where: _Where) -> StyleDistance:
    spec = JUDGES[judge]
    network = load_backbone(spec.backbone, precision="fp32", **where)
    for image in (out, style):
        network.check_size(image.shape[-1], image.shape[-2], spec.layers)
    return style_distance(out, content, style, network, spec.layers)


def _like(photo: Picture, painted: Picture) -> Picture:
    """The photo at the size of the result. Raises PictureError if their shapes say that they do not belong together."""
    shape, wanted = photo.width / photo.height, painted.width / painted.height
    if abs(shape / wanted - 1) > SHAPE_TOLERANCE:
        raise PictureError(
            f"the content is {photo.width}×{photo.height} and the result {painted.width}×{painted.height}: "
            "they are of different shapes, so their content cannot be compared place by place. "
            "Give the photo that the result was painted from, cropped as it was."
        )
    return resize(photo, painted.width, painted.height)


def _shrunk(picture: Picture, size: int) -> Picture:
    """The picture with a longer side of `size` at most."""
    if max(picture.width, picture.height) <= size:
        return picture
    return resize(picture, *Size(longest=size).fit(picture.width, picture.height))


def _tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(picture.pixels.copy())[None]
