"""The ResNet-50 layers of the experiments that this project answers, as they were given: a repeat means more weight."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from grey_noise import grey_noise
from PIL import Image

from impasto.apps.cli.main import main

pytestmark = [pytest.mark.real, pytest.mark.slow]

LAYERS = (
    "conv1_relu",
    "conv2_block1_1_conv",
    "conv2_block2_1_relu",
    "conv2_block2_1_relu",
    "conv2_block3_3_conv",
    "conv2_block2_2_relu",
    "conv4_block2_1_conv",
    "conv2_block2_1_relu",
    "conv2_block2_1_relu",
    "conv2_block3_3_conv",
    "conv2_block2_2_relu",
    "conv4_block2_1_relu",
    "conv4_block2_2_conv",
    "conv4_block2_2_relu",
    "conv4_block2_3_conv",
)
COUNTS = Counter(LAYERS)
JOB = """
[[losses]]
kind = "content"
layers = []

[[losses]]
kind = "gram"
layers = {layers}
layer_weights = {weights}
"""


@pytest.fixture
def steps(folder, tmp_path, monkeypatch, capsys):
    """Paints three steps at 96 pixels with more options; gives the events of the steps."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IMPASTO_RUNS", str(tmp_path / "runs"))
    grey_noise(12, 12, seed=1).resize((96, 96)).save("painting.png")

    def paint(*options, layers, weights):
        (folder / "job.toml").write_text(JOB.format(layers=json.dumps(layers), weights=json.dumps(weights)))
        arguments = ("stylize", "photo.png", "painting.png", "-o", "out.png", "--overwrite", "--json")
        fixed = ("--backbone", "resnet50", "--size", "96", "--steps", "3", "--device", "cpu", "--precision", "fp32")
        code = main(
            [
                *arguments,
                *fixed,
                "--strength",
                "none",
                "--optimizer",
                "adam",
                "--learning-rate",
                "0.2",
                "--config",
                "job.toml",
                *options,
            ]
        )
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert code == 0, events[-1]
        with Image.open("out.png") as result:
            assert result.size == (96, 80)
        return [event for event in events if event["event"] == "step"]

    return paint


def test_the_list_as_given_paints_as_its_layers_weighted_by_their_repeats(steps):
    given = steps("--style-layers", ",".join(LAYERS), layers=["conv1_relu"], weights=[])
    merged = steps(layers=list(COUNTS), weights=[n / len(LAYERS) for n in COUNTS.values()])
    once = steps(layers=list(COUNTS), weights=[])
    assert len(given) == len(merged) == 3
    assert given[0]["losses"]["gram"] == pytest.approx(merged[0]["losses"]["gram"], rel=1e-5)
    assert given[0]["losses"]["gram"] != pytest.approx(once[0]["losses"]["gram"], rel=1e-4)
    for one, other in zip(given, merged, strict=True):
        assert one["value"] == pytest.approx(other["value"], rel=1e-3)
    assert given[-1]["value"] < given[0]["value"]
