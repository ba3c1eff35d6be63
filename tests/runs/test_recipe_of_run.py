import json
import shutil

import pytest

from impasto.errors import InputError, JobError, PictureError
from impasto.pictures import read_picture, read_recipe, write_picture
from impasto.runs import Run, execute, job_from_recipe, recipe_of


@pytest.fixture
def painted(make_job, runs, tmp_path):
    run = Run.create(make_job(steps=(1, 2)), output=tmp_path / "out.png")
    list(execute(run))
    return run


@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "tiff"])
def test_a_picture_tells_how_to_paint_it_again(make_job, runs, tmp_path, extension):
    first, second = tmp_path / f"first.{extension}", tmp_path / f"second.{extension}"
    run = Run.create(make_job(steps=(1, 2)), output=first)
    list(execute(run))
    job = job_from_recipe(first)
    assert job == run.job
    list(execute(Run.create(job, output=second)))
    assert second.read_bytes() == first.read_bytes()


def test_a_recipe_names_no_folder(painted, tmp_path):
    recipe = read_recipe(painted.output)
    assert recipe == recipe_of(painted)
    assert str(tmp_path) not in recipe
    assert painted.id not in recipe
    told = json.loads(recipe)
    assert told["inputs"]["style1"] == {"file": "Painting 1.png", "sha256": told["inputs"]["style1"]["sha256"]}
    assert told["weights"] == painted.weights


def test_inputs_are_found_beside_the_picture(painted, photo, painting, tmp_path):
    place = tmp_path / "moved"
    place.mkdir()
    for path in (photo, painting, painted.output):
        shutil.move(path, place)
    job = job_from_recipe(place / "out.png", home=tmp_path / "no runs")
    assert job.inputs == {"content": place / "photo.png", "style1": place / "Painting 1.png"}


def test_a_missing_or_other_input_is_named_and_can_be_given(painted, photo, painting, tmp_path):
    photo.rename(tmp_path / "renamed.png")
    with pytest.raises(InputError, match=r"the content picture 'photo\.png'.* name the picture to use"):
        job_from_recipe(painted.output)
    shutil.copy(painting, photo)
    with pytest.raises(InputError, match=r"photo\.png is another picture of that name"):
        job_from_recipe(painted.output)
    assert job_from_recipe(painted.output, content=tmp_path / "renamed.png").content == tmp_path / "renamed.png"
    with pytest.raises(InputError, match="takes 1 styles; 2 were given"):
        job_from_recipe(painted.output, content=photo, styles=[photo, photo])


def test_pictures_without_a_recipe_are_refused(photo, tmp_path):
    with pytest.raises(InputError, match="holds no recipe"):
        job_from_recipe(photo)
    with pytest.raises(PictureError):
        job_from_recipe(tmp_path / "missing.png")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda recipe: [], InputError),
        (lambda recipe: {}, InputError),
        (lambda recipe: recipe | {"format": 99}, InputError),
        (lambda recipe: recipe | {"job": recipe["job"] | {"evil": 1}}, JobError),
        (lambda recipe: recipe | {"inputs": []}, InputError),
        (lambda recipe: recipe | {"inputs": {"content": {"file": "/etc/passwd", "sha256": "0"}}}, InputError),
        (lambda recipe: recipe | {"inputs": {"content": {"file": "a\0b", "sha256": "0"}}}, InputError),
    ],
    ids=range(7),
)
def test_hostile_recipes_are_refused(painted, tmp_path, change, error):
    recipe = json.dumps(change(json.loads(recipe_of(painted))))
    write_picture(read_picture(painted.output), tmp_path / "forged.png", recipe=recipe)
    with pytest.raises(error, match=r"forged\.png"):
        job_from_recipe(tmp_path / "forged.png")
