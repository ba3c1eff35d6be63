"""Names to things, with the nearest names offered when one is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, Union

from impasto.errors import UnknownNameError

T = TypeVar("T")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that offers up to three names near `name`, or lists the known ones if none is near."""
    names = list(known)
    near = difflib.get_close_matches(name.lower(), [n.lower() for n in names], n=3, cutoff=0.6)
    by_lower = {n.lower(): n for n in names}
    if near:
        return f"Did you mean {' or '.join(by_lower[n] for n in near)}?"
    shown = ", ".join(names[:40])
    return f"Known: {shown}{', …' if len(names) > 40 else ''}."


class Registry(Mapping[str, T]):
    """A mapping that is filled as modules are imported, and explains a missing name.

    `what` is the word for one entry ("preset", "layer"), used in messages.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> T:
        """Register `entry` under `name`; a second entry of one name is a programming error."""
        if name in self._entries:
            raise ValueError(f"{self.what} {name!r} is registered twice")
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownNameError(f"no {self.what} is named {name!r}. {did_you_mean(name, self._entries)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class OneOf:
    """Marks a field that holds any registered kind of a base class: `Annotated[Loss, OneOf(LOSSES)]`.

    Read by pydantic when a job is validated, at which time every kind must be registered; each kind has a field
    `kind` with a literal value, which tells them apart.
    """

    def __init__(self, kinds: Mapping[str, type[Any]]) -> None:
        self.kinds = kinds

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Stand for the union of all kinds, told apart by `kind`; of one kind, for that."""
        from pydantic import Field

        if len(self.kinds) == 1:
            return handler.generate_schema(next(iter(self.kinds.values())))
        return handler.generate_schema(Annotated[Union[tuple(self.kinds.values())], Field(discriminator="kind")])  # noqa: UP007
