"""Feature visualisation as a run: no inputs, several pictures in one result."""

from contextlib import closing

import pytest

from impasto.pictures import read_picture
from impasto.runs import Run, execute, job_from_dict, job_from_recipe, job_to_dict
from impasto.runs import keeping as keeping_module
from impasto.solve import Finished, Step
from impasto.tasks import VisualizeFeaturesJob


@pytest.fixture
def job(weights):
    return VisualizeFeaturesJob(
        layers=("relu1_2", "relu2_1"),
        channels=(3, 8),
        size=40,
        steps=3,
        weights=weights,
        device="cpu",
        precision="fp32",
    )


def test_it_survives_being_written_down(job):
    assert job_from_dict(job_to_dict(job)) == job
    assert job_from_dict({"kind": "visualize-features", "layers": "relu1_1", "channels": 4}).channels == (4,)


@pytest.mark.parametrize("stop", [1, 3, 5, 9, 12])
def test_stopped_and_resumed_the_sheet_is_the_same(job, stop, runs, monkeypatch):
    monkeypatch.setattr(keeping_module, "CHECKPOINT_SECONDS", 0.0)
    whole = Run.create(job)
    list(execute(whole))
    cut = Run.create(job)
    with closing(execute(cut)) as events:
        for event in events:
            if isinstance(event, Step) and event.number == stop:
                break
    assert Run.open(cut.id).state == "interrupted"
    rest = list(execute(Run.open(cut.id)))
    assert any(isinstance(event, Finished) for event in rest)
    assert sum(isinstance(event, Step) for event in rest) == 12 - stop
    assert cut.result_path.read_bytes() == whole.result_path.read_bytes()
    sheet = read_picture(cut.result_path)
    assert sheet.width == 2 * 40 + 3 * 4
    assert job_from_recipe(cut.result_path) == job
