"""Results as tables for other programs: CSV, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.errors import OutputError
from impasto.runs.files import placed_whole, write_text
from impasto.studies.results import Results, Row, summaries

Table = Sequence[Mapping[str, Any]]


def results_table(results: Results) -> Table:
    """A row for every cell: its variant, pair, settings and measures, all rows with the same columns."""
    axes = list(dict.fromkeys(name for row in results.rows for name in row.shown))
    return [_record(row, axes, results) for row in results.rows]


def _record(row: Row, axes: Sequence[str], results: Results) -> dict[str, Any]:
    return {
        "cell": row.id,
        "variant": row.variant,
        "pair": row.pair,
        "state": row.state,
        **{f"set {name}": row.shown.get(name) for name in axes},
        **{name: row.values.get(name) for name in results.measures},
        "error": row.error or None,
        "run": None if row.run is None else row.run.relative_to(results.folder).as_posix(),
    }


def summary_table(results: Results) -> Table:
    """A row for every variant: medians over the pairs, and ratios to the reference."""
    reference = results.about["reference"]
    return [
        {
            "variant": summary.variant,
            "done": summary.done,
            "failed": summary.failed,
            **{f"median {name}": summary.medians.get(name) for name in results.measures},
            **({f"{name} / {reference}": summary.ratios.get(name) for name in results.measures} if reference else {}),
        }
        for summary in summaries(results)
    ]


def write_csv(table: Table, path: Path) -> None:
    """Write a table as CSV with a heading line; what is not known is left empty. Raises OutputError."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(table[0]) if table else ["cell"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    write_text(path, text.getvalue())


def write_parquet(table: Table, path: Path) -> bool:
    """Write a table as Parquet; False without pyarrow, which writes it. Raises OutputError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return False
    try:
        with placed_whole(path) as beside:
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(table)), beside)
    except OSError as error:
        raise OutputError(f"{path}: it cannot be written ({error.strerror or error}). Free space.") from None
    return True
