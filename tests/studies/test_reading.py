"""A study's file is read strictly, and everything amiss is told before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from impasto.errors import InputError, JobError
from impasto.studies import StudyFolder, box_names, lay_out, read_study, study_in_the_box
from impasto.studies.cells import check_choices
from impasto.studies.choices import grid
from impasto.studies.exploring import ways
from impasto.studies.reading import study_from_toml
from impasto.studies.study import Study, flattened, laid_over, shorter


def read(text: str) -> Study:
    return study_from_toml(text, "study.toml", name="study", folder=Path())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[studdy]\n[vary]\nseed=[1]", r"studdy: no such entry\. Did you mean study"),
        ("[study]\nkin='grid'\n[vary]\nseed=[1]", r"study\.kin: no such entry\. Did you mean kind"),
        ("[study]\nkind='grit'\n[vary]\nseed=[1]", r"study\.kind: must be one of grid, random, guided, got 'grit'"),
        ("[study]\njudges=['mobilnet_v2']\n[vary]\nseed=[1]", "no judge is named 'mobilnet_v2'. Did you mean mobile"),
        ("[study]\nobjectives=['stile']\n[vary]\nseed=[1]", "no measure is named 'stile'. Did you mean style"),
        ("[pairs]\ncontent=['a']\n[vary]\nseed=[1]", r"pairs\.content: no such entry\. Did you mean contents"),
        ("[job]\ncontent='a'\n[vary]\nseed=[1]", r"job\.content: a study says this in \[pairs\]"),
        ("[vary]\nseed={lo=1, high=2}", r'vary\."seed"\.lo: no such entry\. Did you mean low'),
        ("[vary]\nstrength={low=0.9, high=0.2}", "low must be under high"),
        ("[vary]\nstrength={low=0.2, high=0.9}", "a grid needs `count`"),
        ("[vary]\nseed={values=[1, 2], names=['a', 'a']}", "no two alike"),
        ("[[variant]]\nset={}", "variant 1: needs a `name`"),
        ("[[variant]]\nname='a'\n[[variant]]\nname='a'", "variant 2: needs a `name`, another"),
        ("[study]\ntitle='t'", "nothing is varied"),
        ("[vary", "not valid TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_by_its_place(text: str, said: str) -> None:
    with pytest.raises(JobError, match=said):
        read(text)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(JobError) as caught:
        read("[study]\nkin=1\nseed='x'\n[job]\nstyles=1\n[vary]\nseed=[1]")
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("[vary]\nstrenght=[0.5]", r"strenght: no such setting .*Did you mean strength"),
        ("[vary]\nstrength=[0.5, 1.5]", r"strength 1\.5: .*strength must lie between 0"),
        ("[vary]\n'losses.gram.layers'=[['relu_conv1'], ['relu9_9']]", "relu9_9"),
        ("[vary]\nbackbone=['vgg91']", "Did you mean vgg19"),
        ("[[variant]]\nname='a'\nset={preset='gatys2051'}", "no preset is named .*gatys2015"),
        ("[[variant]]\nname='a'\nset={optimizer={kind='adam', rate=1}}", "optimizer.rate: no such setting"),
    ],
)
def test_wrong_settings_of_any_cell_are_found_before_a_folder_is_made(written, place, rest: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        lay_out(read_study(written("", rest)), StudyFolder(place / "out"))
    assert not (place / "out").exists()


def test_a_reference_that_no_variant_bears_is_refused_with_the_nearest(written, place) -> None:
    study = read_study(written("reference = 'strength 0.6'", "[vary]\nstrength = [0.5, 0.7]"))
    with pytest.raises(JobError, match=r"Did you mean strength 0\.[57] or strength 0\.[57]"):
        lay_out(study, StudyFolder(place / "out"))


def test_a_picture_that_is_not_there_is_named_with_the_samples(written, place) -> None:
    study = read_study(written("", "[vary]\nseed = [1]", styles='["swril"]'))
    with pytest.raises(InputError, match=r"no sample is named 'swril'\. Did you mean swirl"):
        lay_out(study, StudyFolder(place / "out"))


def test_a_foreign_folder_is_left_alone(written, place) -> None:
    with pytest.raises(InputError, match="is no study's folder"):
        lay_out(read_study(written("", "[vary]\nseed = [1]")), StudyFolder(place))


@pytest.mark.parametrize("name", box_names())
def test_every_study_in_the_box_is_sound(name: str) -> None:
    study = study_in_the_box(name)
    choices = ways(study)
    check_choices(study, choices)
    assert study.claim
    assert study.source
    assert study.reference in [choice.label for choice in choices]
    assert len(study.contents) * len(study.styles) >= 6


def test_a_grid_has_every_variant_along_every_axis() -> None:
    study = read(
        "[vary]\nseed=[1, 2]\nstrength={low=0.2, high=0.8, count=3}\n[[variant]]\nname='a'\n[[variant]]\nname='b'"
    )
    labels = [choice.label for choice in grid(study)]
    assert len(labels) == len(set(labels)) == 12
    assert labels[0] == "a, seed 1, strength 0.2"
    assert labels[-1] == "b, seed 2, strength 0.8"


def test_later_layers_of_settings_are_set_after_earlier_ones() -> None:
    laid = laid_over({"optimizer.learning_rate": 2, "size": 64}, {"size": 96}, {"optimizer": {"kind": "sgd"}})
    assert list(laid.items()) == [("optimizer.learning_rate", 2), ("size", 96), ("optimizer", {"kind": "sgd"})]


def test_tables_without_a_kind_are_addresses() -> None:
    table = {"losses": {"gram": {"weight": 3}}, "optimizer": {"kind": "adam", "beta1": 0.5}, "size": 64}
    assert flattened(table) == {
        "losses.gram.weight": 3,
        "optimizer": {"kind": "adam", "beta1": 0.5},
        "size": 64,
    }


def test_addresses_are_shortened_only_as_far_as_they_stay_apart() -> None:
    assert shorter(["losses.gram.weight", "losses.content.weight", "seed"]) == {
        "losses.gram.weight": "gram.weight",
        "losses.content.weight": "content.weight",
        "seed": "seed",
    }
