"""What a job is, whatever its files are called and wherever they lie."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from impasto.runs.codec import job_to_dict
from impasto.tasks import Job


def identity(job: Job, digests: Mapping[str, str]) -> str:
    """The SHA-256 of a job's settings with those of its pictures in place of their paths, 64 digits.

    digests: the SHA-256 of each input, by the names of `Job.inputs`. Two jobs of one identity paint the same picture.
    Raises JobError for a job that cannot be written down.
    """
    placed = job_to_dict(job.with_inputs({name: Path(digest) for name, digest in digests.items()}))
    return hashlib.sha256(json.dumps(placed, sort_keys=True).encode()).hexdigest()
