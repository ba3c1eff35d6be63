"""The judge of the benchmarks: how far a picture still is from a style, as a network sees it that did not paint."""

from __future__ import annotations

from torch import Tensor

from impasto.measure import style_distance
from impasto.measure.judges import DEFAULT_JUDGE, JUDGES
from impasto.weights import load_backbone


class StyleJudge:
    """A judge network, loaded once. Raises UnknownNameError for a name that is not in `JUDGES`."""

    def __init__(self, name: str = DEFAULT_JUDGE) -> None:
        self.name = name
        self.layers = JUDGES[name].layers
        self.network = load_backbone(JUDGES[name].backbone, precision="fp32")

    def __call__(self, image: Tensor, photo: Tensor, style: Tensor, where: Tensor | None = None) -> float:
        """Style distance by Gram matrices of [1, 3, H, W]: 1 for the photo, 0 for the style itself.

        where: [1, 1, H, W], the region that is judged; None judges all.
        """
        return style_distance(image, photo, style, self.network, self.layers, where).gram
