"""Where the precision that is chosen by itself is bf16."""

from __future__ import annotations

import pytest
import torch

from impasto.halves import multiplies_halves
from impasto.weights.backbone import best_precision

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
