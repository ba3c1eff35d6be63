"""Mistakes at the command line: an exit code, one message that says what and where, and nothing left behind."""

from __future__ import annotations

import json
import time

import pytest
from PIL import Image

GOOD = ("stylize", "photo.png", "painting.png", "-o", "out.png")
TINY = ("--size", "64", "--steps", "1")

MISTAKES = {
    "unknown command": (("stylise", "photo.png"), 2, 'Did you mean "stylize"'),
    "unknown option": ((*GOOD, "--sise", "64"), 2, "--size"),
    "option without value": ((*GOOD, "--size"), 2, "--size"),
    "no pictures": (("stylize",), 2, "CONTENT STYLE"),
    "no style": (("stylize", "photo.png"), 2, "style"),
    "size 0": ((*GOOD, "--size", "0"), 2, "0 pixels"),
    "negative size": ((*GOOD, "--size=-5"), 2, "-5"),
    "size in words": ((*GOOD, "--size", "large"), 2, "large"),
    "absurd size": ((*GOOD, "--size", "99999999"), 2, "99999999"),
    "strength in words": ((*GOOD, "--strength", "much"), 2, "--strength"),
    "strength above 1": ((*GOOD, "--strength", "1.5"), 2, "strength"),
    "strength not a number": ((*GOOD, "--strength", "nan"), 2, "strength"),
    "strength and weights": ((*GOOD, "--strength", "0.5", "--style-weight", "9"), 2, "leave out"),
    "negative content weight": ((*GOOD, "--content-weight=-1"), 2, "weight"),
    "infinite style weight": ((*GOOD, "--style-weight", "inf"), 2, "weight"),
    "style weights of another number": ((*GOOD, "--style-weights", "1,2"), 2, "2 style weights"),
    "style weights in words": ((*GOOD, "--style-weights", "1,b"), 2, "--style-weights"),
    "style weights all 0": ((*GOOD, "--style-weights", "0"), 2, "not all 0"),
    "style scale 0": ((*GOOD, "--style-scale", "0"), 2, "style_scale"),
    "colour beyond 1": ((*GOOD, "--set", "colour.amount=2"), 2, "amount of the colour"),
    "unknown colour": ((*GOOD, "--colour", "lumninance"), 2, "Did you mean luminance"),
    "colour matched by nothing known": ((*GOOD, "--colour-by", "magic"), 2, "colour.by"),
    "a way of matching where nothing is matched": ((*GOOD, "--colour", "free", "--colour-by", "pca"), 2, "colour.by"),
    "steps in words": ((*GOOD, "--steps", "many"), 2, "--steps"),
    "steps broken": ((*GOOD, "--steps", "10,2.5"), 2, "--steps"),
    "negative steps": ((*GOOD, "--steps=-1"), 2, "steps"),
    "no steps": ((*GOOD, "--steps", ","), 2, "--steps"),
    "negative seed": ((*GOOD, "--seed=-1"), 2, "seed"),
    "unknown preset": ((*GOOD, "--preset", "gatys2017"), 2, "gatys2016"),
    "unknown backbone": ((*GOOD, "--backbone", "vgg91"), 2, "vgg19"),
    "unknown weights": ((*GOOD, "--weights", "vgg19.gaty"), 2, "vgg19.gatys"),
    "weights of another network": ((*GOOD, "--weights", "vgg16.torchvision"), 2, "vgg16"),
    "unknown layer": ((*GOOD, "--style-layers", "relu9_1"), 2, "relu9_1"),
    "unknown style loss": ((*GOOD, "--style-loss", "slced"), 2, "sliced"),
    "style loss of content": ((*GOOD, "--style-loss", "gram,content"), 2, "no loss of style"),
    "content loss of style": ((*GOOD, "--content-loss", "gram"), 2, "self-similarity"),
    "no style loss": ((*GOOD, "--style-loss", ","), 2, "--style-loss"),
    "no layers": ((*GOOD, "--content-layers", ","), 2, "--content-layers"),
    "unknown optimizer": ((*GOOD, "--optimizer", "adm"), 2, "adam"),
    "rate without use": ((*GOOD, "--learning-rate", "1"), 2, "learning_rate"),
    "learning rate 0": ((*GOOD, "--optimizer", "adam", "--learning-rate", "0"), 2, "learning_rate"),
    "unknown start": ((*GOOD, "--start", "contnt"), 2, "content"),
    "missing start": ((*GOOD, "--start", "nothing.png"), 2, "nothing.png"),
    "start of another shape": ((*GOOD, "--start", "other.png"), 2, "another shape"),
    "start without its picture": ((*GOOD, "--start", "picture"), 2, "start.picture"),
    "unknown pooling": ((*GOOD, "--pooling", "averag"), 2, "average"),
    "unknown setting": ((*GOOD, "--set", "optimizer.histry=2"), 2, "history"),
    "setting without value": ((*GOOD, "--set", "seed"), 2, "seed"),
    "missing config": ((*GOOD, "--config", "none.toml"), 2, "none.toml"),
    "config no TOML": ((*GOOD, "--config", "photo.png"), 2, "photo.png"),
    "missing content": (("stylize", "nothing.png", "painting.png"), 2, "nothing.png"),
    "missing style": (("stylize", "photo.png", "nothing.png"), 2, "nothing.png"),
    "content a folder": (("stylize", ".", "painting.png", "-o", "out.png"), 2, "folder"),
    "content no picture": (("stylize", "text.png", "painting.png"), 2, "text.png"),
    "content too small": (("stylize", "dot.png", "painting.png"), 2, "dot.png"),
    "size too small for the network": ((*GOOD, "--size", "16"), 2, "too small"),
    "output of unknown kind": (("stylize", "photo.png", "painting.png", "-o", "out.xyz"), 2, "out.xyz"),
    "output without folder": (("stylize", "photo.png", "painting.png", "-o", "no/such/out.png"), 2, "no/such"),
    "output below a file": (("stylize", "photo.png", "painting.png", "-o", "text.png/out.png"), 2, "text.png"),
    "output a folder": (("stylize", "photo.png", "painting.png", "-o", "."), 2, "."),
    "output name too long": (("stylize", "photo.png", "painting.png", "-o", "o" * 300 + ".png"), 2, "ooo"),
    "output there already": (("stylize", "photo.png", "painting.png", "-o", "text.png"), 2, "--overwrite"),
    "output an input": (
        ("stylize", "photo.png", "painting.png", "-o", "./photo.png", "--overwrite"),
        2,
        "content picture",
    ),
    "weights not to be had": ((*GOOD, *TINY), 3, "offline"),
    "no such run": (("runs", "show", "20260101"), 2, "20260101"),
    "no runs to resume": (("runs", "resume"), 2, "no run"),
    "repeat of a picture without recipe": (("runs", "repeat", "photo.png", "-o", "out.png"), 2, "photo.png"),
    "weights to fetch not named": (("weights", "fetch"), 2, "weights list"),
    "weights offline": (("weights", "fetch", "vgg19.gatys", "--offline"), 3, "offline"),
    "weights from a wrong file": (("weights", "fetch", "vgg19.gatys", "--file", "photo.png"), 3, "photo.png"),
    "weights from a missing file": (("weights", "fetch", "vgg19.gatys", "--file", "none.pth"), 2, "none.pth"),
    "one file for two": (("weights", "fetch", "vgg19.gatys", "vgg16.torchvision", "--file", "text.png"), 2, "--file"),
    "weights named but not here": (("weights", "verify", "vgg19.gatys"), 3, ""),
    "samples of unknown name": (("samples", "more", "--only", "swrl"), 2, "swirl"),
    "samples too small": (("samples", "more", "--size", "10"), 2, "64"),
    "samples into a file": (("samples", "text.png"), 2, "text.png"),
    "unknown layers of": (("backbones", "vgg"), 2, "vgg"),
}


