"""From the options of `impasto stylize` to a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from impasto.apps.cli.stylize_options import NO_STRENGTH, Descent, Look, Network, Settings
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.tasks import StylizeJob


def stylize_job(
    flags: Mapping[str, Any], look: Look, network: Network, descent: Descent, settings: Settings
) -> StylizeJob:
    """The job that the options describe: defaults < preset < job file < options < `--set`.

    flags: further settings of the job by address, None where they were not given.
    Raises JobError, UnknownNameError or InputError for what cannot be meant.
    """
    from impasto.runs import build_job
    from impasto.tasks import StylizeJob

    look = replace(look, strength=strength_beside_weights(look, network))
    given = {**flags, **look.flags(), **network.flags(), **descent.flags()}
    job = build_job("stylize", preset=look.preset, config=settings.config, flags=given, sets=settings.sets)
    if not isinstance(job, StylizeJob):
        raise TypeError(f"a job to stylise was built as {type(job).__name__}")
    return job


def strength_beside_weights(look: Look, network: Network) -> str | None:
    """The strength that goes with the weights given: none of its own, as it would override them."""
    if network.content_weight is None and network.style_weight is None:
        return look.strength
    if look.strength not in (None, NO_STRENGTH):
        raise InputError(
            f"--strength {look.strength} sets the weights of content and style itself: "
            "leave out --content-weight and --style-weight, or give --strength none"
        )
    return NO_STRENGTH
