"""What jobs have in common that look at pictures through one pretrained network."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from impasto.backbones import Backbone, Padding, Pooling, painting_defaults
from impasto.tasks.job import Job
from impasto.tasks.memory import PICTURES_HELD, WORTH_ASKING, check_memory, least_memory, tile_extent
from impasto.tasks.network import network_of_random_numbers, network_without_numbers
from impasto.weights import PrecisionChoice, load_backbone
from impasto.weights.backbone import find_device


@dataclass(frozen=True, kw_only=True)
class NetworkJob(Job):
    """A job with a network.

    backbone, weights, pooling, padding, precision: the network that looks; see `impasto.load_backbone`. Without a
        pooling the network gets the one it paints best with.
    """

    backbone: str = "vgg19"
    weights: str | None = None
    pooling: Pooling | None = None
    padding: Padding = "reflect"
    precision: PrecisionChoice = "auto"

    @property
    @abc.abstractmethod
    def needed_layers(self) -> tuple[str, ...]:
        """The layers that are looked at, each once. Raises JobError for a network that has none of its own."""

    @property
    def networks(self) -> tuple[tuple[str, str | None], ...]:
        """The names of the networks that are needed, with those of their weights; None stands for a network's own."""
        return ((self.backbone, self.weights),)

    def weights_used(self) -> dict[str, str]:
        """The weights of the one network."""
        return {self.network.weights: self.network.weights_sha256}

    def lend(self, other: Job) -> None:
        """Let another job paint with the network of this one, if it is loaded and the settings of both are the same."""
        if isinstance(other, NetworkJob) and self.network_settings == other.network_settings:
            vars(other).update({"network": self.network} if "network" in vars(self) else {})

    def plan_network(self) -> Backbone:
        """The network without numbers, on the meta device, where tensors have shapes and no memory.

        Raises UnknownNameError for an unknown network, weights or layer, JobError for weights of another network.
        """
        planned = self.planned
        planned.graph.plan(self.needed_layers)
        return planned

    @cached_property
    def planned(self) -> Backbone:
        """The same, whatever the layers."""
        return network_without_numbers(**self.network_settings)

    def random_network(self) -> Backbone:
        """The network with random numbers, where the job wants it: as quick and as large as with its weights."""
        settings = self.network_settings
        place = find_device(self.device)
        return network_of_random_numbers(self.plan_network(), place, settings["pooling"], settings["padding"])

    def check_room(self, width: int, height: int, tile: int | None = None) -> None:
        """Raise PictureError for a size too small for the network, SolveError for one too large for the memory.

        tile: the side in pixels of the smallest tiles that may be looked at; None where the picture is looked at at
            once, come what may.
        """
        planned, layers, place = self.plan_network(), self.needed_layers, find_device(self.device)
        planned.check_size(width, height, layers)
        if place.type == "cpu" and width * height >= WORTH_ASKING:
            seen_wide, seen_high = (tile_extent(planned, layers, side, tile) for side in (width, height))
            pictures = PICTURES_HELD * 12 * width * height
            check_memory(pictures + least_memory(planned, layers, seen_wide, seen_high), width, height)

    @cached_property
    def network(self) -> Backbone:
        """The network, with its weights, where the job wants it; loaded once."""
        return load_backbone(**self.network_settings)

    @property
    def network_settings(self) -> dict[str, Any]:
        """What `load_backbone` is told."""
        return {
            "name": self.backbone,
            "weights": self.weights,
            "pooling": self.pooling or painting_defaults(self.backbone).pooling,
            "padding": self.padding,
            "precision": self.precision,
            "device": self.device,
        }
