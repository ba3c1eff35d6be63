"""The report of a study: one page that needs nothing but itself, and the tables beside it."""

from __future__ import annotations

from impasto.runs.files import write_text
from impasto.studies.folder import StudyFolder
from impasto.studies.guide import EXTRA
from impasto.studies.report.page import page
from impasto.studies.results import read_results
from impasto.studies.tables import results_table, summary_table, write_csv, write_parquet


def write_report(folder: StudyFolder) -> str:
    """Write report.html, results.csv, summary.csv and results.parquet into a study's folder, each whole.

    Returns the extra that has to be installed for Parquet, nothing where it is written.
    Raises InputError if the folder is no study's, OutputError if it cannot be written.
    """
    results = read_results(folder)
    table = results_table(results)
    write_csv(table, folder.path / "results.csv")
    write_csv(summary_table(results), folder.path / "summary.csv")
    whole = write_parquet(table, folder.path / "results.parquet")
    write_text(folder.report_path, page(results))
    return "" if whole else EXTRA
