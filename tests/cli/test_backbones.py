"""`impasto backbones`: the networks, the layers of one, and the doctor."""

from __future__ import annotations

import json
import re
import sys

import pytest

from impasto.apps.cli.examination import complaints, show_table
from impasto.apps.cli.layers import block_path
from impasto.apps.cli.main import main
from impasto.backbones import BACKBONES
from impasto.measure import LayerHealth, findings

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def nothing_here(environment, folder, monkeypatch):
    """The folder with pictures in it, no weights, and no network."""
    monkeypatch.chdir(folder)
    for name in ("IMPASTO_HOME", "IMPASTO_RUNS", "IMPASTO_OFFLINE"):
        monkeypatch.setenv(name, environment[name])


def told(capsys, *arguments):
    assert main(["backbones", *arguments]) == 0
    return capsys.readouterr().out


def told_in_80_columns(capsys, monkeypatch, *arguments):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    return ESCAPES.sub("", told(capsys, *arguments)).splitlines()


def test_all_networks_are_listed_with_what_a_choice_needs(nothing_here, capsys):
    text = told(capsys).splitlines()
    assert text[0].split()[:4] == ["name", "params", "weights", "GMAC/MP"]
    assert [line.split()[0] for line in text[1:]] == list(BACKBONES)
    rows = {row["name"]: row for row in json.loads(told(capsys, "--json"))}
    assert list(rows) == list(BACKBONES)
    vgg, judge = rows["vgg19"], rows["mobilenet_v2"]
    assert (vgg["parameters"], vgg["bytes"]) == (20_024_384, 4 * 20_024_384)
    assert vgg["deepest_layer"] == "relu5_1"
    assert vgg["content_layers"] == ["relu4_2"]
    assert vgg["style_layers"] == [f"relu{i}_1" for i in range(1, 6)]
    assert vgg["default"] == vgg["weights"][0] == "vgg19.gatys"
    assert "vgg19.torchvision" in vgg["weights"]
    assert "CC BY 4.0" in vgg["licence"]
    assert vgg["here"] == []
    assert (judge["content_layers"], judge["style_layers"], judge["deepest_layer"]) == ([], [], "logits")


def test_the_cost_of_a_network_is_that_of_its_convolutions_as_far_as_it_is_run(nothing_here, capsys):
    rows = {row["name"]: row for row in json.loads(told(capsys, "--json"))}
    sides = (1000, 1000, 500, 500, 250, 250, 250, 250, 125, 125, 125, 125, 62)
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512)
    cost = sum(9 * a * b * side**2 for a, b, side in zip(widths, widths[1:], sides, strict=False))
    assert rows["vgg19"]["multiply_adds_per_megapixel"] == cost


def test_layers_are_listed_in_order_with_their_facts(nothing_here, capsys):
    text = told(capsys, "vgg19", "--size", "640x480")
    assert "content: relu4_2\nstyle: relu1_1, relu2_1, relu3_1, relu4_1, relu5_1\n" in text
    assert "weights: vgg19.gatys (default): " in text
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("layer "))
    assert lines[start].split() == ["layer", "kind", "C×H×W", "stride", "sees", "GMAC"]
    assert lines[start + 1].split() == ["conv1_1", "conv", "3×3", "64×480×640", "1", "3", "0.531"]
    assert lines[start + 2].split() == ["relu1_1", "(style)", "relu", "64×480×640", "1", "3"]
    assert lines[start + 5].split() == ["pool1", "avg", "2×2", "64×240×320", "2", "6"]


def test_the_other_names_of_layers_and_uneven_windows_are_told(nothing_here, capsys):
    text = told(capsys, "inception_v3")
    assert "mixed_5d (mixed2, content, style) " in text
    seven = next(line for line in text.splitlines() if line.startswith("mixed_6b/branch7x7_2/conv"))
    assert seven.split()[1:5] == ["conv", "1×7", "128×30×30", "16"]
    down, across = map(int, seven.split()[5].split("×"))
    assert across == down + 6 * 16
    assert next(line for line in text.splitlines() if line.startswith("pool3")).split() == [
        *("pool3", "mean", "2048", "all"),
    ]


