import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.errors import JobError
from impasto.losses import (
    ContentLoss,
    GramLoss,
    Log,
    MomentsLoss,
    Power,
    Scale,
    SlicedLoss,
    SmoothedLoss,
    Softmax,
    Standardise,
    VariationLoss,
)
from impasto.pictures import Picture
from impasto.runs import job_from_dict, job_from_toml, job_schema, job_to_dict, job_to_toml
from impasto.solve import LBFGS, SGD, Adam, ContentStart, MixedStart, NoiseStart
from impasto.tasks import JOBS, ReconstructJob, StylizeJob, TextureJob
from impasto.tasks.colour import FreeColour, LuminanceColour, PhotoColour, StyleColour, ToneColour

MINIMAL = {"content": "photo.jpg", "styles": ["painting.jpg"]}

unit = st.floats(0, 1)
above = st.floats(1e-300, 1e300)
# any text that can be the name of a file
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
paths = text.map(Path)
names = st.lists(text, min_size=1, max_size=4).map(tuple)


transforms = (
    st.builds(Softmax, over=st.sampled_from(["layer", "channels"]), temperature=st.floats(1e-6, 1e300))
    | st.builds(Scale, factor=above)
    | st.builds(Power, exponent=st.floats(1e-300, 1))
    | st.builds(Log)
)


@st.composite
def losses(draw):
    kind = draw(st.sampled_from([ContentLoss, GramLoss, MomentsLoss, SlicedLoss, VariationLoss]))
    layers = draw(names)
    weights = draw(st.just(()) | st.tuples(*[st.floats(0, 1e300)] * len(layers)))
    extra = {"normalisation": draw(st.sampled_from(["energy", "gatys", "johnson"]))} if kind is GramLoss else {}
    if kind is SlicedLoss:
        extra = {"directions": draw(st.none() | st.integers(1, 10**6)), "seed": draw(st.integers(0, 2**63 - 1))}
    loss = kind(weight=draw(st.floats(0, 1e300)), layers=layers, layer_weights=weights, **extra)
    if not draw(st.booleans()):
        return loss
    if kind is GramLoss and draw(st.booleans()):
        return SmoothedLoss(loss=loss, transform=Standardise(least=draw(unit)))
    only = draw(st.lists(st.sampled_from(layers)).map(tuple))
    return SmoothedLoss(loss=loss, transform=draw(transforms), only=only)


optimizers = (
    st.builds(LBFGS, history=st.integers(1, 100), box=st.booleans())
    | st.builds(Adam, learning_rate=above)
    | st.builds(SGD, learning_rate=above)
)

matching = {
    "by": st.sampled_from(["transport", "cholesky", "pca", "histogram"]),
    "when": st.sampled_from(["before", "after", "both"]),
    "amount": unit,
}
colours = (
    st.just(FreeColour())
    | st.builds(StyleColour, **matching)
    | st.builds(PhotoColour, **matching)
    | st.builds(LuminanceColour, lightness=st.sampled_from(["photo", "style"]))
    | st.builds(
        ToneColour, amount=unit, blank=unit, lines=st.floats(0, 1e300), radius=st.floats(1e-3, 0.5), contrast=above
    )
)

paintings = st.builds(
    StylizeJob,
    seed=st.integers(0, 2**32 - 1),
    content=paths,
    styles=st.lists(paths, min_size=1, max_size=3).map(tuple),
    size=st.none()
    | st.integers(1, 65000).map(str)
    | st.tuples(*[st.integers(1, 65000)] * 2).map("{0[0]}x{0[1]}".format),
    strength=st.none() | unit,
    colour=colours,
    weights=st.none() | text.filter(lambda name: name != "none"),
    pooling=st.sampled_from(["max", "average", "average-scaled"]),
    losses=st.lists(losses(), min_size=1, max_size=3).map(tuple),
    start=st.builds(ContentStart, noise=unit) | st.builds(NoiseStart) | st.builds(MixedStart, share=unit),
    optimizer=optimizers,
    smallest=st.integers(16, 2**31),
    steps=st.lists(st.integers(0, 10**6), min_size=1).map(tuple),
)

reconstructions = st.builds(
    ReconstructJob,
    of=st.sampled_from(["content", "style"]),
    source=paths,
    layers=st.just(()) | names,
    size=st.none() | st.integers(1, 65000).map(str),
    noise=st.floats(1e-6, 1),
    optimizer=optimizers,
    steps=st.integers(0, 10**6),
)

textures = st.builds(
    TextureJob,
    style=paths,
    size=st.tuples(*[st.integers(16, 65000)] * 2).map("{0[0]}x{0[1]}".format),
    style_scale=st.floats(1e-3, 8),
    optimizer=optimizers,
    steps=st.lists(st.integers(0, 10**6), min_size=1).map(tuple),
)

jobs = paintings | reconstructions | textures


@settings(deadline=None)
@given(jobs)
def test_a_job_survives_toml_and_json(job):
    assert job_from_toml(job_to_toml(job)) == job
    assert job_from_dict(json.loads(json.dumps(job_to_dict(job), allow_nan=False))) == job


