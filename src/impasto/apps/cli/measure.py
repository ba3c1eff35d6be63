"""`impasto measure`: how much of the style a result has, how much of the photo, and what is wrong with its pixels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import Json, Offline, Quiet, go_offline
from impasto.apps.cli.streams import note, result_json, result_table

if TYPE_CHECKING:
    from impasto.measure import Scores


def measure(
    out: Path,
    /,
    *,
    content: Annotated[Path, Parameter(metavar="PHOTO")],
    style: Annotated[Path, Parameter(metavar="PAINTING")],
    judge: Annotated[str, Parameter(metavar="NAME")] = "mobilenet_v2",
    lpips: Annotated[str, Parameter(metavar="NAME")] = "alexnet",
    size: Annotated[int, Parameter(metavar="PIXELS")] = 512,
    style_scale: Annotated[float, Parameter(metavar="NUMBER")] = 1.0,
    device: str = "auto",
    offline: Offline = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Measure the result OUT against the photo and the painting it was made from.

    Style and content are judged by pretrained networks, which should not be the one that painted.

    Parameters
    ----------
    out
        The result.
    content
        The photo.
    style
        The painting.
    judge
        The network that judges the style: mobilenet_v2, efficientnet_lite0, alexnet, squeezenet1_1
        or vgg16.
    lpips
        The network that compares the content as people do (LPIPS): alexnet or vgg16.
    size
        The longer side at which the networks look; a smaller result is looked at as it is.
    style_scale
        The style's longer side over the result's, if it was painted with another than 1.
    device
        Where the networks run: auto, cpu, cuda, cuda:1, mps.
    offline
        Ask no source on the network; use only what was downloaded before.
    quiet
        Show no progress.
    json
        Write one JSON document.
    """
    go_offline(offline)
    from impasto import measure as measures
    from impasto.apps.cli.fetching import FetchDisplay

    with FetchDisplay(silent=quiet or json) as display:
        scores = measures.measure(
            out,
            content,
            style,
            judge=judge,
            lpips=lpips,
            size=size,
            style_scale=style_scale,
            device=device,
            offline=offline,
            progress=display,
        )
    if json:
        result_json({"result": str(out), **asdict(scores)}, indent=2)
        return
    result_table(("measure", "result", "photo", "how to read it"), rows(scores))
    if not quiet:
        _note_who_painted(out, scores)


def rows(scores: Scores) -> list[tuple[str, str, str, str]]:
    """The table: a measure, the result's value, the photo's, and what they mean."""
    periods = (f"{period}: {value:.2f} ({scores.photo_grid[period]:.2f})" for period, value in scores.grid.items())
    return [
        ("style distance, Gram", f"{scores.style_gram:.3f}", "1", f"0 the style itself; judged by {scores.judge}"),
        ("style distance, moments", f"{scores.style_moments:.3f}", "1", "0 the style itself"),
        ("content distance, LPIPS", f"{scores.content_lpips:.3f}", "0", f"judged by {scores.lpips_network}"),
        ("colours to the style's", f"{scores.colour_to_style:.1f}", "", "ΔE; 2.3 is just noticeable"),
        ("colours to the photo's", f"{scores.colour_to_content:.1f}", "0", "ΔE; 2.3 is just noticeable"),
        ("noise", f"{scores.noise:.2f}", f"{scores.photo_noise:.2f}", "levels of 255; brushwork counts too"),
        (
            "noise in flat areas",
            f"{scores.noise_in_flat_areas:.2f}",
            f"{scores.photo_noise_in_flat_areas:.2f}",
            "levels of 255",
        ),
        (
            "grid",
            f"{scores.relative_grid:.2f}",
            "1",
            f"times the photo's, above 1.3 it may show; by period (the photo's) {', '.join(periods)}",
        ),
        ("clipped", f"{scores.clipped:.1%}", f"{scores.photo_clipped:.1%}", "pixels with a channel at 0 or 255"),
    ]


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