def test_layers_in_json(nothing_here, capsys):
    found = json.loads(told(capsys, "inception_v3", "--size", "299", "--json"))
    layers = {layer["name"]: layer for layer in found["layers"]}
    assert (found["name"], found["weights"], found["width"], found["height"]) == (
        *("inception_v3", "inception_v3.fid", 299, 299),
    )
    assert found["multiply_adds"] == sum(layer["multiply_adds"] for layer in layers.values())
    assert layers["mixed_7c"]["aliases"] == ["mixed10"]
    assert "mixed10" not in layers
    assert layers["mixed_5d"]["roles"] == ["content", "style"]
    first = layers["conv2d_1a_3x3/conv"]
    assert (first["kind"], first["kernel"], first["shape"]) == ("conv", [3, 3], [32, 149, 149])
    assert first["receptive_field"]["vertical"] == {"stride": 2, "before": 0, "after": 2, "size": 3}
    assert layers["pool3"]["receptive_field"] is None


def test_the_tree_groups_layers_by_blocks(nothing_here, capsys):
    lines = told(capsys, "resnet50", "--tree").splitlines()
    start = lines.index("resnet50")
    assert lines[start + 1] == "├── conv1"
    assert lines[start + 2] == "│   ├── conv1_conv  64×256×256  sees 7"
    assert lines[start + 5] == "├── pool1_pool  64×128×128  sees 11"
    assert lines[start + 6 : start + 8] == ["├── conv2", "│   ├── conv2_block1"]
    blocks = told(capsys, "inception_v3", "--tree").splitlines()
    assert "│   ├── mixed_5b/branch1x1" in blocks
    assert "│   └── mixed_5b (mixed0, style)  256×61×61  sees 63" in blocks
    shown = {match[1] for line in blocks if (match := re.search(r"── (\S+) .*×", line))}
    with_positions = {layer for layer in json_layers(capsys, "inception_v3") if layer != "pool3"}
    assert shown == with_positions


def json_layers(capsys, name):
    return [layer["name"] for layer in json.loads(told(capsys, name, "--json"))["layers"]]


@pytest.mark.parametrize(
    ("layer", "path"),
    [
        ("conv2_block1_1_conv", ("conv2", "conv2_block1")),
        ("conv1_relu", ("conv1",)),
        ("relu3_2", ("block 3",)),
        ("mixed_5b/branch1x1/conv", ("mixed_5b", "mixed_5b/branch1x1")),
        ("fire2/concat", ("fire2",)),
        ("relu_conv1", ()),
        ("pool5", ()),
    ],
)
def test_a_layers_block_is_in_its_name(layer, path):
    assert block_path(layer) == path


@pytest.mark.parametrize("name", list(BACKBONES))
def test_eighty_columns_hold_a_networks_layers(name, nothing_here, capsys, monkeypatch):
    lines = told_in_80_columns(capsys, monkeypatch, name)
    table = lines[lines.index("") + 1 : -2]
    assert max(map(len, table)) <= 80
    with_first_word = {line.split()[0] for line in table if line and not line.startswith(" ")}
    assert set(json_layers(capsys, name)) <= with_first_word


