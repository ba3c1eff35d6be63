"""`impasto measure-many`: how far a folder of results is from a folder of paintings, taken together."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.options import Json, Offline, Quiet, go_offline
from impasto.apps.cli.streams import note, result_json, result_table

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
    device: str = "auto",
    offline: Offline = False,
    quiet: Quiet = False,
    json: Json = False,
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
    device
        Where the network runs: auto, cpu, cuda, cuda:1, mps.
    offline
        Ask no source on the network; use only what was downloaded before.
    quiet
        Show no progress.
    json
        Write one JSON document.
    """
    go_offline(offline)
    from impasto.apps.cli.fetching import FetchDisplay
    from impasto.measure import measure_sets
    from impasto.pictures import pictures_in

    made, wanted = pictures_in(results), pictures_in(paintings)
    total = len(made) + len(wanted)

    def tell(number: int) -> None:
        if not quiet and not json and number % 50 == 0:
            note(f"{number} of {total} pictures looked at")

    with FetchDisplay(silent=quiet or json) as display:
        scores = measure_sets(made, wanted, device=device, offline=offline, progress=display, seen=tell)
    if json:
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
