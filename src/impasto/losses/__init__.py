"""Losses: what a picture is asked to be, one to a file. Importing this room registers them all in `LOSSES`."""

from impasto.losses.activation import ActivationLoss, ActivationObjective
from impasto.losses.base import LOSSES, PIXELS, Features, Loss, Role, StatisticLoss, Targets, Term
from impasto.losses.blank import BlankLoss
from impasto.losses.content import ContentLoss
from impasto.losses.gram import GramLoss, gram
from impasto.losses.guide import GuideLoss
from impasto.losses.guided import GuidedPart, GuidedTerm
from impasto.losses.moments import MomentsLoss
from impasto.losses.part import WHOLE, Part, Seen, SeenInParts, Span
from impasto.losses.smoothed import SmoothedLoss
from impasto.losses.statistic import Statistic
from impasto.losses.transforms import TRANSFORMS, Log, Power, Scale, Softmax, Standardise, Transform
from impasto.losses.variation import VariationLoss

__all__ = [
    "LOSSES",
    "PIXELS",
    "TRANSFORMS",
    "WHOLE",
    "ActivationLoss",
    "ActivationObjective",
    "BlankLoss",
    "ContentLoss",
    "Features",
    "GramLoss",
    "GuideLoss",
    "GuidedPart",
    "GuidedTerm",
    "Log",
    "Loss",
    "MomentsLoss",
    "Part",
    "Power",
    "Role",
    "Scale",
    "Seen",
    "SeenInParts",
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
    "gram",
]
