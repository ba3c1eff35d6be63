"""Artefacts: obtaining a published file by name and hash, from whichever source answers."""

from impasto.artefacts.artefact import (
    Artefact,
    Patience,
    Progress,
    ProgressCallback,
    Source,
    SourceFailedError,
)
from impasto.artefacts.home import home
from impasto.artefacts.npm import NpmPackage
from impasto.artefacts.obtain import Obtained, obtain, place_for
from impasto.artefacts.package import PackageMember
from impasto.artefacts.web import WebFile

__all__ = [
    "Artefact",
    "NpmPackage",
    "Obtained",
    "PackageMember",
    "Patience",
    "Progress",
    "ProgressCallback",
    "Source",
    "SourceFailedError",
    "WebFile",
    "home",
    "obtain",
    "place_for",
]
