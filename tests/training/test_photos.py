"""Which photos are learnt from, and what becomes of files that are none."""

import tarfile
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from impasto.errors import InputError
from impasto.pictures import Collection
from impasto.training.photos import Photos

PIXELS = 48


@pytest.fixture
def make(photos):
    return partial(Photos, Collection.of(photos), seed=0, held_out=2, pixels=PIXELS)


def test_a_batch_is_the_same_whenever_it_is_asked_for(make):
    first, second = make(), make()
    late = [first.batch(step, 3, PIXELS) for step in (7, 0, 3)]
    early = [second.batch(step, 3, PIXELS) for step in (0, 3, 7)]
    assert torch.equal(late[0], early[2])
    assert torch.equal(late[1], early[0])
    assert not torch.equal(early[0], early[1])
    assert early[0].shape == (3, 3, PIXELS, PIXELS)
    assert 0 <= early[0].min() < early[0].max() <= 1


def test_batches_read_ahead_are_the_same(make):
    ahead, plain = make(), make()
    for step in range(4):
        assert torch.equal(
            ahead.ahead(step, 2, lambda step: 32 + 8 * (step > 1)), plain.batch(step, 2, 32 + 8 * (step > 1))
        )
    ahead.close()


def test_two_machines_together_see_what_one_would_with_twice_the_batch(make):
    whole = make().batch(5, 4, PIXELS)
    parts = [make().batch(5, 2, PIXELS, part=part, parts=2) for part in range(2)]
    assert torch.equal(torch.stack(parts, 1).flatten(0, 1), whole)


def test_every_photo_is_seen_once_before_any_is_seen_again_and_those_held_out_never(make):
    photos = make()
    seen = [photos.names[i] for i in photos._order(0)]
    assert sorted(seen) == sorted(photos.names)
    assert photos._order(1) != photos._order(0)
    assert set(photos.held_out).isdisjoint(photos.names)
    assert set(photos.held_out) | set(photos.names) == set(photos.photos.names)
    assert photos.validation(40).shape == (2, 3, 40, 40)
    assert make(seed=5).held_out == photos.held_out


def test_a_tar_gives_the_very_crops_of_its_folder(make, photos, tmp_path):
    with tarfile.open(tmp_path / "photos.tar", "w") as archive:
        for path in sorted(photos.rglob("*.png"), reverse=True):
            archive.add(path, path.relative_to(photos).as_posix())
    packed = Photos(Collection.of(tmp_path / "photos.tar"), seed=0, held_out=2, pixels=PIXELS)
    assert packed.held_out == make().held_out
    assert torch.equal(packed.batch(1, 4, PIXELS), make().batch(1, 4, PIXELS))


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.fixture
def mixed(tmp_path):
    """A folder of all that may lie among photos."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    Image.fromarray(noise(60, 80, 3)).save(folder / "fine.jpg")
    Image.fromarray(noise(60, 80)).save(folder / "grey.jpg")
    Image.fromarray(noise(60, 80, 4), "CMYK").save(folder / "press.jpg")
    Image.fromarray(noise(60, 80).astype(np.uint16) * 257).save(folder / "deep.png")
    Image.fromarray(noise(60, 80, 4), "RGBA").save(folder / "clear.png")
    Image.fromarray(noise(300, 400, 3)).resize((4000, 3000)).save(folder / "huge.jpg")
    frames = [Image.fromarray(noise(60, 80, 3)).rotate(90 * i) for i in range(3)]
    frames[0].save(folder / "moving.webp", save_all=True, append_images=frames[1:], duration=100)
    Image.fromarray(noise(20, 23, 3)).save(folder / "small.png")
    Image.fromarray(noise(30, 900, 3)).save(folder / "strip.png")
    (folder / "torn.jpg").write_bytes((folder / "fine.jpg").read_bytes()[:2000])
    (folder / "words.jpg").write_text("not a picture at all")
    (folder / "empty.png").write_bytes(b"")
    (folder / "notes.txt").write_text("of no matter")
    (folder / ".hidden.jpg").write_text("of no matter")
    return folder


USELESS = {"small.png", "strip.png", "torn.jpg", "words.jpg", "empty.png"}


def test_what_is_no_photo_is_left_out_by_name_and_the_rest_is_learnt_from(mixed):
    photos = Photos(Collection.of(mixed), seed=0, held_out=1, pixels=PIXELS)
    batches = [photos.batch(step, 4, PIXELS) for step in range(12)]
    assert all(batch.isfinite().all() for batch in batches)
    assert set(photos.skipped) == USELESS
    told = photos.told()
    assert sorted(line.partition(":")[0] for line in told) == sorted(USELESS)
    assert all("\n" not in line for line in told)
    assert photos.told() == []
    again = Photos(Collection.of(mixed), seed=0, held_out=1, pixels=PIXELS)
    assert torch.equal(again.batch(11, 4, PIXELS), batches[11])


@pytest.mark.parametrize(("name", "least", "most"), [("grey.jpg", 0, 1e-6), ("press.jpg", 0.05, 1)])
def test_a_grey_photo_is_grey_and_one_for_the_press_has_its_colours(mixed, tmp_path, name, least, most):
    (tmp_path / "alone").mkdir()
    (mixed / name).rename(tmp_path / "alone" / name)
    crop = Photos(Collection.of(tmp_path / "alone"), seed=0, held_out=0, pixels=PIXELS).batch(0, 1, PIXELS)
    assert least <= float((crop.amax(1) - crop.amin(1)).mean()) <= most


def test_a_place_without_a_photo_of_use_is_refused(tmp_path, mixed):
    with pytest.raises(InputError, match="no such folder or file"):
        Collection.of(tmp_path / "missing")
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        Collection.of(tmp_path / "bare")
    with pytest.raises(InputError, match=r"no \.tar archive"):
        Collection.of(mixed / "words.jpg")
    with tarfile.open(tmp_path / "photos.tar.gz", "w:gz") as archive:
        archive.add(mixed / "fine.jpg")
    with pytest.raises(InputError, match="not compressed"):
        Collection.of(tmp_path / "photos.tar.gz")
    for path in mixed.iterdir():
        if path.name not in USELESS:
            path.unlink()
    with pytest.raises(InputError, match="hardly any of its 5 pictures can be learnt from"):
        Photos(Collection.of(mixed), seed=0, held_out=1, pixels=PIXELS)
    for name in ("small.png", "torn.jpg", "empty.png", "words.jpg"):
        (mixed / name).unlink()
    Image.fromarray(noise(60, 80, 3)).save(mixed / "one.png")
    with pytest.raises(InputError, match="none is left to learn from"):
        Photos(Collection.of(mixed), seed=0, held_out=2, pixels=PIXELS).batch(0, 1, PIXELS)
