"""TorchScript modules: read without their program, and refused when they ask for more than tensors."""

import pickle
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from impasto.errors import CorruptError
from impasto.weights.formats import read_arrays


class Net(nn.Module):
    """Parameters, buffers, lists of numbers, a view, and one tensor under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.stride = [2, 2]
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
        self.head = nn.Linear(4, 2)
        self.head.weight = nn.Parameter(torch.arange(16.0).reshape(4, 4).t()[1:3])
        self.register_buffer("empty", torch.zeros(0, 3))
        self.register_buffer("same", self.head.bias.detach())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x).mean((2, 3))) * self.stride[0]


def script(path: Path) -> nn.Module:
    net = Net().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(net).save(path)
    return net


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The archive at `path` with its pickle changed."""
    changed = path.with_name("changed.pt")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            is_pickle = info.filename.endswith("/data.pkl")
            new.writestr(info.filename, change(data) if is_pickle else data)
    return changed


def test_parameters_and_buffers_come_under_their_names(tmp_path: Path) -> None:
    net = script(tmp_path / "net.pt")
    found = read_arrays(tmp_path / "net.pt")
    expected = net.state_dict()
    assert found.keys() == expected.keys()
    for key, tensor in expected.items():
        np.testing.assert_array_equal(found[key], tensor.numpy())
        assert found[key].flags.c_contiguous


READ = """
import sys
from pathlib import Path
from impasto.weights.formats import read_arrays
assert read_arrays(Path(sys.argv[1]))
assert "torch" not in sys.modules, "torch was imported"
"""


def test_reading_loads_no_torch_and_so_runs_no_program(tmp_path: Path) -> None:
    script(tmp_path / "net.pt")
    done = subprocess.run([sys.executable, "-c", READ, str(tmp_path / "net.pt")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


PICKLES = {
    "system": b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.",
    "another function of torch": b"\x80\x02ctorch._utils\n_rebuild_qtensor\n.",
    "tensors without a module": b"\x80\x02}.",
    "a storage that is none": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "a storage elsewhere": b"\x80\x02(X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    b"X\x05\x00\x00\x00../x0X\x03\x00\x00\x00cpuK\x01tQ.",
    "a class called": b"\x80\x02c__torch__\nNet\nX\x01\x00\x00\x00a\x85R.",
    "attributes set on a name": b"\x80\x02ctorch\nFloatStorage\n}X\x01\x00\x00\x00aK\x01sb.",
    "a list of what is none": b"\x80\x02ctorch.jit._pickle\nbuild_intlist\nK\x01\x85R.",
    "a module that is its own part": b"\x80\x02c__torch__\nNet\n)\x81q\x00}X\x01\x00\x00\x00ah\x00sb.",
    "cut": b"\x80\x02c__torch__\nNet\n)",
    "empty": b"",
}


@pytest.mark.parametrize("data", PICKLES.values(), ids=PICKLES)
def test_other_pickles_in_a_module_are_refused(tmp_path: Path, data: bytes) -> None:
    script(tmp_path / "net.pt")
    with pytest.raises(CorruptError, match="not a sound PyTorch file"):
        read_arrays(rewritten(tmp_path / "net.pt", lambda _: data))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"FloatStorage", b"BFloat16Storage"),  # no type of numpy's
        (b"FloatStorage", b"DoubleStorage"),  # half as many elements
        (b"K\x04K\x03K\x03K\x03t", b"K\x05K\x03K\x03K\x03t"),  # one filter more than there are
        (b"K\x1bK\tK\x03K\x01t", b"K\x7fK\tK\x03K\x01t"),  # strides beyond the storage
    ],
)
def test_a_tensor_that_its_storage_cannot_hold_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    script(tmp_path / "net.pt")

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    with pytest.raises(CorruptError, match=r"storage"):
        read_arrays(rewritten(tmp_path / "net.pt", change))


def test_doubling_modules_end(tmp_path: Path) -> None:
    """Thirty modules, each twice in the next: a billion attributes, if one went through them all."""
    script(tmp_path / "net.pt")
    data = b"\x80\x02c__torch__\nNet\nq\x00)\x81}X\x01\x00\x00\x00aK\x01sbq\x01"
    for i in range(1, 31):
        below, memo = bytes([i]), bytes([i + 1])
        data += b"0h\x00)\x81}(X\x01\x00\x00\x00ah" + below + b"X\x01\x00\x00\x00bh" + below + b"ubq" + memo
    with pytest.raises(CorruptError, match="attributes"):
        read_arrays(rewritten(tmp_path / "net.pt", lambda _: data + b"."))


def test_the_pickle_itself_may_not_be_huge(tmp_path: Path) -> None:
    script(tmp_path / "net.pt")
    huge = pickle.dumps(bytes(17 << 20), protocol=2)
    with pytest.raises(CorruptError, match="not a sound PyTorch file"):
        read_arrays(rewritten(tmp_path / "net.pt", lambda _: huge))