def test_eighty_columns_hold_the_list_of_networks(nothing_here, capsys, monkeypatch):
    assert max(map(len, told_in_80_columns(capsys, monkeypatch))) <= 80


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("vgg91",), 2, "vgg19"),
        (("vgg91", "--doctor"), 2, "vgg19"),
        (("vgg19", "--size", "40"), 2, "40×40 pixels is too small for vgg19 up to pool5"),
        (("vgg19", "--size", "big"), 2, "'big' is not a size"),
        (("vgg19", "photo.png"), 2, "photo.png is looked at with --doctor only"),
        (("vgg19", "--all"), 2, "--all goes with --doctor"),
        (("vgg19", "--tree", "--doctor"), 2, "--tree does not go with --doctor"),
        (("--tree",), 2, "name a network"),
        (("--size", "100"), 2, "name a network"),
        (("vgg19", "--doctor", "nothing.png"), 2, "nothing.png"),
        (("vgg19", "--doctor", "--size", "10"), 2, "64 to 8192"),
        (("vgg19", "--doctor", "photo.png", "--offline"), 3, "offline"),
        (("vgg19", "--doctor"), 3, "vgg_normalized.pth"),
    ],
)
def test_mistakes_are_explained(arguments, code, said, nothing_here, capsys):
    assert main(["backbones", *arguments]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "bug" not in captured.err


def test_a_tree_is_no_json_and_a_mistake_is(nothing_here, capsys):
    assert main(["backbones", "vgg19", "--tree", "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "error: --tree does not go with --json: leave out one of them\n"
    assert json.loads(captured.out)["exit_code"] == 2


def health(layer, **changes):
    values = {"dead": 0.0, "peak": 20.0, "entropy": 0.9, "effective_rank": 6.0, "unevenness": 0.02, **changes}
    return LayerHealth(layer=layer, channels=100, positions=64.0, gradient_norm=0.1, **values)


def test_a_complaint_names_its_layers_once_with_an_example_and_a_remedy():
    found = [health("one", dead=0.5), health("two"), health("three", dead=0.75, entropy=0.5)]
    lines = complaints([(each, findings(each)) for each in found])
    assert lines[0] == "dead: one, three"
    assert lines[1].startswith("  for example one: 50% of its channels")
    assert lines[2].startswith("  try: ")
    assert lines[3] == "peaky: three"
    assert lines[4].startswith("  three: few")
    assert lines[-1] == "1 of 3 layers are fit to take style from"


def test_eighty_columns_hold_what_the_doctor_finds_without_breaking_a_name(capsys, monkeypatch):
    sick = {"dead": 0.4, "entropy": 0.5, "effective_rank": 0.1, "unevenness": 0.5}
    found = [health(name, **sick) for name in ("mixed_7c/branch3x3dbl_3a/relu", "mixed_5d")]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    show_table("inception_v3", [(each, findings(each)) for each in found])
    lines = ESCAPES.sub("", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("mixed_7c/branch3x3dbl_3a/relu  40%   20    0.50 0.001 ")
    assert " ".join(line[67:].strip() for line in lines).endswith("dead, peaky, low rank, grid (content, style)")


@pytest.mark.real
def test_the_doctor_examines_a_real_network(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    text = told(capsys, "squeezenet1_1", "--doctor", "photo.png", "--size", "128")
    assert text.split("\n")[0].split() == [
        *("layer", "dead", "peak", "entropy", "rank", "gradient", "uneven", "verdict")
    ]
    assert "\ngrid: " in text
    assert re.search(r"\d+ of 37 layers are fit", text)  # 26 rectifiers, 8 concatenations and 3 poolings
    found = json.loads(told(capsys, "squeezenet1_1", "--doctor", "photo.png", "other.png", "--all", "--json"))
    assert [picture["name"] for picture in found["pictures"]] == ["photo.png", "other.png"]
    assert (found["pictures"][0]["width"], found["pictures"][0]["height"]) == (256, 213)
    layers = {layer["layer"]: layer for layer in found["layers"]}
    assert set(layers) == set(json_layers(capsys, "squeezenet1_1")) - {"pool10"}
    assert layers["fire5/concat"]["roles"] == ["content"]
    assert layers["fire5/relu_squeeze1x1"]["roles"] == ["style"]
    assert all(layer["fit"] == (not layer["findings"]) for layer in layers.values())
    assert 0 < layers["fire5/concat"]["rank_share"] < 1
