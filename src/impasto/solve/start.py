"""Where painting begins."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.registry import Registry
from impasto.solve.waves import Waves

if TYPE_CHECKING:
    from impasto.solve.problem import Target

STARTS: Registry[type[Start]] = Registry("start")

CAFFE_MEAN = (123.68, 116.779, 103.939)
"""Mean red, green and blue of ImageNet as the VGG authors subtract it, of 255."""


@dataclass(frozen=True, kw_only=True)
class Start(abc.ABC):
    """A first image for the first level."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    kind: str

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            STARTS.add(kind, cls)

    @property
    def networks(self) -> tuple[tuple[str, str], ...]:
        """The networks that it is painted by, each with the name of its weights."""
        return ()

    @property
    def least_level(self) -> int:
        """The longer side that the first level has at the least, in pixels, if the result has as many."""
        return 1

    def towards(self, styles: tuple[Target, ...], width: int) -> Start:  # noqa: ARG002
        """The same, knowing the styles, which have the size that goes with a result of this width in pixels."""
        return self

    @abc.abstractmethod
    def image(self, content: Tensor, generator: Generator) -> Tensor:
        """Return the first image for a content picture [1, 3, H, W] of that size."""


@dataclass(frozen=True, kw_only=True)
class ContentStart(Start, kind="content"):
    """The content picture itself, with white noise of standard deviation `noise` added."""

    kind: Literal["content"] = "content"
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 1:
            raise JobError(f"the noise of the start must lie in 0 … 1, not {self.noise}")

    def image(self, content: Tensor, generator: Generator) -> Tensor:
        """Content plus noise."""
        if not self.noise:
            return content.clone()
        return content + self.noise * white_noise(content, generator)


@dataclass(frozen=True, kw_only=True)
class NoiseStart(Start, kind="noise"):
    """White noise around middle grey, of standard deviation `deviation` (Gatys et al. start so)."""

    kind: Literal["noise"] = "noise"
    deviation: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.deviation <= 1:
            raise JobError(f"the deviation of the noise must lie above 0 and up to 1, not {self.deviation}")

    def image(self, content: Tensor, generator: Generator) -> Tensor:
        """Noise of the content's size."""
        return 0.5 + self.deviation * white_noise(content, generator)


@dataclass(frozen=True, kw_only=True)
class WaveStart(Start, kind="waves"):
    """Soft noise of all sizes and of the colours of photographs: waves of random amplitudes, see `Waves`.

    deviation: of the amplitudes.
    """

    kind: Literal["waves"] = "waves"
    deviation: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.deviation <= 1:
            raise JobError(f"the deviation of the waves must lie above 0 and up to 1, not {self.deviation}")

    def image(self, content: Tensor, generator: Generator) -> Tensor:
        """The noise at the content's size."""
        height, width = content.shape[-2:]
        waves = Waves(height, width, content.device)
        return waves.image(self.deviation * white_noise(content, generator))


@dataclass(frozen=True, kw_only=True)
class MixedStart(Start, kind="mixed"):
    """The deeplearning.ai assignment's start: share · uniform noise + (1 − share) · content about the mean colour.

    amplitude: the noise runs from −amplitude to +amplitude, of 255.
    """

    kind: Literal["mixed"] = "mixed"
    share: float = 0.6
    amplitude: float = 20.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise JobError(f"the share of noise must lie in 0 … 1, not {self.share}")
        if not 0 <= self.amplitude <= 255:
            raise JobError(f"the amplitude of the noise must lie in 0 … 255, not {self.amplitude}")

    def image(self, content: Tensor, generator: Generator) -> Tensor:
        """The mixture of noise and content."""
        mean = content.new_tensor(CAFFE_MEAN).view(1, 3, 1, 1) / 255
        uniform = torch.rand(content.shape, generator=generator).to(content) * 2 - 1
        noise = uniform * self.amplitude / 255
        return mean + self.share * noise + (1 - self.share) * (content - mean)


def white_noise(like: Tensor, generator: Generator) -> Tensor:
    """Normal noise of the shape of `like`, drawn on the CPU so that every device gets the same."""
    return torch.randn(like.shape, generator=generator).to(like)
