"""`impasto weights`: the pretrained numbers: which there are, whether they are here, and getting them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.options import Json, Offline, go_offline
from impasto.apps.cli.streams import in_words, note, result, result_json, result_table
from impasto.apps.cli.telling import Telling
from impasto.errors import CorruptError, InputError

if TYPE_CHECKING:
    from impasto.weights import WeightsEntry

weights = App(name="weights", help="List, fetch, import and verify the pretrained weights.", help_epilogue="")


@weights.command(name="list")
def list_weights(*, json: Json = False) -> None:
    """List the weights that can be had, and which of them are here.

    Parameters
    ----------
    json
        Write one JSON document.
    """
    from impasto.weights import CATALOGUE

    rows = [_row(entry) for entry in CATALOGUE.values()]
    if json:
        result_json(rows, indent=2)
        return
    result_table(
        ("name", "backbone", "size", "here", "licence"),
        [(r["name"], r["backbone"], _size(r), "yes" if r["here"] else "no", r["licence"]) for r in rows],
    )


@weights.command
def fetch(
    *names: str,
    file: Path | None = None,
    force: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    offline: Offline = False,
    telling: Telling = Telling(),
) -> None:
    """Get weights, verify them and keep them; those that are here already are only verified.

    Parameters
    ----------
    names
        Names from `impasto weights list`.
    file
        A file you have already, instead of a source: the package archive, or any file with the same numbers.
    force
        Get them anew even if they are here: mends a damaged file.
    offline
        Ask no source on the network; use only what was downloaded before.
    telling.json
        Write one JSON document.
    telling
        The panel.
    """
    from impasto import weights as store
    from impasto.apps.cli.fetching import FetchDisplay

    if not names:
        raise InputError("name the weights to fetch; `impasto weights list` shows them")
    if file is not None and len(names) > 1:
        raise InputError(f"--file is one file for one set of weights, but {len(names)} are named")
    for name in names:
        store.status(name)
    go_offline(offline)
    done = []
    with FetchDisplay(silent=telling.silent) as display:
        for name in names:
            path = store.fetch(name, force=force, file=file, offline=offline, progress=display)
            done.append({"name": name, "path": str(path)})
    telling.result("\n".join(fetched["path"] for fetched in done), done, indent=2)


@weights.command(name="import")
def import_weights(
    file: Path,
    /,
    *,
    name: Annotated[str, Parameter(name="--as")],
    telling: Telling = Telling(),
) -> None:
    """Take weights from a file of your own: Caffe, MatConvNet, Keras, PyTorch, pickled numpy arrays or safetensors.

    Names and shapes are checked before anything is kept.

    Parameters
    ----------
    file
        The file, as people publish it; nothing in it is run.
    name
        What it is, by a name from `impasto weights list`.
    telling.json
        Write one JSON document.
    telling
        The panel.
    """
    from impasto import weights as store

    taken = store.import_file(name, file)
    path = store.where(name)
    row = {"name": name, "file": str(file), "path": str(path), "tensors": len(taken.tensors)}
    telling.result(path, {**row, "tensors_sha256": taken.sha256}, indent=2)


@weights.command
def verify(*names: str, json: Json = False) -> int:
    """Read weights whole and compare their hashes; exit code 3 if any is damaged, or named and not here.

    Parameters
    ----------
    names
        Names from `impasto weights list`; without any, all that are here.
    json
        Write one JSON document.
    """
    from impasto import weights as store

    chosen = names or tuple(name for name in store.CATALOGUE if store.status(name).size is not None)
    for name in chosen:
        store.status(name)
    reports = [store.verify(name) for name in chosen]
    if json:
        rows = [
            {"name": r.name, "state": r.state, "sha256": r.sha256, "path": str(r.path), "detail": r.detail}
            for r in reports
        ]
        result_json(rows, indent=2)
    elif reports:
        result_table(("name", "state", "detail"), [(r.name, r.state, r.detail) for r in reports])
    else:
        note("no weights are here yet; `impasto weights fetch NAME` gets some")
    return 0 if all(report.state == "sound" for report in reports) else CorruptError.exit_code


@weights.command
def where(name: str | None = None, /, *, json: Json = False) -> None:
    """Say where weights are kept: the folder, or the file of one set, there or not.

    Parameters
    ----------
    name
        A name from `impasto weights list`.
    json
        Write one JSON document.
    """
    from impasto import weights as store
    from impasto.artefacts import home

    path = home() / "weights" if name is None else store.where(name)
    if json:
        result_json({"name": name, "path": str(path), "here": path.exists()}, indent=2)
    else:
        result(str(path))


def _row(entry: WeightsEntry) -> dict[str, Any]:
    from impasto.weights import status

    found = status(entry.name)
    return {
        "name": entry.name,
        "backbone": entry.backbone,
        "here": found.size is not None,
        "size": _size_of(entry, found.size),
        "licence": entry.licence,
        "description": entry.description,
        "origin": entry.origin,
        "address": entry.address,
        "path": str(found.path),
    }


def _size_of(entry: WeightsEntry, here: int | None) -> int | None:
    """Bytes of the file that is here, or of the one that would be fetched; None where nobody says."""
    return here if here is not None or not entry.artefacts else entry.artefacts[0].size


def _size(row: dict[str, Any]) -> str:
    return "unknown" if row["size"] is None else in_words(row["size"])
