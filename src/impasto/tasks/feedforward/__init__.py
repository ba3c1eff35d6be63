"""Feed-forward: networks that paint in one pass, without optimising anything."""

from impasto.tasks.feedforward.adain import AdaIN, Aim
from impasto.tasks.feedforward.adain_job import AdaINJob
from impasto.tasks.feedforward.adain_start import AdaINStart
from impasto.tasks.feedforward.channel_moments import ChannelMoments, normalised
from impasto.tasks.feedforward.one_pass import Progress
from impasto.tasks.feedforward.style_network_job import StyleNetworkJob

__all__ = ["AdaIN", "AdaINJob", "AdaINStart", "Aim", "ChannelMoments", "Progress", "StyleNetworkJob", "normalised"]
