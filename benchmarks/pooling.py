"""How much smaller activations get behind average pooling than behind max pooling.

For each pooling layer of a VGG: the mean activation after max pooling over the mean after average pooling, both fed
with what max pooling let through before, over the sample photographs. These are POOL_FACTORS in backbones/vgg.py.
"""

from __future__ import annotations

import argparse

import torch
from torch.nn.functional import avg_pool2d, max_pool2d

from impasto.pictures.samples import PHOTOGRAPHS, sample_photograph
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backbone", default="vgg19", choices=["vgg16", "vgg19"])
    backbone = load_backbone(parser.parse_args().backbone)
    before = {layer.replace("pool", ""): layer for layer in backbone.layers if layer.startswith("pool")}
    last = {block: [n for n in backbone.layers if n.startswith(f"relu{block}_")][-1] for block in before}
    ratios: dict[str, list[float]] = {block: [] for block in before}
    for name in PHOTOGRAPHS:
        with torch.no_grad():
            features = backbone(to_tensor(sample_photograph(name)), list(last.values()))
        for block, layer in last.items():
            ratio = max_pool2d(features[layer], 2).mean() / avg_pool2d(features[layer], 2).mean()
            ratios[block].append(float(ratio))
    for block, values in ratios.items():
        print(f"pool{block}: {sum(values) / len(values):.3f}  ({', '.join(f'{v:.2f}' for v in values)})")


if __name__ == "__main__":
    main()
