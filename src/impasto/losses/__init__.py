"""Losses: what a picture is asked to be, one to a file. Importing this room registers them all in `LOSSES`."""

from impasto.losses.activation import ActivationLoss, ActivationObjective
from impasto.losses.base import LOSSES, PIXELS, Features, Loss, Role, StatisticLoss, Targets, Term
from impasto.losses.blank import BlankLoss
from impasto.losses.content import ContentLoss
from impasto.losses.gaussian import GaussianLoss
from impasto.losses.gram import GramLoss, gram
from impasto.losses.guide import GuideLoss
from impasto.losses.guided import GuidedPart, GuidedTerm
from impasto.losses.histogram import HistogramLoss
from impasto.losses.mean_std import MeanStdLoss
from impasto.losses.moments import MomentsLoss
from impasto.losses.nearest import NearestLoss
from impasto.losses.part import WHOLE, Part, Seen, SeenInParts, Span
from impasto.losses.self_similarity import SelfSimilarityLoss
from impasto.losses.sliced import SlicedLoss
from impasto.losses.smoothed import SmoothedLoss
from impasto.losses.statistic import Statistic
from impasto.losses.transforms import TRANSFORMS, Log, Power, Scale, Softmax, Standardise, Transform
from impasto.losses.variation import VariationLoss
from impasto.losses.whole_layer import DrawnLoss, WholeLayerLoss

__all__ = [
    "LOSSES",
    "PIXELS",
    "TRANSFORMS",
    "WHOLE",
    "ActivationLoss",
    "ActivationObjective",
    "BlankLoss",
    "ContentLoss",
    "DrawnLoss",
    "Features",
    "GaussianLoss",
    "GramLoss",
    "GuideLoss",
    "GuidedPart",
    "GuidedTerm",
    "HistogramLoss",
    "Log",
    "Loss",
    "MeanStdLoss",
    "MomentsLoss",
    "NearestLoss",
    "Part",
    "Power",
    "Role",
    "Scale",
    "Seen",
    "SeenInParts",
    "SelfSimilarityLoss",
    "SlicedLoss",
    "SmoothedLoss",
    "Softmax",
    "Span",
    "Standardise",
    "Statistic",
    "StatisticLoss",
    "Targets",
    "Term",
    "Transform",
    "VariationLoss",
    "WholeLayerLoss",
    "gram",
]
