"""The tree of errors. Every mistake a user can make raises one of these, with a message that says what to do.

ImpastoError
├── InputError            exit code 2: a picture, name, option or file that cannot be used
│   ├── PictureError      a picture cannot be read, or is unfit to be painted
│   ├── UnknownNameError  a name that is not in a registry, with the nearest ones
│   ├── JobError          a job or preset that does not validate
│   │   └── TilesError    a loss that cannot be painted in tiles
│   └── OutputError       a result cannot be written where it was asked for
├── WeightsError          exit code 3: pretrained weights cannot be had or trusted
│   ├── UnavailableError  no source gave the file
│   └── CorruptError      a file is not what its name and hash promise
├── SolveError            exit code 4: painting had to stop
│   └── DivergedError     the loss stopped being a number
├── BatchError            exit code 5: some pictures of a batch failed, the others are painted
└── CancelledError        exit code 130: the user stopped it
"""

from __future__ import annotations

from typing import ClassVar


class ImpastoError(Exception):
    """Base of every error Impasto raises on purpose; its text is meant for the user."""

    exit_code: ClassVar[int] = 1


class InputError(ImpastoError):
    """Something the user gave cannot be used."""

    exit_code = 2


class PictureError(InputError):
    """A picture cannot be read, or is unfit to be painted."""


class UnknownNameError(InputError):
    """A name that nothing is registered under."""


class JobError(InputError):
    """A job, preset or setting that does not validate."""


class TilesError(JobError):
    """A loss looks at a layer as a whole, which tiles cannot; `loss` is its kind."""

    def __init__(self, loss: str) -> None:
        super().__init__(
            f"the {loss} loss looks at a layer as a whole and cannot be painted in tiles; "
            "paint without --tile, or choose a loss or a transform that takes each position by itself"
        )
        self.loss = loss


class OutputError(InputError):
    """A result cannot be written where it was asked for."""


class WeightsError(ImpastoError):
    """Pretrained weights cannot be obtained or trusted."""

    exit_code = 3


class UnavailableError(WeightsError):
    """No source gave the file; the message names each one tried and what it said."""


class CorruptError(WeightsError):
    """A file is not what its name and hash promise."""


class SolveError(ImpastoError):
    """Painting had to stop."""

    exit_code = 4


class DivergedError(SolveError):
    """The loss stopped being a number; `image` [1, 3, H, W] is the last good one, or None."""

    def __init__(self, message: str, image: object = None) -> None:
        super().__init__(message)
        self.image = image


class BatchError(ImpastoError):
    """Some pictures of a batch, or all, failed; what could be painted is painted."""

    exit_code = 5


class CancelledError(ImpastoError):
    """The user stopped the work; what was reached is kept."""

    exit_code = 130


_MEMORY_SIGNS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "bad_alloc")
_ONEDNN = ("could not create a primitive", "could not create a memory object")
"""All that oneDNN says when it gets no memory, to work in or to put its code in."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out: Python's own, a GPU's, or what an allocator wrote into another."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower().strip()
    return isinstance(error, RuntimeError) and (text in _ONEDNN or any(sign in text for sign in _MEMORY_SIGNS))
