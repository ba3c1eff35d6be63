"""What comes out of a training: the network in its file, with all that is to be known of it, and sheets to look at."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import tomli_w
import torch
from torch import Tensor

import impasto
from impasto.backbones.style_network import StyleNetwork
from impasto.errors import OutputError, PictureError, UnavailableError
from impasto.pictures import contact_sheet, write_picture
from impasto.runs import job_to_toml
from impasto.runs.files import make_folder
from impasto.tasks import StylizeJob
from impasto.tasks.feedforward.second_say import colours_kept
from impasto.tasks.pixels import to_picture
from impasto.training.photos import Photos
from impasto.training.plan import TrainingPlan
from impasto.training.teacher import Teacher
from impasto.weights.style_network import StyleNetworkAbout, save_style_network

PAIRS = 2
"""Photos with their paintings in a row of a sheet."""


def write_network(plan: TrainingPlan, teacher: Teacher, network: StyleNetwork, seconds: float, photos: Photos) -> int:
    """Write the network to the plan's output, whole or not at all, and return its bytes. Raises OutputError."""
    about = StyleNetworkAbout(
        name=plan.name,
        size=plan.size,
        licence=plan.licence,
        recipe=recipe_of(teacher.job),
        trained=tomli_w.dumps(trained(plan, teacher, seconds, photos)),
    )
    try:
        save_style_network(plan.output, network, about)
        return plan.output.stat().st_size
    except (UnavailableError, OSError) as error:
        raise OutputError(f"the network cannot be written: {error}") from None


def recipe_of(job: StylizeJob) -> str:
    """The teacher's job as TOML, its pictures by their names alone: where they lay is nobody's business."""
    named = {name: Path(source.name) for name, source in job.inputs.items() if isinstance(source, Path)}
    return job_to_toml(replace(job.with_inputs(named), device="auto"))


def check_network_place(path: Path) -> None:
    """Raise OutputError, before hours of training, if a network could not be written to `path`."""
    if path.suffix != ".safetensors":
        raise OutputError(f"{path}: a network is written as .safetensors; name it so")
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it")
    make_folder(path.parent)
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path.parent} cannot be written: choose another place with -o")


def trained(plan: TrainingPlan, teacher: Teacher, seconds: float, photos: Photos) -> dict[str, object]:
    """How a network was trained: settings, weights, surroundings, and what its colours need after painting."""
    said: dict[str, object] = {
        "steps": plan.steps,
        "batch": plan.batch,
        "pixels": plan.pixels,
        "early": plan.early,
        "learning_rate": plan.learning_rate,
        "averaging": plan.averaging,
        "seed": plan.seed,
        "photos": plan.photos.name,
        "photos_learnt_from": len(photos.names),
        "photos_held_out": list(photos.held_out),
        "seconds": round(seconds),
        "impasto": impasto.__version__,
        "torch": version("torch"),
        "weights": dict(teacher.objective.weights),
        "teachers": teacher.job.weights_used(),
    }
    if teacher.colour.recolours:
        said["colours"] = colours_kept(teacher.job)
    return said


def beside(photos: Tensor, paintings: Tensor, path: Path) -> Tensor:
    """Write a sheet of photos and their paintings, [N, 3, H, W] both, and return it, [3, H, W].

    A disk that refuses it keeps nobody from learning.
    """
    pairs = [to_picture(image[None]) for both in zip(photos, paintings, strict=True) for image in both]
    rows = [pairs[i : i + PAIRS * 2] for i in range(0, len(pairs), PAIRS * 2)]
    sheet = contact_sheet(rows, cell=max(32, photos.shape[-1]))
    with suppress(OutputError, PictureError):
        make_folder(path.parent)
        write_picture(sheet, path, quality=90, metadata="none")
    return torch.from_numpy(sheet.pixels)
