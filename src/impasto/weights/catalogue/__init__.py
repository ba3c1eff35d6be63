"""The catalogue of pretrained weights: what they are, where they come from, and the hashes they must have.

Adding weights is adding an entry to the file of its network's family. Nothing is imported that is slow to import.
"""

from impasto.registry import Registry
from impasto.weights.catalogue import alexnet, decoders, inception, judges, resnet, squeezenet, vgg
from impasto.weights.catalogue.entry import CAFFE_PIXELS, IMAGENET_PIXELS, WeightsEntry

CATALOGUE: Registry[WeightsEntry] = Registry("set of weights")

for _family in (vgg, resnet, inception, squeezenet, alexnet, judges, decoders):
    for _entry in _family.ENTRIES:
        CATALOGUE.add(_entry.name, _entry)

DEFAULT = {entry.backbone: entry.name for entry in reversed([*CATALOGUE.values()])}
"""The weights a network gets when none are named: the first of its own in the catalogue."""

__all__ = ["CAFFE_PIXELS", "CATALOGUE", "DEFAULT", "IMAGENET_PIXELS", "WeightsEntry"]
