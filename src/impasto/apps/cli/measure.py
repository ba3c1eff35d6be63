"""`impasto measure`: how much of the style a result has, how much of the photo, and what is wrong with its pixels."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import Computing, go_offline
from impasto.apps.cli.seams import tell_seams
from impasto.apps.cli.streams import note, result_json, result_table
from impasto.apps.cli.telling import Progressing
from impasto.errors import InputError, PictureError

if TYPE_CHECKING:
    from impasto.measure import Scores


def measure(
    out: Path,
    /,
    *,
    content: Annotated[Path | None, Parameter(metavar="PHOTO")] = None,
    style: Annotated[Path | None, Parameter(metavar="PAINTING")] = None,
    judge: Annotated[str, Parameter(metavar="NAME")] = "mobilenet_v2",
    lpips: Annotated[str, Parameter(metavar="NAME")] = "alexnet",
    size: Annotated[int, Parameter(metavar="PIXELS")] = 512,
    style_scale: Annotated[float | None, Parameter(metavar="NUMBER")] = None,
    cfsd: Annotated[bool, Parameter(negative=())] = False,
    seams: Annotated[bool, Parameter(negative=())] = False,
    tile: Annotated[int | None, Parameter(metavar="PIXELS")] = None,
    computing: Computing = Computing(),
    telling: Progressing = Progressing(),
) -> None:
    """Measure the result OUT against the photo and the painting it was made from.

    Style and content are judged by pretrained networks, which should not be the one that painted. A picture that
    Impasto painted says itself what it was made from; if that is still there, OUT alone will do.

    Parameters
    ----------
    out
        The result.
    content
        The photo; without it, the one in the recipe of OUT.
    style
        The painting; without it, the one in the recipe of OUT.
    judge
        The network that judges the style: mobilenet_v2, efficientnet_lite0, alexnet, squeezenet1_1
        or vgg16.
    lpips
        The network that compares the content as people do (LPIPS): alexnet or vgg16.
    size
        The longer side at which the networks look; a smaller result is looked at as it is.
    style_scale
        The style's longer side over the result's, as it was painted with; without it 1, or what the recipe says if the
        painting is taken from there.
    cfsd
        Measure the content distance CFSD too, for which VGG-16 is downloaded once (59 MB).
    seams
        Measure only how far seams stand out where OUT, a texture, is laid side by side with itself.
    tile
        Measure only how far the borders of tiles of this side stand out.
    computing.device
        Where the networks run: auto, cpu, cuda, cuda:1, mps.
    computing, telling
        The panels.
    """
    if seams or tile is not None:
        if content is not None or style is not None or cfsd:
            raise InputError(
                "seams and tiles are looked for in the result alone: leave out --content, --style and --cfsd"
            )
        tell_seams(out, goes_around=seams, tile=tile, json=telling.json)
        return
    go_offline(computing.offline)
    from impasto import measure as measures
    from impasto.apps.cli.fetching import FetchDisplay

    compared = compared_with(out, content, style, style_scale)
    if content is None or style is None:
        telling.note(f"compared with {compared.content} and {compared.style}, as the recipe in {out} says")
    with FetchDisplay(silent=telling.silent) as display:
        scores = measures.measure(
            out,
            compared.content,
            compared.style,
            judge=judge,
            lpips=lpips,
            size=size,
            style_scale=compared.style_scale,
            cfsd=cfsd,
            device=computing.device,
            offline=computing.offline,
            progress=display,
        )
    if telling.json:
        result_json({"result": str(out), **asdict(scores)}, indent=2)
        return
    result_table(("measure", "result", "photo", "how to read it"), rows(scores))
    if not telling.quiet:
        _note_who_painted(out, scores)


@dataclass(frozen=True)
class Compared:
    """What a result is measured against. style_scale: the style's longer side over the result's."""

    content: Path
    style: Path
    style_scale: float


NEEDED = {
    "content": "--content PHOTO, for the content distance and what the photo itself has of noise, grid and clipping",
    "style": "--style PAINTING, for the style distance",
}
"""The options that a picture without a recipe needs, and for which scores; the colours are compared with both."""


def compared_with(out: Path, content: Path | None, style: Path | None, style_scale: float | None) -> Compared:
    """What was given, and the rest from the recipe in `out`.

    Raises PictureError if `out` cannot be read, InputError if something is needed and not found.
    """
    from impasto.runs import Recipe

    if content is not None and style is not None:
        return Compared(content, style, 1.0 if style_scale is None else style_scale)
    try:
        recipe = Recipe.read(out)
    except PictureError:
        raise
    except InputError as error:
        missing = [NEEDED[name] for name, given in (("content", content), ("style", style)) if given is None]
        raise InputError(f"{error}. Give {', and '.join(missing)}.") from None
    styles = [name for name in recipe.job.inputs if name.rstrip("0123456789").endswith("style") and "mask" not in name]
    if style is None and len(styles) != 1:
        raise InputError(f"{out} was painted from {len(styles)} styles: name the one to measure against with --style")
    painted_with = getattr(recipe.job, "style_scale", 1.0) if style is None else 1.0
    scale = painted_with if style_scale is None else style_scale
    return Compared(content or recipe.find("content"), style or recipe.find(styles[0]), scale)


ALL_SCALES = 5
"""Of multi-scale structural similarity, where the picture has room for them."""


def rows(scores: Scores) -> list[tuple[str, str, str, str]]:
    """The table: a measure, the result's value, the photo's, and what they mean."""
    return [
        ("style distance, Gram", f"{scores.style_gram:.3f}", "1", f"0 the style itself; judged by {scores.judge}"),
        ("style distance, moments", f"{scores.style_moments:.3f}", "1", "0 the style itself"),
        ("content distance, LPIPS", f"{scores.content_lpips:.3f}", "0", f"judged by {scores.lpips_network}"),
        ("content, MS-SSIM", f"{scores.content_ms_ssim:.3f}", "1", _of_scales(scores)),
        *_cfsd_rows(scores),
        ("colours to the style's", f"{scores.colour_to_style:.1f}", "", "ΔE; 2.3 is just noticeable"),
        ("colours to the photo's", f"{scores.colour_to_content:.1f}", "0", "ΔE; 2.3 is just noticeable"),
        ("noise", f"{scores.noise:.2f}", f"{scores.photo_noise:.2f}", "levels of 255; brushwork counts too"),
        (
            "noise in flat areas",
            f"{scores.noise_in_flat_areas:.2f}",
            f"{scores.photo_noise_in_flat_areas:.2f}",
            "levels of 255",
        ),
        _grid_row(scores),
        (
            "clipped",
            f"{scores.clipped:.1%}",
            f"{scores.photo_clipped:.1%}",
            f"pixels with a channel at 0 or 255; the painting has {scores.painting_clipped:.1%}",
        ),
    ]


def _of_scales(scores: Scores) -> str:
    """What structural similarity means, and how much of it was seen."""
    meaning = "light and dark; 1 the photo, 0 nothing in common"
    if scores.ms_ssim_scales == ALL_SCALES:
        return meaning
    return f"{meaning}; so small a picture has {scores.ms_ssim_scales} of {ALL_SCALES} scales"


def _cfsd_rows(scores: Scores) -> list[tuple[str, str, str, str]]:
    if scores.content_cfsd is None:
        return []
    return [
        ("content distance, CFSD", f"{scores.content_cfsd:.3f}", "0", "what is alike and unlike within the picture")
    ]


def _grid_row(scores: Scores) -> tuple[str, str, str, str]:
    if scores.relative_grid is None:
        return "grid", "–", "–", "needs a picture of 96 pixels at least on its shorter side"
    periods = (f"{period}: {value:.2f} ({scores.photo_grid[period]:.2f})" for period, value in scores.grid.items())
    reading = f"times the photo's, above 1.3 it may show; by period (the photo's) {', '.join(periods)}"
    return "grid", f"{scores.relative_grid:.2f}", "1", reading


def _note_who_painted(out: Path, scores: Scores) -> None:
    """Say so if the recipe in the picture names the judge's own network."""
    from impasto.measure import JUDGES

    painter = painter_of(out)
    if painter is not None and painter == JUDGES[scores.judge].backbone:
        note(f"{painter} painted this picture and judges it too: its style distance says little; take another --judge")


def painter_of(picture: Path) -> str | None:
    """The network that the recipe in `picture` names, None without a recipe that names one."""
    import json

    from impasto.pictures import read_recipe

    try:
        recipe = json.loads(read_recipe(picture) or "{}")
    except ValueError:
        return None
    job = recipe.get("job") if isinstance(recipe, dict) else None
    backbone = job.get("backbone") if isinstance(job, dict) else None
    return backbone if isinstance(backbone, str) else None
