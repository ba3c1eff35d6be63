"""From the options of `impasto stylize` to a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Parameter

from impasto.apps.cli.guiding import Places, with_folders
from impasto.apps.cli.options import go_offline, numbers
from impasto.apps.cli.planned import settled
from impasto.apps.cli.stylize_options import NO_STRENGTH, Descent, Dream, Look, Network, PlannedMachine, Settings
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.tasks import StylizeJob


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Painting:
    """The panels of `impasto stylize`, and of other commands that paint as it does."""

    look: Look = Look()
    places: Places = Places()
    network: Network = Network()
    descent: Descent = Descent()
    dream: Dream = Dream()
    machine: PlannedMachine = PlannedMachine()
    settings: Settings = Settings()


def stylize_job(
    flags: Mapping[str, Any], look: Look, network: Network, descent: Descent, settings: Settings
) -> StylizeJob:
    """The job that the options describe, see `Settings.job`, which says what it raises.

    flags: further settings of the job by address, None where they were not given.
    """
    from impasto.tasks import StylizeJob

    look = replace(look, strength=strength_beside_weights(look, network))
    given = {**flags, **look.flags(), **network.flags(), **descent.flags()}
    job = settings.job("stylize", given, preset=look.preset)
    if not isinstance(job, StylizeJob):
        raise TypeError(f"a job to stylise was built as {type(job).__name__}")
    return job


@dataclass(frozen=True)
class Asked:
    """What a command line asks for.

    photos: the pictures that a folder, or several contents, stand for; none if it is one picture. called: what they
    were given as. memory: bytes that may be used, None for all that is free. given: what the user settled of all that a
    plan could choose.
    """

    job: StylizeJob
    photos: Sequence[Path]
    called: Sequence[Path]
    memory: int | None
    given: frozenset[str]


def asked(
    command: str, contents: Sequence[Path], styles: Sequence[Path], size: str | None, painting: Painting
) -> Asked:
    """What the arguments and panels of `impasto stylize`, or another command that takes them, ask for.

    A folder, wildcards and several contents stand for many pictures, a folder in the job file too; the job is that of
    the first. Raises InputError for what cannot be meant.
    """
    from impasto.pictures import gathered, stands_for_many
    from impasto.runs import build_job

    look, places, machine, settings = painting.look, painting.places, painting.machine, painting.settings
    if settings.config is None and not styles and not places.region:
        given = f"at least one style after {contents[-1]}" if contents else "a picture to paint and at least one style"
        raise InputError(f"name {given}: impasto {command} CONTENT STYLE")
    go_offline(machine.offline)
    memory = machine.memory_in_bytes()
    many = len(contents) > 1 or any(map(stands_for_many, contents))
    photos = gathered(contents) if many else []
    first = next(iter([*photos, *contents]), None)
    pictures, shares = with_folders(styles, numbers("--style-weights", look.style_weights, float))
    if shares is not None:
        look = replace(look, style_weights=",".join(map(repr, shares)))
    flags = {
        "content": None if first is None else str(first),
        "styles": tuple(map(str, pictures)) if pictures or settings.config is None else None,
        "size": size,
        **places.flags(),
        **painting.dream.flags(),
        **machine.flags(),
    }
    job = stylize_job(flags, look, painting.network, painting.descent, settings)
    if not contents and isinstance(job.content, Path) and stands_for_many(job.content):
        contents = (job.content,)
        photos = gathered(contents)
        job = job.with_inputs({"content": photos[0]})
    preset = build_job("stylize", preset=look.preset, flags={"content": "-", "styles": ("-",)})
    return Asked(job, photos, contents, memory, settled(job, preset, settings))


def strength_beside_weights(look: Look, network: Network) -> str | None:
    """The strength that goes with the weights given: none of its own, as it would override them."""
    if network.content_weight is None and network.style_weight is None:
        return look.strength
    if look.strength not in (None, NO_STRENGTH):
        raise InputError(
            f"--strength {look.strength} sets the weights of content and style itself: "
            "leave out --content-weight and --style-weight, or give --strength none"
        )
    return NO_STRENGTH
