from dataclasses import replace

import pytest

from impasto.errors import JobError, UnknownNameError
from impasto.losses import (
    ContentLoss,
    GaussianLoss,
    GramLoss,
    HistogramLoss,
    Log,
    MeanStdLoss,
    MomentsLoss,
    NearestLoss,
    SelfSimilarityLoss,
    SlicedLoss,
    SmoothedLoss,
    Softmax,
)
from impasto.runs import build_job, preset, preset_names
from impasto.solve import Adam, MixedStart, NoiseStart
from impasto.tasks import StylizeJob
from impasto.tasks.colour import FreeColour

PICTURES = {"content": "photo.jpg", "styles": ["painting.jpg"]}


def build(*sets, flags=PICTURES, **settings):
    return build_job(flags=flags, sets=sets, **settings)


def loss(job, kind):
    return next(loss for loss in job.losses if loss.kind == kind)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_job(name):
    described = preset(name)
    assert described.title
    assert described.description
    assert isinstance(build(preset=name), StylizeJob)


@pytest.mark.parametrize(("name", "style_over_content"), [("gatys2015", 1e4), ("gatys2016", 1e3)])
def test_the_papers_constants(name, style_over_content):
    job = build(preset=name)
    assert (job.strength, job.colour, job.pooling, job.padding) == (None, FreeColour(), "average", "zeros")
    assert isinstance(job.start, NoiseStart)
    assert job.steps == (500,)
    scaled = {"normalisation": "gatys", "activation_scale": 100}
    assert loss(job, "content") == ContentLoss(layers=("relu4_2",), weight=1, **scaled)
    assert loss(job, "gram") == GramLoss(layer_weights=(0.2,) * 5, weight=style_over_content, **scaled)


def test_the_assignments_constants():
    job = build(preset="deeplearning-ai")
    assert job.optimizer == Adam(learning_rate=2.0, beta2=0.999)
    assert job.start == MixedStart(share=0.6, amplitude=20)
    assert (loss(job, "content").weight, loss(job, "gram").weight) == (10, 40)
    assert {item.normalisation for item in job.losses} == {"deeplearning-ai"}


def test_neural_styles_constants():
    job = build(preset="neural-style")
    assert (job.pooling, job.size, job.steps) == ("max", "512", (1000,))
    assert [(item.kind, item.weight) for item in job.losses] == [("content", 5), ("gram", 100), ("variation", 1e-3)]
    assert loss(job, "gram").layer_weights == (1,) * 5


def test_the_constants_of_wang_li_and_vasconcelos():
    job = build(preset="wang2021")
    assert (job.backbone, job.strength, job.colour, job.steps) == ("resnet50", None, FreeColour(), (1000,))
    assert [(item.loss.kind, item.weight) for item in job.losses] == [("content", 1), ("gram", 1e17)]
    assert {item.transform for item in job.losses} == {Softmax(temperature=10, mean="paper")}
    assert {item.loss.normalisation for item in job.losses} == {"neural-style"}
    assert job.losses[1].weighted_layers == tuple(
        (name, 1)
        for name in ("conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out")
    )


def test_each_source_goes_over_the_one_before(tmp_path):
    config = tmp_path / "job.toml"
    config.write_text("size = 300\nseed = 1\nstrength = 0.1\n")
    assert build(preset="neural-style").size == "512"
    assert build(preset="neural-style", config=config).size == "300"
    job = build("seed=3", flags={**PICTURES, "seed": 2, "strength": 0.2}, preset="neural-style", config=config)
    assert (job.size, job.strength, job.seed) == ("300", 0.2, 3)


def test_flags_that_are_none_were_not_given():
    assert build(flags={**PICTURES, "strength": None}) == build()
    assert build(flags={**PICTURES, "strength": "none"}).strength is None


