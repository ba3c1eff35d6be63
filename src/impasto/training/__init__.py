"""Training: a network that learns to paint in one style, taught by the objective of a job to stylise."""

from impasto.training.company import Company, company
from impasto.training.events import (
    LearningBegun,
    Learnt,
    LookedAt,
    NetworkWritten,
    PhotoSkipped,
    Rehearsed,
    StateKept,
    TrainingEvent,
    TrainingResumed,
)
from impasto.training.folder import TrainingFolder
from impasto.training.plan import TrainingPlan
from impasto.training.result import check_network_place
from impasto.training.session import Session
from impasto.training.teacher import check_teachable

__all__ = [
    "Company",
    "LearningBegun",
    "Learnt",
    "LookedAt",
    "NetworkWritten",
    "PhotoSkipped",
    "Rehearsed",
    "Session",
    "StateKept",
    "TrainingEvent",
    "TrainingFolder",
    "TrainingPlan",
    "TrainingResumed",
    "check_network_place",
    "check_teachable",
    "company",
]
