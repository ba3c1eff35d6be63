from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys

import pytest

from impasto.apps.cli import boundary
from impasto.errors import CancelledError, CorruptError, DivergedError, InputError, UnknownNameError


class OutOfMemoryError(RuntimeError):
    """Named as torch names it."""


@pytest.fixture(autouse=True)
def signals_as_before():
    """An interrupted command line heeds no further signals; the tests still do."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("no such thing"), 2, "error: no such thing"),
        (UnknownNameError("no such name"), 2, "error: no such name"),
        (CorruptError("damaged"), 3, "error: damaged"),
        (DivergedError("not a number"), 4, "error: not a number"),
        (CancelledError("stopped; go on"), 130, "stopped; go on"),
        (KeyboardInterrupt(), 130, "stopped"),
        (MemoryError(), 4, "--size"),
        (OutOfMemoryError("CUDA out of memory"), 4, "--size"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), 4, "--size"),
        (OSError(errno.ENOSPC, "No space left on device", "out.png"), 2, "out.png: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 2, "x: Permission denied"),
    ],
)
def test_an_error_becomes_a_message_and_a_code(error, code, said, capsys):
    assert boundary.exit_code_of(raising(error), as_json=False) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_json_says_the_same_as_an_object(capsys):
    assert boundary.exit_code_of(raising(CorruptError("damaged")), as_json=True) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"event": "error", "exit_code": 3, "message": "damaged"}
    assert captured.err == "error: damaged\n"


def test_a_bug_is_called_one_and_its_traceback_is_kept(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    assert boundary.exit_code_of(raising(ZeroDivisionError("by nothing")), as_json=False) == 1
    said = capsys.readouterr().err
    logs = list((tmp_path / "logs").iterdir())
    assert len(said.splitlines()) == 1
    assert str(logs[0]) in said
    assert "ZeroDivisionError: by nothing" in said
    assert "Traceback" in logs[0].read_text(encoding="utf-8")


def test_a_bug_is_told_even_where_nothing_can_be_written(capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "file"))
    assert boundary.exit_code_of(raising(ZeroDivisionError()), as_json=False) == 1
    assert "could not be written" in capsys.readouterr().err


def test_nobody_reading_is_no_error(folder, environment):
    reader = subprocess.Popen(
        [sys.executable, "-m", "impasto", "backbones", "vgg19"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reader.stdout is not None
    reader.stdout.close()
    _, said = reader.communicate(timeout=120)
    assert reader.returncode == boundary.NOBODY_READS
    assert said == b""


def test_a_full_disk_behind_the_output_is_said(folder, environment):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        outcome = subprocess.run(
            [sys.executable, "-m", "impasto", "weights", "list"],
            cwd=folder,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("error: No space left on device")
    assert "Traceback" not in outcome.stderr


def test_nobody_reading_the_help_is_no_error_either(folder, environment):
    reader = subprocess.Popen(
        [sys.executable, "-m", "impasto", "--help"], cwd=folder, env=environment, stdout=subprocess.PIPE
    )
    assert reader.stdout is not None
    reader.stdout.close()
    assert reader.wait(timeout=120) == boundary.NOBODY_READS


def test_other_ways_to_leave_pass():
    with pytest.raises(SystemExit, match="7"):
        boundary.exit_code_of(raising(SystemExit(7)), as_json=False)