def test_paths_in_a_config_are_taken_from_its_folder(tmp_path):
    (tmp_path / "job.toml").write_text("content = 'a.jpg'\nstyles = ['b.jpg', '/c.jpg']\n")
    job = build(flags={}, config=tmp_path / "job.toml")
    assert [str(path) for path in job.inputs.values()] == [str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg"), "/c.jpg"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("optimizer.history=33", lambda job: job.optimizer.history == 33),
        ("optimizer.kind=adam", lambda job: job.optimizer == Adam()),
        ("optimizer=adam", lambda job: job.optimizer == Adam()),
        ("optimizer={kind='adam', learning_rate=3}", lambda job: job.optimizer == Adam(learning_rate=3)),
        ("start=noise", lambda job: job.start == NoiseStart()),
        ("losses.gram.weight=3", lambda job: loss(job, "gram").weight == 3),
        ("losses.content.layers=['conv4_2']", lambda job: loss(job, "content").layers == ("conv4_2",)),
        ("losses.0.weight=7", lambda job: job.losses[0].weight == 7),
        ("losses.style.layers=relu3_1", lambda job: {i.layers for i in job.losses[1:]} == {("relu3_1",)}),
        ("size=none", lambda job: job.size is None),
        ("size=640x480", lambda job: job.size == "640x480"),
        ("content=a=b.jpg", lambda job: str(job.content) == "a=b.jpg"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_address_sets_what_it_names(text, seen):
    assert seen(build(text))


SMOOTHED = (
    SmoothedLoss(loss=ContentLoss(), transform=Log()),
    SmoothedLoss(loss=GramLoss(layers=("a", "b"), layer_weights=(2.0, 2.0)), transform=Log()),
)

SMOOTHED_TABLES = [
    {"kind": "smoothed", "loss": "content", "transform": "log"},
    {
        "kind": "smoothed",
        "loss": {"kind": "gram", "layers": ["a", "b"], "layer_weights": [2.0, 2.0]},
        "transform": "log",
    },
]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("losses.content.weight=3", {0: SmoothedLoss(loss=ContentLoss(weight=3), transform=Log())}),
        (
            "losses.style.normalisation=gatys",
            {1: replace(SMOOTHED[1], loss=replace(SMOOTHED[1].loss, normalisation="gatys"))},
        ),
        ("losses.gram.layers=['c']", {1: SMOOTHED[1].placed(("c",), (2.0,))}),
        ("losses.1.transform=softmax", {1: SmoothedLoss(loss=SMOOTHED[1].loss)}),
        ("losses.smoothed.only=[]", {}),
    ],
)
def test_an_address_reaches_the_loss_that_another_wraps(text, changed):
    job = build(text, flags={**PICTURES, "losses": SMOOTHED_TABLES})
    assert job.losses == tuple(changed.get(i, loss) for i, loss in enumerate(SMOOTHED))


@pytest.mark.parametrize(
    ("text", "preset", "style"),
    [
        ("losses.style=sliced", "default", [SlicedLoss()]),
        (
            'losses.style=["gram", "histogram"]',
            "default",
            [GramLoss(weight=0.5, layers=()), HistogramLoss(weight=0.5)],
        ),
        (
            "losses.style=['nearest', {kind='moments', weight=3, balance=0.1}]",
            "default",
            [NearestLoss(weight=0.5), MomentsLoss(weight=3, balance=0.1, layers=())],
        ),
        ("losses.style={kind='gaussian', layers=['a']}", "default", [GaussianLoss(layers=("a",))]),
        (
            "losses.style=mean-std",
            "gatys2016",
            [MeanStdLoss(weight=1e3, layers=GramLoss().layers, layer_weights=(0.2,) * 5)],
        ),
    ],
)
def test_the_losses_of_a_role_are_exchanged_for_others_that_take_their_place(text, preset, style):
    job, before = build(text, preset=preset), build(preset=preset)
    assert list(job.losses[1:]) == style
    assert job.losses[0] == before.losses[0]


def test_a_kind_that_was_there_keeps_its_settings_and_the_weight_is_shared():
    before = loss(build(preset="neural-style"), "gram")
    job = build("losses.style=['gram', 'sliced']", preset="neural-style")
    assert [item.kind for item in job.losses] == ["content", "gram", "sliced", "variation"]
    assert loss(job, "gram") == replace(before, weight=50)
    assert loss(job, "sliced") == SlicedLoss(weight=50, layers=before.layers, layer_weights=before.layer_weights)