def test_defaults_are_written_and_shorthands_read():
    job = job_from_dict({**MINIMAL, "styles": "painting.jpg", "size": 640, "optimizer": "adam", "strength": "none"})
    assert job == StylizeJob(
        content=Path("photo.jpg"), styles=(Path("painting.jpg"),), size="640", optimizer=Adam(), strength=None
    )
    assert job_to_dict(job)["optimizer"]["learning_rate"] == Adam().learning_rate
    assert 'strength = "none"' in job_to_toml(job)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"contents": "a"},
            "contents: no such setting of kind of job 'stylize'. Did you mean content or content_first?",
        ),
        ({"kind": "stylise"}, "no kind of job is named 'stylise'. Did you mean stylize?"),
        ({"optimizer": {"kind": "lbfg"}}, "optimizer: no optimizer is named 'lbfg'. Did you mean lbfgs?"),
        ({"optimizer": {"history": 3}}, "optimizer: a `kind` is needed. Known: "),
        ({"optimizer": {"kind": "lbfgs", "histroy": 3}}, "optimizer.histroy: no such setting of optimizer 'lbfgs'"),
        ({"optimizer": {"kind": "lbfgs", "history": "x"}}, "optimizer.history: must be a valid integer"),
        ({"optimizer": {"kind": "lbfgs", "history": 0}}, "history must be at least 1"),
        ({"optimizer": 7}, "optimizer: must be "),
        ({"losses": [{"kind": "gram"}, {"kind": "gran"}]}, "losses.1: no loss is named 'gran'. Did you mean gram?"),
        ({"losses": [{"kind": "gram", "weight": "heavy"}]}, "losses.0.weight: must be a valid number"),
        ({"losses": [{"kind": "smoothed"}]}, "losses.0.loss: is needed and not given"),
        ({"losses": [{"kind": "smoothed", "loss": "gran"}]}, "losses.0.loss: no loss is named 'gran'"),
        (
            {"losses": [{"kind": "smoothed", "loss": "gram", "transform": "sofmax"}]},
            "losses.0.transform: no transform is named 'sofmax'. Did you mean softmax?",
        ),
        (
            {"losses": [{"kind": "smoothed", "loss": {"kind": "gram", "weight": "heavy"}}]},
            "losses.0.loss.weight: must be a valid number",
        ),
        ({"losses": [{"kind": "gram", "weight": float("inf")}]}, "losses.0.weight: must be a finite number, got inf"),
        ({"strength": float("nan")}, "strength: must be a finite number, got nan"),
        ({"strength": True}, "strength: true and false do not belong here"),
        ({"steps": [1.5]}, "steps.0: must be a valid integer"),
        ({"content": 3}, "content: must be the path of a picture, got 3"),
        ({"content": ""}, "content: must be the path of a picture, got ''"),
        ({"styles": []}, "a style picture is needed"),
        ({"pooling": "mean"}, "pooling: must be 'max', 'average' or 'average-scaled', got 'mean'"),
        ({"seed": -1}, "the seed must be"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(settings, message):
    with pytest.raises(JobError) as caught:
        job_from_dict({**MINIMAL, **settings})
    assert message in str(caught.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(JobError) as caught:
        job_from_dict({"content": 3, "strength": "x"})
    assert sorted(line.split(":")[0] for line in str(caught.value).splitlines()) == ["content", "strength", "styles"]


@pytest.mark.parametrize(
    "text",
    [
        "content = ",
        "\0",
        "a = [" * 5000,
        "content = 'a'\nstyles = ['b']\nseed = " + "9" * 5000,
        "x = " + "[" * 30 + "]" * 30,
        "kind = 5",
        "optimizer = [[]]",
        "losses = 'gram'",
        "[content]\na = 1",
        "",
    ],
    ids=range(10),
)
def test_hostile_texts_are_refused_with_their_name(text):
    with pytest.raises(JobError, match=r"^job\.toml: "):
        job_from_toml(text, "job.toml")


def test_pictures_in_memory_and_numbers_not_finite_cannot_be_written_down():
    picture = Picture(np.zeros((3, 20, 20), np.float32))
    assert job_from_dict({"content": picture, "styles": [picture]}).content is picture
    with pytest.raises(JobError, match="picture in memory"):
        job_to_toml(StylizeJob(content=picture, styles=(Path("a"),)))


def test_a_file_name_that_is_no_text_is_refused():
    with pytest.raises(JobError, match="not valid text"):
        job_to_toml(StylizeJob(content=Path("a\udcff.png"), styles=(Path("a"),)))


def test_the_schema_names_every_kind():
    schema = job_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert {"ContentLoss", "GramLoss", "SmoothedLoss", "Softmax", "LBFGS", "Adam", "NoiseStart"} <= set(schema["$defs"])
    kinds = {
        kind: schema["$defs"][place.rpartition("/")[2]] for kind, place in schema["discriminator"]["mapping"].items()
    }
    assert set(kinds) == set(JOBS)
    assert set(kinds["stylize"]["required"]) == {"content", "styles"}
    assert kinds["stylize"]["properties"]["content"]["type"] == "string"
    assert set(kinds["reconstruct"]["required"]) == {"source"}
