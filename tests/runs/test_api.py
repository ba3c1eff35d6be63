import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto.errors import InputError, JobError
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import read_recipe
from impasto.runs import job_from_recipe, list_runs
from impasto.solve import Adam


@pytest.fixture
def quick(weights):
    losses = (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1")))
    return {"size": 32, "steps": 2, "weights": weights, "losses": losses, "device": "cpu", "precision": "fp32"}


def pixels(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_one_call_paints_files(photo, painting, runs, quick, tmp_path):
    seen = []
    out = tmp_path / "out.png"
    result = impasto.stylize(str(photo), painting, output=out, progress=seen.append, seed=5, **quick)
    assert isinstance(seen[0], impasto.Started)
    assert result.image.shape == (26, 32, 3)
    assert result.image.dtype == np.uint8
    assert result.pil().size == (32, 26)
    assert set(result.losses) == {"content", "gram"}
    assert result.run.state == "finished"
    assert result.run.job.seed == 5
    assert np.array_equal(np.asarray(Image.open(out)), result.image)
    result.save(tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == out.read_bytes()
    assert job_from_recipe(tmp_path / "again.png") == result.run.job


def test_any_kind_of_picture_will_do_and_nothing_need_be_kept(runs, quick, tmp_path):
    content = Image.fromarray(pixels(1, 40, 40, 4))
    styles = [pixels(2, 40, 40, 3), torch.from_numpy(pixels(3, 3, 40, 40))]
    result = impasto.stylize(content, styles, keep_run=False, style_weights=[1, 2], optimizer=Adam(), **quick)
    assert result.run is None
    assert list_runs() == []
    assert result.image.shape == (32, 32, 4)
    result.save(tmp_path / "a.png")
    assert read_recipe(tmp_path / "a.png") == result.recipe


def test_a_job_paints_pictures_in_memory_and_plain_paths(photo, quick):
    job = impasto.StylizeJob(
        content=str(photo), styles=[pixels(2, 40, 40, 3)], **(quick | {"size": "32", "steps": [2]})
    )
    events = list(job.events())
    assert isinstance(events[-1], impasto.Finished)
    assert job.picture(events[-1].image).width == 32


def test_settings_are_named_as_in_the_job(photo, painting, runs, quick):
    with pytest.raises(JobError, match="Did you mean colour"):
        impasto.stylize(photo, painting, color="photo", **quick)
    with pytest.raises(InputError):
        impasto.stylize(photo, painting, **(quick | {"size": 0}))
    settings = quick | {"losses": None, "losses.gram.layers": ["relu1_1"], "losses.content.layers": ["relu1_2"]}
    result = impasto.stylize(photo, painting, preset="gatys2016", strength=0.5, **settings)
    assert result.run.job.losses[1].layers == ("relu1_1",)
    assert result.run.job.strength == 0.5


def test_importing_the_package_imports_no_torch_and_every_name_is_there():
    code = (
        "import sys, impasto; assert not {'torch', 'numpy', 'pydantic'} & sys.modules.keys();"
        "[getattr(impasto, name) for name in impasto.__all__]; assert callable(impasto.execute)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert set(impasto.__all__) <= set(dir(impasto))
    with pytest.raises(AttributeError):
        _ = impasto.nothing