def test_content_can_be_exchanged_and_a_role_that_nobody_had_be_filled():
    job = build("losses.content=self-similarity")
    assert job.losses[0] == SelfSimilarityLoss()
    job = build("losses.content=['content', 'self-similarity']", flags={**PICTURES, "losses": ["gram"]})
    assert [(item.kind, item.weight) for item in job.losses] == [
        ("gram", 1),
        ("content", 0.5),
        ("self-similarity", 0.5),
    ]


def test_a_weight_that_is_no_number_cannot_be_shared():
    with pytest.raises(JobError, match=r"losses\.style: the weights .* must be numbers, not \['much'\]"):
        build("losses.style=sliced", flags={**PICTURES, "losses": [{"kind": "gram", "weight": "much"}]})


def test_what_wrapped_the_losses_of_a_role_goes_with_them():
    job = build("losses.style=sliced", flags={**PICTURES, "losses": SMOOTHED_TABLES})
    assert job.losses == (SMOOTHED[0], SlicedLoss(layers=("a", "b"), layer_weights=(2.0, 2.0)))
    wrapped = build("losses.style={kind='smoothed', transform='log', loss={kind='gram', weight=2, layers=['a']}}")
    assert wrapped.losses[1:] == (SmoothedLoss(loss=GramLoss(weight=2, layers=("a",)), transform=Log()),)


def test_a_table_of_the_same_kind_keeps_what_is_not_named():
    job = build("optimizer.box=false", preset="gatys2015")
    assert job.optimizer == replace(build(preset="gatys2015").optimizer, box=False)


def test_equal_layer_weights_follow_the_layers():
    assert loss(build("losses.gram.layers=['a','b']", preset="neural-style"), "gram").layer_weights == (1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed", "is not a setting"),
        ("=3", "is not a setting"),
        ("optimiser.history=3", "'optimiser' is no table of settings. Did you mean optimizer?"),
        ("optimizer.history.deep=3", "not an address of a setting"),
        ("losses.gram=3", "not an address of a setting"),
        ("losses.style=3", "must be the kind of a loss, or several, not 3. Known: gaussian, gram"),
        ("losses.style=[]", "name at least one loss. Known: gaussian, gram"),
        ("losses.style=slced", "no loss of style is named 'slced'. Did you mean sliced?"),
        ("losses.style=content", "no loss of style is named 'content'"),
        ("losses.content=gram", "no loss of content is named 'gram'. Known: blank, content, self-similarity."),
        ("losses.gran.weight=3", "no 'gran' there. Did you mean gram?"),
        ("losses.9.weight=3", "no '9' there"),
        ("losses.gram.wieght=3", "wieght: no such setting of loss 'gram'. Did you mean weight?"),
        ("sede=3", "Did you mean seed?"),
        ("seed=nan", "must be a finite number"),
        ("optimizer=adan", "no optimizer is named 'adan'. Did you mean adam?"),
    ],
)
def test_addresses_that_name_nothing(text, message):
    with pytest.raises(JobError) as caught:
        build(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"a = ", b"kind = 'dream'", b"#" * 1_000_001])
def test_configs_that_cannot_be_used_are_named(tmp_path, content):
    path = tmp_path / "job.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(JobError, match=r"job\.toml: "):
        build(config=path)


def test_an_unknown_preset_gets_the_nearest():
    with pytest.raises(UnknownNameError, match=r"Did you mean .*gatys2015"):
        build(preset="gatys2014")


def test_a_setting_of_another_kind_says_whose_it_is():
    with pytest.raises(JobError, match=r"optimizer 'lbfgs'\. It belongs to adam and sgd"):
        build(flags={**PICTURES, "optimizer.learning_rate": 3})


@pytest.mark.parametrize("device", ["tpu", "meta", "", "cuda:", "cpu:0", "cuda:x"])
def test_a_device_that_no_job_runs_on_is_refused_at_once(device):
    with pytest.raises(JobError, match="the device must be auto, cpu, cuda, mps"):
        build(flags={**PICTURES, "device": device})
