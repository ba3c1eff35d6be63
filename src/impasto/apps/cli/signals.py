"""Ctrl-C and its relatives: at once while nothing is at stake, at the end of the step while painting."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, Self

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks a process to stop: Ctrl-C, `kill`, and the closing of the terminal."""

SHOW_CURSOR = "\x1b[?25h"


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Handle a signal as Python handles Ctrl-C."""
    raise KeyboardInterrupt


def terminate_like_ctrl_c() -> None:
    """Treat every signal that asks to stop as Ctrl-C, but for those the caller has switched off (as `nohup` does)."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


class Interruption:
    """While it is entered, a signal stops the work at a place where it can be taken up again.

    `asked` says that a signal came. Before `hold` is called, it also raises KeyboardInterrupt at once. A further signal
    says that the step is being finished; the one after that ends the process there and then, exit code 130, with what
    the last checkpoint holds.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.held = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._notice)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hold(self) -> None:
        """From now on the work can be stopped only between steps."""
        self.held = True

    def _notice(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        if self.asked > 2:
            give_up()
        if not self.held and self.asked == 1:
            raise KeyboardInterrupt
        if self.asked == 2:
            os.write(2, b"\nstopping after this step; once more to give up at once\n")


def give_up() -> NoReturn:
    """End the process without another instruction, leaving the terminal usable."""
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR.encode())
    os._exit(130)
