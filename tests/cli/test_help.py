from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import is_dataclass
from typing import get_args, get_type_hints

import pytest

COMMANDS = (
    ("stylize",),
    ("batch",),
    ("plan",),
    ("plan", "dream"),
    ("plan", "texture"),
    ("plan", "reconstruct"),
    ("plan", "reconstruct", "content"),
    ("plan", "reconstruct", "style"),
    ("proofs",),
    ("texture",),
    ("dream",),
    ("fast",),
    ("fast", "apply"),
    ("fast", "export"),
    ("fast", "judge"),
    ("fast", "list"),
    ("fast", "train"),
    ("reconstruct",),
    ("reconstruct", "content"),
    ("reconstruct", "style"),
    ("reconstruct", "figure"),
    ("explore",),
    ("explore", "list"),
    ("explore", "show"),
    ("explore", "report"),
    ("samples",),
    ("sheet",),
    ("measure",),
    ("measure-many",),
    ("backbones",),
    ("presets",),
    ("presets", "list"),
    ("presets", "show"),
    ("presets", "save"),
    ("presets", "delete"),
    ("presets", "export"),
    ("presets", "import"),
    ("presets", "thumbnail"),
    ("weights",),
    ("weights", "list"),
    ("weights", "fetch"),
    ("weights", "import"),
    ("weights", "verify"),
    ("weights", "where"),
    ("runs",),
    ("runs", "list"),
    ("runs", "show"),
    ("runs", "path"),
    ("runs", "resume"),
    ("runs", "repeat"),
    ("visualize",),
    ("visualize", "activations"),
    ("visualize", "gram"),
    ("visualize", "features"),
)

HEAVY = ("torch", "numpy", "pydantic", "pyvips", "safetensors")

LOADED_BY_HELP = f"""
import sys
from impasto.apps.cli.main import main
code = main(sys.argv[1:])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.stderr.write(" ".join(loaded))
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("stylize", "--help"),
        ("texture", "--help"),
        ("fast", "apply", "--help"),
        ("reconstruct", "figure", "--help"),
        ("stylise",),
    ],
)
def test_help_and_mistakes_load_no_heavy_package(arguments, folder, environment):
    outcome = subprocess.run(
        [sys.executable, "-c", LOADED_BY_HELP, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == (2 if arguments == ("stylise",) else 0)
    loaded = outcome.stderr.split("\n")[-1]
    assert loaded == ""


def test_help_names_every_command(impasto):
    outcome = impasto("--help")
    assert outcome.returncode == 0
    assert all(f" {command[0]} " in outcome.stdout for command in COMMANDS)


@pytest.fixture(scope="module")
def apps():
    """Every command with its part of the application."""
    from impasto.apps.cli.application import application

    def below(app, *words):
        for name in app:
            if not name.startswith("-"):
                yield (*words, name), app[name]
                yield from below(app[name], *words, name)

    return dict(below(application()))


def test_no_command_is_left_out_here(apps):
    assert set(apps) == set(COMMANDS)


def test_every_command_explains_each_of_its_options(apps):
    for command, collected in apps.items():
        assert collected.help, command
        if collected.default_command is None:
            continue
        for argument in collected.assemble_argument_collection(parse_docstring=True):
            if argument.show:
                assert argument.parameter.help, f"{command}: {argument.name} has no help"


def test_what_a_command_explains_are_its_own_options(apps):
    """`placing.output` says what `output` of a panel is to this command, and would say it to nobody if misspelt."""
    for command, collected in apps.items():
        if collected.default_command is None:
            continue
        explained = inspect.getdoc(collected.default_command).partition("----------\n")[2].splitlines()
        for name in ", ".join(line for line in explained if line and not line.startswith(" ")).split(", "):
            known = get_type_hints(collected.default_command)
            for part in filter(None, name.split(".")):
                assert part in known, f"{command} has no {name}"
                known = get_type_hints(known[part]) if is_dataclass(known[part]) else {}


def test_the_types_of_inherited_options_are_known_where_they_are_inherited(apps):
    """The parser looks them up there, once an option of the panel is given."""
    for collected in apps.values():
        if collected.default_command is not None:
            for argument in collected.assemble_argument_collection(parse_docstring=False):
                if is_dataclass(argument.hint):
                    assert get_type_hints(argument.hint.__init__)


def test_every_command_prints_its_help(capsys):
    from impasto.apps.cli.main import main

    for command in COMMANDS:
        assert main([*command, "--help"]) == 0
        assert capsys.readouterr().out.startswith("Usage: impasto " + command[0])


def test_without_arguments_the_help_is_shown(process):
    outcome = process()
    assert outcome.returncode == 0
    assert "stylize" in outcome.stdout


def test_version_is_the_packages(process):
    import impasto as package

    assert process("--version").stdout.strip() == package.__version__


def test_help_names_what_is_registered():
    """Names that the help lists by hand, to stay free of torch, are the registered ones."""
    from impasto.apps.cli.options import Seeing
    from impasto.apps.cli.stylize_options import Descent, Look, Network
    from impasto.backbones import Padding, Pooling
    from impasto.losses import LOSSES
    from impasto.solve import OPTIMIZERS, STARTS

    text = " ".join(panel.__doc__ or "" for panel in (Look, Seeing, Network, Descent))
    compared = [kind for kind, loss in LOSSES.items() if getattr(loss, "target", "none") in ("content", "style")]
    for known in (*OPTIMIZERS, *STARTS, *compared, *get_args(Pooling), *get_args(Padding)):
        assert known in text


@pytest.mark.parametrize(
    ("arguments", "offered"),
    [
        (("stylise",), "stylize"),
        (("stylize", "--strengh", "1"), "--strength"),
        (("runs", "lst"), "list"),
        (("weights", "fetch", "vgg19.gaty"), "vgg19.gatys"),
        (("backbones", "vgg91"), "vgg19"),
        (("presets", "show", "gatys2017"), "gatys2016"),
        (("samples", "x", "--only", "swrl"), "swirl"),
    ],
)
def test_a_near_name_is_offered(arguments, offered, capsys, tmp_path, monkeypatch):
    from impasto.apps.cli.main import main

    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Did you mean" in said.err
    assert offered in said.err
    assert list(tmp_path.iterdir()) == []


def test_completion_is_installed_where_it_is_asked_for(impasto, tmp_path):
    place = tmp_path / "completion.bash"
    outcome = impasto("--install-completion", "--shell", "bash", "--output", str(place), HOME=str(tmp_path))
    assert outcome.returncode == 0, outcome.stderr
    assert "stylize" in place.read_text(encoding="utf-8")
