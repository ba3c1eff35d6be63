"""Sample photographs, obtained by name and hash from a published package: contents that nobody has to supply."""

from __future__ import annotations

from dataclasses import dataclass

from impasto.artefacts import Artefact, PackageMember, ProgressCallback, obtain
from impasto.pictures.picture import Picture
from impasto.registry import Registry


@dataclass(frozen=True)
class Photograph:
    """One sample photograph.

    title: what it shows. credit: who made it and under what terms, as scikit-image states them.
    """

    title: str
    credit: str
    artefact: Artefact


PHOTOGRAPHS: Registry[Photograph] = Registry("sample photograph")


def sample_photograph(name: str, *, offline: bool = False, progress: ProgressCallback | None = None) -> Picture:
    """Return the photograph called `name`, fetched if it is not here yet.

    Raises UnknownNameError for a name that is not in `PHOTOGRAPHS`, UnavailableError if no source gives it.
    """
    from impasto.pictures.read import read_picture  # loads the image library, which listing does not need

    found = obtain(PHOTOGRAPHS[name].artefact, offline=offline, progress=progress)
    return read_picture(found.path)


def in_scikit_image(filename: str, size: int, sha256: str) -> Artefact:
    """A picture of scikit-image's test data, as its wheel carries it."""
    wheel = PackageMember(
        package="scikit-image",
        version="0.25.2",
        kind="wheel",
        sha256="24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
        size=14_785_376,
        member=f"skimage/data/{filename}",
        python="3.11",
        platform="manylinux2014_x86_64",
    )
    return Artefact(filename, sha256, (wheel,), size=size)


PHOTOGRAPHS.add(
    "cat",
    Photograph(
        "Chelsea, a tabby cat, 451×300",
        "Stéfan van der Walt, CC0",
        in_scikit_image("chelsea.png", 240_512, "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
    ),
)
PHOTOGRAPHS.add(
    "astronaut",
    Photograph(
        "Eileen Collins, astronaut, 512×512",
        "NASA, public domain",
        in_scikit_image("astronaut.png", 791_555, "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"),
    ),
)
PHOTOGRAPHS.add(
    "coffee",
    Photograph(
        "A cup of espresso, 600×400",
        "Rachel Michetti, CC0",
        in_scikit_image("coffee.png", 466_706, "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"),
    ),
)
PHOTOGRAPHS.add(
    "rocket",
    Photograph(
        "A rocket on its pad before dawn, 640×427",
        "SpaceX, CC0",
        in_scikit_image("rocket.jpg", 112_525, "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"),
    ),
)
