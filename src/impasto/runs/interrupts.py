"""Signals at a safe moment.

A step changes the solver's state in several places; an exception in the middle of it would leave a state that is none
of the uninterrupted run's. So a signal that arrives during a step is handed to its handler when the step is over.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

HELD = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is left, where somebody handles them; a second one acts at once.

    Outside the main thread, where Python delivers no signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in HELD}
    handled = {number: handler for number, handler in handlers.items() if callable(handler)}
    arrived: list[tuple[Callable[[int, FrameType | None], object], int, FrameType | None]] = []

    def keep(number: int, frame: FrameType | None) -> None:
        handler = handled[signal.Signals(number)]
        if arrived:
            handler(number, frame)
        arrived.append((handler, number, frame))

    for number in handled:
        signal.signal(number, keep)
    try:
        yield
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)
    for late, signalled, frame in arrived:
        late(signalled, frame)
