"""NpmPackage with a program that speaks as npm does; the real npm is used by the tests marked real."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from impasto.artefacts import Artefact, NpmPackage, Patience, Progress, obtain, place_for
from impasto.errors import UnavailableError

CONTENT = os.urandom(50_000)


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path in which `npm` runs what is written to `behaviour.py`, its arguments noted beside."""
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IMPASTO_OFFLINE", raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "npm"
    program.write_text(
        f'#!/bin/sh\necho "$@" > "{folder}/arguments"\nexec "{sys.executable}" "{folder}/behaviour.py"\n'
    )
    program.chmod(0o755)
    (folder / "content").write_bytes(CONTENT)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def packs(folder: Path, *names: str) -> None:
    lines = [f"shutil.copy({str(folder / 'content')!r}, {name!r})" for name in names]
    (folder / "behaviour.py").write_text("\n".join(["import shutil", *lines, "print('paintbox-1.0.0.tgz')"]))


def artefact(content: bytes = CONTENT) -> Artefact:
    digest = hashlib.sha256(content).hexdigest()
    return Artefact("paintbox.tgz", digest, (NpmPackage("paintbox", "1.0.0"),), size=len(content))


def test_the_archive_arrives_whole_and_no_script_may_run(npm: Path) -> None:
    packs(npm, "paintbox-1.0.0.tgz")
    seen: list[Progress] = []
    got = obtain(artefact(), progress=seen.append)
    assert got.path.read_bytes() == CONTENT
    assert [path.name for path in got.path.parent.iterdir()] == ["paintbox.tgz"]
    assert "npm package paintbox 1.0.0" in str(got.source)
    assert all(progress.total == len(CONTENT) for progress in seen)
    arguments = (npm / "arguments").read_text()
    assert arguments.startswith("pack paintbox@1.0.0 --ignore-scripts")
    assert f"--cache={place_for(artefact()).parent}" in arguments


def test_another_archive_is_refused(npm: Path) -> None:
    packs(npm, "paintbox-1.0.0.tgz")
    wanted = artefact(CONTENT[::-1])
    with pytest.raises(UnavailableError, match="wrong SHA-256"):
        obtain(wanted)
    assert list(place_for(wanted).parent.iterdir()) == []


@pytest.mark.parametrize(("names", "count"), [((), 0), (("a.tgz", "b.tgz"), 2)])
def test_one_archive_is_expected(npm: Path, names: tuple[str, ...], count: int) -> None:
    packs(npm, *names)
    with pytest.raises(UnavailableError, match=f"npm left {count} archives"):
        obtain(artefact())


def test_a_failure_is_told_in_npms_words(npm: Path) -> None:
    (npm / "behaviour.py").write_text(
        "print('npm error code E404'); print('npm error 404 Not Found - paintbox'); print('a log'); raise SystemExit(1)"
    )
    with pytest.raises(UnavailableError, match=r"npm failed with code 1: npm error code E404 / npm error 404 Not"):
        obtain(artefact())
    assert list(place_for(artefact()).parent.iterdir()) == []


def test_silence_and_too_much_are_given_up(npm: Path) -> None:
    (npm / "behaviour.py").write_text("import time; time.sleep(60)")
    with pytest.raises(UnavailableError, match="npm brought nothing for 0 s"):
        obtain(artefact(), patience=Patience(silence=0.3))
    (npm / "behaviour.py").write_text("import time; open('x.tgz', 'wb').truncate(5_000_000); time.sleep(60)")
    with pytest.raises(UnavailableError, match="npm brought more than"):
        obtain(artefact())
    assert list(place_for(artefact()).parent.iterdir()) == []


def test_a_missing_npm_is_said(npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match="npm is not installed"):
        obtain(artefact())


@pytest.mark.parametrize(
    ("package", "version"), [("--script", "1.0.0"), ("Paint", "1.0.0"), ("../x", "1.0.0"), ("p", "latest"), ("p", "^1")]
)
def test_only_plain_names_and_single_versions(package: str, version: str) -> None:
    assert NpmPackage("@scope/paint-box", "1.0.0-beta.1").label
    with pytest.raises(ValueError, match="npm package"):
        NpmPackage(package, version)
