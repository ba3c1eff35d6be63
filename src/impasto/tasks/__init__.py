"""Tasks: what Impasto can do with a picture, one job to a file. Importing this room registers them all in `JOBS`."""

from impasto.tasks.dream import DreamJob
from impasto.tasks.feedforward import AdaINJob, AdaINStart
from impasto.tasks.job import JOBS, Job, PictureSource
from impasto.tasks.picture_start import PictureStart
from impasto.tasks.reconstruct import ReconstructJob
from impasto.tasks.stylize import StylizeJob
from impasto.tasks.texture import TextureJob
from impasto.tasks.visualize_features import VisualizeFeaturesJob

__all__ = [
    "JOBS",
    "AdaINJob",
    "AdaINStart",
    "DreamJob",
    "Job",
    "PictureSource",
    "PictureStart",
    "ReconstructJob",
    "StylizeJob",
    "TextureJob",
    "VisualizeFeaturesJob",
]
