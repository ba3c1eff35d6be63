import json
import struct
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from impasto.errors import InputError
from impasto.runs.checkpoint import checkpoints, fingerprint, read_checkpoint, write_checkpoint
from impasto.solve import Snapshot


def snapshot(level=1, index=3, number=13):
    generator = torch.Generator().manual_seed(0)
    tensors = {name: torch.rand(1, 3, 8, 12, generator=generator) for name in ("image", "gradient", "move0")}
    return Snapshot(level, index, number, tensors, {"value": 0.1 + 0.2, "pairs": 1})


def test_what_is_written_is_read(tmp_path):
    path = write_checkpoint(tmp_path / "state", snapshot(), {"job": "abc"})
    found = read_checkpoint(path)
    wanted = snapshot()
    assert found.facts == {"job": "abc"}
    assert (found.snapshot.level, found.snapshot.index, found.snapshot.number) == (1, 3, 13)
    assert found.snapshot.numbers == wanted.numbers
    assert all(torch.equal(found.snapshot.tensors[name], tensor) for name, tensor in wanted.tensors.items())


def test_pairs_of_bfloat16_are_read_as_such(tmp_path):
    taken = snapshot()
    tensors = {name: t.bfloat16() if name == "move0" else t for name, t in taken.tensors.items()}
    found = read_checkpoint(write_checkpoint(tmp_path, Snapshot(1, 3, 13, tensors, taken.numbers), {})).snapshot
    assert found.tensors["move0"].dtype == torch.bfloat16
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in tensors.items())


def test_the_two_last_are_kept(tmp_path):
    written = [write_checkpoint(tmp_path, snapshot(number=n), {}) for n in (9, 10, 11, 12)]
    assert checkpoints(tmp_path) == [written[3], written[2]]
    assert sorted(tmp_path.iterdir()) == sorted(written[2:])


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("state"), snapshot(), {"job": "abc"}).read_bytes()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_flipped_bit_or_a_cut_anywhere_is_noticed(sound, tmp_path_factory, data):
    place = data.draw(st.integers(0, len(sound) - 1))
    damaged = bytearray(sound)
    if data.draw(st.booleans()):
        del damaged[place:]
    else:
        damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.mktemp("damaged") / "00-00000001.safetensors"
    path.write_bytes(damaged)
    try:
        found = read_checkpoint(path)
    except InputError:
        return
    # white space in the header, which means nothing, is all that may differ
    assert found.snapshot.numbers == snapshot().numbers
    assert torch.equal(found.snapshot.tensors["image"], snapshot().tensors["image"])


def forged(path, tensors, **changes):
    """A file with a right hash and a wrong content."""
    header = {"format": 1, "level": 0, "index": 0, "number": 0, "numbers": {}, "facts": {}, **changes}
    text = json.dumps(header)
    save_file(tensors, path, {"checkpoint": text, "sha256": fingerprint(text, tensors)})
    return path


IMAGE = torch.zeros(1, 3, 4, 4)


@pytest.mark.parametrize(
    ("tensors", "changes"),
    [
        ({"image": IMAGE}, {"format": 2}),
        ({"image": IMAGE}, {"level": -1}),
        ({"image": IMAGE}, {"index": 1.5}),
        ({"image": IMAGE}, {"number": True}),
        ({"image": IMAGE}, {"numbers": {"value": float("nan")}}),
        ({"image": IMAGE}, {"numbers": {"value": "x"}}),
        ({"image": IMAGE}, {"numbers": []}),
        ({"image": IMAGE}, {"facts": None}),
        ({"image": IMAGE}, {"numbers": {"value": 10**1000}}),
        ({"other": IMAGE}, {}),
        ({"image": torch.zeros(3)}, {}),
        ({"image": IMAGE.double()}, {}),
        ({"image": IMAGE / 0}, {}),
        ({"image": IMAGE, "first": torch.zeros(1, 3, 5, 4)}, {}),
        ({"image": IMAGE.bfloat16()}, {}),
        ({"image": IMAGE, "gradient": IMAGE.bfloat16()}, {}),
        ({"image": IMAGE, "move0": IMAGE.half()}, {}),
        ({"image": IMAGE, "change0": IMAGE.bfloat16() / 0}, {}),
        ({"image": IMAGE, "change0": IMAGE.bfloat16() - float("inf")}, {}),
    ],
    ids=range(19),
)
def test_forgeries_are_refused(tmp_path, tensors, changes):
    with pytest.raises(InputError, match="is damaged"):
        read_checkpoint(forged(tmp_path / "forged.safetensors", tensors, **changes))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 8, struct.pack("<Q", 2**63), struct.pack("<Q", 50) + b"{" * 50, b"import os", b"\x80\x04."],
    ids=range(6),
)
def test_files_of_another_kind_are_refused(tmp_path, content):
    path = tmp_path / "00-00000001.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        read_checkpoint(path)


def test_a_full_disk_leaves_the_one_before(tmp_path):
    code = (
        "import resource, sys, pathlib, torch; from impasto.runs.checkpoint import *;"
        "state = pathlib.Path(sys.argv[1]);"
        "take = lambda side, n: Snapshot(0, n, n, {'image': torch.zeros(1, 3, side, side)}, {});"
        "write_checkpoint(state, take(8, 1), {});"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "write_checkpoint(state, take(64, 2), {})"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr.splitlines()[-1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["00-00000001.safetensors"]


def test_a_failed_write_leaves_nothing(tmp_path):
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(OSError, match="state"):
        write_checkpoint(tmp_path / "state", snapshot(), {})
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]
