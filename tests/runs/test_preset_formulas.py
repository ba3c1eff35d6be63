"""The presets' objectives against the papers' formulas, recomputed with numpy and constants written out by hand."""

import numpy as np
import pytest
import torch

from impasto.losses import Loss
from impasto.runs import build_job
from impasto.solve import Target
from impasto.solve.objective import Objective
from impasto.solve.problem import Level, Problem

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


def smoothed(activation):
    """exp(F/T) over its sum over all of the layer, T = 10."""
    f = rows(activation) / 10
    shares = np.exp(f - f.max())
    return shares / shares.sum()


def test_the_objective_of_wang_li_and_vasconcelos(make_vgg, image_of):
    """1·mean (p − q)² at the content layer + 1e17·Σ mean (P Pᵀ/(C·H·W) − Q Qᵀ/(C·H·W))², everything smoothed."""
    job = build_job(preset="wang2021", flags={"content": "photo.jpg", "styles": ["painting.jpg"]})
    backbone = make_vgg(job.backbone, pooling=job.pooling, padding=job.padding)
    content, style, image = (image_of(64, 96, seed) for seed in (1, 2, 3))
    targets = {"content": (Target(content),), "style": (Target(style),)}
    levels = (Level(96, 64, 1),)
    problem = Problem(backbone=backbone, losses=job.losses, targets=targets, levels=levels, strength=job.strength)
    objective = Objective(problem, 0)
    value, gradient = objective(image)

    layers = ("conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out")
    with torch.no_grad():
        seen, kept, wanted = (backbone(picture, layers) for picture in (image, content, style))
    of_content = ((smoothed(seen["conv4_block6_out"]) - smoothed(kept["conv4_block6_out"])) ** 2).mean()
    of_style = 0
    for layer in layers:
        p, q = smoothed(seen[layer]), smoothed(wanted[layer])
        of_style += 1e17 * ((p @ p.T / p.size - q @ q.T / q.size) ** 2).mean()
    assert list(objective.losses.values()) == pytest.approx([of_content, of_style], rel=1e-4, abs=0)
    assert value == pytest.approx(of_content + of_style, rel=1e-4, abs=0)
    assert gradient.norm() > 0


@pytest.mark.parametrize(
    ("name", "objective"),
    [
        ("gatys2015", gatys(1e4)),
        ("gatys2016", gatys(1e3)),
        ("deeplearning-ai", assignment),
        ("neural-style", torch_program),
        ("neural-style-fast", torch_program),
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
