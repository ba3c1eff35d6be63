"""Conventions: how files of each network name its numbers, one family of networks to a file."""

from collections.abc import Mapping

from impasto.weights.conventions import alexnet, decoder, inception, inverted_residual, lpips, resnet, squeezenet, vgg
from impasto.weights.conventions.convention import Convention, Layout

CONVENTIONS: Mapping[str, tuple[Convention, ...]] = {
    "adain-decoder": decoder.CONVENTIONS,
    "alexnet": alexnet.CONVENTIONS,
    "efficientnet_lite0": inverted_residual.EFFICIENTNET,
    "inception_v3": inception.CONVENTIONS,
    "lpips-alexnet": lpips.CONVENTIONS,
    "lpips-vgg16": lpips.CONVENTIONS,
    "mobilenet_v2": inverted_residual.MOBILENET,
    "resnet50": resnet.CONVENTIONS,
    "squeezenet1_0": squeezenet.CONVENTIONS_1_0,
    "squeezenet1_1": squeezenet.CONVENTIONS_1_1,
    "vgg16": vgg.CONVENTIONS,
    "vgg19": vgg.CONVENTIONS,
}
"""The conventions that files of each network are tried with, beside our own names."""

__all__ = ["CONVENTIONS", "Convention", "Layout"]
