"""`impasto explore`: many ways to paint, tried on many pictures, judged and reported."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from impasto.apps.cli.options import RESULT, Json, Offline, go_offline
from impasto.apps.cli.streams import note, result, result_json, result_table
from impasto.apps.cli.telling import Telling
from impasto.errors import CancelledError, ImpastoError, InputError, WeightsError

if TYPE_CHECKING:
    from impasto.studies import Layout, Study

EXAMPLES = """Examples:

    impasto explore list
    impasto explore learning-rate --dry-run
    impasto explore learning-rate --contents photo.jpg --styles painting.jpg
    impasto explore my-study.toml --workers 2
    impasto explore report my-study/
"""

explore = App(
    name="explore",
    help="Try many ways to paint on many pictures, and report what came out.",
    help_epilogue=EXAMPLES,
    help_format="markdown",
)

Pictures = Annotated[tuple[Path, ...], Parameter(consume_multiple=True, negative=(), show_default=False)]


@explore.default
def run(
    study: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"), group=RESULT, metavar="FOLDER")] = None,
    contents: Pictures = (),
    styles: Pictures = (),
    sets: Annotated[
        tuple[str, ...], Parameter(name="--set", negative=(), show_default=False, metavar="ADDRESS=VALUE")
    ] = (),
    trials: Annotated[int | None, Parameter(metavar="NUMBER")] = None,
    workers: Annotated[int, Parameter(metavar="NUMBER")] = 1,
    dry_run: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    report_only: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    offline: Offline = False,
    telling: Telling = Telling(),
) -> None:
    """Carry out STUDY, a file or one of `impasto explore list`, in a folder of its own.

    The same command again goes on where it was interrupted: what is finished is not painted again, and what failed is
    tried once more. Exit code 5 says that a part failed; the report says which and why.

    Parameters
    ----------
    study
        A study's file, or the name of one in the box.
    output
        The study's folder; without it, the study's name in the current folder.
    contents
        Photos, or folders of them, instead of the study's own.
    styles
        Paintings, or folders of them, instead of the study's own.
    sets
        A setting of every cell over the study's: size=128; give it again for each.
    trials
        How many ways to try, of a random or guided study.
    workers
        Processes that paint side by side, each with its share of the processors.
    dry_run
        Say how many cells there are and about how long they take, having checked them all.
    report_only
        Paint nothing; write the report of what is there.
    offline
        Ask no source on the network.
    telling
        The panel.
    """
    from impasto.apps.cli.explore_plan import tell_plan
    from impasto.studies import StudyFolder, lay_out

    go_offline(offline)
    if not 1 <= workers <= 64:
        raise InputError(f"--workers must be from 1 to 64, not {workers}")
    asked = _asked(study, contents, styles, sets, trials)
    folder = StudyFolder((output or Path(asked.name)).absolute())
    if report_only:
        _write_report(folder, telling)
    elif dry_run:
        tell_plan(asked, workers, json=telling.json)
    else:
        _carry_out(lay_out(asked, folder), workers, telling)


@explore.command(name="list")
def list_studies(*, json: Json = False) -> None:
    """List the studies in the box.

    Parameters
    ----------
    json
        Write one JSON document.
    """
    from impasto.studies import box_names, study_in_the_box

    studies = [study_in_the_box(name) for name in box_names()]
    if json:
        result_json(
            [{"name": s.name, "title": s.title, "claim": s.claim, "source": s.source} for s in studies], indent=2
        )
    else:
        result_table(("name", "title"), [(s.name, s.title) for s in studies])


@explore.command
def show(name: str, /) -> None:
    """Show the file of a study in the box, to be changed and run as your own.

    Parameters
    ----------
    name
        A name from `impasto explore list`.
    """
    from impasto.studies import box_text

    result(box_text(name).rstrip())


@explore.command
def report(folder: Path, /, *, telling: Telling = Telling()) -> None:
    """Write the report of a study's folder, finished or not.

    Parameters
    ----------
    folder
        The study's folder.
    telling.json
        Write one JSON document.
    telling
        The panel.
    """
    from impasto.studies import StudyFolder

    _write_report(StudyFolder(folder.absolute()), telling)


def _asked(
    study: str, contents: tuple[Path, ...], styles: tuple[Path, ...], sets: tuple[str, ...], trials: int | None
) -> Study:
    """The study of a file or in the box, with what the options say over it."""
    from impasto.registry import did_you_mean
    from impasto.runs.settings import parsed_setting
    from impasto.studies import box_names, read_study, study_in_the_box, with_pictures

    if Path(study).is_file():
        found = read_study(Path(study))
    elif study in box_names():
        found = study_in_the_box(study)
    else:
        raise InputError(
            f"there is no file {study}, and no study in the box is named so. {did_you_mean(study, box_names())}"
        )
    settings = {**found.settings, **dict(parsed_setting(text) for text in sets)}
    if trials is not None and trials < 1:
        raise InputError(f"--trials must be 1 or more, not {trials}")
    found = replace(found, settings=settings, trials=trials or found.trials)
    return with_pictures(found, contents, styles)


def _carry_out(layout: Layout, workers: int, telling: Telling) -> None:
    from impasto.apps.cli.explore_display import study_display
    from impasto.apps.cli.signals import Interruption
    from impasto.studies import explore as explored

    _fetch(layout, silent=telling.silent)
    telling.note(f"{layout.study.title}: {layout.count} cells in {layout.folder.path}")
    try:
        with (
            Interruption(),
            study_display(telling) as display,
            closing(explored(layout, workers=workers)) as events,
        ):
            for event in events:
                display.show(event)
    except KeyboardInterrupt:
        raise CancelledError("stopped; the same command goes on with it") from None
    finally:
        if not telling.silent and layout.folder.report_path.exists():
            result(str(layout.folder.report_path))


def _fetch(layout: Layout, *, silent: bool) -> None:
    """Fetch what the cells need, as far as it can be had: a cell whose weights cannot will say so itself.

    Raises WeightsError if a judge's cannot be had, as nothing could be judged.
    """
    from impasto.apps.cli.fetching import FetchDisplay, fetch_for
    from impasto.measure import JUDGES, LPIPS_NETWORKS
    from impasto.weights import DEFAULT, fetch

    lpips = LPIPS_NETWORKS[layout.study.lpips]
    judges = [DEFAULT[JUDGES[name].backbone] for name in layout.study.judges]
    with FetchDisplay(silent=silent) as display:
        for name in (*judges, lpips.weights, lpips.heads):
            fetch(name, progress=display)
    for job in {(cell.job.backbone, cell.job.weights): cell.job for cell in layout.cells}.values():
        try:
            fetch_for(job, silent=silent)
        except WeightsError as error:
            if not silent:
                note(f"warning: {_first_line(error)}")


def _first_line(error: ImpastoError) -> str:
    return str(error).splitlines()[0]


def _write_report(folder: object, telling: Telling) -> None:
    from impasto.apps.cli.explore_display import missing_extra
    from impasto.studies import StudyFolder, write_report

    assert isinstance(folder, StudyFolder)
    missing = write_report(folder)
    if missing:
        telling.note(missing_extra(missing))
    path = folder.report_path
    telling.result(path, {"event": "reported", "path": str(path), "missing": missing})
