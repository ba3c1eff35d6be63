"""The linear heads of LPIPS: one 1×1 convolution to a layer, without a bias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impasto.weights.conventions.convention import Convention


def _flax(names: Sequence[str]) -> Mapping[str, str]:
    return {name: f"NetLinLayer_{i}/Conv_0/kernel" for i, name in enumerate(names)}


def _lpips(names: Sequence[str]) -> Mapping[str, str]:
    return {name: f"lin{i}.model.1.weight" for i, name in enumerate(names)}


CONVENTIONS = (Convention("Flax", _flax, layout="hwio"), Convention("lpips", _lpips))
