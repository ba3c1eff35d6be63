"""Where a style network comes from: a file, or a name of one that comes with Impasto."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from impasto.tasks.job import SourceOfPicture
from impasto.weights.networks import SUFFIX


class SourceOfNetwork(SourceOfPicture):
    """Marks a field that holds a path or a name: what has neither the ending of one nor a folder is a name."""

    def is_word(self, value: object) -> bool:
        """Whether it is a name."""
        return isinstance(value, str) and bool(value) and value == Path(value).name and Path(value).suffix != SUFFIX

    def admit(self, value: object) -> Path | str:
        """A name as it is, all else as a path. Raises ValueError for what is neither."""
        if isinstance(value, Path) or (isinstance(value, str) and self.is_word(value)):
            return value
        if isinstance(value, str) and value:
            return Path(value)
        raise ValueError("must be the path of a style network, or the name of one that comes with Impasto")


NETWORK = SourceOfNetwork()

NetworkSource = Annotated[Path | str, NETWORK]
