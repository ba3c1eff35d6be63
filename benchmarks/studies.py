"""Pages of finished studies: the claim, what was measured, one sheet of pictures, and a verdict.

    impasto explore learning-rate
    python benchmarks/studies.py learning-rate --page docs/studies --verdict "…"

The verdict is a text, or a file that holds it (`--verdict verdict.md`); of several studies, a folder with a file
`NAME.md` for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from impasto.pictures import Picture, read_picture, write_picture
from impasto.pictures.sheet import contact_sheet
from impasto.studies import StudyFolder, read_results, summaries
from impasto.studies.measures import measure_called
from impasto.studies.results import Results, Row, Summary, in_digits, pareto_front

LARGEST_SHEET = 400_000
QUALITIES = (85, 75, 65, 55, 45)
CELLS = (240, 200, 160, 128, 96)
LEFT_OUT = ("seconds", "steps", "clipped", "loss")
"""Measures that say little across variants, or depend on the machine."""

PAGE = """# {title}

> {claim}
{source}
{verdict}

Medians over {pairs} pairs ({names}){settings}.{reference} Judged by {judges}, content by LPIPS on {lpips}.
`style`: 0 the style itself, 1 the photo; `content`: 0 the photo itself
([what the measures mean](../explanation/measures.md)).

{table}

In both at once, no other variant beats: {front}.{failed}

![{title}: every pair in every variant]({name}.jpg)

Made by `impasto explore {name}` and `benchmarks/studies.py`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="of finished studies")
    parser.add_argument("--page", type=Path, required=True, metavar="FOLDER", help="where the pages go")
    parser.add_argument("--verdict", default="", metavar="TEXT", help="or a file, or a folder of NAME.md")
    options = parser.parse_args()
    options.page.mkdir(parents=True, exist_ok=True)
    for folder in options.folders:
        results = read_results(StudyFolder(folder.absolute()))
        name = results.about["name"]
        size = write_sheet(results, options.page / f"{name}.jpg")
        text = page(results, verdict_of(options.verdict, name))
        (options.page / f"{name}.md").write_text(text, encoding="utf-8")
        print(f"{options.page / name}.md, with a sheet of {size:,} bytes", flush=True)


def verdict_of(said: str, name: str) -> str:
    """The text itself, or that of the file or of the folder's file for this study."""
    try:
        path = Path(said) / f"{name}.md" if said and Path(said).is_dir() else Path(said)
        return path.read_text(encoding="utf-8").strip() if said and path.is_file() else said
    except OSError:  # a text longer than any file's name
        return said


def page(results: Results, verdict: str) -> str:
    """The page of one study."""
    about, found = results.about, summaries(results)
    measures = [name for name in results.measures if name not in LEFT_OUT]
    failed = [row for row in results.rows if row.state == "failed"]
    settings = ", ".join(f"`{key}` = {value}" for key, value in about["settings"].items() if key in ("size", "steps"))
    reference = about["reference"]
    return PAGE.format(
        name=about["name"],
        title=about["title"],
        claim=about["claim"] or "No claim.",
        source=f">\n> {about['source']}\n" if about["source"] else "",
        verdict=f"**Found:** {verdict}" if verdict else "",
        pairs=len(results.pairs),
        names=", ".join(results.pairs),
        settings=f", {settings}" if settings else "",
        reference=f" × is the ratio to {reference}, the median of those pair by pair." if reference else "",
        judges=" and ".join(about["judges"]),
        lpips=about["lpips"],
        table=table(found, measures, bool(reference)),
        front=", ".join(front_of(found)),
        failed=f" {len(failed)} of {len(results.rows)} cells failed." if failed else "",
    )


def table(found: Sequence[Summary], measures: Sequence[str], compared: bool) -> str:
    """A line to a variant."""
    heads = ["variant", *(measure_called(name).title for name in measures)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for summary in found:
        cells = [summary.variant]
        for name in measures:
            ratio = summary.ratios.get(name)
            shown = in_digits(name, summary.medians.get(name))
            cells.append(f"{shown} (×{ratio:.2f})" if compared and ratio is not None else shown)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def front_of(found: Sequence[Summary]) -> list[str]:
    """The variants that none beats in style and content at once."""
    measured = [s for s in found if "style" in s.medians and "content" in s.medians]
    points = [(s.medians["content"], s.medians["style"]) for s in measured]
    return [measured[i].variant for i in pareto_front(points)]


def write_sheet(results: Results, path: Path) -> int:
    """Every pair in every variant as a JPEG small enough for a page; its size in bytes."""
    heads = ["content", "style", *results.variants]
    rows, labels = [], []
    for pair in results.pairs:
        found = [results.row(variant, pair) for variant in results.variants]
        first = next(row for row in found if row is not None)
        rows.append([read_picture(first.content), read_picture(first.style), *(picture_of(row) for row in found)])
        labels.append([*heads[:2], *(label(row, variant) for row, variant in zip(found, heads[2:], strict=True))])
    for cell, quality in zip(CELLS, QUALITIES, strict=True):
        write_picture(contact_sheet(rows, labels=labels, cell=cell), path, quality=quality)
        if path.stat().st_size < LARGEST_SHEET:
            break
    return path.stat().st_size


def picture_of(row: Row | None) -> Picture | None:
    """The result of a cell, if it is there."""
    return read_picture(row.picture) if row is not None and row.picture is not None else None


def label(row: Row | None, variant: str) -> str:
    """The words beneath a picture."""
    if row is None or "style" not in row.values:
        return f"{variant}\n{row.state if row else ''}"
    return f"{variant}\nstyle {row.values['style']:.2f}  content {row.values['content']:.2f}"


if __name__ == "__main__":
    main()
