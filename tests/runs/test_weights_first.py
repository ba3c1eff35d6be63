"""Weights are looked at before anything is made or changed, and loaded once."""

import os
import shutil

import pytest

import impasto
from impasto.apps.cli.main import main
from impasto.errors import CorruptError
from impasto.runs import Run, list_runs


@pytest.fixture
def damage(weights, random_home, tmp_path, monkeypatch):
    """Cuts the weights short, in a copy of the store."""

    def cut():
        shutil.copytree(random_home, tmp_path / "home")
        monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
        os.truncate(tmp_path / "home" / "weights" / f"{weights}.safetensors", 1000)

    return cut


def test_a_call_with_damaged_weights_makes_no_run(make_job, photo, painting, weights, damage, runs):
    damage()
    with pytest.raises(CorruptError, match="is damaged"):
        impasto.stylize(photo, painting, size=40, weights=weights, device="cpu")
    assert list_runs() == []


def test_resuming_with_damaged_weights_leaves_the_run_as_it_was(make_job, damage, runs, capsys):
    run = Run.create(make_job())
    damage()
    assert main(["runs", "resume", run.id]) == 3
    assert "is damaged" in capsys.readouterr().err
    assert (run.state, run.events_path.exists()) == ("queued", False)


def test_a_run_uses_the_network_that_its_job_has_loaded(make_job, runs):
    job = make_job()
    assert "network" not in vars(Run.create(job).job)
    network = job.network
    assert Run.create(job).job.network is network


@pytest.mark.parametrize(
    ("other", "lent"),
    [({"size": "20", "seed": 3}, True), ({"pooling": "max"}, False), ({"padding": "zeros"}, False)],
)
def test_a_network_is_lent_where_it_is_the_same(make_job, other, lent):
    job, borrower = make_job(), make_job(**other)
    network = job.network
    job.lend(borrower)
    assert (borrower.network is network) is lent


@pytest.mark.parametrize(
    ("other", "lent"),
    [({"seed": 3}, True), ({"pooling": "max"}, True), ({"size": "20"}, False)],
)
def test_the_content_is_lent_where_it_has_the_same_size(make_job, other, lent):
    job, borrower = make_job(), make_job(**other)
    content = job.content_picture
    job.lend(borrower)
    assert (borrower.content_picture is content) is lent
