"""What learns: a network, its optimiser, and the running mean of its numbers that is handed out in the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from copy import deepcopy

import torch
from torch import Tensor, nn

from impasto.backbones.backbone import DTYPES, Precision
from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import DivergedError
from impasto.training.plan import TrainingPlan

BETAS = (0.9, 0.999)
WARM_UP = 20
"""Steps over which the learning rate rises to its full height."""

LAST_SHARE = 0.05
"""What is left of the learning rate at the last step."""

LONGEST_GRADIENT = 1.0
"""Norm to which the gradient of all numbers of the network is shortened, if it is longer."""

Objective = Callable[[Tensor, Tensor], tuple[dict[str, float], Tensor]]


class Learner:
    """A style network that is taught: Adam (Kingma & Ba 2015, arXiv 1412.6980) with a learning rate that rises, then
    falls along half a cosine (Loshchilov & Hutter 2017, arXiv 1608.03983).

    precision: of the network's convolutions, which is that of the teacher's.
    network: what learns. mean: the exponential moving average of its numbers, which paints with less noise of the last
        steps. number: steps taken.
    """

    def __init__(self, plan: TrainingPlan, device: torch.device, precision: Precision) -> None:
        self.plan, self.device, self.precision = plan, device, precision
        self.network = StyleNetwork(NETWORK_SIZES[plan.size], seed=plan.seed).to(device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = deepcopy(self.network).requires_grad_(False).eval()
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=plan.learning_rate, betas=BETAS)
        self.taught: nn.Module = self.network
        self.number = 0

    def learn(
        self, photos: Tensor, aims: Tensor, objective: Objective, shown: Callable[[Tensor], Tensor]
    ) -> dict[str, float]:
        """Take a step on photos [N, 3, H, W] that are to be held on to as `aims`; return the terms of the objective.

        shown: what of the paintings is seen by the objective.
        Raises DivergedError if the objective or its gradient is not finite; the network is then as it was.
        """
        if self.number == self.plan.copying:  # what was learnt of other gradients would make for a leap
            self.optimizer.state.clear()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad(set_to_none=True)
        with self.half():
            painted = self.taught(photos.contiguous(memory_format=torch.channels_last))
        seen = shown(painted.float())
        values, gradient = objective(seen, aims)
        seen.backward(gradient)  # type: ignore[no-untyped-call]
        length = nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST_GRADIENT)
        value = math.fsum(values.values())
        if not math.isfinite(value) or not bool(length.isfinite()):
            raise DivergedError(f"the objective is no longer a number at step {self.number + 1}: lower --learning-rate")
        self.optimizer.step()
        self.number += 1
        self._average()
        return values

    @property
    def rate(self) -> float:
        """The learning rate of the step to come."""
        plan = self.plan
        begun = plan.copying if self.number >= plan.copying else 0
        return plan.learning_rate * risen(self.number - begun) * fallen(self.number, plan.steps)

    def half(self) -> AbstractContextManager[object]:
        """Convolutions in fewer bits while it is entered, if the precision says so; numbers stay fp32."""
        return torch.autocast(self.device.type, dtype=DTYPES[self.precision], enabled=self.precision == "bf16")

    def _average(self) -> None:
        """Take the numbers of the network into their mean; early on, when they change fast, the faster."""
        share = 1 - min(self.plan.averaging, (1 + self.number) / (10 + self.number))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.mean.parameters()), list(self.network.parameters()), share)

    def state(self) -> dict[str, Tensor]:
        """All that is needed to go on: the numbers, their mean, and the optimiser's moments."""
        found = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        found |= {f"mean.{name}": tensor for name, tensor in self.mean.state_dict().items()}
        for name, parameter in self.network.named_parameters():
            found |= {f"{key}.{name}": value for key, value in self.optimizer.state[parameter].items()}
        return found

    def restore(self, tensors: Mapping[str, Tensor], number: int) -> None:
        """Go on from a state after so many steps."""
        for kind, module in (("network", self.network), ("mean", self.mean)):
            module.load_state_dict({name: tensors[f"{kind}.{name}"] for name in module.state_dict()})
        for name, parameter in self.network.named_parameters():
            moments = {key: tensors[f"{key}.{name}"].clone() for key in ("step", "exp_avg", "exp_avg_sq")}
            for key in ("exp_avg", "exp_avg_sq"):
                moments[key] = moments[key].to(parameter).contiguous(memory_format=torch.preserve_format)
            self.optimizer.state[parameter] = moments
        self.number = number


def distance_of_pixels(paintings: Tensor, aims: Tensor) -> tuple[dict[str, float], Tensor]:
    """The mean squared distance of paintings [N, 3, H, W] from what they hold on to, and its gradient.

    What a network learns from first: to give the photo back is quick to learn, as no other network looks on, and from
    there style is learnt with the content in its place.
    """
    apart = paintings.detach() - aims
    return {"pixels": float(apart.square().mean())}, 2 / apart.numel() * apart


def risen(number: int) -> float:
    """The share of the full learning rate so many steps after it began to rise."""
    return min(1.0, (number + 1) / WARM_UP)


def fallen(number: int, steps: int) -> float:
    """What is left of the learning rate at a step, counted from 0, of so many."""
    half_cosine = (1 + math.cos(math.pi * min(1.0, number / steps))) / 2
    return LAST_SHARE + (1 - LAST_SHARE) * half_cosine
