"""`impasto measure-many`: how far a folder of results is from a folder of paintings, taken together."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.options import Computing, go_offline
from impasto.apps.cli.streams import result_json, result_table
from impasto.apps.cli.telling import Progressing

if TYPE_CHECKING:
    from impasto.measure import SetScores

EXAMPLES = """Examples:

    impasto measure-many results/ paintings/
"""


def measure_many(
    results: Path,
    paintings: Path,
    /,
    *,
    computing: Computing = Computing(),
    telling: Progressing = Progressing(),
) -> None:
    """Measure how far the pictures in the folder RESULTS are, taken together, from those in PAINTINGS.

    The Fréchet inception distance, and the kernel distance, which does not grow where pictures are few. Both need
    three pictures on either side, and mean something from some dozens on.

    Parameters
    ----------
    results
        A folder of results.
    paintings
        A folder of paintings of the manner that the results should have.
    computing, telling
        The panels.
    """
    go_offline(computing.offline)
    from impasto.apps.cli.fetching import FetchDisplay
    from impasto.measure import measure_sets
    from impasto.pictures import pictures_in

    made, wanted = pictures_in(results), pictures_in(paintings)
    total = len(made) + len(wanted)

    def tell(number: int) -> None:
        if number % 50 == 0:
            telling.note(f"{number} of {total} pictures looked at")

    device, offline = computing.device, computing.offline
    with FetchDisplay(silent=telling.silent) as display:
        scores = measure_sets(made, wanted, device=device, offline=offline, progress=display, seen=tell)
    if telling.json:
        result_json({"result": str(results), "style": str(paintings), **asdict(scores)}, indent=2)
        return
    result_table(("measure", "value", "how to read it"), rows(scores))


def rows(scores: SetScores) -> list[tuple[str, str, str]]:
    """The table: a measure, its value, and what it means."""
    fewer = min(scores.results, scores.paintings)
    trust = "0 the same spread of pictures"
    if fewer < scores.features:
        trust += f"; enlarged by chance, as {fewer} pictures are few beside {scores.features} features"
    error = f"0 the same; between {_around(scores, -2)} and {_around(scores, 2)} in 95 of 100 cases"
    return [
        ("pictures", f"{scores.results} and {scores.paintings}", "results and paintings"),
        ("Fréchet inception distance", f"{scores.frechet:.1f}", trust),
        ("kernel inception distance", f"{scores.kernel:.4f}", error),
    ]


def _around(scores: SetScores, errors: float) -> str:
    return f"{scores.kernel + errors * scores.kernel_error:.4f}"
