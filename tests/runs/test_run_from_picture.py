"""Runs that start from a picture of one's own keep it, go on with it and are repeated from it."""

import tomllib

import pytest

import impasto
from impasto.errors import InputError, UnknownNameError
from impasto.pictures import write_picture
from impasto.runs import Run, build_job, execute, inputs_given, job_from_recipe
from impasto.solve import Step
from impasto.tasks import PictureStart, Region


@pytest.fixture
def begun(tmp_path, picture_of):
    path = tmp_path / "begun.png"
    write_picture(picture_of(32, 40, 7), path)
    return path


def finished(run):
    assert [*execute(run)]
    return run.result_path.read_bytes()


def test_an_interrupted_run_ends_as_if_it_had_not_been(make_job, begun, runs):
    job = make_job(start=PictureStart(picture=begun))
    run = Run.create(job)
    assert run.record["inputs"]["start"]["path"] == str(begun)
    events = execute(run)
    for event in events:
        if isinstance(event, Step) and event.number == 2:
            break
    events.close()
    assert run.state == "interrupted"
    assert finished(Run.open(run.folder)) == finished(Run.create(job)) != finished(Run.create(make_job()))


def test_a_start_in_memory_is_kept_in_the_run(make_job, picture_of, runs):
    run = Run.create(make_job(start=PictureStart(picture=picture_of(32, 40, 7))))
    assert (run.folder / "inputs" / "start.png").is_file()
    assert tomllib.loads((run.folder / "job.toml").read_text())["start"]["picture"] == "inputs/start.png"
    assert run.job.start == PictureStart(picture=run.folder / "inputs" / "start.png")
    assert finished(run)


def test_a_changed_start_is_refused(make_job, begun, picture_of, runs):
    run = Run.create(make_job(start=PictureStart(picture=begun)))
    write_picture(picture_of(32, 40, 8), begun)
    with pytest.raises(InputError, match="the start picture has changed"):
        list(execute(run))


def test_the_recipe_finds_the_start(make_job, begun, runs, tmp_path):
    run = Run.create(make_job(start=PictureStart(picture=begun)), output=tmp_path / "out.png")
    finished(run)
    assert job_from_recipe(tmp_path / "out.png") == run.job
    begun.unlink()
    with pytest.raises(InputError, match=r"the start picture 'begun\.png'"):
        job_from_recipe(tmp_path / "out.png")
    other = tmp_path / "other.png"
    assert job_from_recipe(tmp_path / "out.png", start=other).start == PictureStart(picture=other)


def test_a_start_is_given_only_where_there_is_one(make_job, begun, runs):
    job = make_job(start=PictureStart(picture=begun))
    given = inputs_given(job, "the run", content=None, styles=None, start=begun.parent)
    assert given == {"start": begun.parent}
    with pytest.raises(InputError, match="the run does not start from a picture"):
        inputs_given(make_job(), "the run", content=None, styles=None, start=begun)


def test_the_pictures_of_a_region_are_given_by_name(make_job, photo, painting):
    job = make_job(regions=(Region(mask=photo, styles=(painting,)),))
    none = {"content": None, "styles": None, "start": None}
    other, mask = painting.parent / "other.png", photo.parent / "mask.png"
    given = inputs_given(job, "the run", **none, others={"region1_style1": other, "mask_of_region1": mask})
    (region,) = job.with_inputs(given).regions
    assert (region.styles, region.mask) == ((other,), mask)
    with pytest.raises(UnknownNameError, match=r"no picture .region1_stile1.\. Did you mean region1_style1"):
        inputs_given(job, "the run", **none, others={"region1_stile1": other})


def test_a_job_file_names_the_start_from_its_own_folder(begun, photo, painting):
    file = begun.parent / "job.toml"
    file.write_text('[start]\nkind = "picture"\npicture = "begun.png"\n')
    job = build_job(config=file, flags={"content": photo, "styles": [painting]})
    assert job.start == PictureStart(picture=begun)


def test_a_call_takes_it_as_a_start(photo, painting, weights, begun, runs):
    small = {"size": 40, "weights": weights, "device": "cpu", "precision": "fp32", "steps": 0}
    result = impasto.stylize(photo, painting, start=PictureStart(picture=begun), **small)
    assert result.run.job.inputs["start"] == begun
