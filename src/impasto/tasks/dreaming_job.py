"""What a job has that lets a network dream into its picture, beside all else that is asked of it."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from impasto.backbones import Backbone, SideBySide, painting_defaults
from impasto.errors import JobError
from impasto.losses import Loss
from impasto.solve import Noted
from impasto.tasks.dream_terms import AUTO, dream_losses, held_layers, parse_dream
from impasto.tasks.features import Feature
from impasto.tasks.job import Job
from impasto.tasks.network import network_of_random_numbers, network_without_numbers
from impasto.tasks.network_job import NetworkJob
from impasto.weights import load_backbone
from impasto.weights.backbone import find_device


@dataclass(frozen=True, kw_only=True)
class DreamingJob(NetworkJob):
    """A job that may dream.

    dream: what is raised, each like `mixed_6b` or `relu5_3:channel=120`, see `impasto.tasks.features.Feature.parse`; or
        `auto`, which takes what the other losses use least.
    dream_weight: how hard, over all else together, in gradient norm at the start of each level: 1 is as hard. The
        other terms ease off on the way and the dream does not, so that 0.03 is plenty.
    dream_backbone: the network that dreams, if it is another than the one that looks.
    dream_reasons: why `auto` took what it took.
    """

    dream: tuple[str, ...] = ()
    dream_weight: float = 0.03
    dream_backbone: str | None = None
    dream_reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("dream", "dream_reasons"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        parse_dream(self.dream)
        if not 0 < self.dream_weight < float("inf"):
            raise JobError(f"dream_weight must be a number above 0, not {self.dream_weight}")
        if not self.dream and self.dream_backbone is not None:
            raise JobError(f"{self.dream_backbone} has nothing to dream of: name layers, or auto, with --dream")

    @property
    @abc.abstractmethod
    def held_losses(self) -> tuple[Loss, ...]:
        """All losses but those that dream, each with its layers."""

    @property
    def beside(self) -> str | None:
        """The network that dreams, if it stands beside the one that looks."""
        return self.dream_backbone if self.dream and self.dream_backbone != self.backbone else None

    @property
    def networks(self) -> tuple[tuple[str, str | None], ...]:
        """The network that looks, and the one beside it."""
        return (*super().networks, *(((self.beside, None),) if self.beside else ()))

    @cached_property
    def dreamt(self) -> tuple[Loss, ...]:
        """The losses that dream. `auto` stands for a channel of each layer that it may take.

        Raises UnknownNameError for a layer, JobError for a channel, that is not there.
        """
        if not self.dream:
            return ()
        features = parse_dream(self.dream) or tuple(Feature(name, 0) for name in self.dream_candidates)
        return dream_losses(self.dreamer, self.beside, features, self.dream_weight)

    @property
    def dream_candidates(self) -> tuple[str, ...]:
        """The layers that `auto` may take. Raises JobError for a network that has none."""
        name = self.beside or self.backbone
        looked = {layer for loss in self.held_losses for layer in loss.layers} if self.beside is None else set()
        found = tuple(layer for layer in painting_defaults(name).dream if layer not in looked)
        if not found:
            raise JobError(f"{name} has no layers of its own to dream of: name some instead of {AUTO}")
        return found

    @property
    def dreamer(self) -> Backbone:
        """The network that dreams, on the meta device."""
        if self.beside is None:
            return self.planned
        return network_without_numbers(**self._settings_beside)

    def notes(self) -> Iterator[Noted]:
        """What there is to say of the dream before painting."""
        yield from (Noted(reason) for reason in self.dream_reasons)
        if self.beside is None and self.dream:
            for layer in held_layers(self.held_losses, parse_dream(self.dream), self.planned):
                text = f"the dream raises {layer}, which another loss holds, so that each undoes what the other does"
                yield Noted(f"{text}; dream of another layer, or of {AUTO}", warning=True)

    def weights_used(self) -> dict[str, str]:
        """The weights of the networks."""
        network = self.network
        others = network.others.values() if isinstance(network, SideBySide) else ()
        return {each.weights: each.weights_sha256 for each in (network, *others)}

    def lend(self, other: Job) -> None:
        """Let another job paint with the networks of this one, if they are loaded and the settings are the same."""
        if (other.beside if isinstance(other, DreamingJob) else None) == self.beside:
            super().lend(other)

    def random_network(self) -> Backbone:
        """The networks with random numbers."""
        own = network_without_numbers(**self.network_settings)
        place, settings = find_device(self.device), self.network_settings
        first = network_of_random_numbers(own, place, settings["pooling"], settings["padding"])
        if self.beside is None:
            return first
        settings = self._settings_beside
        beside = network_of_random_numbers(self.dreamer, place, settings["pooling"], settings["padding"])
        return SideBySide(first, {self.beside: beside})

    @cached_property
    def planned(self) -> Backbone:
        """The networks on the meta device."""
        own = super().planned
        return own if self.beside is None else SideBySide(own, {self.beside: self.dreamer})

    @cached_property
    def network(self) -> Backbone:
        """The networks, with their weights, where the job wants them; loaded once."""
        own = super().network
        return own if self.beside is None else SideBySide(own, {self.beside: load_backbone(**self._settings_beside)})

    @property
    def _settings_beside(self) -> dict[str, Any]:
        """What `load_backbone` is told of the network beside."""
        return {**self.network_settings, "name": self.beside, "weights": None, "pooling": "max"}
