"""Which variants there are, and the size at which they cost what one picture does."""

from __future__ import annotations

import pytest

from impasto.errors import InputError, UnknownNameError
from impasto.solve import pyramid
from impasto.tasks import StylizeJob
from impasto.tasks.proofs import proof_size, variants

NETWORKS, STRENGTHS, SCALES = ("vgg19", "squeezenet1_1"), (0.3, 0.5, 0.7), (0.5, 1.0)


@pytest.fixture
def job(picture_of):
    return StylizeJob(content=picture_of(48, 64), styles=(picture_of(50, 50),), device="cpu")


def work(width, height, steps=(60, 50, 40, 25)):
    return sum(level.width * level.height * level.steps for level in pyramid(width, height, smallest=64, steps=steps))


def test_all_combinations_are_numbered_by_rows_of_one_strength():
    found = variants(NETWORKS, STRENGTHS, SCALES)
    assert [variant.number for variant in found] == list(range(1, 13))
    assert [variant.strength for variant in found] == [0.3] * 4 + [0.5] * 4 + [0.7] * 4
    assert [(v.backbone, v.style_scale) for v in found[:4]] == [(b, k) for b in NETWORKS for k in SCALES]
    with pytest.raises(InputError, match="1 to 60 proofs"):
        variants(NETWORKS, [i / 40 for i in range(40)], SCALES)
    with pytest.raises(InputError, match="1 to 60 proofs"):
        variants((), STRENGTHS, SCALES)


def test_variants_of_one_network_cost_as_much_as_the_full_picture(job):
    tried = variants(("vgg19",), STRENGTHS, SCALES)
    size = proof_size(job, tried, 1024, 768)
    assert size.share == pytest.approx(6 * work(size.width, size.height) / work(1024, 768))
    assert 0.7 < size.share <= 1
    assert size.height == pytest.approx(size.width * 0.75, abs=1)
    larger = size.width + 16
    assert 6 * work(larger, larger * 3 // 4) > work(1024, 768)


def test_a_lean_network_beside_vgg_leaves_nearly_the_same_room(job):
    alone, both = (proof_size(job, variants(b, STRENGTHS, SCALES), 1024, 1024) for b in (("vgg19",), NETWORKS))
    lean = proof_size(job, variants(("squeezenet1_1",), STRENGTHS, SCALES), 1024, 1024)
    assert alone.width - 32 <= both.width <= alone.width == lean.width


def test_proofs_are_neither_tiny_nor_larger_than_the_picture(job):
    tried = variants(NETWORKS, STRENGTHS, SCALES)
    small = proof_size(job, tried, 256, 256)
    assert (small.width, small.height) == (128, 128)
    assert small.share > 1
    assert proof_size(job, tried, 96, 64).width == 96
    assert proof_size(job, tried[:1], 640, 480).width == 640
    assert proof_size(job, tried, 640, 480, 200).height == 150


def test_a_variant_changes_what_is_tried_and_nothing_else(job):
    variant = variants(NETWORKS, STRENGTHS, SCALES)[6]
    made = proof_size(job, (variant,), 640, 480, 64).of(variant.of(job))
    assert (made.backbone, made.strength, made.style_scale, made.size) == ("squeezenet1_1", 0.5, 0.5, "64x48")
    assert (made.steps, made.losses, made.content) == (job.steps, job.losses, job.content)


def test_a_network_that_is_not_there_is_named_and_one_that_cannot_paint_costs_nothing(job):
    with pytest.raises(UnknownNameError, match="vgg19"):
        proof_size(job, variants(("vgg91",), STRENGTHS, SCALES), 640, 480)
    alone = proof_size(job, variants(("vgg19",), STRENGTHS, SCALES), 1024, 1024)
    beside = proof_size(job, variants(("vgg19", "mobilenet_v2"), STRENGTHS, SCALES), 1024, 1024)
    assert beside == alone
