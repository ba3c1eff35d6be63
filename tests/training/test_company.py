"""Several processes teach one network, as one with their photos together would."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from impasto.training import Company, Session, TrainingFolder, company
from impasto.weights.style_network import load_style_network

PROGRAM = Path(__file__).with_name("learn_together.py")


def test_alone_there_is_nobody_to_agree_with(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with company() as together:
        assert together == Company(0, 1)
        assert together.leads
        assert together.agreed(3.5) == 3.5
        network = torch.nn.Linear(2, 2)
        assert together.together(network) is network
        assert together.device("auto") == "auto"


def test_two_processes_learn_what_one_does_from_twice_the_batch(make_plan, make_teacher, tmp_path):
    plans = {name: make_plan(output=tmp_path / f"{name}.safetensors", batch=b) for name, b in (("two", 1), ("one", 2))}
    folders = {name: TrainingFolder.create(tmp_path / name, plan, make_teacher()) for name, plan in plans.items()}
    list(Session(plans["one"], make_teacher()).events(folders["one"]))
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    done = subprocess.run(
        [sys.executable, *launch, str(PROGRAM), str(folders["two"].path)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines() if line} == {"0"}
    assert "0 NetworkWritten" in done.stdout
    one, two = (load_style_network(plans[name].output)[0].state_dict() for name in ("one", "two"))
    start = Session(plans["one"], make_teacher()).learner().network.state_dict()
    together = [torch.cat([state[name].flatten() for name in one]) for state in (start, one, two)]
    moved, apart = (float((other - together[1]).norm()) for other in (together[0], together[2]))
    assert apart < 0.1 * moved


@pytest.mark.parametrize("missing", ["RANK", "MASTER_ADDR"])
def test_variables_that_do_not_go_together_start_nothing(monkeypatch, missing):
    for name, value in (("RANK", "0"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", "1")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    with company() as together:
        assert together.processes == 1
