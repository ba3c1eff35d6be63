"""Imports go one way, outside packages have one home, and listing things needs no torch."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import impasto

HOUSE = Path(impasto.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

RANKS = [
    {"arithmetic", "errors", "lazy", "slots"},
    {"registry"},
    {"artefacts"},
    {"pictures", "backbones", "losses"},
    {"weights", "solve"},
    {"tasks", "measure"},
    {"runs"},
    {"api", "export", "studies", "training"},
    {"apps"},
    {"__main__"},
]
RANK = {room: rank for rank, rooms in enumerate(RANKS) for room in rooms}

HOMES = {
    "pyvips": {"pictures"},
    "pydantic": {"registry", "runs"},
    "pydantic_core": {"tasks", "runs"},
    "cyclopts": {"apps"},
    "rich": {"apps"},
    "psutil": {"tasks", "apps"},
    "PIL": {"api"},
    "filelock": {"artefacts", "runs", "studies", "training", "weights"},
    "onnx": {"export"},
    "onnxruntime": {"export"},
    "optuna": {"studies"},
    "platformdirs": {"artefacts", "runs"},
    "pyarrow": {"studies"},
    "h5py": {"weights"},
    "safetensors": {"weights", "runs"},
    "torch": {"arithmetic", "slots", "backbones", "losses", "weights", "solve", "tasks", "measure", "runs"}
    | {"export", "studies", "training", "apps"},
}


def room_of(file: Path) -> str:
    """The room a file is in, or its own name if it stands in the hall; "" for the front door."""
    first = file.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py").replace("__init__", "")


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """Full names a file imports anywhere, in functions too, with their lines."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_every_room_has_a_rank() -> None:
    assert {room_of(file) for file in FILES} - {""} <= set(RANK)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_imports_go_one_way(file: Path) -> None:
    own = room_of(file)
    for name, line in imported(file):
        parts = name.split(".")
        if parts[0] != "impasto" or own == "" or parts[1:] in ([], ["__version__"]):
            continue
        other = parts[1]
        assert other in RANK, f"{file.name}:{line} imports {name} by way of the front door"
        assert other == own or RANK[other] < RANK[own], f"{file.name}:{line}: {own} may not import {other}"


@pytest.mark.parametrize("package", list(HOMES))
def test_outside_packages_have_their_homes(package: str) -> None:
    users = {room_of(f) for f in FILES if any(name.split(".")[0] == package for name, _ in imported(f))}
    assert users <= HOMES[package]


def test_nothing_outside_the_list_is_used_but_numpy_and_the_command_lines_own() -> None:
    outside = {name.split(".")[0] for f in FILES for name, _ in imported(f)} - set(sys.stdlib_module_names)
    assert outside - {"impasto", "numpy", "tomli_w"} <= set(HOMES)


@pytest.mark.parametrize(
    "statement",
    [
        "import impasto",
        "import impasto.errors, impasto.registry",
        "from impasto.artefacts import Artefact",
        "from impasto.pictures import read_picture, write_picture",
        "from impasto.weights import CATALOGUE",
        "from impasto.backbones import Preprocessing",
    ],
)
def test_listing_things_loads_no_torch(statement: str) -> None:
    code = f"{statement}\nimport sys\nassert 'torch' not in sys.modules, 'torch was imported'"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_front_door_opens_on_everything_it_names() -> None:
    assert all(getattr(impasto, name) is not None for name in impasto.__all__)
    assert set(impasto.__all__) <= set(dir(impasto))
    with pytest.raises(AttributeError, match="no attribute 'stylise'"):
        impasto.stylise  # noqa: B018


@pytest.mark.parametrize("door", [f for f in FILES if "lazy_exports(" in f.read_text() and f.name == "__init__.py"])
def test_no_name_that_a_room_gives_on_first_use_is_also_a_module_of_it(door: Path) -> None:
    """Importing the module would put it in the name's place."""
    room = importlib.import_module(".".join(door.parent.relative_to(HOUSE.parent).parts))
    modules = {file.stem for file in door.parent.glob("*.py")} | {
        file.parent.name for file in door.parent.glob("*/*.py")
    }
    assert set(room.__all__) & modules == set()
