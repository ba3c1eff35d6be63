"""What is written where: results on the standard output, everything else on the standard error stream."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any


def result(line: str) -> None:
    """Write one line of result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def result_json(value: Any, *, indent: int | None = None) -> None:
    """Write a value as JSON: one line of it, or indented for a whole document."""
    result(json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False))


def note(line: str) -> None:
    """Write one line beside the result."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def result_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, gap: int = 3, fold_last: bool = False
) -> None:
    """Write rows under headings, if there are any: as wide as the terminal allows, and never cut where nobody looks.

    gap: blanks between columns. fold_last: on a narrow terminal fold the last column alone, where there is text, and
    no names.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=any(columns), pad_edge=False, header_style="bold", padding=(0, gap, 0, 0))
    for i, column in enumerate(columns, start=1):
        table.add_column(column, overflow="fold", no_wrap=fold_last and i < len(columns))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 10_000)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        result(line.rstrip())


def in_words(count: int) -> str:
    """A number of bytes as people say it: `80.1 MB`."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
