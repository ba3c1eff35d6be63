"""Ctrl-C and its relatives."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn, Self

Handler = Callable[[int, FrameType | None], Any]

STOPPING = (signal.SIGINT, signal.SIGTERM)
"""What asks a process to stop: Ctrl-C and `kill`. The closing of the terminal is made the second of them."""

SHOW_CURSOR = "\x1b[?25h"


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Handle a signal as Python handles Ctrl-C."""
    raise KeyboardInterrupt


def terminate_like_ctrl_c() -> None:
    """Treat every signal that asks to stop as Ctrl-C, but for those the caller has switched off (as `nohup` does)."""
    _handle(interrupt)
    closed = getattr(signal, "SIGHUP", None)
    if closed is not None and signal.getsignal(closed) is not signal.SIG_IGN:
        signal.signal(closed, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


def heed_no_more() -> None:
    """Let further signals of this kind pass, so that what is left to say and to put away is not cut short."""
    _handle(signal.SIG_IGN)


def _handle(handler: Handler | signal.Handlers) -> dict[int, Any]:
    """Have the signals handled by `handler`; return what handled them before."""
    heeded = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heeded}


class Interruption:
    """While it is entered, the first signal raises KeyboardInterrupt, and the work has the time to put itself away.

    The signal after that says so; a third ends the process there and then, exit code 130, with what was kept so far.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = _handle(self._notice)
        return self

    def __exit__(self, *_: object) -> None:
        if self.asked:
            heed_no_more()
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _notice(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        if self.asked == 1:
            raise KeyboardInterrupt
        if self.asked > 2:
            give_up()
        os.write(2, b"\nkeeping what is painted so far; once more to give up at once\n")


def give_up() -> NoReturn:
    """End the process without another instruction, leaving the terminal usable."""
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR.encode())
    os._exit(130)
