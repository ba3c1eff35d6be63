import os
import signal
import threading

import pytest

from impasto.runs.interrupts import held_back


def send(number=signal.SIGINT):
    os.kill(os.getpid(), number)


def interrupted(times):
    """What a block that is interrupted some times gets done."""
    done = []
    try:
        with held_back():
            for _ in range(times):
                send()
            done.append("whole")
    except KeyboardInterrupt:
        return done
    pytest.fail("the interrupt was lost")


def test_a_signal_waits_for_the_end_of_the_block():
    assert interrupted(1) == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_acts_at_once():
    assert interrupted(2) == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_that_was_there_is_called():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with held_back():
            send(signal.SIGTERM)
            assert seen == []
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_other_threads_are_let_alone():
    seen = []

    def work():
        with held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
