"""The function calls: from pictures to a picture in one line."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import InputError
from impasto.pictures import Picture, parse_size, write_picture
from impasto.pictures.metadata import Kept
from impasto.pictures.write import Profile
from impasto.runs.events import RunEvent, Warned
from impasto.runs.execution import execute
from impasto.runs.folder import Run
from impasto.runs.recipe import recipe_of
from impasto.runs.settings import build_job
from impasto.solve import Event, Finished, Noted, Step
from impasto.tasks import Job, StylizeJob
from impasto.tasks.job import picture_source
from impasto.tasks.plan import plan

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, eq=False)
class Result:
    """What painting gave.

    picture: float32 pixels, as painted, with the content's transparency.
    losses: each term at the end, as it counted. warnings: what looks wrong, in plain words.
    run: its folder on the disk; None if it was not kept. recipe: JSON, what `save` embeds.
    """

    picture: Picture = field(repr=False)
    losses: Mapping[str, float]
    warnings: tuple[str, ...]
    run: Run | None
    recipe: str = field(repr=False)

    @property
    def image(self) -> NDArray[np.uint8]:
        """The picture as uint8 [H, W, 3], or [H, W, 4] with alpha, sRGB."""
        planes = self.picture.pixels
        if self.picture.alpha is not None:
            planes = np.concatenate([planes, self.picture.alpha[None]])
        levels = np.rint(np.clip(planes, 0, 1) * np.float32(255)).astype(np.uint8)
        return np.ascontiguousarray(np.moveaxis(levels, 0, -1))

    def pil(self) -> Image.Image:
        """The picture for Pillow. Raises InputError if Pillow is not installed."""
        try:
            from PIL import Image
        except ImportError:
            raise InputError("Pillow is not installed; get it with: pip install pillow") from None
        return Image.fromarray(self.image)

    def save(
        self,
        path: str | PathLike[str],
        *,
        quality: int = 95,
        depth: int | None = None,
        profile: Profile = "photo",
        metadata: Kept = "public",
    ) -> None:
        """Write the picture with its recipe, see `impasto.pictures.write_picture`. Raises OutputError.

        With the metadata `none` the recipe is left out too.
        """
        recipe = None if metadata == "none" else self.recipe
        options: dict[str, Any] = {"quality": quality, "depth": depth, "profile": profile, "metadata": metadata}
        write_picture(self.picture, path, recipe=recipe, **options)


def stylize(
    content: object,
    styles: object,
    *,
    size: int | str | tuple[int, int] | EllipsisType | None = ...,
    preset: str = "default",
    strength: float | EllipsisType | None = ...,
    seed: int = 0,
    output: str | PathLike[str] | None = None,
    progress: Callable[[Event | RunEvent], None] | None = None,
    keep_run: bool = True,
    **settings: Any,
) -> Result:
    """Paint `content` in the manner of `styles` and return the result.

    content, styles: paths, Pictures, Pillow images, arrays or tensors, see `impasto.pictures.picture_from`; one style
        or a list of them.
    size: the longer side, or (width, height); None keeps the content's.
    strength: 0 (the photo) … 1 (all style); None takes the losses' own weights. `...` here and for the size takes
        what the preset says.
    output: a file to write the result to. progress: called with every event.
    keep_run: keep the run's folder, from which it can be shown and repeated, and resumed after an interruption.
    settings: further fields of `StylizeJob`, or of their tables by address: `backbone="vgg16"`, `optimizer=Adam()`,
        `**{"losses.gram.weight": 3}`.

    Raises the errors of `impasto.errors`: InputError, WeightsError, SolveError.
    """
    flags = {**_pictures(content, styles, size), "seed": seed, **settings}
    if not isinstance(strength, EllipsisType):
        flags["strength"] = "none" if strength is None else strength
    job = build_job("stylize", preset=preset, flags=flags)
    job.check()
    job.weights_used()
    if isinstance(job, StylizeJob):
        job = job.fitted(plan(job, given=("history", "history_in") if "optimizer" in settings else ()))
    return _carried_out(job, output, progress, keep_run)


def stylize_fast(
    content: object,
    styles: object = (),
    *,
    network: str | PathLike[str] | None = None,
    size: int | str | tuple[int, int] | EllipsisType | None = ...,
    strength: float = 1.0,
    output: str | PathLike[str] | None = None,
    progress: Callable[[Event | RunEvent], None] | None = None,
    keep_run: bool = True,
    **settings: Any,
) -> Result:
    """Paint `content` in one pass and return the result, which has no losses.

    It is painted in the manner of `styles` (AdaIN); or with `network`, a file that `impasto fast train` wrote, or the
    name of a network that comes with Impasto.

    strength: 0, which is nearly the photo, to 1, all style. settings: further fields of `AdaINJob`, or of
    `StyleNetworkJob`. All else, and what is raised: see `stylize`.
    """
    flags = {**_pictures(content, styles, size), "strength": strength, **settings}
    if network is not None:
        if flags.pop("styles"):
            raise InputError("give styles or a network, not both: a network paints in the style it was trained for")
        flags["network"] = str(network)
    job = build_job("adain" if network is None else "style-network", preset=None, flags=flags)
    job.check()
    job.weights_used()
    return _carried_out(job, output, progress, keep_run)


def _pictures(
    content: object, styles: object, size: int | str | tuple[int, int] | EllipsisType | None
) -> dict[str, Any]:
    """The settings of a job that say what is painted from what, and how large; a size of `...` is not given."""
    several = styles if isinstance(styles, list | tuple) else [styles]
    given = {} if isinstance(size, EllipsisType) else {"size": "none" if size is None else str(parse_size(size))}
    return {"content": picture_source(content), "styles": [picture_source(style) for style in several], **given}


def _carried_out(
    job: Job,
    output: str | PathLike[str] | None,
    progress: Callable[[Event | RunEvent], None] | None,
    keep_run: bool,
) -> Result:
    """Make a run of a job and carry it out; its folder vanishes unless it is kept."""
    with nullcontext() if keep_run else tempfile.TemporaryDirectory(prefix="impasto-") as home:
        run = Run.create(
            job, output=None if output is None else Path(output), home=None if home is None else Path(home)
        )
        return _painted(run, progress, keep_run)


def _painted(run: Run, progress: Callable[[Event | RunEvent], None] | None, keep_run: bool) -> Result:
    """Carry out a run and gather what it tells."""
    image, losses, warnings = None, {}, []
    with closing(execute(run)) as events:
        for event in events:
            if progress is not None:
                progress(event)
            if isinstance(event, Step):
                losses = dict(event.losses)
            elif isinstance(event, Warned) or (isinstance(event, Noted) and event.warning):
                warnings.append(event.text)
            elif isinstance(event, Finished):
                image = event.image
                warnings += event.warnings
    assert image is not None
    return Result(run.job.picture(image), losses, tuple(warnings), run if keep_run else None, recipe_of(run))
