"""SqueezeNet 1.0 and 1.1 (Iandola et al. 2016, arXiv 1602.07360), with the layer names of the authors' Caffe files.

Names run `conv1 relu_conv1 pool1 fire2/squeeze1x1 fire2/relu_squeeze1x1 fire2/expand1x1 fire2/relu_expand1x1
fire2/expand3x3 fire2/relu_expand3x3 fire2/concat … conv10 relu_conv10 pool10`; `pool10` is also called `logits`. Two
departures, both in the classifier: the dropout before `conv10`, which does nothing outside training, is left out; and
`conv10` is not padded, as in torchvision, where the authors' files put a border of zeros around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph
from impasto.backbones.layers import Concat, GlobalAveragePool, Padding, Pooling, pool

SQUEEZED = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}
"""Channels after the squeeze of each fire module; each of its two expansions has four times as many."""


@dataclass(frozen=True)
class Version:
    """What tells one version from the other.

    channels, window: of the first convolution, whose stride is 2. pools: the module after which each pooling stands,
    with the mean after max pooling over the mean after average pooling: printed by benchmarks/pooling.py for 1.1, and
    taken over for 1.0.
    """

    channels: int
    window: int
    pools: Mapping[int, float]


V1_0 = Version(96, 7, {1: 1.86, 4: 2.19, 8: 2.65})
V1_1 = Version(64, 3, {1: 1.86, 3: 2.19, 5: 2.65})


def squeezenet(version: Version, *, pooling: Pooling, padding: Padding) -> Graph:
    """Return a SqueezeNet, its weights not yet filled in. Pooling windows overlap: 3 × 3 at stride 2."""
    net = Builder()

    def pool_after(module: int) -> None:
        if module in version.pools:
            net.add(f"pool{module}", pool(pooling, 3, version.pools[module], stride=2, ceil_mode=True))

    net.add("conv1", nn.Conv2d(3, version.channels, version.window, stride=2))
    net.add("relu_conv1", nn.ReLU())
    pool_after(1)
    previous = version.channels
    for module, squeezed in SQUEEZED.items():
        previous = _fire(net, f"fire{module}", previous, squeezed, padding)
        pool_after(module)
    net.add("conv10", nn.Conv2d(previous, 1000, 1))
    net.add("relu_conv10", nn.ReLU())
    net.alias("logits", net.add("pool10", GlobalAveragePool()))
    return net.graph()


def _fire(net: Builder, name: str, previous: int, squeezed: int, padding: Padding) -> int:
    """Append a fire module (section 3.2): few channels, then many by 1 × 1 and as many by 3 × 3 convolutions."""
    expanded = 4 * squeezed
    net.add(f"{name}/squeeze1x1", nn.Conv2d(previous, squeezed, 1))
    squeeze = net.add(f"{name}/relu_squeeze1x1", nn.ReLU())
    net.add(f"{name}/expand1x1", nn.Conv2d(squeezed, expanded, 1), squeeze)
    pointwise = net.add(f"{name}/relu_expand1x1", nn.ReLU())
    net.add(f"{name}/expand3x3", nn.Conv2d(squeezed, expanded, 3, padding=1, padding_mode=padding), squeeze)
    spatial = net.add(f"{name}/relu_expand3x3", nn.ReLU())
    net.add(f"{name}/concat", Concat(), pointwise, spatial)
    return 2 * expanded


def squeezenet1_0(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return SqueezeNet 1.0, its weights not yet filled in."""
    return squeezenet(V1_0, pooling=pooling, padding=padding)


def squeezenet1_1(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return SqueezeNet 1.1, which does 2.4 times less work: smaller first filters, earlier pooling."""
    return squeezenet(V1_1, pooling=pooling, padding=padding)
