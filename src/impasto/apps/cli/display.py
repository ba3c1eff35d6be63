"""How painting looks from outside: live on a terminal, lines elsewhere, JSON for programs, or nothing."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, Self

from impasto.apps.cli.pace import Pace, clock
from impasto.apps.cli.streams import in_words, note, result_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from impasto.apps.cli.telling import Telling
    from impasto.solve import LevelStarted, Step
    from impasto.tasks.plan import Plan

SECONDS_BETWEEN_LINES = 10.0
REFRESHES_PER_SECOND = 4


class Display(Protocol):
    """Shows the events of one run while it is entered."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, event: object) -> None:
        """Take note of one event."""
        ...


def display_for(telling: Telling) -> Display:
    """The display that fits the options and the terminal."""
    if telling.json:
        return JsonLines()
    if telling.quiet:
        return Silence()
    return LivePanel() if sys.stderr.isatty() else PlainLines()


class Silence:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: object) -> None:
        """Show nothing."""


class JsonLines(Silence):
    """One object to a line on the standard output."""

    def show(self, event: object) -> None:
        """Write the event."""
        from impasto.runs import event_to_dict

        result_json(event_to_dict(event))


class Progress(Silence):
    """Follows the events, so that a subclass can say at any time how things stand."""

    def __init__(self) -> None:
        self.pace = Pace(())
        self.level: LevelStarted | None = None
        self.step: Step | None = None
        self.preview = ""

    def show(self, event: object) -> None:
        """Remember what the event says; tell warnings."""
        from impasto.runs import PreviewWritten, Warned
        from impasto.solve import Finished, LevelStarted, Noted, Started, Step, TilesHalved

        match event:
            case Started():
                self.pace = Pace(event.levels)
            case LevelStarted():
                self.level = event
                self.pace.begin(event.level, time.monotonic())
                self.level_begins(event)
            case Step():
                self.step = event
                self.pace.step(event.level, event.index, time.monotonic())
                self.step_done(event)
            case PreviewWritten(path=path):
                self.preview = str(path)
            case Warned(text=text):
                self.say(f"warning: {text}")
            case Noted(text=text, warning=warning):
                self.say(f"warning: {text}" if warning else text)
            case TilesHalved(tile=tile):
                self.say(f"warning: the memory did not suffice: going on in tiles of {tile} pixels")
            case Finished(warnings=warnings):
                for text in warnings:
                    self.say(f"warning: {text}")
            case _:
                pass

    def say(self, line: str) -> None:
        """Write a line that stays."""
        note(line)

    def level_begins(self, event: LevelStarted) -> None:
        """React to a new level."""

    def step_done(self, event: Step) -> None:
        """React to a step."""


class PlainLines(Progress):
    """A line at every level, and one every few seconds between."""

    def __init__(self) -> None:
        super().__init__()
        self._next_line = 0.0

    def level_begins(self, event: LevelStarted) -> None:
        """Write which level, and how large."""
        self.say(level_in_words(event, self.pace))
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES

    def step_done(self, event: Step) -> None:
        """Write how far it is, if it is time, or the level's last step."""
        last = event.index + 1 == self.pace.levels[event.level].steps
        if last or time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            words = losses_in_words(event)
            self.say(f"step {event.number} of {self.pace.total}{words and f': {words}'}{pace_in_words(self.pace)}")


class LivePanel(Progress):
    """A few lines that are drawn again and again, on the standard error stream."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__()
        self._stack = ExitStack()
        self._live = Live(
            console=Console(file=sys.stderr),
            get_renderable=self.drawn,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._stack.enter_context(self._live)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say(self, line: str) -> None:
        """Write the line above the panel."""
        from rich.text import Text

        self._live.console.print(Text(line))

    def drawn(self) -> RenderableType:
        """The panel as things stand."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        step, level = self.step, self.level
        if level is None:
            return Text("reading the pictures and loading the network …")
        done = step.number if step else 0
        line = Table.grid(padding=(0, 2))
        line.add_row(
            ProgressBar(total=max(1, self.pace.total), completed=done, width=30),
            Text(f"step {done} of {self.pace.total}{pace_in_words(self.pace)}"),
        )
        facts = [level_in_words(level, self.pace), losses_in_words(step) if step else "", memory_in_words()]
        if self.preview:
            facts.append(f"preview: {self.preview}")
        return Group(line, *(Text(fact, style="dim", overflow="fold") for fact in facts if fact))


def level_in_words(event: LevelStarted, pace: Pace) -> str:
    """Which level of how many, its size and its steps."""
    steps = pace.levels[event.level].steps
    return f"level {event.level + 1} of {len(pace.levels)}: {event.width} × {event.height} pixels, {steps} steps"


def losses_in_words(step: Step) -> str:
    """The objective and each of its terms; nothing where nothing is minimised."""
    if not step.losses:
        return ""
    terms = ", ".join(f"{name} {value:.4g}" for name, value in step.losses.items())
    return f"loss {step.value:.4g} ({terms})"


def pace_in_words(pace: Pace) -> str:
    """Steps per second and the time left, once they are known; begins with a comma."""
    rate, left = pace.steps_per_second, pace.seconds_left
    if rate is None or left is None:
        return ""
    speed = f"{rate:.1f} steps/s" if rate >= 1 else f"{1 / rate:.1f} s a step"
    return f", {speed}, {clock(left)} left"


def plan_in_words(plan: Plan) -> str:
    """What a job takes, in one line."""
    return f"about {in_words(plan.memory)} of memory, about {clock(plan.seconds)}"


def seconds_since_start() -> float:
    """How long this process has been running."""
    import psutil

    return max(0.0, time.time() - psutil.Process().create_time())


def memory_in_words() -> str:
    """What this process holds, and what it holds on a GPU if it uses one."""
    import psutil

    text = f"memory: {in_words(psutil.Process().memory_info().rss)}"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        text += f", on the GPU {in_words(torch.cuda.memory_reserved())}"
    return text
