"""Adam on the waves of a picture instead of its pixels, for pictures that come from noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.errors import JobError
from impasto.solve.optimizers import LEVEL, Adam, AdamDescent, Descent, Evaluate, Optimizer
from impasto.solve.waves import Waves


@dataclass(frozen=True, kw_only=True)
class WaveAdam(Optimizer, kind="wave-adam"):
    """Adam on amplitudes of waves of decorrelated colour, see `impasto.solve.waves`. Pixels stay in (0, 1) by nature.

    learning_rate: how far an amplitude moves per step.
    """

    kind: Literal["wave-adam"] = "wave-adam"
    learning_rate: float = 0.05
    beta1: float = 0.9
    beta2: float = 0.999

    def __post_init__(self) -> None:
        _ = self.on_amplitudes
        if not self.box:
            raise JobError("wave-adam keeps every pixel in [0, 1] by its nature; leave box as it is")

    @property
    def on_amplitudes(self) -> Adam:
        """The method that moves the amplitudes."""
        return Adam(learning_rate=self.learning_rate / LEVEL, beta1=self.beta1, beta2=self.beta2, box=False)

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:  # noqa: ARG002
        """Start at the waves of the image."""
        return WaveDescent(image, self)


class WaveDescent(Descent):
    """Amplitudes on their way down, and the image they make."""

    def __init__(self, image: Tensor, settings: WaveAdam) -> None:
        super().__init__(image, settings.box)
        height, width = self.image.shape[-2:]
        self.waves = Waves(height, width, self.image.device)
        self.descent = AdamDescent(self.waves.amplitudes(self.image), settings.on_amplitudes)

    def step(self, evaluate: Evaluate) -> None:
        """Take one of Adam's steps."""
        self.descent.step(lambda amplitudes: self._through(evaluate, amplitudes))
        self.value = self.descent.value

    def _through(self, evaluate: Evaluate, amplitudes: Tensor) -> tuple[float, Tensor]:
        """The objective at the image of the amplitudes, and its gradient to them."""
        self.image = self.waves.image(amplitudes)
        value, gradient = evaluate(self.image)
        return value, self.waves.gradient(self.image, gradient)

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """The image, and Adam's state with the amplitudes in place of the image."""
        tensors, numbers = self.descent.state()
        amplitudes = tensors.pop("image")
        return {"image": self.image, "amplitudes": amplitudes, **tensors}, numbers

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image, amplitudes and Adam's state."""
        self.descent.restore({**tensors, "image": tensors["amplitudes"]}, numbers)
        self.image, self.value = tensors["image"], self.descent.value
