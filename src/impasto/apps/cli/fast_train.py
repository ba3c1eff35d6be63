"""`impasto fast train`: teach a network to paint in one style."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.fast_judge import judge_trained
from impasto.apps.cli.fast_train_display import training_display
from impasto.apps.cli.fast_train_options import Learning, Taught, TrainingMachine
from impasto.apps.cli.options import RESULT, go_offline
from impasto.apps.cli.streams import result
from impasto.apps.cli.stylize_options import Descent, Look, Network
from impasto.apps.cli.telling import Telling
from impasto.errors import CancelledError, InputError

if TYPE_CHECKING:
    from impasto.tasks import StylizeJob
    from impasto.training import Company, Session, TrainingFolder, TrainingPlan

USAGE = "Usage: impasto fast train STYLE... --photos FOLDER [OPTIONS]"

EXAMPLES = """Examples:

    impasto fast train painting.jpg --photos photos/ -o painting.safetensors
    impasto fast train painting.jpg --photos photos.tar -o painting.safetensors --minutes 60
    impasto fast train painting.jpg --photos photos/ -o painting.safetensors --dry-run
    impasto fast train --teacher job.toml --photos photos/ -o net.safetensors
    impasto fast train --resume painting.training
    torchrun --nproc-per-node 4 -m impasto fast train painting.jpg --photos photos/ -o painting.safetensors
