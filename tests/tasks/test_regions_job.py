"""Regions, protection, strength maps and the ways styles are looked at, as settings of a job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from impasto.backbones import Backbone
from impasto.errors import JobError, PictureError
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture, picture_from, write_picture
from impasto.runs import Run, build_job, job_from_dict, job_from_toml, job_to_dict, job_to_toml
from impasto.solve import Area, Event, Finished, Target
from impasto.tasks import Region, StylizeJob
from impasto.tasks.colour import FreeColour, LuminanceColour, PhotoColour, StyleColour
from impasto.tasks.colouring import aimed_at
from impasto.tasks.manner import boxes_in, turned
from impasto.tasks.masks import mask_for
from impasto.tasks.places import Places

LOSSES = (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1")))

Pictures = Callable[..., Picture]
Paint = Callable[..., Any]
Plane = NDArray[np.float32]


def left_half(height: int = 48, width: int = 64) -> Plane:
    mask = np.zeros((height, width), np.float32)
    mask[:, : width // 2] = 1
    return mask


@pytest.fixture
def job_of(picture_of: Pictures, make_vgg: Callable[..., Backbone]) -> Paint:
    """Makes small jobs whose network has random weights."""

    def make(**settings: Any) -> StylizeJob:
        plain: dict[str, Any] = {
            "content": picture_of(48, 64, 1),
            "styles": (picture_of(40, 40, 2),),
            "size": "32",
            "losses": LOSSES,
            "colour": FreeColour(),
            "smallest": 16,
            "steps": (3,),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(**(plain | settings))
        vars(job)["network"] = make_vgg(pooling=job.pooling, padding=job.padding)
        return job

    return make


def paint(job: StylizeJob) -> Picture:
    job.check()
    events: list[Event] = list(job.events())
    assert isinstance(events[-1], Finished)
    return job.picture(events[-1].image)


def change(one: Picture, other: Picture) -> Plane:
    """The largest change of a channel, pixel by pixel, in levels of 255."""
    difference: Plane = np.abs(one.pixels - other.pixels).max(axis=0) * 255
    return difference


def test_a_mask_is_read_from_greys_colours_sixteen_bits_and_transparency(tmp_path: Path, picture_of: Pictures) -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(48, 0)
    red = np.zeros((3, 48, 64), np.float32)
    red[0] = ramp
    content = picture_of(48, 64, 1, alpha=True)
    write_picture(picture_from(ramp), tmp_path / "grey.png", depth=8)
    write_picture(picture_from(ramp), tmp_path / "deep.png", depth=16)
    write_picture(Picture(red), tmp_path / "red.png", depth=16)
    write_picture(Picture(np.ones((3, 48, 64), np.float32), ramp), tmp_path / "clear.png", depth=16)
    for name in ("grey", "deep", "red", "clear"):
        mask = mask_for(tmp_path / f"{name}.png", content, name)
        assert tuple(mask.shape) == (1, 1, 48, 64)
        np.testing.assert_allclose(mask[0, 0], ramp, atol=0.5 / 255 + 1e-6)
    assert torch.equal(mask_for("all", content, ""), torch.ones(1, 1, 48, 64))
    assert content.alpha is not None
    np.testing.assert_array_equal(mask_for("alpha", content, "")[0, 0], content.alpha)


@pytest.mark.parametrize("size", [(24, 32), (480, 640), (97, 129)])
def test_a_mask_of_any_size_is_brought_to_that_of_the_picture(size: tuple[int, int], picture_of: Pictures) -> None:
    mask = mask_for(picture_from(left_half(*size)), picture_of(48, 64), "half")[0, 0]
    assert tuple(mask.shape) == (48, 64)
    assert float(mask[:, :30].min()) == 1
    assert float(mask[:, 34:].max()) == 0


WRONG_MASKS = [
    (np.zeros((48, 64), np.float32), "black all over"),
    (np.ones((64, 48), np.float32), "shape of its picture"),
    ("nowhere.png", "nowhere.png"),
    ("alpha", "no transparency"),
]


@pytest.mark.parametrize(("mask", "said"), WRONG_MASKS, ids=["black", "shape", "missing", "opaque"])
@pytest.mark.parametrize("where", ["region", "protect", "strength_map", "style_masks"])
def test_masks_that_will_not_do_are_named(
    where: str, mask: Any, said: str, job_of: Paint, picture_of: Pictures
) -> None:
    source = mask if isinstance(mask, str) else picture_from(mask)
    if where == "region":
        settings: dict[str, Any] = {"regions": (Region(mask=source, styles=(picture_of(40, 40, 3),)),)}
    else:
        settings = {where: source if where == "strength_map" else (source,)}
    if where == "style_masks":
        settings["styles"] = (picture_of(48, 64, 2),)
    with pytest.raises(PictureError, match=said):
        job_of(**settings).check()


def region_of(picture_of: Pictures, **settings: Any) -> Region:
    return Region(**({"mask": picture_from(left_half()), "styles": (picture_of(40, 40, 3),)} | settings))


WRONG = [
    ({"styles": ()}, "a style picture is needed"),
    ({"style_masks": ("all", "all")}, "1 styles but 2 style masks; give one mask to a style"),
    ({"style_layer_weights": ((1.0,), (1.0,))}, "one row of layer weights"),
    ({"style_layer_weights": ((1.0, -1.0),)}, "must be 0 or more"),
    ({"style_layer_weights": ((1.0, 1.0, 1.0),)}, "3 layer weights.*2 layers: relu1_1, relu2_1"),
    ({"style_rotation": 400.0}, "style_rotation must lie between"),
    ({"style_crops": -1}, "style_crops must be"),
    ({"style_crops": 3}, "give a scale above 1"),
    ({"protect": ("all",)}, "nothing is left to paint"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[str(w) for w, _ in WRONG])
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Paint) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong).check()


WRONG_REGIONS = [
    ({"styles": ()}, "a region needs a style picture"),
    ({"weight": 0.0}, "weight of a region"),
    ({"scale": 9.0}, "scale of a region"),
    ({"style_weights": (1.0, 2.0)}, "1 styles but 2 style weights of region 1"),
    ({"rotation": 500.0}, "style_rotation of region 1"),
    ({"mask": "all"}, "the regions cover the whole picture, so nothing is left for the style"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG_REGIONS, ids=[str(w) for w, _ in WRONG_REGIONS])
def test_wrong_regions_are_refused(wrong: dict[str, Any], said: str, job_of: Paint, picture_of: Pictures) -> None:
    with pytest.raises(JobError, match=said):
        job_of(regions=(region_of(picture_of, **wrong),)).check()


def test_a_region_wholly_protected_is_refused(job_of: Paint, picture_of: Pictures) -> None:
    job = job_of(regions=(region_of(picture_of),), protect=(picture_from(left_half()),), size=None)
    with pytest.raises(JobError, match="region 1 lies wholly where nothing is to be painted"):
        job.check()


def test_where_masks_overlap_each_gets_its_share(job_of: Paint, picture_of: Pictures) -> None:
    soft = np.full((48, 64), 0.5, np.float32)
    regions = (region_of(picture_of), region_of(picture_of), region_of(picture_of, mask=picture_from(soft)))
    job = job_of(regions=regions, size=None)
    masks = [area.mask for area in job.places(job.content_picture).areas]
    values = [[float(mask[0, 0, 0, column]) for mask in masks] for column in (0, 63)]
    assert values[0] == pytest.approx([0.4, 0.4, 0.2, 0.0])
    assert values[1] == pytest.approx([0.0, 0.0, 0.5, 0.5])


def test_the_styles_are_for_what_no_region_covers(job_of: Paint, picture_of: Pictures) -> None:
    first, second = picture_of(40, 40, 3), picture_of(40, 40, 4)
    regions = (region_of(picture_of, styles=(first, second), style_weights=(3.0, 1.0), weight=2.0, scale=0.5),)
    problem = job_of(regions=regions, style_scale=2.0).problem()
    assert [(t.region, t.share, t.image.shape[-1]) for t in problem.targets["style"]] == [
        (0, 3.0, 32),
        (0, 1.0, 32),
        (1, 1.0, 64),
    ]
    assert [area.weight for area in problem.regions] == [2.0, 1.0]
    torch.testing.assert_close(problem.regions[0].mask + problem.regions[1].mask, torch.ones(1, 1, 24, 32))


def test_without_styles_for_the_rest_it_stays_the_photo(job_of: Paint, picture_of: Pictures) -> None:
    soft = left_half()
    soft[:, 24:40] = np.linspace(1, 0, 16)
    job = job_of(styles=(), regions=(region_of(picture_of, mask=picture_from(soft)),), size=None, colour=StyleColour())
    problem = job.problem()
    torch.testing.assert_close(problem.regions[0].mask * problem.amount, torch.from_numpy(soft)[None, None])
    levels = change(paint(job), job.content_picture)
    assert float(levels[:, :24].mean()) > 4
    assert float(levels[:, 40:].max()) == 0


def test_a_region_of_three_percent_changes(job_of: Paint, picture_of: Pictures) -> None:
    mask = np.zeros((48, 64), np.float32)
    mask[20:29, 30:40] = 1  # 2.9 %
    one, other = (
        paint(job_of(size=None, steps=(5,), regions=(region_of(picture_of, mask=picture_from(mask), styles=(style,)),)))
        for style in (picture_of(40, 40, 3), Picture(1 - picture_of(40, 40, 3).pixels))
    )
    moved = change(one, other)
    assert float(moved[20:29, 30:40].mean()) > 5 * float(np.delete(moved, np.s_[10:40], axis=0).mean())
    assert float(moved[20:29, 30:40].mean()) > 4


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_what_is_protected_stays_to_a_level_of_255_and_the_rest_is_painted(
    strength: float, job_of: Paint, picture_of: Pictures, tmp_path: Path
) -> None:
    photo = picture_of(48, 64, 1)
    job = job_of(
        content=photo, size=None, colour=StyleColour(), strength=strength, protect=(picture_from(left_half()),)
    )
    write_picture(paint(job), tmp_path / "out.png")
    levels = change(picture_from(tmp_path / "out.png"), photo)
    assert float(levels[:, :32].max()) <= 1
    assert float(levels[:, 32:].mean()) > 4


def test_a_strength_map_paints_in_proportion(job_of: Paint, picture_of: Pictures) -> None:
    photo = picture_of(48, 64, 1)
    ramp = picture_from(np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(48, 0))
    levels = change(paint(job_of(content=photo, size=None, colour=StyleColour(), strength_map=ramp)), photo)
    assert float(levels[:, 0].max()) <= 0.5
    columns = [float(levels[:, i : i + 16].mean()) for i in range(0, 64, 16)]
    assert columns == sorted(columns)
    together = job_of(strength_map=ramp, protect=(picture_from(left_half()),), size=None).problem().amount
    assert float(together[..., :32].max()) == 0
    np.testing.assert_allclose(together[0, 0, 0, 32:], np.linspace(0, 1, 64)[32:], atol=1e-6)


def test_the_transparency_of_the_content_can_be_a_mask(job_of: Paint, picture_of: Pictures) -> None:
    job = job_of(content=picture_of(48, 64, 1, alpha=True), regions=(region_of(picture_of, mask="alpha"),), size=None)
    mask = job.places(job.content_picture).areas[0].mask
    np.testing.assert_allclose(mask[0, 0, 0], np.linspace(0, 1, 64), atol=1e-6)
    assert "mask_of_region1" not in job.inputs


def test_colours_are_matched_region_by_region() -> None:
    photo = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(1)) * 0.2 + 0.4
    mask = torch.zeros(1, 1, 20, 20)
    mask[..., :10] = 1
    styles = tuple(Target(photo[..., :10].flip(1) * 0.5 + 0.1 * i, region=i) for i in range(2))
    moved, _ = aimed_at(StyleColour(), 1.0, photo, styles, Places((Area(mask), Area(1 - mask))))
    for i, columns in enumerate((slice(0, 10), slice(10, 20))):
        torch.testing.assert_close(
            moved[..., columns].mean((0, 2, 3)), styles[i].image.mean((0, 2, 3)), atol=2e-3, rtol=0
        )
    kept, _ = aimed_at(StyleColour(), 1.0, photo, (Target(styles[0].image),), Places(amount=mask))
    assert torch.equal(kept[..., 10:], photo[..., 10:])


@pytest.mark.parametrize("colour", [StyleColour(when="both", by="histogram"), PhotoColour(), LuminanceColour()])
def test_whatever_the_colours_what_is_protected_stays(colour: Any, job_of: Paint, picture_of: Pictures) -> None:
    photo = picture_of(48, 64, 1)
    job = job_of(content=photo, size=None, colour=colour, protect=(picture_from(left_half()),))
    levels = change(paint(job), photo)
    assert float(levels[:, :32].max()) <= 1
    assert float(levels[:, 32:].mean()) > 1


def test_a_quarter_turn_is_exact_and_others_leave_out_what_comes_in(image_of: Any) -> None:
    image = image_of(20, 30, 1)
    right, none = turned(image, None, 90)
    assert none is None
    assert torch.equal(right[..., 0, -1], image[..., 0, 0])  # the upper left corner goes to the upper right
    assert torch.equal(turned(image, None, -270)[0], right)
    assert torch.equal(turned(image, None, 360)[0], image)
    seen, counting = turned(image, None, 30)
    assert counting is not None
    assert tuple(seen.shape) == (1, 3, 20, 30)
    assert float(counting[0, 0, 10, 15]) == pytest.approx(1)
    assert float(counting[0, 0, 0, 0]) == 0
    assert 0.6 < float(counting.mean()) < 0.95
    back, _ = turned(seen, None, -30)
    assert float((back - image)[..., 7:13, 10:20].abs().mean()) < 0.03


def test_a_turn_follows_the_clock(image_of: Any) -> None:
    image = torch.zeros(1, 3, 41, 41)
    image[..., 2, 20] = 1  # at twelve
    seen, _ = turned(image, None, 45)
    row, column = divmod(int(seen[0, 0].argmax()), 41)
    assert row < 15
    assert column > 25  # towards half past one


def test_crops_lie_within_a_large_style_and_add_up(job_of: Paint, picture_of: Pictures, image_of: Any) -> None:
    boxes = list(boxes_in(image_of(100, 130), 6, 32))
    assert len({(rows.start, columns.start) for rows, columns in boxes}) == 6
    assert all(0 <= rows.start < rows.stop <= 100 and rows.stop - rows.start == 32 for rows, _ in boxes)
    targets = job_of(styles=(picture_of(100, 130, 2),), style_scale=4.0, style_crops=5).problem().targets["style"]
    assert [tuple(target.image.shape[-2:]) for target in targets] == [(32, 32)] * 5
    assert sum(target.share for target in targets) == pytest.approx(1)


def test_crops_share_what_a_mask_leaves_of_them(job_of: Paint, picture_of: Pictures) -> None:
    mask = picture_from(left_half(100, 100))
    settings = {"styles": (picture_of(100, 100, 2),), "style_scale": 4.0, "style_crops": 8, "style_masks": (mask,)}
    targets = job_of(**settings).problem().targets["style"]
    assert 1 < len(targets) < 8
    shares = [target.share / float(target.mask.mean()) for target in targets]
    assert shares == pytest.approx([shares[0]] * len(shares), rel=1e-4)
    corner = np.zeros((100, 100), np.float32)
    corner[0, 0] = 1
    with pytest.raises(PictureError, match="leaves nothing of the style's crops"):
        job_of(**(settings | {"style_masks": (picture_from(corner),), "style_crops": 1})).problem()


def test_layer_weights_reach_each_style(job_of: Paint, picture_of: Pictures) -> None:
    styles = (picture_of(40, 40, 2), picture_of(40, 40, 3))
    problem = job_of(styles=styles, style_layer_weights=((1.0, 0.0), (0.0, 2.0))).problem()
    assert [dict(target.layers) for target in problem.targets["style"]] == [
        {"relu1_1": 1.0, "relu2_1": 0.0},
        {"relu1_1": 0.0, "relu2_1": 2.0},
    ]


def guided_job() -> StylizeJob:
    return StylizeJob(
        content=Path("photo.jpg"),
        styles=(Path("wave.jpg"), Path("scream.jpg")),
        style_masks=("all", Path("m.png")),
        style_layer_weights=((1.0, 0.5), (0.0, 1.0)),
        style_rotation=30.0,
        style_scale=2.0,
        style_crops=4,
        regions=(
            Region(mask=Path("sky.png"), styles=(Path("starry.jpg"),)),
            Region(
                mask="alpha",
                styles=(Path("a.jpg"), Path("b.jpg")),
                style_weights=(2.0, 1.0),
                style_masks=("alpha", "all"),
                style_layer_weights=((1.0,), (0.5,)),
                weight=2.0,
                scale=0.75,
                rotation=-90.0,
            ),
        ),
        strength_map=Path("map.png"),
        protect=(Path("face.png"), "alpha"),
    )


def test_a_guided_job_survives_toml_and_json() -> None:
    job = guided_job()
    assert job_from_toml(job_to_toml(job)) == job
    assert job_from_dict(job_to_dict(job)) == job
    assert "[[regions]]" in job_to_toml(job)


def test_all_pictures_are_inputs_by_names_and_can_be_replaced() -> None:
    job = guided_job()
    assert list(job.inputs) == [
        *("content", "style1", "style2", "region1_style1", "region2_style1", "region2_style2"),
        *("mask_of_style2", "mask_of_region1", "mask_that_protects1", "mask_of_strength"),
    ]
    moved = job.with_inputs({name: Path("/there") / str(path) for name, path in job.inputs.items()})
    assert all(str(path).startswith("/there/") for path in moved.inputs.values())
    assert moved.with_inputs(job.inputs) == job
    assert moved.regions[1].mask == "alpha"


def test_paths_in_a_configuration_are_taken_from_its_folder_and_words_are_no_paths(tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(
        "content = 'p.jpg'\nstyles = ['w.jpg']\nprotect = ['face.png', 'alpha']\nstrength_map = 'map.png'\n"
        "[[regions]]\nmask = 'sky.png'\nstyles = ['s.jpg']\n[[regions]]\nmask = 'alpha'\nstyles = '/abs.jpg'\n"
    )
    job = build_job(config=tmp_path / "job.toml", sets=("regions.0.weight=3", "protect=['alpha']"))
    assert isinstance(job, StylizeJob)
    assert job.regions[0] == Region(mask=tmp_path / "sky.png", styles=(tmp_path / "s.jpg",), weight=3.0)
    assert job.regions[1] == Region(mask="alpha", styles=(Path("/abs.jpg"),))
    assert job.protect == ("alpha",)
    assert job.strength_map == tmp_path / "map.png"


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ([{"mask": "m.png"}], "regions.0.styles: is needed"),
        ([{"mask": "m.png", "styles": ["a"], "wieght": 2}], "wieght: no such setting of region 'region'. Did you mean"),
        ([{"mask": 3.5, "styles": ["a"]}], "regions.0.mask: must be the path"),
        (["sky.png=a.jpg"], "no region is named"),
    ],
)
def test_wrong_tables_of_regions_are_named_with_their_place(regions: Any, said: str) -> None:
    with pytest.raises(JobError) as caught:
        job_from_dict({"content": "p.jpg", "styles": ["w.jpg"], "regions": regions})
    assert said in str(caught.value)


def test_a_run_keeps_masks_from_memory_and_reads_them_again(
    tmp_path: Path, job_of: Paint, picture_of: Pictures
) -> None:
    job = job_of(regions=(region_of(picture_of),), protect=(picture_from(0.5 * left_half()),))
    run = Run.create(job, home=tmp_path)
    again = run.job
    assert isinstance(again, StylizeJob)
    one, other = (each.places(each.content_picture) for each in (job, again))
    for first, second in zip(one.areas, other.areas, strict=True):
        torch.testing.assert_close(first.mask, second.mask, atol=1e-4, rtol=0)
    torch.testing.assert_close(one.amount, other.amount, atol=1e-4, rtol=0)
    assert sorted(path.name for path in (run.folder / "inputs").iterdir()) == [
        *("content.png", "mask_of_region1.png", "mask_that_protects1.png", "region1_style1.png", "style1.png"),
    ]
