"""Where the precision that is chosen by itself is bf16, and where float32 is convolved as TF32."""

from __future__ import annotations

import pytest
import torch

from impasto import load_backbone
from impasto.arithmetic import convolve_singles, in_double, multiplies_halves
from impasto.errors import InputError
from impasto.weights.backbone import best_precision, precision_on

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def asked_anew():
    """What was found of this machine is forgotten before and after."""
    multiplies_halves.cache_clear()
    yield
    multiplies_halves.cache_clear()


@pytest.mark.parametrize(
    ("units", "precision"),
    [
        ({"amx_bf16": True, "avx512_bf16": True}, "bf16"),
        ({"amx_bf16": False, "avx512_bf16": True}, "bf16"),
        ({"amx_bf16": True}, "bf16"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, "fp32"),
        ({}, "fp32"),
    ],
)
def test_a_processor_with_units_for_bf16_computes_in_it(units, precision, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)
    assert best_precision(CPU) == precision


@pytest.mark.parametrize(("capability", "precision"), [((7, 5), "fp32"), ((8, 0), "bf16"), ((9, 0), "bf16")])
def test_a_gpu_computes_in_bf16_from_ampere_on(capability, precision, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert best_precision(torch.device("cuda")) == precision


def test_other_devices_compute_in_fp32():
    assert best_precision(torch.device("meta")) == "fp32"


def test_tf32_is_for_gpus_that_have_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 0))
    assert precision_on(torch.device("cuda"), "tf32") == "tf32"
    multiplies_halves.cache_clear()
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    with pytest.raises(InputError, match="--precision fp32"):
        precision_on(torch.device("cuda"), "tf32")


def test_a_processor_refuses_tf32_before_anything_is_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    with pytest.raises(InputError, match="'cpu' has no units for tf32"):
        load_backbone("vgg19", precision="tf32", device="cpu", offline=True)


@pytest.fixture
def switches():
    """PyTorch's, put back afterwards: float32 as TF32 in convolutions and in matrix products, sums of halves."""
    convolutions, matrices = torch.backends.cudnn, torch.backends.cuda.matmul
    before = convolutions.allow_tf32, matrices.allow_tf32, matrices.allow_bf16_reduced_precision_reduction
    yield lambda: (convolutions.allow_tf32, matrices.allow_tf32, matrices.allow_bf16_reduced_precision_reduction)
    convolutions.allow_tf32, matrices.allow_tf32, matrices.allow_bf16_reduced_precision_reduction = before


@pytest.mark.parametrize("tf32", [True, False])
def test_on_a_gpu_float32_is_convolved_as_asked_and_multiplied_in_full(tf32, switches):
    convolve_singles(torch.device("cuda"), tf32=tf32)
    assert switches() == (tf32, False, False)


def test_on_a_processor_pytorchs_switches_are_left_alone(switches):
    before = switches()
    convolve_singles(CPU, tf32=not before[0])
    assert switches() == before


def test_double_precision_is_where_it_can_be():
    assert in_double(torch.ones(2)).dtype == torch.float64
    assert in_double(torch.ones(2, device="meta")).device.type == "meta"
