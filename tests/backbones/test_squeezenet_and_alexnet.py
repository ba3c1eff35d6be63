"""SqueezeNet and AlexNet against plain torch, written down a second time from the papers and the published files."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, relu

from impasto.backbones import Backbone
from impasto.errors import PictureError

State = dict[str, Tensor]


def convolve(state: State, name: str, x: Tensor, **options: int) -> Tensor:
    return conv2d(x, state[f"ops.{name}.weight"], state[f"ops.{name}.bias"], **options)


def fire(state: State, name: str, x: Tensor) -> Tensor:
    x = relu(convolve(state, f"{name}/squeeze1x1", x))
    one = relu(convolve(state, f"{name}/expand1x1", x))
    three = relu(convolve(state, f"{name}/expand3x3", x, padding=1))
    return torch.cat([one, three], 1)


def squeezenet(state: State, x: Tensor, pooled_after: tuple[int, ...], until: int = 9) -> Tensor:
    x = relu(convolve(state, "conv1", x, stride=2))
    for module in range(1, until + 1):
        x = fire(state, f"fire{module}", x) if module > 1 else x
        x = max_pool2d(x, 3, 2, ceil_mode=True) if module in pooled_after else x
    return x


def alexnet(state: State, x: Tensor) -> Tensor:
    x = max_pool2d(relu(convolve(state, "conv1", x, stride=4, padding=2)), 3, 2)
    x = max_pool2d(relu(convolve(state, "conv2", x, padding=2)), 3, 2)
    for name in ("conv3", "conv4", "conv5"):
        x = relu(convolve(state, name, x, padding=1))
    return max_pool2d(x, 3, 2)


def normalised(image: Tensor) -> Tensor:
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return ((image - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("name", "pooled_after"), [("squeezenet1_0", (1, 4, 8)), ("squeezenet1_1", (1, 3, 5))])
@pytest.mark.parametrize("size", [(64, 64), (71, 90)])
def test_squeezenet_equals_plain_torch(
    name: str,
    pooled_after: tuple[int, ...],
    size: tuple[int, int],
    make_vgg: Callable[..., Backbone],
    image_of: Callable[..., Tensor],
) -> None:
    backbone, image = make_vgg(name), image_of(*size)
    state = {key: value.contiguous() for key, value in backbone.graph.state_dict().items()}
    seen = backbone(image, ["fire5/concat", "fire9/concat", "logits"])
    last = squeezenet(state, normalised(image), pooled_after)
    torch.testing.assert_close(seen["fire9/concat"], last, rtol=1e-4, atol=1e-4)
    scores = relu(convolve(state, "conv10", last)).mean((2, 3))
    torch.testing.assert_close(seen["logits"], scores, rtol=1e-4, atol=1e-4)
    before_pooling = squeezenet(state, normalised(image), pooled_after[:-1], until=5)
    torch.testing.assert_close(seen["fire5/concat"], before_pooling, rtol=1e-4, atol=1e-4)


def test_alexnet_equals_plain_torch(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> None:
    backbone, image = make_vgg("alexnet"), image_of(90, 131)
    state = {key: value.contiguous() for key, value in backbone.graph.state_dict().items()}
    expected = alexnet(state, normalised(image))
    torch.testing.assert_close(backbone(image, ["pool5"])["pool5"], expected, rtol=1e-4, atol=1e-4)


def test_a_fire_module_has_every_step_by_its_published_name(make_vgg: Callable[..., Backbone]) -> None:
    layers = make_vgg("squeezenet1_1").layers
    assert [layer for layer in layers if layer.startswith("fire4/")] == [
        "fire4/squeeze1x1",
        "fire4/relu_squeeze1x1",
        "fire4/expand1x1",
        "fire4/relu_expand1x1",
        "fire4/expand3x3",
        "fire4/relu_expand3x3",
        "fire4/concat",
    ]
    assert layers[:3] == ("conv1", "relu_conv1", "pool1")
    assert layers[-3:] == ("conv10", "relu_conv10", "pool10")
    assert [layer for layer in layers if layer.startswith("pool")] == ["pool1", "pool3", "pool5", "pool10"]


@pytest.mark.parametrize(("name", "pooling"), [("squeezenet1_1", "pool3"), ("squeezenet1_0", "pool4")])
def test_average_pooling_takes_the_same_windows(
    name: str, pooling: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    image, before = image_of(83, 100), pooling.replace("pool", "fire") + "/concat"
    plain = make_vgg(name, pooling="average")(image, [before, pooling])
    scaled = make_vgg(name, pooling="average-scaled")(image, ["pool1"])["pool1"]
    torch.testing.assert_close(plain[pooling], avg_pool2d(plain[before], 3, 2, ceil_mode=True), rtol=1e-5, atol=1e-6)
    largest = make_vgg(name)(image, ["pool1", pooling])
    assert largest[pooling].shape == plain[pooling].shape
    assert largest["pool1"].shape == scaled.shape


@pytest.mark.parametrize("name", ["squeezenet1_0", "squeezenet1_1", "alexnet"])
@pytest.mark.parametrize("padding", ["reflect", "replicate"])
def test_padding_changes_borders_and_nothing_inside(
    name: str, padding: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    image = image_of(160, 160)
    layer = "relu2" if name == "alexnet" else "fire2/concat"
    zeros = make_vgg(name)(image, [layer])[layer]
    other = make_vgg(name, padding=padding)(image, [layer])[layer]
    assert zeros.shape == other.shape
    assert not torch.allclose(zeros, other)
    torch.testing.assert_close(zeros[..., 4:-4, 4:-4], other[..., 4:-4, 4:-4], rtol=1e-4, atol=1e-5)


def test_a_picture_too_small_is_refused_in_words(make_vgg: Callable[..., Backbone]) -> None:
    for name, layer in [("alexnet", "relu5"), ("squeezenet1_1", "fire9/concat")]:
        backbone = make_vgg(name)
        least = backbone.least_side([layer])
        assert min(backbone(torch.rand(1, 3, least, least), [layer])[layer].shape[-2:]) >= 2
        with pytest.raises(PictureError, match=f"at least {least} pixels"):
            backbone.check_size(least - 1, 400, [layer])
