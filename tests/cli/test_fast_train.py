"""`impasto fast train`, `judge` and `list` from the command line."""

import json
import shutil
import signal
from dataclasses import replace

import pytest
import torch
from home_of_random_weights import SMALL

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.weights.style_network import StyleNetworkAbout, load_style_network, save_style_network

OPTIONS = {
    "--photos": "photos",
    "-o": "net.safetensors",
    "--size": "tiny",
    "--steps": "4",
    "--batch": "1",
    "--pixels": "32",
    "--judged": "0",
    "--backbone": "squeezenet1_1",
    "--weights": SMALL,
    "--content-layers": "fire2/concat",
    "--style-layers": "relu_conv1,fire2/concat",
    "--device": "cpu",
    "--precision": "fp32",
}


def train(*further, **changes):
    """The arguments of a short training; a name like `steps` changes what `--steps` says, `o` what `-o` does."""
    changed = OPTIONS | {f"--{name}" if len(name) > 1 else f"-{name}": value for name, value in changes.items()}
    return ("fast", "train", "painting.png", *(word for pair in changed.items() for word in pair), *further)


@pytest.fixture
def photos(folder):
    """Twelve photos in the current folder."""
    (folder / "photos").mkdir()
    for i in range(12):
        shutil.copy(folder / ("photo.png" if i % 2 else "other.png"), folder / "photos" / f"{i}.png")
    return folder / "photos"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fast", "train"), "name the picture whose manner is to be learnt"),
        (("fast", "train", "painting.png"), "say what to learn from"),
        (train(photos="missing"), "missing: there is no such folder or file"),
        (train(photos="photo.png"), "no .tar archive"),
        (train(o="net.pth"), "is written as .safetensors"),
        (train(size="vast"), "no size of a style network is named 'vast'"),
        (train(minutes="3"), "give one of them"),
        (train(steps="0"), "steps must lie in"),
        (train(pixels="8"), "pixels must lie in"),
        (train(strength="0"), "nothing to learn"),
        (train(threads="0"), "--threads must be 1 or more"),
        (train(colour="photo"), "no one style"),
        (train(teacher="photos"), "is no run's folder"),
        (("fast", "train", "--resume", "photos"), "is no training's folder"),
        (("fast", "train", "--resume", "photos", "--batch", "2"), "--steps alone can be changed"),
        (("fast", "judge", "net", "--photos", "photos"), "no style network is named 'net'"),
        (("fast", "judge", "net.safetensors", "--photos", "photos"), "there is no such file"),
        (("fast", "list", "nowhere"), "nowhere is no folder"),
    ],
)
def test_what_cannot_be_learnt_is_refused_before_any_step(impasto, photos, small_weights, arguments, said):
    outcome = impasto(*arguments, IMPASTO_HOME=str(small_weights))
    assert outcome.returncode == 2, outcome.stderr
    assert said in " ".join(outcome.stderr.split())


def test_a_dry_run_says_what_it_takes_and_leaves_nothing(impasto, folder, photos, small_weights):
    outcome = impasto(*train("--dry-run"), IMPASTO_HOME=str(small_weights))
    assert outcome.returncode == 0, outcome.stderr
    assert "4 steps take about" in outcome.stderr
    assert "of memory; 4 photos, 8 more held out" in outcome.stderr
    assert not (folder / "net.training").exists()
    assert not (folder / "net.safetensors").exists()


def test_a_network_is_trained_listed_and_told_of(impasto, folder, photos, small_weights):
    (photos / "words.jpg").write_text("no picture")
    outcome = impasto(*train("--json", licence="CC0-1.0"), IMPASTO_HOME=str(small_weights))
    assert outcome.returncode == 0, outcome.stderr
    events = [json.loads(line) for line in outcome.stdout.splitlines()]
    names = [event["event"] for event in events]
    assert names[:2] == ["rehearsed", "learning_begun"]
    assert names.count("learnt") == 4
    assert names[-1] == "network_written"
    listed = impasto("fast", "list", ".", "--json")
    (about,) = json.loads(listed.stdout)
    assert (about["name"], about["size"], about["licence"]) == ("painting", "tiny", "CC0-1.0")
    assert about["trained"]["steps"] == 4
    shown = impasto("fast", "list", ".")
    assert "net" in shown.stdout
    (folder / "net.safetensors").unlink()
    longer = impasto(
        "fast", "train", "--resume", "net.training", "--steps", "6", "--judged", "0", IMPASTO_HOME=str(small_weights)
    )
    assert longer.returncode == 0, longer.stderr
    assert "going on after step 4" in longer.stderr
    assert json.loads(impasto("fast", "list", ".", "--json").stdout)[0]["trained"]["steps"] == 6
    again = impasto(*train(), IMPASTO_HOME=str(small_weights))
    assert again.returncode == 2
    assert "--resume" in again.stderr


def stopped_after(process, steps):
    """Read on until so many steps are taken, and the state was kept."""
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "learnt" and event["number"] >= steps:
            return


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_or_killed_it_goes_on_to_the_same_numbers(
    impasto, start, folder, photos, environment, small_weights, number
):
    home = {"IMPASTO_HOME": str(small_weights)}
    whole = impasto(*train("--quiet", steps="30", o="whole.safetensors"), **home)
    assert whole.returncode == 0, whole.stderr
    process = start(*train("--json", steps="30"), env=environment | home)
    stopped_after(process, 8)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "go on with: impasto fast train --resume" in said.decode()
    assert not (folder / "net.safetensors").exists()
    rest = impasto("fast", "train", "--resume", "net.training", "--judged", "0", "--quiet", **home)
    assert rest.returncode == 0, rest.stderr
    first, second = (load_style_network(folder / f"{name}.safetensors")[0].state_dict() for name in ("whole", "net"))
    assert all(torch.equal(numbers, second[name]) for name, numbers in first.items())


def test_a_network_whose_style_is_gone_asks_for_it(impasto, folder, photos, tmp_path):
    about = StyleNetworkAbout("x", "tiny", recipe='kind = "stylize"\ncontent = "p"\nstyles = ["gone.png"]\n')
    save_style_network(folder / "net.safetensors", StyleNetwork(NETWORK_SIZES["tiny"]), about)
    outcome = impasto("fast", "judge", "net.safetensors", "--photos", "photos")
    assert outcome.returncode == 2
    assert "name it with --style" in outcome.stderr
    save_style_network(folder / "net.safetensors", StyleNetwork(NETWORK_SIZES["tiny"]), replace(about, recipe="?"))
    assert impasto("fast", "judge", "net.safetensors", "--photos", "photos").returncode == 2
