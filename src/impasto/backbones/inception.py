"""Inception v3 (Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2015, arXiv 1512.00567), with the names of TensorFlow's slim.

Names run `conv2d_1a_3x3/conv conv2d_1a_3x3/bn conv2d_1a_3x3/relu … mixed_5b/branch1x1/conv … mixed_5b … mixed_7c
pool3`: a block's name is the concatenation of its branches, and what is inside it stands behind a `/`. The blocks
`mixed_5b` to `mixed_7c` go by `mixed0` to `mixed10` as well. Convolutions and pools that stride are not padded, nor are
the stem's, but for conv2d_2b_3x3.
"""

from __future__ import annotations

from typing import Literal

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import INPUT, Graph
from impasto.backbones.layers import Concat, GlobalAveragePool, Padding, Pooling, pool

POOL_FACTORS = {"maxpool1": 1.47, "maxpool2": 1.35, "mixed_6a/pool": 2.61, "mixed_7a/pool": 3.85}
"""Mean after max pooling over mean after average pooling; printed by benchmarks/pooling.py."""

EPSILON = 1e-3

Variant = Literal["fid", "torchvision"]

Kernel = tuple[int, int]
ONE, THREE, FIVE = (1, 1), (3, 3), (5, 5)
Source = tuple[str, int]
"""A node and its channels."""


def inception_v3(*, pooling: Pooling = "max", padding: Padding = "zeros", variant: Variant = "fid") -> Graph:
    """Return Inception v3, its weights not yet filled in.

    variant: `fid` is the network of 2015 that the Fréchet inception distance is measured with: its average pools count
        no padding, the pool in mixed_7c takes the maximum, and it ends at pool3. `torchvision` counts the padding,
        averages in mixed_7c, and has the classifier `logits`.
    """
    net = _Blocks(pooling, padding, variant)
    x = net.unit("conv2d_1a_3x3", (INPUT, 3), 32, THREE, stride=2)
    x = net.unit("conv2d_2a_3x3", x, 32, THREE)
    x = net.unit("conv2d_2b_3x3", x, 64, THREE, padded=True)
    x = net.shrink("maxpool1", x)
    x = net.unit("conv2d_3b_1x1", x, 80, ONE)
    x = net.unit("conv2d_4a_3x3", x, 192, THREE)
    x = net.shrink("maxpool2", x)
    for block, pooled in (("mixed_5b", 32), ("mixed_5c", 64), ("mixed_5d", 64)):
        x = net.block_5(block, x, pooled)
    x = net.block_6a(x)
    for block, width in (("mixed_6b", 128), ("mixed_6c", 160), ("mixed_6d", 160), ("mixed_6e", 192)):
        x = net.block_6(block, x, width)
    x = net.block_7a(x)
    for block in ("mixed_7b", "mixed_7c"):
        x = net.block_7(block, x)
    net.add("pool3", GlobalAveragePool())
    if variant == "torchvision":
        net.add("logits", nn.Linear(x[1], 1000))
    return net.graph()


