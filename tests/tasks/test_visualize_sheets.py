"""Sheets of activation maps and Gram matrices."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import InputError, PictureError, UnknownNameError
from impasto.pictures import Picture
from impasto.tasks.visualize import activation_sheet, gram_sheet, in_colours, normalised, strongest

Pictures = Callable[..., Picture]


def test_the_strongest_come_first_by_mean_square() -> None:
    activation = torch.zeros(1, 4, 2, 2)
    activation[0, 0] = 1
    activation[0, 1, 0, 0] = -3
    activation[0, 3] = 0.5
    assert strongest(activation, 3).tolist() == [1, 0, 3]
    assert strongest(activation, 9).tolist() == [1, 0, 3, 2]


def test_each_channel_runs_from_black_to_white_and_a_flat_one_is_black() -> None:
    activation = torch.tensor([[1.0, 3.0], [2.0, 1.0]]).expand(1, 2, 2, 2).clone()
    activation[0, 1] = 7
    assert normalised(activation)[0].tolist() == [[[0, 1], [0.5, 0]], [[0, 0], [0, 0]]]


def test_entries_of_a_matrix_are_grey_or_blue() -> None:
    matrix = torch.full((20, 20), 0.25)
    matrix[0, :8] = 1
    matrix[1, 0] = -0.25
    matrix[2, 0] = 0
    image = in_colours(matrix)
    assert image.shape == (1, 3, 20, 20)
    assert image[0, :, 0, 0].tolist() == [1, 1, 1]
    assert image[0, :, 3, 3].tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert image[0, :, 1, 0].tolist() == pytest.approx([0, 0.5 / 3, 0.5])
    assert image[0, :, 2, 0].tolist() == [0, 0, 0]
    assert float(in_colours(torch.zeros(3, 3)).abs().max()) == 0


def test_the_sheet_has_the_picture_and_rows_of_maps(vgg: Backbone, picture_of: Pictures) -> None:
    picture = picture_of(32, 48, alpha=True)
    one = activation_sheet(picture, vgg, ["relu1_1"], channels=3, cell=64)
    two = activation_sheet(picture, vgg, ["relu1_1", "relu2_1", "relu1_1"], channels=9, cell=64)
    assert one.alpha is None
    assert two.width == 8 * 64 + 9 * 4
    assert two.height > one.height > 2 * 42
    assert np.array_equal(one.pixels, activation_sheet(picture, vgg, ["relu1_1"], channels=3, cell=64).pixels)


def test_a_map_shows_where_its_channel_answers(vgg: Backbone, picture_of: Pictures) -> None:
    """The one map of the strongest channel, found on the sheet again."""
    picture = picture_of(32, 32)
    sheet = activation_sheet(picture, vgg, ["pool2"], channels=1, cell=64)
    with torch.no_grad():
        seen = vgg(torch.from_numpy(picture.pixels)[None], ("pool2",))["pool2"]
    best = int(seen.square().mean((2, 3)).argmax())
    wanted = normalised(seen)[0, best].numpy().repeat(8, 0).repeat(8, 1)
    windows = np.lib.stride_tricks.sliding_window_view(sheet.pixels[0], (64, 64))
    assert np.abs(windows - wanted).max((2, 3)).min() < 0.02


def test_a_matrix_to_a_layer(vgg: Backbone, picture_of: Pictures) -> None:
    sheet = gram_sheet(picture_of(32, 40), vgg, ["relu1_1", "conv2_1"], cell=128)
    assert sheet.width == 3 * 128 + 4 * 8
    colour = sheet.pixels[2] - sheet.pixels[0]
    assert colour[:, : 2 * 128].max() < 0.7  # a rectified layer has no entry below 0
    assert (colour[:, 2 * 136 + 8 :] > 0.3).mean() > 0.01


def test_mistakes_are_told(vgg: Backbone, picture_of: Pictures) -> None:
    with pytest.raises(UnknownNameError, match="no layer named 'relu6_1'"):
        activation_sheet(picture_of(32, 32), vgg, ["relu6_1"])
    with pytest.raises(PictureError, match="too small for vgg19"):
        gram_sheet(picture_of(16, 32), vgg, ["relu5_1"])
    with pytest.raises(InputError, match="1 or more channels"):
        activation_sheet(picture_of(32, 32), vgg, ["relu1_1"], channels=0)
