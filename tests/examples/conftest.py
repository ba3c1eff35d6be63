"""A browser for the examples, and the page as `npm install` makes it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Browser, Tab, started

EXAMPLE = Path(__file__).parents[2] / "examples" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_program() -> str:
    """Where Chromium is."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None or shutil.which("npm") is None:
        pytest.skip("Chromium and npm are not installed (Debian: apt-get install chromium npm)")
    return found


@pytest.fixture(scope="session")
def browser(browser_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with started(browser_program, tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A page of its own."""
    page = Tab(browser)
    yield page
    page.close()


@pytest.fixture(scope="session")
def page_folder(browser_program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a person has it after `npm install`."""
    folder = tmp_path_factory.mktemp("browser") / "page"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "ort", "*.onnx", "manifest.json"))
    subprocess.run(["npm", "install", "--loglevel=error"], cwd=folder, check=True, capture_output=True, timeout=300)
    return folder