class _Blocks(Builder):
    """Writes convolutions with batch normalisation and ReLU, and the blocks of parallel branches."""

    def __init__(self, pooling: Pooling, padding: Padding, variant: Variant) -> None:
        super().__init__()
        self._pooling: Pooling = pooling
        self._padding: Padding = padding
        self._variant: Variant = variant
        self._blocks = 0

    def unit(
        self, name: str, source: Source, channels: int, kernel: Kernel, *, stride: int = 1, padded: bool = False
    ) -> Source:
        """Add convolution, batch normalisation and ReLU. padded: with as much around as keeps the size."""
        around = (kernel[0] // 2, kernel[1] // 2) if padded else (0, 0)
        mode = self._padding if any(around) else "zeros"
        conv = nn.Conv2d(source[1], channels, kernel, stride, around, bias=False, padding_mode=mode)
        self.add(f"{name}/conv", conv, source[0])
        self.add(f"{name}/bn", nn.BatchNorm2d(channels, eps=EPSILON))
        return self.add(f"{name}/relu", nn.ReLU()), channels

    def chain(self, branch: str, source: Source, *units: tuple[int, Kernel]) -> Source:
        """Add units that keep the size, numbered `branch`_1, `branch`_2 and so on."""
        for i, (channels, kernel) in enumerate(units, start=1):
            source = self.unit(f"{branch}_{i}", source, channels, kernel, padded=True)
        return source

    def shrink(self, name: str, source: Source) -> Source:
        """Add a pooling that halves the size."""
        op = pool(self._pooling, 3, POOL_FACTORS[name], stride=2)
        return self.add(name, op, source[0]), source[1]

    def pooled(self, block: str, source: Source, channels: int) -> Source:
        """Add the branch that pools without shrinking and then convolves 1×1."""
        op: nn.Module = nn.AvgPool2d(3, 1, 1, count_include_pad=self._variant == "torchvision")
        if block == "mixed_7c" and self._variant == "fid":
            op = nn.MaxPool2d(3, 1, 1)
        return self.unit(f"{block}/branch_pool", (self.add(f"{block}/pool", op, source[0]), source[1]), channels, ONE)

    def join(self, block: str, *branches: Source) -> Source:
        """Add the concatenation that is the block's output."""
        self.alias(f"mixed{self._blocks}", block)
        self._blocks += 1
        return self.add(block, Concat(), *(name for name, _ in branches)), sum(channels for _, channels in branches)

    def block_5(self, block: str, x: Source, pooled: int) -> Source:
        """The blocks at an eighth of the size: a 5×5 and two 3×3 in a row beside a 1×1."""
        return self.join(
            block,
            self.unit(f"{block}/branch1x1", x, 64, ONE),
            self.chain(f"{block}/branch5x5", x, (48, ONE), (64, FIVE)),
            self.chain(f"{block}/branch3x3dbl", x, (64, ONE), (96, THREE), (96, THREE)),
            self.pooled(block, x, pooled),
        )

    def block_6a(self, x: Source) -> Source:
        """From an eighth of the size to a sixteenth."""
        double = self.chain("mixed_6a/branch3x3dbl", x, (64, ONE), (96, THREE))
        return self.join(
            "mixed_6a",
            self.unit("mixed_6a/branch3x3", x, 384, THREE, stride=2),
            self.unit("mixed_6a/branch3x3dbl_3", double, 96, THREE, stride=2),
            self.shrink("mixed_6a/pool", x),
        )

    def block_6(self, block: str, x: Source, width: int) -> Source:
        """The blocks at a sixteenth of the size: 7×7 convolutions made of 1×7 and 7×1."""
        wide, tall = (1, 7), (7, 1)
        double = ((width, ONE), (width, tall), (width, wide), (width, tall), (192, wide))
        return self.join(
            block,
            self.unit(f"{block}/branch1x1", x, 192, ONE),
            self.chain(f"{block}/branch7x7", x, (width, ONE), (width, wide), (192, tall)),
            self.chain(f"{block}/branch7x7dbl", x, *double),
            self.pooled(block, x, 192),
        )

    def block_7a(self, x: Source) -> Source:
        """From a sixteenth of the size to a thirty-second."""
        three = self.chain("mixed_7a/branch3x3", x, (192, ONE))
        seven = self.chain("mixed_7a/branch7x7x3", x, (192, ONE), (192, (1, 7)), (192, (7, 1)))
        return self.join(
            "mixed_7a",
            self.unit("mixed_7a/branch3x3_2", three, 320, THREE, stride=2),
            self.unit("mixed_7a/branch7x7x3_4", seven, 192, THREE, stride=2),
            self.shrink("mixed_7a/pool", x),
        )

    def block_7(self, block: str, x: Source) -> Source:
        """The blocks at a thirty-second of the size: branches that end in a 1×3 and a 3×1 side by side."""
        single, double = f"{block}/branch3x3", f"{block}/branch3x3dbl"
        one = self.unit(f"{block}/branch1x1", x, 320, ONE)
        first = self.chain(single, x, (384, ONE))
        second = self.chain(double, x, (448, ONE), (384, THREE))
        return self.join(
            block,
            one,
            *(self.unit(f"{single}_2{c}", first, 384, k, padded=True) for c, k in (("a", (1, 3)), ("b", (3, 1)))),
            *(self.unit(f"{double}_3{c}", second, 384, k, padded=True) for c, k in (("a", (1, 3)), ("b", (3, 1)))),
            self.pooled(block, x, 192),
        )
