"""Small rooms, plain names, and silence outside the applications."""

import ast
from pathlib import Path

import pytest

import impasto

HOUSE = Path(impasto.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text()) for file in FILES}

MOST_LINES_OF_A_FILE = 320
MOST_LINES_OF_A_BODY = 45
FORBIDDEN_NAMES = ("util", "helper", "manager", "misc", "common")


def test_no_file_is_long() -> None:
    lengths = {str(f.relative_to(HOUSE)): len(f.read_text().splitlines()) for f in FILES}
    assert {f: n for f, n in lengths.items() if n > MOST_LINES_OF_A_FILE} == {}


def lines_of_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of what is done: without signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return 1 + (body[-1].end_lineno or 0) - body[0].lineno if body else 0


def test_no_function_is_long() -> None:
    long = [
        f"{file.relative_to(HOUSE)}: {node.name}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of_body(node) > MOST_LINES_OF_A_BODY
    ]
    assert long == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_only_applications_print_and_exit(file: Path) -> None:
    if file.relative_to(HOUSE).parts[0] in ("apps", "__main__.py"):
        return
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "input", "exit", "quit", "sys.exit", "os._exit"), f"line {node.lineno}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_nothing_random_without_a_seed_and_no_hooks(file: Path) -> None:
    for node in ast.walk(TREES[file]):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        assert "register_forward" not in called, f"line {node.lineno}"
        assert called not in ("torch.manual_seed", "np.random.seed", "random.seed"), f"line {node.lineno}"
        if called in ("torch.rand", "torch.randn", "torch.randint"):
            assert "generator" in {keyword.arg for keyword in node.keywords}, f"line {node.lineno}"


def test_things_are_named_what_they_are() -> None:
    names = {f.stem for f in FILES} | {
        node.name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert {name for name in names if any(word in name.lower() for word in FORBIDDEN_NAMES)} == set()


def test_no_broad_exception_is_swallowed() -> None:
    bare = [
        f"{file.relative_to(HOUSE)}:{node.lineno}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []
