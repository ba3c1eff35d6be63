"""The page: what was studied, what came out by variant, the pictures, and every cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from impasto.studies.measures import measure_called
from impasto.studies.report.charts import Mark, colour, curves, scatter
from impasto.studies.report.markup import element, table, text
from impasto.studies.report.pictures import contact_sheet, shown_large
from impasto.studies.results import Results, Row, Summary, in_digits, pareto_front, summaries

HOW_TO_READ = (
    "Rows are pairs of a content and a style, columns are variants. Click a picture to enlarge it; point at it for "
    "its settings. Click the head of a column to sort by it."
)


def page(results: Results) -> str:
    """The whole page, with all it needs inside it."""
    colours = {name: colour(i, len(results.variants)) for i, name in enumerate(results.variants)}
    found = summaries(results)
    sections = [
        _summary(results, found, colours),
        _plot(results, found, colours),
        element("section", element("h2", "Pictures"), element("p", HOW_TO_READ), contact_sheet(results)),
        _curves(results, colours),
        _failures(results),
        _cells(results),
    ]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", text(results.about["title"])),
        element("style", _part("style.css")),
    )
    body = element("body", _about(results), *sections, shown_large(), element("script", _part("script.js")))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


@cache
def _part(name: str) -> str:
    return (files("impasto.studies.report") / name).read_text(encoding="utf-8")


def _about(results: Results) -> str:
    about = results.about
    states = [row.state for row in results.rows]
    facts = [
        f"{about['kind']} study of {len(results.variants)} variants on {len(results.pairs)} pairs",
        f"{states.count('done')} of {len(states)} cells done",
        *([f"{states.count('failed')} failed"] if "failed" in states else []),
        f"judged by {', '.join(about['judges'])}; content by LPIPS on {about['lpips']}",
        *([f"compared with {about['reference']}"] if about["reference"] else []),
    ]
    said = [element("h1", text(about["title"]))]
    if about["claim"]:
        source = element("cite", text(about["source"])) if about["source"] else ""
        said.append(element("blockquote", element("p", text(about["claim"])), source))
    said.append(element("p", text("; ".join(facts)), class_="facts"))
    if about["settings"]:
        settings = [element("li", element("code", text(f"{k} = {v}"))) for k, v in about["settings"].items()]
        said.append(element("details", element("summary", "Settings of every cell"), element("ul", *settings)))
    return element("header", *said)


def _heads(names: Sequence[str], columns: Sequence[str], suffix: str = "") -> list[str]:
    """Headings that sort: plain ones, then measures."""
    plain = [(name, "") for name in names]
    measured = [(f"{measure_called(name).title}{suffix}", measure_called(name).reading) for name in columns]
    return [
        element("th", element("button", text(title), type="button", class_="sort"), scope="col", title=reading or None)
        for title, reading in [*plain, *measured]
    ]


def _number(name: str, value: float | None) -> str:
    said = "" if value is None else f"{value:.6g}"
    return element("td", in_digits(name, value), class_="number", data_value=said)


def _swatch(colour: str) -> str:
    return element("span", class_="swatch", style=f"background:{colour}", aria_hidden="true")


def _summary(results: Results, found: Sequence[Summary], colours: dict[str, str]) -> str:
    reference = results.about["reference"]
    heads = [*_heads(["variant", "cells"], results.measures)]
    ratios = [name for name in results.measures if reference]
    heads += _heads([], ratios, " ×")
    rows = []
    for summary in found:
        name = element("th", _swatch(colours[summary.variant]), text(summary.variant), scope="row")
        cells = element("td", str(summary.done), class_="number", data_value=summary.done)
        medians = [_number(measure, summary.medians.get(measure)) for measure in results.measures]
        shares = [
            element(
                "td",
                "" if (share := summary.ratios.get(measure)) is None else f"×{share:.2f}",
                class_="number ratio",
                data_value="" if share is None else f"{share:.6g}",
            )
            for measure in ratios
        ]
        rows.append([name, cells, *medians, *shares])
    words = "Medians over the pairs."
    if reference:
        words += f" Columns with × are ratios to {reference}, the median of those pair by pair."
    body = table(heads, rows, class_="sortable")
    return element("section", element("h2", "By variant"), element("p", text(words)), _scrolled(body))


def _scrolled(body: str) -> str:
    return element("div", body, class_="scrolled", tabindex="0")


def _plot(results: Results, found: Sequence[Summary], colours: dict[str, str]) -> str:
    """Variants and cells between the first two objectives."""
    across, up = _objectives(results)
    measured = [s for s in found if across in s.medians and up in s.medians]
    points = [(s.medians[across], s.medians[up]) for s in measured]
    front = pareto_front(points)
    large = [
        Mark(x, y, colours[s.variant], f"{s.variant}: {across} {x:.3f}, {up} {y:.3f} (medians)", s.variant)
        for s, (x, y) in zip(measured, points, strict=True)
    ]
    small = [
        Mark(r.values[across], r.values[up], colours[r.variant], f"{r.variant}, {r.pair}")
        for r in results.rows
        if across in r.values and up in r.values
    ]
    drawn = scatter(small, large, front, measure_called(across).reading, measure_called(up).title + " distance")
    if not drawn:
        return ""
    words = (
        "Large dots are medians of variants, small ones their cells; lower and further left is better. No other "
        f"variant beats, in both at once: {', '.join(large[i].label for i in front)}."
    )
    title = element("h2", text(f"{measure_called(up).title.capitalize()} against {measure_called(across).title}"))
    return element("section", title, element("p", text(words)), drawn)


def _objectives(results: Results) -> tuple[str, str]:
    """What the plot has across and up."""
    names = [*results.about["objectives"], "content", "style"]
    up = names[0]
    return next(name for name in names[1:] if name != up), up


def _curves(results: Results, colours: dict[str, str]) -> str:
    """A drawing for every pair, a line for every variant."""
    drawings = []
    for pair in results.pairs:
        lines = {row.variant: row.curve for row in results.rows if row.pair == pair}
        drawn = curves(lines, colours, f"the objective by step on {pair}")
        if drawn:
            drawings.append(element("figure", drawn, element("figcaption", text(pair))))
    if not drawings:
        return ""
    legend = [element("li", _swatch(c), text(name)) for name, c in colours.items()]
    words = "The objective over that at the first step of its level; each level of the pyramid begins anew at 1."
    parts = [element("p", words), element("ul", *legend, class_="legend"), element("div", *drawings, class_="charts")]
    return element("section", element("h2", "Curves"), *parts)


def _failures(results: Results) -> str:
    failed = [row for row in results.rows if row.state == "failed"]
    if not failed:
        return ""
    said = [element("li", element("b", text(f"{row.variant}, {row.pair}: ")), text(row.error)) for row in failed]
    return element("section", element("h2", "Failed"), element("ul", *said, class_="failures"))


def _cells(results: Results) -> str:
    rows = [_cell(row, results) for row in results.rows]
    body = table(_heads(["variant", "pair", "state"], results.measures), rows, class_="sortable")
    return element("section", element("h2", "Every cell"), _scrolled(body))


def _cell(row: Row, results: Results) -> list[str]:
    words = [
        element("th", text(row.variant), scope="row"),
        element("td", text(row.pair)),
        element("td", text(row.state), title=row.error or None),
    ]
    return [*words, *(_number(name, row.values.get(name)) for name in results.measures)]
