"""The pictures of a sheet, kept in a folder beside it, so that those painted already are not painted again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import ImpastoError, OutputError

if TYPE_CHECKING:
    from impasto.tasks import Job


def made_folder(folder: Path) -> Path:
    """The folder, made if it is not there. Raises OutputError if it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made ({error.strerror}). Choose another with -o.") from None
    return folder


def painted_by(panel: Path, job: Job) -> bool:
    """Whether a picture is there that this very job painted, of the same pictures. Others are replaced."""
    from impasto.runs import Recipe
    from impasto.runs.creation import input_sha256

    try:
        recipe = Recipe.read(panel)
        same = recipe.job == job.with_inputs(recipe.job.inputs)
        return same and all(
            recipe.recorded[name]["sha256"] == input_sha256(Path(str(source))) for name, source in job.inputs.items()
        )
    except (ImpastoError, KeyError, TypeError, ValueError):
        return False
