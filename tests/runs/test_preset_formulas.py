"""The presets' objectives against the papers' formulas, recomputed with numpy and constants written out by hand."""

import numpy as np
import pytest
import torch

from impasto.losses import Loss
from impasto.runs import build_job
from impasto.solve import Target
from impasto.solve.problem import Level, Problem
from impasto.solve.solve import Objective

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"


def rows(activation):
    """F: N channels by M positions, in float64."""
    return activation[0].double().flatten(1).numpy()


def content_squares(image, content):
    return ((rows(image[CONTENT_LAYER]) - rows(content[CONTENT_LAYER])) ** 2).sum()


def gram_squares(image, style, layer, scale):
    """Σ (G/M − A/M)² of one layer, with N."""
    f, a = rows(image[layer]) * scale, rows(style[layer]) * scale
    difference = f @ f.T / f.shape[1] - a @ a.T / a.shape[1]
    return (difference**2).sum(), f.shape[0]


def gatys(beta):
    def objective(image, content, style):
        """α·½ Σ (F − P)² + β·Σ w_l/(4 N²M²) Σ (G − A)², α = 1, w_l = 1/5, activations times 100."""
        total = 0.5 * content_squares(image, content) * 100**2
        for layer in STYLE_LAYERS:
            squares, n = gram_squares(image, style, layer, 100)
            total += beta * 0.2 * squares / (4 * n**2)
        return total

    return objective


def assignment(image, content, style):
    """10/(4·H·W·C) Σ (a_C − a_G)² + 40·Σ 0.2/(4·C²·(H·W)²) Σ (G_S − G_G)², activations times 10."""
    total = 10 * content_squares(image, content) / (4 * rows(content[CONTENT_LAYER]).size) * 10**2
    for layer in STYLE_LAYERS:
        squares, n = gram_squares(image, style, layer, 10)
        total += 40 * 0.2 * squares / (4 * n**2)
    return total


def torch_program(image, content, style):
    """5·mean (F − P)² + 100·Σ mean (G/(C·M) − A/(C·M))² + 1e-3·TV, activations times 100."""
    total = 5 * content_squares(image, content) / rows(content[CONTENT_LAYER]).size * 100**2
    for layer in STYLE_LAYERS:
        squares, n = gram_squares(image, style, layer, 100)
        total += 100 * squares / n**2 / n**2
    pixels = image["input"][0].double().numpy()
    across, down = np.diff(pixels, axis=2), np.diff(pixels, axis=1)
    return total + 1e-3 * ((across**2).mean() + (down**2).mean())


@pytest.mark.parametrize(
    ("name", "objective"),
    [
        ("gatys2015", gatys(1e4)),
        ("gatys2016", gatys(1e3)),
        ("deeplearning-ai", assignment),
        ("neural-style", torch_program),
    ],
)
def test_the_objective_is_the_papers(name, objective, make_vgg, image_of):
    job = build_job(preset=name, flags={"content": "photo.jpg", "styles": ["painting.jpg"]})
    backbone = make_vgg(pooling=job.pooling, padding=job.padding)
    content, style, image = image_of(48, 64, 1), image_of(48, 64, 2), image_of(48, 64, 3)
    problem = Problem(
        backbone=backbone,
        losses=job.losses,
        targets={"content": (Target(content),), "style": (Target(style),)},
        levels=(Level(64, 48, 1),),
        strength=job.strength,
    )
    value, _ = Objective(problem, 0)(image)
    layers = (*STYLE_LAYERS, CONTENT_LAYER, "input")
    with torch.no_grad():
        expected = objective(backbone(image, layers), backbone(content, layers), backbone(style, layers))
    assert value == pytest.approx(expected, rel=1e-4)


def test_the_default_preset_and_the_default_job_are_one():
    job = build_job(flags={"content": "photo.jpg", "styles": ["painting.jpg"]})
    assert job == type(job)(content="photo.jpg", styles=("painting.jpg",))
    assert all(isinstance(loss, Loss) for loss in job.losses)
