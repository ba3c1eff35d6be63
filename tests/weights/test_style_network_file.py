"""Style networks in files: written whole, read back, and refused if they are anything else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import CorruptError, UnavailableError, WeightsError
from impasto.weights.formats import safetensors_file
from impasto.weights.style_network import FORMAT, StyleNetworkAbout, load_style_network, save_style_network

ABOUT = StyleNetworkAbout("Ströme", "tiny", "CC0-1.0", recipe='kind = "stylize"\n', trained="steps = 3\n")


@pytest.fixture
def network():
    return StyleNetwork(NETWORK_SIZES["tiny"], seed=5)


@pytest.fixture
def path(tmp_path, network):
    save_style_network(tmp_path / "net.safetensors", network, ABOUT)
    return tmp_path / "net.safetensors"


def test_a_network_comes_back_as_halves_or_exactly(network, path, tmp_path, image_of):
    save_style_network(tmp_path / "exact.safetensors", network, ABOUT, half=False)
    halves, about = load_style_network(path)
    exact, _ = load_style_network(tmp_path / "exact.safetensors")
    assert about == ABOUT
    for name, numbers in network.state_dict().items():
        assert torch.equal(exact.state_dict()[name], numbers)
        assert torch.equal(halves.state_dict()[name], numbers.half().float())
    assert not any(parameter.requires_grad for parameter in halves.parameters())
    assert path.stat().st_size < 100_000 < (tmp_path / "exact.safetensors").stat().st_size
    with torch.no_grad():
        assert torch.allclose(halves(image_of(32, 32)), network(image_of(32, 32)), atol=0.02)


def test_a_network_written_again_loses_nothing_more(path, tmp_path):
    save_style_network(tmp_path / "again.safetensors", *load_style_network(path))
    first, again = (safetensors_file.read_with_metadata(each) for each in (path, tmp_path / "again.safetensors"))
    assert first[1] == again[1]
    assert all(np.array_equal(array, again[0][name]) for name, array in first[0].items())


def test_numbers_with_the_channels_last_in_memory_are_the_same(network, path, tmp_path):
    save_style_network(tmp_path / "last.safetensors", network.to(memory_format=torch.channels_last), ABOUT)
    first, last = (load_style_network(each)[0].state_dict() for each in (path, tmp_path / "last.safetensors"))
    assert all(torch.equal(numbers, last[name]) for name, numbers in first.items())


def test_a_torn_file_is_told_from_a_foreign_one(path, tmp_path):
    (tmp_path / "torn.safetensors").write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CorruptError):
        load_style_network(tmp_path / "torn.safetensors")
    safetensors_file.write(tmp_path / "other.safetensors", {"a": np.zeros(3, np.float32)}, {})
    with pytest.raises(WeightsError, match="is not a style network"):
        load_style_network(tmp_path / "other.safetensors")


@pytest.mark.parametrize(
    "about",
    ["no JSON", "[]", "{}", '{"name": "a", "size": "tiny", "colour": "red"}', '{"name": 3, "size": "tiny"}',
     '{"name": "a", "size": "vast"}'],
)  # fmt: skip
def test_a_header_that_says_nonsense_is_refused(network, tmp_path, about):
    arrays = {name: numbers.numpy() for name, numbers in network.state_dict().items()}
    safetensors_file.write(tmp_path / "bad.safetensors", arrays, {"format": FORMAT, "about": about})
    with pytest.raises(CorruptError, match="does not say which style network"):
        load_style_network(tmp_path / "bad.safetensors")


def test_numbers_of_another_size_or_none_at_all_are_refused(network, tmp_path):
    save_style_network(tmp_path / "small.safetensors", network, replace(ABOUT, size="small"))
    with pytest.raises(WeightsError, match="does not hold the numbers of a small"):
        load_style_network(tmp_path / "small.safetensors")
    with torch.no_grad():
        next(network.parameters())[0] = torch.nan
    save_style_network(tmp_path / "nan.safetensors", network, ABOUT)
    with pytest.raises(CorruptError, match="not finite"):
        load_style_network(tmp_path / "nan.safetensors")


def test_a_file_that_cannot_be_written_leaves_nothing(network, tmp_path):
    (tmp_path / "net.safetensors").mkdir()
    with pytest.raises(UnavailableError):
        save_style_network(tmp_path / "net.safetensors", network, ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