AS_PROCESSES = (
    "unknown option",
    "unknown layer",
    "content no picture",
    "output there already",
    "weights not to be had",
)
"""Those tried in a process of their own as well, each told by another room: what that adds is the process's own exit
code and streams, with every warning an error, and loading torch for each would take minutes.
"""


@pytest.fixture
def unfit(folder):
    """The folder with files in it that are no good, and what it holds."""
    (folder / "text.png").write_text("not a picture", encoding="utf-8")
    Image.new("RGB", (3, 3)).save(folder / "dot.png")
    return {path: path.read_bytes() for path in folder.iterdir()}


def check(mistake, code, out, err, before, folder, tmp_path):
    """The code and message of the table, no traceback, and every file as it was."""
    _, wanted, said = MISTAKES[mistake]
    assert code == wanted, err
    assert said in err + out
    assert "Traceback" not in err
    assert "bug" not in err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_leaves_nothing(mistake, unfit, impasto, folder, tmp_path):
    outcome = impasto(*MISTAKES[mistake][0])
    check(mistake, outcome.returncode, outcome.stdout, outcome.stderr, unfit, folder, tmp_path)


@pytest.mark.parametrize("mistake", AS_PROCESSES)
def test_a_mistake_ends_the_process_with_its_code(mistake, unfit, process, folder, tmp_path):
    outcome = process(*MISTAKES[mistake][0])
    check(mistake, outcome.returncode, outcome.stdout, outcome.stderr, unfit, folder, tmp_path)


def test_a_mistake_in_json_is_an_object_on_the_standard_output(impasto):
    outcome = impasto(*GOOD, "--size", "0", "--json")
    assert outcome.returncode == 2
    error = json.loads(outcome.stdout)
    assert error["event"] == "error"
    assert error["exit_code"] == 2
    assert f"error: {error['message']}" == outcome.stderr.rstrip("\n")


def test_damaged_weights_are_named_with_what_mends_them(impasto, tmp_path):
    damaged = tmp_path / "home" / "weights" / "vgg19.gatys.safetensors"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    outcome = impasto(*GOOD, *TINY)
    assert outcome.returncode == 3, outcome.stderr
    assert "impasto weights fetch vgg19.gatys --force" in outcome.stderr
    assert not (tmp_path / "runs").exists()
    assert "Traceback" not in outcome.stderr


def test_nothing_is_said_to_be_fetched_offline(impasto):
    outcome = impasto(*GOOD, *TINY)
    assert outcome.returncode == 3
    assert "fetching" not in outcome.stderr
    assert outcome.stderr.startswith("error: vgg_normalized.pth could not be had")


def test_sources_that_cannot_be_reached_are_given_up_quickly_and_named(impasto):
    """Port 9 of this machine, as a proxy, refuses every connection."""
    nowhere = "http://127.0.0.1:9"
    begun = time.monotonic()
    outcome = impasto(
        *(*GOOD, *TINY, "--weights", "vgg19.torchvision"),
        IMPASTO_OFFLINE="0",
        https_proxy=nowhere,
        HTTPS_PROXY=nowhere,
        no_proxy="",
        NO_PROXY="",
    )
    assert outcome.returncode == 3, outcome.stderr
    assert "vgg19-dcbb9e9d.pth" in outcome.stderr
    assert "put the file by hand" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert time.monotonic() - begun < 30
