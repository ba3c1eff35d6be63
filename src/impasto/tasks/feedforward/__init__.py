"""Feed-forward: networks that paint in one pass, without optimising anything."""

from impasto.tasks.feedforward.adain import AdaIN, Progress
from impasto.tasks.feedforward.adain_job import AdaINJob
from impasto.tasks.feedforward.adain_start import AdaINStart
from impasto.tasks.feedforward.channel_moments import ChannelMoments, normalised

__all__ = ["AdaIN", "AdaINJob", "AdaINStart", "ChannelMoments", "Progress", "normalised"]
