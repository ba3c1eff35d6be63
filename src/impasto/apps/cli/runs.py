"""`impasto runs`: the work that was done, is being done or waits to be taken up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.options import Json, Offline, OutputPath, Overwrite, go_offline
from impasto.apps.cli.streams import note, result, result_json, result_table
from impasto.apps.cli.telling import Running, Telling
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.runs import Run
    from impasto.runs.writing import Writing
    from impasto.tasks import Job

runs = App(name="runs", help="List, show, resume and repeat runs.", help_epilogue="")


@runs.command(name="list")
def list_all(*, json: Json = False) -> None:
    """List the runs, the latest last.

    Parameters
    ----------
    json
        Write one JSON document.
    """
    from impasto.runs import list_runs

    summaries = [run.summary() for run in list_runs()]
    if json:
        result_json(summaries, indent=2)
    elif summaries:
        rows = [(str(s.get("id", "")), str(s.get("state", "")), str(s.get("output") or "")) for s in summaries]
        result_table(("run", "state", "result"), rows)
    else:
        note("no runs yet; `impasto stylize` makes one")


@runs.command
def show(run: str | None = None, /, *, json: Json = False) -> None:
    """Show what is known of a run.

    Parameters
    ----------
    run
        The run's id or folder; without it, the latest.
    json
        Write one JSON document.
    """
    summary: dict[str, Any] = _opened(run).summary()
    if json:
        result_json(summary, indent=2)
    else:
        result_table(("", ""), [(key, _in_words(value)) for key, value in summary.items()])


@runs.command
def path(run: str | None = None, /) -> None:
    """Say where a run's folder is.

    Parameters
    ----------
    run
        The run's id; without it, the latest.
    """
    result(str(_opened(run).folder))


@runs.command
def resume(
    run: str | None = None,
    /,
    *,
    overwrite: Overwrite = False,
    offline: Offline = False,
    telling: Telling = Telling(),
) -> None:
    """Go on with a run that was interrupted; the result is the same as if it had not been.

    Parameters
    ----------
    run
        The run's id or folder; without it, the latest that is unfinished.
    overwrite
        Replace the result if another lies there by now.
    offline
        Ask no source on the network for weights.
    telling
        The panel.
    """
    from impasto.apps.cli.fetching import have_weights
    from impasto.apps.cli.painting import check_place, paint
    from impasto.runs import Run, latest_unfinished

    chosen = latest_unfinished() if run is None else Run.open(run)
    if chosen is None:
        raise InputError("no run is unfinished; `impasto runs list` shows them all")
    if chosen.state == "finished":
        raise InputError(
            f"the run {chosen.id} is finished: {chosen.output or chosen.result_path}. "
            f"To do it again: impasto runs repeat {chosen.id}"
        )
    go_offline(offline)
    if chosen.output is not None:
        check_place(chosen.output, chosen.job, overwrite=overwrite)
    have_weights(chosen.job, silent=telling.silent)
    paint(chosen, telling, name=run or chosen.id)


@runs.command
def repeat(
    source: str,
    /,
    *,
    output: OutputPath = None,
    content: Path | None = None,
    styles: Annotated[tuple[Path, ...], Parameter(name="--style", negative=(), show_default=False)] = (),
    start: Path | None = None,
    inputs: Annotated[
        tuple[str, ...], Parameter(name="--input", negative=(), show_default=False, metavar="NAME=PICTURE")
    ] = (),
    overwrite: Overwrite = False,
    offline: Offline = False,
    telling: Telling = Telling(),
) -> None:
    """Do again what made a run or a picture, with the same settings and seed.

    Parameters
    ----------
    source
        A run's id or folder, or a picture that Impasto painted.
    output
        Where the result goes.
    content
        The content picture, where it no longer lies where it did.
    styles
        A style picture, where it no longer lies where it did; give it again for each, in their order.
    start
        The picture that painting started from, where it no longer lies where it did.
    inputs
        Any other picture, such as a mask or the style of a region, by the name that it has in the run:
        region1_style1=other.jpg, mask_of_region1=sky.png. May be given again.
    overwrite
        Replace the result if it is there already.
    offline
        Ask no source on the network for weights.
    telling
        The panel.
    """
    from impasto.apps.cli.painting import check_place, default_output, paint_new

    job, writing = _job_again(source, content, styles, start, named_pictures(inputs))
    go_offline(offline)
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    running = Running(quiet=telling.quiet, json=telling.json)
    paint_new(job, place, running, writing=writing and writing.suited(place))


def _opened(run: str | None) -> Run:
    """The run of an id or folder, or the latest. Raises InputError."""
    from impasto.runs import Run, list_runs

    if run is not None:
        return Run.open(run)
    known = list_runs()
    if not known:
        raise InputError("no runs yet; `impasto stylize` makes one")
    return known[-1]


def _job_again(
    source: str, content: Path | None, styles: tuple[Path, ...], start: Path | None, others: Mapping[str, Path]
) -> tuple[Job, Writing | None]:
    """The job of a run, or of the picture that one painted, with other pictures where they are given.

    With it how the result is written, which only a run knows.
    """
    from impasto.runs import Run, inputs_given, job_from_recipe

    given: dict[str, Any] = {"content": content, "styles": styles or None, "start": start, "others": others}
    if Path(source).is_file():
        return job_from_recipe(Path(source), **given), None
    run = Run.open(source)
    job = run.job
    given = inputs_given(job, f"the run {source}", **given)
    return job.with_inputs(given), run.writing


def named_pictures(texts: Sequence[str]) -> dict[str, Path]:
    """Pictures by name, each written NAME=PICTURE. Raises InputError for another text."""
    found = {}
    for text in texts:
        name, _, picture = text.partition("=")
        if not name.strip() or not picture.strip():
            raise InputError(f"--input must be NAME=PICTURE, such as mask_of_region1=sky.png, not {text!r}")
        found[name.strip()] = Path(picture.strip())
    return found


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_in_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_in_words(item) for item in value)
    return "" if value is None else str(value)
