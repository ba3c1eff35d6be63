"""An exported network paints what the network paints, or there is no file."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from impasto.backbones.style_network import LEAST_SIDE, NETWORK_SIZES, StyleNetwork
from impasto.errors import InputError, OutputError, WeightsError
from impasto.export import OnnxNetwork, check_place, export_onnx, photos_to_check
from impasto.export.int8 import kept_whole
from impasto.export.translation import PRECISIONS, Precision, translated
from impasto.pictures import Picture, write_picture
from impasto.weights.style_network import StyleNetworkAbout

Photos = list[NDArray[Any]]

NORM = "InstanceNormalization"


def decibels(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(-10 * np.log10(np.square(one - other, dtype=np.float64).mean()))


def painted(network: StyleNetwork, photo: NDArray[Any]) -> NDArray[Any]:
    with torch.no_grad():
        return network(torch.from_numpy(photo)).numpy()


@pytest.mark.parametrize("size", list(NETWORK_SIZES))
def test_every_size_paints_pictures_of_any_sides_as_torch_does(
    size: str, about: StyleNetworkAbout, photos: Photos, tmp_path: Path
) -> None:
    network = StyleNetwork(NETWORK_SIZES[size], seed=1).requires_grad_(False)
    exported = export_onnx(network, about, tmp_path / "a.onnx", photos)
    assert exported.difference < 1e-4
    assert exported.size == (tmp_path / "a.onnx").stat().st_size
    file = OnnxNetwork(tmp_path / "a.onnx", threads=1)
    for count, height, width in ((1, LEAST_SIDE, LEAST_SIDE), (2, 33, 70), (1, 36, 41)):
        batch = np.repeat(photos[0][..., :height, :width], count, axis=0).copy()
        batch[-1] = photos[1][0, :, :height, :width]
        np.testing.assert_allclose(file(batch), painted(network, batch), atol=1e-4)


def test_a_tiny_network_fits_into_little_room(
    tiny: StyleNetwork, about: StyleNetworkAbout, photos: Photos, tmp_path: Path
) -> None:
    sizes = {p: export_onnx(tiny, about, tmp_path / f"{p}.onnx", photos, precision=p).size for p in PRECISIONS}
    assert sizes["fp32"] <= 200_000
    assert sizes["fp16"] <= 110_000
    assert sizes["int8"] <= 70_000


def test_fp16_holds_where_every_number_is_rounded_to_it(tiny: StyleNetwork, photos: Photos) -> None:
    """onnxruntime computes in fp32 where a processor has no fp16; the reference does not."""
    model = translated(tiny, "fp16")
    typed = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph.value_info
    types = {value.name: value.type.tensor_type.elem_type for value in typed}
    inputs = {kind: {types[n.input[0]] for n in model.graph.node if n.op_type == kind} for kind in ("Conv", NORM)}
    assert inputs == {"Conv": {onnx.TensorProto.FLOAT16}, NORM: {onnx.TensorProto.FLOAT}}
    crop = photos[0][..., 20:61, 30:67].copy()
    rounding = ReferenceEvaluator(model)
    given = rounding.run(None, {"image": crop})[0]
    assert given.dtype == np.float32
    assert decibels(given, painted(tiny, crop)) > 50


@pytest.mark.parametrize(("precision", "least"), [("fp16", 50), ("int8", 30)])
def test_fewer_bits_paint_nearly_the_same(
    precision: Precision, least: float, tiny: StyleNetwork, about: StyleNetworkAbout, photos: Photos, tmp_path: Path
) -> None:
    exported = export_onnx(tiny, about, tmp_path / "a.onnx", photos, precision=precision)
    file = OnnxNetwork(tmp_path / "a.onnx", threads=1)
    worst = min(decibels(file(photo), painted(tiny, photo)) for photo in photos)
    assert worst == pytest.approx(exported.psnr, abs=0.1)
    assert worst > least


def test_int8_leaves_the_way_down_and_the_last_convolution_as_they_are(
    tiny: StyleNetwork, about: StyleNetworkAbout, photos: Photos, tmp_path: Path
) -> None:
    assert len(kept_whole(translated(tiny, "int8"))) == 4
    export_onnx(tiny, about, tmp_path / "a.onnx", photos, precision="int8")
    model = onnx.load(tmp_path / "a.onnx")
    made_by = {node.output[0]: node.op_type for node in model.graph.node}
    kernels = [made_by[node.input[1]] for node in model.graph.node if node.op_type == "Conv"]
    assert kernels == ["Cast"] * 3 + ["DequantizeLinear"] * 8 + ["Reshape"]


def test_the_file_says_what_it_is(tiny: StyleNetwork, about: StyleNetworkAbout, photos: Photos, tmp_path: Path) -> None:
    for precision in PRECISIONS:
        export_onnx(tiny, about, tmp_path / "a.onnx", photos, precision=precision)
        said = OnnxNetwork(tmp_path / "a.onnx", threads=1).said
        assert said["format"].startswith("impasto style network")
        assert (said["style"], said["licence"], said["size"]) == ("night coast", "CC0-1.0", "tiny")
        assert (said["precision"], said["least_side"]) == (precision, str(LEAST_SIDE))
        assert (said["recipe"], said["trained"]) == (about.recipe, about.trained)
        assert '"NCHW"' in said["input"]


def with_scale(network: StyleNetwork, factor: float) -> StyleNetwork:
    """The same function, with one channel inside a block larger by `factor` and taken back by the kernel after it."""
    changed = copy.deepcopy(network)
    block = changed.layers[3]
    with torch.no_grad():
        block.first.normalisation.weight[0] *= factor
        block.second.convolution.weight[:, 0] /= factor
    return changed


@pytest.mark.parametrize(
    ("precision", "factor", "said"),
    [("fp16", 1e5, "too near the largest of fp16"), ("int8", 3e3, "int8 the network paints")],
)
def test_a_file_that_would_paint_otherwise_is_not_written(
    precision: Precision,
    factor: float,
    said: str,
    tiny: StyleNetwork,
    about: StyleNetworkAbout,
    photos: Photos,
    tmp_path: Path,
) -> None:
    spread = with_scale(tiny, factor)
    with pytest.raises(WeightsError, match=said):
        export_onnx(spread, about, tmp_path / "a.onnx", photos, precision=precision)
    assert list(tmp_path.iterdir()) == []
    assert export_onnx(spread, about, tmp_path / "a.onnx", photos).difference < 1e-3


def test_nothing_is_exported_without_a_photo_to_see_it_on(
    tiny: StyleNetwork, about: StyleNetworkAbout, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="at least one photograph"):
        export_onnx(tiny, about, tmp_path / "a.onnx", [])


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, int, int], None]:
    """Puts a picture of a name and size into the folder."""

    def place(name: str, width: int, height: int) -> None:
        write_picture(Picture(np.full((3, height, width), 0.5, dtype=np.float32)), tmp_path / name)

    return place


def test_photos_of_a_folder_are_brought_to_one_size_and_a_large_folder_is_thinned(
    put: Callable[[str, int, int], None], tmp_path: Path
) -> None:
    for i in range(50):
        put(f"{i}.png", 40, 30)
    shapes = {photo.shape for photo in photos_to_check(tmp_path)}
    assert shapes == {(1, 3, 240, 320)}
    assert 12 <= len(photos_to_check(tmp_path)) <= 24


def test_a_strip_is_refused(put: Callable[[str, int, int], None], tmp_path: Path) -> None:
    put("strip.png", 400, 10)
    with pytest.raises(InputError, match="is a strip"):
        photos_to_check(tmp_path)


@pytest.mark.parametrize(
    ("place", "said"),
    [("a.png", r"ends in \.onnx"), ("folder.onnx", "is a folder"), ("no/a.onnx", "no folder"), ("old.onnx", "already")],
)
def test_places_that_cannot_be_are_refused(place: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "old.onnx").touch()
    with pytest.raises(OutputError, match=said):
        check_place(tmp_path / place, overwrite=False)
    check_place(tmp_path / "old.onnx", overwrite=True)
