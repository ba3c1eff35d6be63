"""The contact sheet: every picture of a study embedded in the page, to be enlarged by a click."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from impasto.errors import ImpastoError
from impasto.pictures import Size, composite, read_picture, resize, write_picture
from impasto.studies.measures import MEASURES
from impasto.studies.report.charts import spark
from impasto.studies.report.markup import element, table, text
from impasto.studies.results import Results, Row, in_digits

INPUT_SIDE = 480
INPUT_QUALITY = 80
BENEATH = ("style", "content")
"""The measures that stand under a picture."""


def contact_sheet(results: Results) -> str:
    """Rows are pairs, columns the content, the style and every variant."""
    inputs = {path: embedded(path) for row in results.rows for path in (row.content, row.style)}
    heads = [element("th", word, scope="col") for word in ("pair", "content", "style")]
    heads += [element("th", text(variant), scope="col") for variant in results.variants]
    rows = []
    for pair in results.pairs:
        first = next(row for row in results.rows if row.pair == pair)
        given = [element("td", _image(inputs[path], path.stem)) for path in (first.content, first.style)]
        painted = [_cell(results.row(variant, pair)) for variant in results.variants]
        rows.append([element("th", text(pair), scope="row"), *given, *painted])
    return element("div", table(heads, rows, class_="sheet"), class_="scrolled", tabindex="0")


def shown_large() -> str:
    """The dialog in which a picture is enlarged; the page's script fills it."""
    close = element("button", "×", type="button", class_="close", aria_label="close")
    return element("dialog", close, element("img", alt=""), element("pre"), id="large", aria_label="enlarged picture")


def _cell(row: Row | None) -> str:
    if row is None:
        return element("td")
    if row.picture is None:
        return element("td", element("span", text(row.state), title=row.error or None, class_=f"state {row.state}"))
    words = "  ".join(f"{MEASURES[name].title} {in_digits(name, row.values.get(name))}" for name in BENEATH)
    told = _told(row)
    source = _data_uri(row.picture.read_bytes())
    parts = [_image(source, f"{row.variant}, {row.pair}", told), element("small", text(words)), spark(row.curve)]
    return element("td", *parts, data_cell=row.id)


def _told(row: Row) -> str:
    """The settings and measures of a cell, a line each."""
    settings = [f"{address} = {value}" for address, value in row.settings.items()]
    measured = [f"{MEASURES[n].title if n in MEASURES else n}: {in_digits(n, v)}" for n, v in row.values.items()]
    return "\n".join([row.variant, row.pair, "", *settings, "", *measured])


def _image(source: str, name: str, told: str = "") -> str:
    """A button with a picture on it."""
    image = element("img", src=source, alt=name, loading="lazy")
    return element("button", image, type="button", class_="enlarge", title=told or name)


def embedded(path: Path) -> str:
    """A content or a style as a data URI, small; nothing if it cannot be read any more."""
    try:
        picture = composite(read_picture(path))
        longer = min(INPUT_SIDE, max(picture.width, picture.height))
        small = resize(picture, *Size(longest=longer).fit(picture.width, picture.height))
        with tempfile.TemporaryDirectory(prefix="impasto-") as place:
            write_picture(small, Path(place) / "small.webp", quality=INPUT_QUALITY)
            return _data_uri((Path(place) / "small.webp").read_bytes())
    except ImpastoError:
        return "data:,"


def _data_uri(data: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"
