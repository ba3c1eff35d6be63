"""How much smaller activations get behind average pooling than behind max pooling.

For each max pooling of a network: its mean activation over the mean that average pooling in the same windows gives,
both fed with what max pooling let through before, over the sample photographs. These are the factors of
`average-scaled` in the networks' files.
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

from impasto.backbones import BACKBONES
from impasto.backbones.layers import pool
from impasto.pictures.samples import PHOTOGRAPHS, sample_photograph
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", default="vgg19", choices=list(BACKBONES))
    backbone = load_backbone(parser.parse_args().backbone)
    nodes = [node for node in backbone.graph.nodes.values() if isinstance(node.op, nn.MaxPool2d)]
    ratios: dict[str, list[float]] = {node.name: [] for node in nodes}
    for name in PHOTOGRAPHS:
        with torch.no_grad():
            features = backbone(
                to_tensor(sample_photograph(name)), [n for node in nodes for n in (*node.inputs, node.name)]
            )
        for node in nodes:
            averaged = average_like(node.op)(features[node.inputs[0]])
            ratios[node.name].append(float(features[node.name].mean() / averaged.mean()))
    for pooling, values in ratios.items():
        print(f"{pooling}: {sum(values) / len(values):.3f}  ({', '.join(f'{v:.2f}' for v in values)})")


def average_like(largest: nn.Module) -> nn.Module:
    """Average pooling with the windows of a max pooling."""
    window, stride, padding = (int(getattr(largest, name)) for name in ("kernel_size", "stride", "padding"))
    return pool("average", window, 1.0, stride=stride, padding=padding, ceil_mode=bool(largest.ceil_mode))


if __name__ == "__main__":
    main()
