"""HTML and SVG as strings, everything that comes from outside escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence

VOID = frozenset(("img", "input", "meta", "br", "line", "circle", "polyline", "path", "rect"))


def element(name: str, /, *children: str, **attributes: object) -> str:
    """An element. children: markup already. attributes: None and False are left out, True stands alone; an underscore
    stands for a hyphen, and one at the end is dropped (`class_`).
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in VOID and not children:
        return f"<{name}{said}/>"
    return f"<{name}{said}>{''.join(children)}</{name}>"


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return "" if value is False else f' {name}="{html.escape(str(value))}"'


def text(value: object) -> str:
    """Plain text as markup."""
    return html.escape(str(value), quote=False)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], **attributes: object) -> str:
    """A table of cells that are markup already (`<th>` or `<td>`)."""
    body = "".join(element("tr", *row) for row in rows)
    return element("table", element("thead", element("tr", *head)), element("tbody", body), **attributes)
