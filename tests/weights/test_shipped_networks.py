"""The style networks that come with the package."""

import re
import tomllib

import pytest
import torch

from impasto.errors import InputError
from impasto.weights.networks import SHIPPED, find_network, network_names
from impasto.weights.style_network import load_style_network


@pytest.mark.parametrize("name", network_names())
def test_each_paints_and_says_what_it_is(name, image_of):
    path = find_network(name)
    network, about = load_style_network(path)
    with torch.no_grad():
        painted = network(image_of(48, 64))
    assert painted.std() > 0.05
    assert float((painted - image_of(48, 64)).abs().mean()) > 0.05
    assert about.licence
    assert tomllib.loads(about.recipe)["kind"] == "stylize"
    assert tomllib.loads(about.trained)["steps"] > 0
    assert not re.search(r'"/|\\\\', about.recipe + about.trained)
    assert path.stat().st_size < 1_000_000
    assert (SHIPPED / f"{name}.toml").is_file()


def test_a_name_is_looked_up_and_a_path_is_taken(tmp_path):
    with pytest.raises(InputError, match=r"no style network is named 'nobody'.*nobody\.safetensors"):
        find_network("nobody")
    with pytest.raises(InputError, match="there is no such file"):
        find_network(tmp_path / "nobody.safetensors")
    (tmp_path / "net.safetensors").touch()
    assert find_network(tmp_path / "net.safetensors") == tmp_path / "net.safetensors"
