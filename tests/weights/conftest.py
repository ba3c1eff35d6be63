"""A cache of its own for each test that is not about the real weights."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real" not in request.keywords:
        monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("IMPASTO_OFFLINE", raising=False)
