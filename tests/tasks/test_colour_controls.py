"""What each colour control does to photo and styles before painting, and to the picture after."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.flatness import flatness
from impasto.pictures.cielab import to_cielab
from impasto.solve import Target
from impasto.tasks.colour import (
    COLOURS,
    Colour,
    FreeColour,
    LuminanceColour,
    MatchedColour,
    PhotoColour,
    StyleColour,
    ToneColour,
)
from impasto.tasks.colour_matching import match_colours
from impasto.tasks.lightness import in_lightness
from impasto.tasks.tones import Tones, ground

ALL = [kind() for kind in COLOURS.values()]


def lab(image: Tensor) -> np.ndarray:
    return to_cielab(image[0].numpy())


def grey(image: Tensor) -> Tensor:
    return image.mean(1, keepdim=True).expand_as(image).contiguous()


@pytest.fixture
def photo(image_of: Callable[..., Tensor]) -> Tensor:
    return image_of(36, 48, 1)


@pytest.fixture
def painting(image_of: Callable[..., Tensor]) -> Tensor:
    return image_of(40, 30, 2) * torch.tensor([1.0, 0.8, 0.5]).view(1, 3, 1, 1)


@pytest.fixture
def painted(image_of: Callable[..., Tensor]) -> Tensor:
    return image_of(36, 48, 3)


def ink_painting(side: int = 60) -> Tensor:
    """Yellowish paper, a third of it covered with bluish ink of two strengths."""
    image = torch.tensor([0.87, 0.82, 0.7]).view(1, 3, 1, 1).repeat(1, 1, side, side)
    image[..., : side // 3, : side // 2] = torch.tensor([0.12, 0.13, 0.18]).view(1, 3, 1, 1)
    image[..., : side // 3, side // 2 :] = torch.tensor([0.4, 0.41, 0.45]).view(1, 3, 1, 1)
    return image


def test_the_kinds() -> None:
    assert list(COLOURS) == ["free", "style", "photo", "luminance", "tone"]
    assert [colour.kind for colour in ALL] == list(COLOURS)


def test_free_changes_nothing(photo: Tensor, painting: Tensor, painted: Tensor) -> None:
    styles = (Target(painting),)
    assert FreeColour().before(photo, styles, 1.0) == (photo, styles)
    assert FreeColour().after(painted, photo, styles, 1.0) is painted
    assert not FreeColour().recolours


def test_the_styles_colours_before_painting(photo: Tensor, painting: Tensor) -> None:
    styles = (Target(painting),)
    moved, same = StyleColour().before(photo, styles, 1.0)
    torch.testing.assert_close(moved, match_colours(photo, styles, 1.0), rtol=0, atol=0)
    assert same is styles
    half = StyleColour(amount=0.5).before(photo, styles, 1.0)[0]
    torch.testing.assert_close(half, StyleColour().before(photo, styles, 0.5)[0], rtol=0, atol=0)


def test_the_styles_colours_exactly(photo: Tensor, painting: Tensor, painted: Tensor) -> None:
    colour = StyleColour(by="histogram", when="both")
    handed = colour.after(painted, photo, (Target(painting),), 1.0)
    shares = torch.linspace(0, 1, 100)
    own, wanted = (torch.quantile(x[0].flatten(1), shares, dim=1) for x in (handed, painting))
    torch.testing.assert_close(own, wanted, rtol=0, atol=1e-2)


def test_the_photos_palette(photo: Tensor, painting: Tensor, painted: Tensor) -> None:
    same, (moved,) = PhotoColour().before(photo, (Target(painting, 3.0),), 0.2)
    assert same is photo
    assert moved.share == 3.0
    handed = PhotoColour().after(painted, photo, (Target(painting),), 0.2)
    for image in (moved.image, handed):
        torch.testing.assert_close(image.mean((0, 2, 3)), photo.mean((0, 2, 3)), rtol=0, atol=0.02)


def test_the_photos_palette_as_light_as_the_style(photo: Tensor, painting: Tensor, painted: Tensor) -> None:
    dark, colour = 0.4 * painting, PhotoColour(lightness="style")
    aimed, (moved,) = colour.before(photo, (Target(dark),), 1.0)
    assert lab(aimed)[0].mean() == pytest.approx(lab(dark)[0].mean(), abs=1.5)
    np.testing.assert_allclose(lab(moved.image)[0], lab(dark)[0], atol=0.5)
    handed = lab(colour.after(painted, photo, (Target(dark),), 1.0))
    np.testing.assert_allclose(handed[0], lab(painted)[0], atol=0.5)
    wanted, before = lab(photo)[1:].mean((1, 2)), lab(painted)[1:].mean((1, 2))
    assert np.abs(handed[1:].mean((1, 2)) - wanted).max() < 0.3 * np.abs(before - wanted).max()


@pytest.mark.parametrize("kind", [StyleColour, PhotoColour])
@pytest.mark.parametrize(
    ("when", "prepares", "recolours"), [("before", True, False), ("after", False, True), ("both", True, True)]
)
def test_when_says_when(
    kind: type[MatchedColour], when: Any, prepares: bool, recolours: bool, photo: Tensor, painting: Tensor
) -> None:
    colour, styles = kind(when=when), (Target(painting),)
    moved, others = colour.before(photo, styles, 1.0)
    assert ((moved is photo) and (others is styles)) is not prepares
    assert (colour.prepares, colour.recolours) == (prepares, recolours)
    assert not kind(when=when, amount=0.0).recolours
    assert not kind(when=when, amount=0.0).prepares


def test_luminance_keeps_a_and_b_of_the_photo_as_far_as_they_can_be_shown(photo: Tensor, painted: Tensor) -> None:
    soft = 0.3 + 0.4 * photo
    own, kept, result = lab(painted), lab(soft), lab(LuminanceColour().after(painted, soft, (), 1.0))
    np.testing.assert_allclose(result[0], own[0], atol=0.02)
    apart = np.hypot(*(result[1:] - kept[1:]))
    assert np.quantile(apart, 0.8) < 0.02
    chroma, before = np.hypot(*result[1:]), np.hypot(*kept[1:])
    assert (chroma <= before + 0.02).all()
    products = (result[1:] * kept[1:]).sum(0)
    np.testing.assert_allclose(products, chroma * before, atol=0.05)


def test_luminance_paints_in_grey(photo: Tensor, painting: Tensor) -> None:
    for lightness in ("photo", "style"):
        colour = LuminanceColour(lightness=lightness)  # type: ignore[arg-type]
        assert colour.grey
        moved, (style,) = colour.before(photo, (Target(painting, 2.0),), 1.0)
        for image in (moved, style.image):
            assert float((image - image.mean(1, keepdim=True)).abs().max()) < 1e-4
        torch.testing.assert_close(moved.mean(), style.image.mean(), rtol=0, atol=0.01)
        torch.testing.assert_close(moved.std(), style.image.std(), rtol=0, atol=0.01)
        wanted = lab(photo if lightness == "photo" else painting)[0].mean()
        assert lab(moved)[0].mean() == pytest.approx(wanted, abs=2.0)
        assert style.share == 2.0


def test_in_lightness_is_grey_and_as_light(photo: Tensor) -> None:
    found = lab(in_lightness(photo))
    np.testing.assert_allclose(found[0], lab(photo)[0], atol=0.01)
    np.testing.assert_allclose(found[1:], 0, atol=0.02)


def test_tone_gives_the_styles_colour_for_each_lightness(photo: Tensor) -> None:
    ink, painted = ink_painting(), torch.linspace(0, 1, 48).expand(1, 3, 36, 48)
    result = lab(ToneColour().after(in_lightness(painted), photo, (Target(ink),), 1.0))
    np.testing.assert_allclose(result[0], lab(painted)[0], atol=0.02)
    for row in (0, -1):
        lightness, a, b = lab(ink)[:, row, 0]
        near = np.abs(result[0] - lightness) < 1
        assert near.any()
        np.testing.assert_allclose(result[1:, near].T, np.broadcast_to([a, b], (near.sum(), 2)), atol=0.6)


def test_tone_moves_the_photos_lightnesses_to_the_styles(photo: Tensor) -> None:
    ink = ink_painting()
    moved, (style,) = ToneColour().before(photo, (Target(ink),), 1.0)
    shares = [0.03, 0.1, 0.25, 0.4, 0.7, 0.95]
    own, wanted = (np.quantile(lab(image)[0], shares) for image in (moved, style.image))
    np.testing.assert_allclose(own, wanted, atol=1.5)
    order = np.argsort(lab(photo)[0].ravel())
    assert (np.diff(lab(moved)[0].ravel()[order]) > -1e-3).all()


def test_blank_makes_paper_of_what_is_flat_however_dark() -> None:
    photo = torch.full((1, 3, 60, 60), 0.25)
    photo[..., 30:, ::2] = 0.9
    photo[..., 30:, 1::2] = 0.5
    ink, empty = ink_painting(), flatness(photo, 0.04, 0.15)[0, 0] > 0.99
    assert empty.sum() > 1000
    paper = lab(ink)[0].max()
    inked, blank = (
        lab(ToneColour(blank=amount).before(photo, (Target(ink),), 1.0)[0])[0][empty.numpy()] for amount in (0.0, 1.0)
    )
    assert inked.max() < paper - 20
    np.testing.assert_allclose(blank, paper, atol=1.5)


def test_lines_darken_contours_and_nothing_else() -> None:
    photo = torch.full((1, 3, 100, 100), 0.6)
    photo[..., 50:] = 0.5
    photo[..., 20, 10:40] = 0.45
    free = ToneColour(amount=0.0, lines=3.0), ToneColour(amount=0.0)
    drawn, plain = (colour.before(photo, (Target(ink_painting()),), 1.0)[0] for colour in free)
    darker = (plain - drawn)[0, 0]
    assert darker.min() > -1e-6
    assert darker[20, 15:35].min() > 0.2, "a fine dark line is drawn"
    assert darker[60, 50] > 0.05, "and so is an edge, on its dark side"
    assert darker[60, 49] < 1e-6
    assert darker[60, 60:].max() < 1e-6


def test_the_ground_is_the_most_frequent_value() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate([draw.normal(0.8, 0.02, 600), draw.uniform(0, 1, 900)]).clip(0, 1)
    assert ground(values) == pytest.approx(0.8, abs=0.02)
    assert ground(1 - values) == pytest.approx(0.2, abs=0.02)


def test_a_tone_that_does_not_occur_is_that_of_the_nearest() -> None:
    tones = Tones.of([Target(ink_painting())])
    ink, paper = lab(ink_painting())[1:, 0, 0], lab(ink_painting())[1:, -1, -1]
    np.testing.assert_allclose(tones(np.array([0.0, 100.0])).T, [ink, paper], atol=0.05)


def test_tones_of_several_styles_come_in_their_shares() -> None:
    reddish, greenish = (
        torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 9, 9) for colour in ([0.6, 0.5, 0.5], [0.5, 0.55, 0.5])
    )
    level = (lab(reddish)[0, 0, 0] + lab(greenish)[0, 0, 0]) / 2
    one, other = lab(reddish)[1:, 0, 0], lab(greenish)[1:, 0, 0]
    mixed = Tones.of([Target(reddish, 3.0), Target(greenish, 1.0)])(np.array([level])).ravel()
    np.testing.assert_allclose(mixed, 0.75 * one + 0.25 * other, atol=1.5)


@pytest.mark.parametrize("colour", ALL, ids=lambda colour: str(colour.kind))
@pytest.mark.parametrize("plain", ["photo", "style", "both", "one value"])
def test_grey_pictures_are_no_danger(
    colour: Colour, plain: str, photo: Tensor, painting: Tensor, painted: Tensor
) -> None:
    if plain in ("photo", "both"):
        photo = grey(photo)
    if plain in ("style", "both"):
        painting = grey(painting)
    if plain == "one value":
        photo, painting, painted = (torch.full_like(x, 0.4) for x in (photo, painting, painted))
    moved, styles = colour.before(photo, (Target(painting),), 1.0)
    handed = colour.after(painted, photo, (Target(painting),), 1.0)
    for image in (moved, handed, *(style.image for style in styles)):
        assert image.isfinite().all()
        assert 0 <= float(image.min()) <= float(image.max()) <= 1
        assert image.dtype == torch.float32


@pytest.mark.parametrize("colour", [kind for kind in ALL if kind.grey], ids=lambda colour: str(colour.kind))
def test_a_grey_photo_in_a_grey_style_stays_grey(colour: Colour, photo: Tensor, painting: Tensor) -> None:
    handed = colour.after(grey(painting[..., :30, :30]), grey(photo[..., :30, :30]), (Target(grey(painting)),), 1.0)
    np.testing.assert_allclose(lab(handed)[1:], 0, atol=0.05)


def test_towards_a_strength_of_0_tone_comes_to_the_photo(photo: Tensor) -> None:
    styles = (Target(ink_painting()),)
    colour, ease = ToneColour(blank=1.0), 1e-3
    begun = colour.before(photo, styles, ease)[0]
    torch.testing.assert_close(colour.after(begun, photo, styles, ease), photo, rtol=0, atol=5e-3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: StyleColour(amount=1.5), "amount of the colour must lie in 0 … 1"),
        (lambda: PhotoColour(amount=float("nan")), "amount of the colour must lie in 0 … 1"),
        (lambda: StyleColour(by="magic"), "by of the colour must be one of transport, cholesky, pca, histogram"),  # type: ignore[arg-type]
        (lambda: PhotoColour(when="never"), "when of the colour must be one of before, after, both"),  # type: ignore[arg-type]
        (lambda: LuminanceColour(lightness="both"), "lightness of the colour must be photo or style"),  # type: ignore[arg-type]
        (lambda: ToneColour(amount=-1), "amount of the colour must lie in 0 … 1"),
        (lambda: ToneColour(blank=2), "blank of the colour must lie in 0 … 1"),
        (lambda: ToneColour(lines=-1), "lines of the colour must be a number of 0 or more"),
        (lambda: ToneColour(radius=0), "radius must be a share"),
    ],
)
def test_wrong_settings_are_refused(make: Callable[[], Colour], said: str) -> None:
    with pytest.raises(JobError, match=said):
        make()


def test_the_colours_of_a_style_are_those_of_what_counts_of_it() -> None:
    draw = torch.Generator().manual_seed(4)
    photo, counts, other = (torch.rand(1, 3, 12, 12, generator=draw) * 0.2 + 0.2 * i for i in (1, 2, 3))
    mask = torch.cat([torch.ones(1, 1, 12, 12), torch.zeros(1, 1, 12, 12)], dim=-1)
    style = Target(torch.cat([counts, other], dim=-1), mask=mask)
    _, (moved,) = PhotoColour().before(photo, (style,), 1.0)
    alone = match_colours(counts, [Target(photo)], 1.0)
    torch.testing.assert_close(moved.image[..., :12], alone, rtol=0, atol=1e-6)