"""


@dataclass(frozen=True)
class Told:
    """How a training is told of, and what it stops at."""

    telling: Telling
    dry_run: bool = False
    minutes: float | None = None
    judged: int = 0


def train(
    *styles: Path,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"), group=RESULT, metavar="FILE")] = None,
    name: Annotated[str | None, Parameter(group=RESULT, metavar="NAME")] = None,
    licence: Annotated[str, Parameter(group=RESULT, metavar="TEXT", show_default=False)] = "",
    folder: Annotated[Path | None, Parameter(group=RESULT, metavar="FOLDER")] = None,
    resume: Annotated[Path | None, Parameter(group=RESULT, metavar="FOLDER")] = None,
    judged: Annotated[int, Parameter(group=RESULT, metavar="NUMBER")] = 4,
    dry_run: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    learning: Learning = Learning(),
    look: Look = Look(),
    network: Network = Network(),
    machine: TrainingMachine = TrainingMachine(),
    taught: Taught = Taught(),
    telling: Telling = Telling(),
) -> None:
    """Teach a network to paint in one STYLE, or a blend, from many photos; it then paints any photo in one pass.

    What it learns is what `impasto stylize` with the same options would minimise. It says how long it will take first.
    The work lies in a folder: after Ctrl-C, or a crash, `impasto fast train --resume FOLDER` goes on where it was.

    Parameters
    ----------
    styles
        The pictures whose manner is learnt.
    output
        Where the network goes: NAME.safetensors.
    name
        What the style is called; without it, as its first picture.
    licence
        Of the network's numbers, to be kept in its file.
    folder
        Where the work lies; without it NAME.training beside the output.
    resume
        Go on with the training in this folder; all its settings are there. --steps makes it longer or shorter.
    judged
        Photos held out on which the finished network is judged beside the optimiser, which takes minutes; 0 judges
        nothing.
    dry_run
        Say how long it would take, and how much memory, and stop.
    learning, look, network, machine, taught, telling
        The panels.
    """
    from impasto.training import company

    go_offline(machine.offline)
    use_threads(machine.threads)
    told = Told(telling, dry_run, learning.minutes, judged)
    with company() as together:
        if resume is not None:
            opened = resumed(resume, styles, learning, taught)
            carry_out(session_of(opened.plan, opened.teacher, together, told), opened, told)
            return
        plan, job = asked(styles, output, name, licence, learning, look, network, machine, taught)
        place = (folder or plan.output.with_suffix(".training")).absolute()
        begin(session_of(plan, job, together, told), place, told)


def resumed(place: Path, styles: tuple[Path, ...], learning: Learning, taught: Taught) -> TrainingFolder:
    """The training in a folder, made longer or shorter if it was asked for.

    Raises InputError for anything else that is asked of it.
    """
    from impasto.training import TrainingFolder

    if styles or taught != Taught() or learning != Learning(steps=learning.steps):
        raise InputError("all settings of a training are in its folder: beside --resume, --steps alone can be changed")
    folder = TrainingFolder.open(place)
    if learning.steps is not None:
        folder.take(learning.steps)
    return folder


def asked(
    styles: tuple[Path, ...],
    output: Path | None,
    name: str | None,
    licence: str,
    learning: Learning,
    look: Look,
    network: Network,
    machine: TrainingMachine,
    taught: Taught,
) -> tuple[TrainingPlan, StylizeJob]:
    """What the command line asks for. Raises InputError for what cannot be meant."""
    from impasto.apps.cli.stylize_job import stylize_job
    from impasto.training import TrainingPlan, check_network_place, check_teachable
    from impasto.weights.backbone import find_device

    if not styles and taught.teacher is None:
        raise InputError("name the picture whose manner is to be learnt: impasto fast train STYLE --photos FOLDER")
    if learning.photos is None:
        raise InputError("say what to learn from: --photos FOLDER, or a .tar of photos")
    given = tuple(map(str, styles)) or None
    flags = {"content": str(learning.photos), "styles": given, **machine.flags()}
    job = as_learnt(stylize_job(flags, look, network, Descent(), taught.sources()), network, taught)
    check_teachable(job)
    called = name or next((style.stem for style in job.styles if isinstance(style, Path)), "style")
    place = (output or Path(f"{called}.safetensors")).absolute()
    check_network_place(place)
    settings = learning.settings()
    settings.setdefault("early", early_for(settings.get("pixels", TrainingPlan.pixels)))
    settings.setdefault("copying", min(500, settings.get("steps", TrainingPlan.steps) // 10))
    settings.setdefault("batch", 1 if find_device(job.device).type == "cpu" else 4)
    photos = learning.photos.absolute()
    plan = TrainingPlan(name=called, photos=photos, output=place, licence=licence, seed=job.seed, **settings)
    return plan, job


def as_learnt(job: StylizeJob, network: Network, taught: Taught) -> StylizeJob:
    """The job with content held where a network learns it best, unless somebody said where."""
    from dataclasses import replace

    from impasto.backbones import painting_defaults

    layers = painting_defaults(job.backbone).learnt
    said = taught.teacher is not None or network.content_layers is not None
    if not layers or said or any(text.startswith("losses.") for text in taught.sets):
        return job
    left_open = (loss.target == "content" and not loss.layers for loss in job.losses)
    losses = (loss.placed(layers) if free else loss for loss, free in zip(job.losses, left_open, strict=True))
    return replace(job, losses=tuple(losses))


def early_for(pixels: int) -> int:
    """The side of the first crops, when nobody says: half of that of the last, but not too small to learn from."""
    return max(pixels // 2, min(pixels, 128))


def use_threads(threads: int | None) -> None:
    """Compute on so many processors. Raises InputError for fewer than one."""
    import torch

    from impasto.tasks.plan_machine import use_threads_allowed

    if threads is not None and not 1 <= threads <= 4096:
        raise InputError(f"--threads must be 1 or more, not {threads}")
    use_threads_allowed()
    if threads is not None:
        torch.set_num_threads(threads)


def session_of(plan: TrainingPlan, job: StylizeJob, together: Company, told: Told) -> Session:
    """Photos read, weights fetched, and all that is wrong with them said."""
    from impasto.apps.cli.fetching import have_weights
    from impasto.training import Session

    have_weights(job, silent=told.telling.silent or not together.leads)
    return Session(plan, job, together)


def begin(session: Session, place: Path, told: Told) -> None:
    """Try a few steps out, say what training takes, and carry it out in a new folder."""
    from impasto.training import TrainingFolder

    TrainingFolder.check_new(place)
    rehearsed = session.rehearse()
    if told.minutes is not None:
        rehearsed = session.fitted_into(told.minutes * 60)
    leads = session.company.leads
    if leads:
        training_display(told.telling).show(rehearsed)
    if told.dry_run:
        return
    folder = TrainingFolder.create(place, session.plan, session.job) if leads else TrainingFolder(place)
    session.company.wait()
    carry_out(session, folder, told)


def carry_out(session: Session, folder: TrainingFolder, told: Told) -> None:
    """Learn until the end or a stop, shown as it goes, and have the network judged."""
    from impasto.apps.cli.signals import Interruption
    from impasto.training import NetworkWritten

    leads = session.company.leads
    written = False
    try:
        with (
            Interruption(),
            folder.locked() if leads else nullcontext(),
            training_display(told.telling) as display,
            closing(session.events(folder)) as events,
        ):
            for event in events:
                display.show(event)
                written = written or isinstance(event, NetworkWritten)
    except KeyboardInterrupt:
        raise CancelledError(f"stopped; go on with: impasto fast train --resume {folder.path}") from None
    if written and told.judged:
        judge_trained(session, session.photos.held_out[: told.judged], told.telling)
    if written and not told.telling.silent:
        result(str(session.plan.output))
