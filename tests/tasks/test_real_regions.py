"""Regions with the published weights: each takes after its own style, and a small one too."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.losses import GramLoss
from impasto.pictures import picture_from
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.solve import Event, Finished
from impasto.tasks import Region, StylizeJob
from impasto.tasks.pixels import to_tensor

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_two_halves_take_after_their_own_styles() -> None:
    """Judged on crops well inside, by the network that painted: what guides it must at least have guided that."""
    mask = np.zeros((80, 96), np.float32)
    mask[:, :48] = 1
    samples = {"left": "swirl", "right": "mosaic"}
    styles = {side: paint_sample(name, width=96, height=80) for side, name in samples.items()}
    job = StylizeJob(
        content=sample_photograph("rocket"),
        styles=(styles["right"],),
        regions=(Region(mask=picture_from(mask), styles=(styles["left"],)),),
        size="96x80",
        smallest=96,
        steps=(20,),
        precision="fp32",
        device="cpu",
    )
    events: list[Event] = list(job.events())
    assert isinstance(events[-1], Finished)
    painted = events[-1].image
    loss = GramLoss(layers=("relu1_1", "relu2_1", "relu3_1"))
    halves = {"left": painted[..., :42], "right": painted[..., -42:]}
    with torch.no_grad():
        seen = {name: job.network(half, loss.layers) for name, half in halves.items()}
        for name, other in (("left", "right"), ("right", "left")):
            distances = []
            for style in (name, other):
                picture = to_tensor(styles[style])
                distances.append(float(loss.bind([(1.0, job.network(picture, loss.layers))])(seen[name])))
            assert distances[0] < 0.5 * distances[1]
