"""`impasto presets`: settings with a name, those in the box and one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from impasto.apps.cli.options import Json, OutputPath, Overwrite, PictureSize
from impasto.apps.cli.preset_thumbnails import thumbnail
from impasto.apps.cli.streams import note, result, result_json, result_table
from impasto.apps.cli.stylize_options import Descent, Dream, Look, Network, Settings
from impasto.errors import InputError, JobError, OutputError

if TYPE_CHECKING:
    from impasto.runs import Preset
    from impasto.tasks import Job

presets = App(name="presets", help="List, show, save and share presets: settings with a name.", help_epilogue="")
presets.command(thumbnail)


@presets.command(name="list")
def list_presets(*, json: Json = False) -> None:
    """List the presets, one's own last.

    Parameters
    ----------
    json
        Write one JSON document.
    """
    from impasto.runs import preset, preset_names

    known = []
    for name in preset_names():
        try:
            known.append(preset(name))
        except JobError as error:
            note(f"warning: {error}")
    if json:
        result_json([about(each) for each in known], indent=2)
    else:
        rows = [(each.name, each.title, each.paper if each.shipped else "your own") for each in known]
        result_table(("name", "title", "paper"), rows)


@presets.command
def show(name: str, /, *, json: Json = False) -> None:
    """Show what a preset sets, as the job file that `--config` takes.

    Parameters
    ----------
    name
        A name from `impasto presets list`.
    json
        Write one JSON document.
    """
    import tomli_w

    from impasto.runs import preset

    chosen = preset(name)
    if json:
        result_json({**about(chosen), "settings": chosen.job}, indent=2)
        return
    for line in (chosen.title, chosen.description, chosen.paper):
        if line:
            result(f"# {' '.join(line.split())}")
    result(tomli_w.dumps(chosen.job).rstrip())


@presets.command
def save(
    name: str,
    /,
    *,
    source: Annotated[str | None, Parameter(name="--from", metavar="RUN|PICTURE")] = None,
    title: str = "",
    description: str = "",
    overwrite: Overwrite = False,
    size: PictureSize = None,
    look: Look = Look(),
    network: Network = Network(),
    descent: Descent = Descent(),
    dream: Dream = Dream(),
    settings: Settings = Settings(),
    json: Json = False,
) -> None:
    """Save settings under NAME, to be used with `--preset NAME`.

    They are those of a run or a painted picture (`--from`), or those that the options of `impasto stylize` describe.
    Pictures, their size and shares, the seed and the machine are left out.

    Parameters
    ----------
    name
        Small letters, digits, - and _. The names of presets in the box are taken.
    source
        A run's id or folder, or a picture that Impasto painted.
    title
        A few words; the name without it.
    description
        What to expect of it.
    overwrite
        Replace a preset of one's own.
    size
        A size to save with it, for every picture that is not given another.
    look, network, descent, dream, settings
        The panels of `impasto.apps.cli.stylize_options`.
    json
        Write one JSON document.
    """
    from impasto.runs.preset_store import save_preset, settings_of

    panels = (look, network, descent, dream, settings)
    if source is not None and (size is not None or panels != (Look(), Network(), Descent(), Dream(), Settings())):
        raise InputError("--from takes all settings from there: leave out the other options, or save with them alone")
    job = _described(size, look, network, descent, dream, settings) if source is None else _job_of(source)
    kept = {**settings_of(job), **({"size": size} if size is not None else {})}
    saved = save_preset(name, kept, title=title or name, description=description, overwrite=overwrite)
    _tell(saved, json=json)


@presets.command
def delete(name: str, /) -> None:
    """Delete a preset of one's own, with its thumbnail.

    Parameters
    ----------
    name
        Its name.
    """
    from impasto.runs.preset_store import delete_preset

    delete_preset(name)


@presets.command
def export(name: str, /, *, output: OutputPath = None, overwrite: Overwrite = False) -> None:
    """Write a preset to a file, to be given to others.

    Parameters
    ----------
    name
        A name from `impasto presets list`.
    output
        The file; NAME.toml in the current folder without it.
    overwrite
        Replace the file if it is there already.
    """
    from impasto.runs import preset
    from impasto.runs.files import write_text
    from impasto.runs.preset_store import preset_text

    text = preset_text(preset(name))
    place = output or Path(f"{name}.toml")
    if place.exists() and not overwrite:
        raise OutputError(f"{place} exists already: choose another name with -o, or give --overwrite")
    write_text(place, text)
    result(str(place))


@presets.command(name="import")
def take_over(
    file: Path,
    /,
    *,
    name: Annotated[str | None, Parameter(metavar="NAME")] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Save the preset in a file that `export` wrote.

    Parameters
    ----------
    file
        The file.
    name
        What to call it; as the file is called without it.
    overwrite
        Replace a preset of one's own.
    json
        Write one JSON document.
    """
    from impasto.runs.preset_store import read_preset, save_preset

    read = read_preset(file, name)
    words: dict[str, Any] = {"title": read.title or read.name, "description": read.description, "paper": read.paper}
    _tell(save_preset(read.name, read.job, **words, overwrite=overwrite), json=json)


def about(preset: Preset) -> dict[str, Any]:
    """What is said of a preset, ready for JSON."""
    return {
        "name": preset.name,
        "title": preset.title,
        "description": preset.description,
        "paper": preset.paper,
        "shipped": preset.shipped,
        "thumbnail": None if preset.thumbnail is None else str(preset.thumbnail),
    }


def _tell(preset: Preset, *, json: bool) -> None:
    if json:
        result_json(about(preset), indent=2)
    else:
        result(preset.name)


def _described(
    size: str | None, look: Look, network: Network, descent: Descent, dream: Dream, settings: Settings
) -> Job:
    """The job that the options describe, of pictures that are none."""
    from impasto.apps.cli.stylize_job import stylize_job

    flags = {"content": "-", "styles": ("-",), "size": size, **dream.flags()}
    return stylize_job(flags, look, network, descent, settings)


def _job_of(source: str) -> Job:
    """The job of a run, or of a painted picture. Raises InputError for one that is not stylised."""
    from impasto.runs import Recipe, Run
    from impasto.tasks import StylizeJob

    job = Recipe.read(source).job if Path(source).is_file() else Run.open(source).job
    if not isinstance(job, StylizeJob):
        raise InputError(f"{source} is of kind {job.kind!r}, and presets are for `impasto stylize`")
    return job
