from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone, Preprocessing
from impasto.errors import PictureError

CAFFE = Preprocessing("bgr", 255.0, (103.939, 116.779, 123.68), (1.0, 2.0, 4.0))
FIRST = ["conv1_1"]


def test_rgb_and_bgr_networks_get_their_own_pixels(
    make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    image = image_of(8, 10)
    red, green, blue = image[:, 0], image[:, 1], image[:, 2]
    caffe = torch.stack(
        [blue * 255 - 103.939, (green * 255 - 116.779) / 2, (red * 255 - 123.68) / 4],
        dim=1,
    )
    rgb = torch.stack([(red - 0.485) / 0.229, (green - 0.456) / 0.224, (blue - 0.406) / 0.225], dim=1)
    for backbone, pixels in [(make_vgg(preprocessing=CAFFE), caffe), (make_vgg(), rgb)]:
        expected = backbone.graph(pixels, FIRST)["conv1_1"]
        torch.testing.assert_close(backbone(image, FIRST)["conv1_1"], expected, rtol=1e-4, atol=1e-3)


def test_the_input_is_the_picture_itself(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> None:
    image = image_of(8, 8)
    for precision in ("fp32", "bf16"):
        seen = make_vgg(precision=precision)(image, ["input", "relu1_1"])
        assert seen["input"] is image
        assert seen["relu1_1"].dtype == {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]


def test_bf16_is_close_to_fp32(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> None:
    image, layers = image_of(32, 32), ("relu1_1", "relu3_1", "relu5_1")
    exact, rough = make_vgg()(image, layers), make_vgg(precision="bf16")(image, layers)
    for name in layers:
        error = (rough[name].float() - exact[name]).norm() / exact[name].norm()
        assert 0 < error < 0.05, (name, float(error))


def test_the_layout_in_memory_changes_nothing(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    image = image_of(20, 28)
    planar = vgg(image, ["relu3_1"])["relu3_1"]
    interleaved = vgg(image.contiguous(memory_format=torch.channels_last), ["relu3_1"])["relu3_1"]
    assert torch.equal(planar, interleaved)


def test_pictures_in_a_batch_do_not_touch_each_other(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    images = torch.cat([image_of(16, 16, 1), image_of(16, 16, 2)])
    both = vgg(images, ["relu2_1"])["relu2_1"]
    torch.testing.assert_close(both[1:], vgg(images[1:], ["relu2_1"])["relu2_1"], rtol=1e-4, atol=1e-5)


def test_gradients_reach_the_picture_and_not_the_weights(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    image = image_of(16, 16).requires_grad_()
    vgg(image, ["relu2_1"])["relu2_1"].sum().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0
    assert not any(p.requires_grad or p.grad is not None for p in vgg.parameters())


@pytest.mark.parametrize(
    ("layer", "least"), [("input", 2), ("relu1_2", 2), ("pool1", 4), ("relu2_2", 4), ("relu5_1", 32), ("pool5", 64)]
)
@pytest.mark.parametrize("pooling", ["max", "average-scaled"])
def test_the_least_side_leaves_two_positions(
    layer: str, least: int, pooling: str, make_vgg: Callable[..., Backbone]
) -> None:
    backbone = make_vgg(pooling=pooling, padding="reflect")
    assert backbone.least_side([layer]) == least
    backbone.check_size(least, 1000, [layer])
    with pytest.raises(PictureError, match=f"{least - 1}×1000 pixels is too small.*at least {least} pixels"):
        backbone.check_size(least - 1, 1000, [layer])
    assert min(backbone(torch.rand(1, 3, least, least), [layer])[layer].shape[-2:]) >= 2


@pytest.mark.parametrize("padding", ["zeros", "reflect"])
def test_a_picture_too_small_is_refused_in_words(padding: str, make_vgg: Callable[..., Backbone]) -> None:
    with pytest.raises(PictureError, match=r"40×7 pixels is too small for vgg19 up to relu5_1.*--size"):
        make_vgg(padding=padding)(torch.rand(1, 3, 7, 40), ["relu5_1"])


def test_a_fault_that_is_not_size_is_not_called_size(vgg: Backbone) -> None:
    with pytest.raises(RuntimeError):
        vgg(torch.rand(1, 5, 64, 64), ["relu1_1"])
