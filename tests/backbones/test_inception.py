"""Inception v3: its table of names, and its arithmetic against torch's own where it is easy to get wrong."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.backbones import BACKBONES, Backbone
from impasto.errors import UnknownNameError
from impasto.weights.naming import expected_shapes

BLOCKS = {
    "mixed_5b": (256, 35), "mixed_5c": (288, 35), "mixed_5d": (288, 35), "mixed_6a": (768, 17),
    "mixed_6b": (768, 17), "mixed_6c": (768, 17), "mixed_6d": (768, 17), "mixed_6e": (768, 17),
    "mixed_7a": (1280, 8), "mixed_7b": (2048, 8), "mixed_7c": (2048, 8),
}  # fmt: skip
"""Channels and side of the output at 299 pixels: the table of the paper, as slim and torchvision build it."""


def test_blocks_have_the_channels_and_sizes_of_the_table() -> None:
    with torch.device("meta"):
        graph = BACKBONES["inception_v3"](variant="torchvision")
        seen = graph(torch.empty(1, 3, 299, 299), [*BLOCKS, "maxpool1", "maxpool2", "pool3", "logits"])
    for block, (channels, side) in BLOCKS.items():
        assert seen[block].shape == (1, channels, side, side), block
    assert (seen["maxpool1"].shape[-1], seen["maxpool2"].shape[-1]) == (73, 35)
    assert (seen["pool3"].shape, seen["logits"].shape) == ((1, 2048), (1, 1000))


def test_it_has_torchvisions_number_of_parameters() -> None:
    with torch.device("meta"):
        graph = BACKBONES["inception_v3"](variant="torchvision")
    auxiliary = 768 * 128 + 2 * 128 + 128 * 768 * 25 + 2 * 768 + 768 * 1000 + 1000
    assert sum(p.numel() for p in graph.parameters()) == 27_161_264 - auxiliary
    convolutions = [op for op in graph.ops.values() if isinstance(op, torch.nn.Conv2d)]
    assert len(convolutions) == 94
    assert all(op.bias is None for op in convolutions)


def test_blocks_go_by_the_usual_numbers_too(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> None:
    backbone = make_vgg("inception_v3")
    assert backbone.graph.aliases == {f"mixed{i}": block for i, block in enumerate(BLOCKS)}
    seen = backbone(image_of(100, 100), ["mixed2", "mixed_5d"])
    assert seen["mixed2"] is seen["mixed_5d"]
    with pytest.raises(UnknownNameError, match=r"Did you mean .*mixed10"):
        backbone.graph.plan(["mixed11"])


def test_every_unit_inside_a_block_is_reached(make_vgg: Callable[..., Backbone]) -> None:
    layers = make_vgg("inception_v3").layers
    for unit in (
        "mixed_5b/branch5x5_2",
        "mixed_6e/branch7x7dbl_5",
        "mixed_7a/branch7x7x3_4",
        "mixed_7c/branch3x3dbl_3b",
    ):
        assert {f"{unit}/conv", f"{unit}/bn", f"{unit}/relu"} <= set(layers)


def test_a_block_is_its_branches_in_their_order(
    make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    ends = {
        "mixed_5b": "branch1x1 branch5x5_2 branch3x3dbl_3 branch_pool",
        "mixed_6a": "branch3x3 branch3x3dbl_3 pool",
        "mixed_6b": "branch1x1 branch7x7_3 branch7x7dbl_5 branch_pool",
        "mixed_7a": "branch3x3_2 branch7x7x3_4 pool",
        "mixed_7b": "branch1x1 branch3x3_2a branch3x3_2b branch3x3dbl_3a branch3x3dbl_3b branch_pool",
    }
    backbone = make_vgg("inception_v3")
    for block, branches in ends.items():
        names = [f"{block}/{b}" if b == "pool" else f"{block}/{b}/relu" for b in branches.split()]
        seen = backbone(image_of(130, 120), [block, *names])
        assert torch.equal(seen[block], torch.cat([seen[name] for name in names], 1))


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("variant", ["fid", "torchvision"])
def test_the_pools_of_the_two_variants(
    variant: str, pooling: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    full = make_vgg("inception_v3").graph.state_dict()
    wanted = expected_shapes("inception_v3", {"variant": variant})
    state = {f"ops.{name}": full.get(f"ops.{name}", torch.zeros(shape)) for name, shape in wanted.items()}
    backbone = make_vgg("inception_v3", variant=variant, pooling=pooling, state=state)
    layers = [
        "mixed_5b",
        "mixed_5c/pool",
        "mixed_5d",
        "mixed_6a/pool",
        "mixed_7b",
        "mixed_7c/pool",
        "mixed_7c",
        "pool3",
    ]
    seen = backbone(image_of(140, 140), layers)
    counted = variant == "torchvision"
    average = F.avg_pool2d(seen["mixed_5b"], 3, 1, 1, count_include_pad=counted)
    torch.testing.assert_close(seen["mixed_5c/pool"], average)
    shrunk = F.max_pool2d(seen["mixed_5d"], 3, 2) if pooling == "max" else F.avg_pool2d(seen["mixed_5d"], 3, 2)
    torch.testing.assert_close(seen["mixed_6a/pool"], shrunk)
    last = F.avg_pool2d(seen["mixed_7b"], 3, 1, 1) if counted else F.max_pool2d(seen["mixed_7b"], 3, 1, 1)
    torch.testing.assert_close(seen["mixed_7c/pool"], last)
    torch.testing.assert_close(seen["pool3"], seen["mixed_7c"].mean((2, 3)))
    assert ("logits" in backbone.layers) is counted
