"""Tasks: what Impasto can do with a picture, one job to a file. Importing this room registers them all in `JOBS`."""

from impasto.tasks.dream import DreamJob
from impasto.tasks.feedforward import AdaINJob, AdaINStart, StyleNetworkJob
from impasto.tasks.job import JOBS, Job, PictureSource
from impasto.tasks.masks import MASK_WORDS, MaskSource
from impasto.tasks.picture_start import PictureStart
from impasto.tasks.reconstruct import ReconstructJob
from impasto.tasks.region import Region
from impasto.tasks.stylize import StylizeJob
from impasto.tasks.texture import TextureJob
from impasto.tasks.visualize_features import VisualizeFeaturesJob

__all__ = [
    "JOBS",
    "MASK_WORDS",
    "AdaINJob",
    "AdaINStart",
    "DreamJob",
    "Job",
    "MaskSource",
    "PictureSource",
    "PictureStart",
    "ReconstructJob",
    "Region",
    "StyleNetworkJob",
    "StylizeJob",
    "TextureJob",
    "VisualizeFeaturesJob",
]
