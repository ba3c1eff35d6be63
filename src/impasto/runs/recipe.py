"""The recipe of a picture: how to paint it again, embedded in the picture itself.

It holds names and hashes of the inputs but no folders, times or names of runs: the same job gives the same bytes
wherever and whenever it runs, and a published picture tells nothing of its maker's disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import impasto
from impasto.artefacts.digest import sha256_of
from impasto.errors import InputError, JobError, UnknownNameError
from impasto.pictures import Picture, read_recipe
from impasto.registry import did_you_mean
from impasto.runs.codec import job_from_dict, job_to_dict
from impasto.runs.files import json_object
from impasto.runs.folder import Run, list_runs
from impasto.tasks import Job

FORMAT = 1


def recipe_of(run: Run) -> str:
    """The recipe of a run's result as JSON: job, versions, weights and inputs by name with their SHA-256."""
    names = {name: Path(entry["path"]).name for name, entry in run.record["inputs"].items()}
    recipe = {
        "format": FORMAT,
        "impasto": impasto.__version__,
        "torch": version("torch"),
        "job": job_to_dict(run.job.with_inputs({name: Path(file) for name, file in names.items()})),
        "inputs": {
            name: {"file": file, "sha256": run.record["inputs"][name]["sha256"]} for name, file in names.items()
        },
        "weights": run.weights,
    }
    return json.dumps(recipe, sort_keys=True, allow_nan=False)


@dataclass(frozen=True)
class Recipe:
    """A recipe as it was found in a picture.

    job: its inputs are names of files, without folders. recorded: what is said of each input.
    """

    picture: Path
    job: Job
    recorded: Mapping[str, Any]

    @classmethod
    def read(cls, picture: str | Path) -> Recipe:
        """The recipe in `picture`. Raises PictureError if that cannot be read, InputError if it holds none of use."""
        text = read_recipe(picture)
        if text is None:
            raise InputError(f"{picture} holds no recipe: it was not painted by Impasto, or a program removed it")
        recipe = json_object(text, f"the recipe in {picture}")
        if recipe.get("format") != FORMAT or not isinstance(recipe.get("job"), dict):
            raise InputError(f"the recipe in {picture} is damaged, or of a later version of Impasto")
        try:
            job = job_from_dict(recipe["job"])
        except JobError as error:
            raise JobError(f"the recipe in {picture} cannot be followed: {error}") from None
        recorded = recipe.get("inputs")
        return cls(Path(picture), job, recorded if isinstance(recorded, dict) else {})

    def find(self, name: str, *, home: Path | None = None) -> Path:
        """The file of an input: beside the picture, in the current folder, or where the runs here found it.

        Raises InputError, that says where it was looked for and what to do, if none there has the recorded hash.
        """
        entry = self.recorded.get(name)
        file = entry.get("file") if isinstance(entry, Mapping) else None
        digest = entry.get("sha256") if isinstance(entry, Mapping) else None
        if not isinstance(file, str) or not isinstance(digest, str):
            raise InputError(f"the recipe in {self.picture} does not say what its {name} picture was")
        other = None
        for candidate in _candidates(Path(file).name, digest, self.picture, home):
            try:
                if candidate.is_file():
                    if sha256_of(candidate) == digest:
                        return candidate
                    other = other or candidate
            except (OSError, ValueError):
                continue
        found = f" {other} is another picture of that name." if other else ""
        raise InputError(
            f"the {name} picture {Path(file).name!r} (SHA-256 {digest[:16]}…) that {self.picture} was painted from is "
            f"not found beside it, in this folder or among the runs.{found} Put it there, or name the picture to use."
        )


def job_from_recipe(
    picture: str | Path,
    *,
    content: Path | Picture | None = None,
    styles: Sequence[Path | Picture] | None = None,
    start: Path | Picture | None = None,
    others: Mapping[str, Path | Picture] | None = None,
    home: Path | None = None,
) -> Job:
    """The job that painted `picture`, from the recipe inside it.

    content, styles, start, others: taken instead of the recorded ones, and then not compared with them; see
    `inputs_given`. The rest is looked for as `Recipe.find` says.

    Raises PictureError if the picture cannot be read, InputError if it holds no recipe or an input is not found.
    """
    recipe = Recipe.read(picture)
    job = recipe.job
    given = inputs_given(job, f"the recipe in {picture}", content=content, styles=styles, start=start, others=others)
    for name in job.inputs.keys() - given.keys():
        given[name] = recipe.find(name, home=home)
    return job.with_inputs(given)


def inputs_given(
    job: Job,
    called: str,
    *,
    content: Path | Picture | None,
    styles: Sequence[Path | Picture] | None,
    start: Path | Picture | None,
    others: Mapping[str, Path | Picture] | None = None,
) -> dict[str, Path | Picture]:
    """The pictures to take instead of a job's own, by the names that its inputs have. None is not given.

    called: what messages call the job. others: any by name, such as `region1_style1` and `mask_of_region1`.
    Raises InputError for another number of styles, or for a content or a start where there is none, UnknownNameError
    for a name that no input has.
    """
    given: dict[str, Path | Picture] = {}
    if content is not None:
        if "content" not in job.inputs:
            raise InputError(f"{called} has no content picture, so none can be given")
        given["content"] = content
    if styles is not None:
        wanted = [name for name in job.inputs if name.startswith("style")]
        if len(styles) != len(wanted):
            raise InputError(f"{called} takes {len(wanted)} styles; {len(styles)} were given")
        given |= dict(zip(wanted, styles, strict=True))
    if start is not None:
        if "start" not in job.inputs:
            raise InputError(f"{called} does not start from a picture, so none can be given to start from")
        given["start"] = start
    for name, source in (others or {}).items():
        if name not in job.inputs:
            raise UnknownNameError(f"{called} has no picture {name!r}. {did_you_mean(name, job.inputs)}")
        given[name] = source
    return given


def _candidates(file: str, digest: str, picture: Path, home: Path | None) -> Iterator[Path]:
    yield picture.absolute().parent / file
    yield Path.cwd() / file
    for run in reversed(list_runs(home=home)):
        for entry in run.record["inputs"].values():
            if entry["sha256"] == digest:
                yield run.folder / entry["path"]
