"""What the tables of a written job may hold, read off the job types themselves.

A job as data is a dictionary. A field whose type is marked with `OneOf` holds a table with a `kind`, or a list of
such tables; pydantic checks values, this module knows names: which keys a table has, which fields may be null.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import JobError
from impasto.registry import OneOf, did_you_mean

if TYPE_CHECKING:
    from impasto.tasks.job import SourceOfPicture

NONE = "none"
"""How a null is written in TOML, which has none, where a field may be null."""


def hints(cls: type[Any]) -> dict[str, Any]:
    """The fields that a dataclass is made from, with their types, markers included."""
    named = typing.get_type_hints(cls, include_extras=True)
    return {f.name: named[f.name] for f in dataclasses.fields(cls) if f.init}


def kinds_of(hint: Any) -> Mapping[str, type[Any]] | None:
    """The registered kinds that a field, or each element of it, may be; None for a plain field."""
    for part in _parts(hint):
        for marker in getattr(part, "__metadata__", ()):
            if isinstance(marker, OneOf):
                return marker.kinds
    return None


def is_list(hint: Any) -> bool:
    """Whether the field holds several values."""
    return typing.get_origin(hint) is tuple


def holds_picture(hint: Any) -> bool:
    """Whether the field holds a picture, or several."""
    from impasto.tasks import PictureSource

    return PictureSource in _parts(hint)


def source_in(hint: Any) -> SourceOfPicture | None:
    """The marker of a field that holds a picture, a mask or another file, or several; None for other fields."""
    from impasto.tasks.job import SourceOfPicture

    markers = (marker for part in _parts(hint) for marker in getattr(part, "__metadata__", ()))
    return next((marker for marker in markers if isinstance(marker, SourceOfPicture)), None)


def holds_mask(hint: Any) -> bool:
    """Whether the field holds a mask, or several."""
    from impasto.tasks import MaskSource

    return MaskSource in _parts(hint)


def picture_addresses(data: Mapping[str, Any], kinds: Mapping[str, type[Any]], where: str = "") -> list[str]:
    """The addresses of the pictures and masks that a table names, those in its tables among them."""
    known = _known(data, kinds)
    found: list[str] = []
    for name in known.keys() & data.keys():
        value, inner = data[name], kinds_of(known[name])
        items = value if isinstance(value, list | tuple) else [value]
        if any(names_picture(item, known[name]) for item in items):
            found.append(where + name)
        for item in items:
            if inner is not None and isinstance(item, Mapping):
                found += picture_addresses(item, inner, f"{where}{name}.")
    return sorted(found)


def names_picture(value: Any, hint: Any) -> bool:
    """Whether the value of a field, or one of its values, is a picture or a mask, and no word in place of one."""
    from impasto.tasks import MASK_WORDS

    if value in (None, NONE):
        return False
    return holds_picture(hint) or (holds_mask(hint) and value not in MASK_WORDS)


def accepts(hint: Any, kind: type[Any]) -> bool:
    """Whether `kind` is one of the plain types a field admits."""
    return any(part is kind for part in _parts(hint))


def defaults(cls: type[Any]) -> dict[str, Any]:
    """The fields of a job type that have a default, as data."""
    from pydantic import TypeAdapter

    found: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        if field.default is not dataclasses.MISSING:
            value = field.default
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            continue
        found[field.name] = TypeAdapter(hints(cls)[field.name]).dump_python(value, mode="json")
    return found


def conform(data: Mapping[str, Any], kinds: Mapping[str, type[Any]], what: str) -> dict[str, Any]:
    """Check the names in a table and bring its shorthands into the long form, without looking at values.

    A kind alone stands for its table, and need not be said where there is only one; `"none"` stands for null, a whole
    number for a text of digits, one value for a list.
    Raises JobError that lists everything amiss: unknown kinds and keys with the nearest ones, numbers not finite.
    """
    problems: list[str] = []
    table = _table(data, kinds, "", what, problems)
    if problems:
        raise JobError("\n".join(problems))
    return typing.cast("dict[str, Any]", table)


def _table(data: Any, kinds: Mapping[str, type[Any]], where: str, what: str, problems: list[str]) -> Any:
    if isinstance(data, str):
        data = {"kind": data}
    if not isinstance(data, Mapping):
        return data  # an object of one of the kinds, or something that pydantic will name
    only = next(iter(kinds)) if len(kinds) == 1 else None
    kind, place = data.get("kind", only), f"{where}: " if where else ""
    if not isinstance(kind, str):
        problems.append(f"{place}a `kind` is needed. Known: {', '.join(kinds)}.")
        return data
    if kind not in kinds:
        problems.append(f"{place}no {what} is named {kind!r}. {did_you_mean(kind, kinds)}")
        return data
    known = hints(kinds[kind])
    conformed = {}
    for key, value in data.items():
        address = f"{where}.{key}" if where else str(key)
        if key not in known:
            advice = (
                _within(str(key), data, known, where) or _elsewhere(str(key), kinds) or did_you_mean(str(key), known)
            )
            problems.append(f"{address}: no such setting of {what} {kind!r}. {advice}")
        else:
            conformed[key] = _value(value, known[key], address, problems)
    return conformed


def _within(key: str, data: Mapping[str, Any], known: Mapping[str, Any], where: str) -> str:
    """A sentence that names the address of the setting in a table inside this one; empty if none there has it."""
    for name in known:
        inner, kind = kinds_of(known[name]) or {}, data.get(name)
        kind = kind.get("kind") if isinstance(kind, Mapping) else kind
        if isinstance(kind, str) and kind in inner and key in hints(inner[kind]):
            return f"It is {'.'.join(filter(None, (where, name, key)))}."
    return ""


def _elsewhere(key: str, kinds: Mapping[str, type[Any]]) -> str:
    """A sentence that names the kinds which have the setting; empty if none has."""
    owners = [name for name, cls in kinds.items() if key in hints(cls)]
    return f"It belongs to {' and '.join(owners)}." if owners else ""


def _value(value: Any, hint: Any, where: str, problems: list[str]) -> Any:
    kinds = kinds_of(hint)
    if is_list(hint):
        if not isinstance(value, list | tuple):
            value = [value]
        element = typing.get_args(hint)[0]
        return [_value(item, element, f"{where}.{i}", problems) for i, item in enumerate(value)]
    if kinds is not None:
        return _table(value, kinds, where, getattr(kinds, "what", "kind"), problems)
    if value == NONE and accepts(hint, types.NoneType):
        return None
    if isinstance(value, bool) and not accepts(hint, bool):
        problems.append(f"{where}: true and false do not belong here")
    elif isinstance(value, int) and not isinstance(value, bool) and accepts(hint, str) and not accepts(hint, int):
        return str(value)
    elif isinstance(value, float) and not math.isfinite(value):
        problems.append(f"{where}: must be a finite number, got {value}")
    return value


def _parts(hint: Any) -> Iterator[Any]:
    """The types a hint is made of: itself, what is inside Annotated, the members of a union, a tuple's elements."""
    yield hint
    if hasattr(hint, "__metadata__"):
        yield from _parts(hint.__origin__)
    elif typing.get_origin(hint) in (typing.Union, types.UnionType, tuple):
        for part in typing.get_args(hint):
            yield from _parts(part)


def pictures_under(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The table with relative picture paths, also those in its tables, taken from `folder`: of a file there."""
    from impasto.tasks import JOBS

    return _under({"kind": "stylize", **data}, JOBS, folder)


def _under(data: Mapping[str, Any], kinds: Mapping[str, type[Any]], folder: Path) -> dict[str, Any]:
    known = _known(data, kinds)
    placed = dict(data)
    for name in placed.keys() & known.keys():
        value, inner = placed[name], kinds_of(known[name])
        if value == NONE and accepts(known[name], types.NoneType):
            continue
        if (source := source_in(known[name])) is not None:
            placed[name] = _each(value, partial(_placed, source=source, folder=folder))
        elif inner is not None:
            placed[name] = _each(value, partial(_table_under, kinds=inner, folder=folder))
    return placed


def _known(data: Mapping[str, Any], kinds: Mapping[str, type[Any]]) -> dict[str, Any]:
    """The fields of the kind that a table is of, which need not be said where there is only one; none of an unknown."""
    kind = data.get("kind", next(iter(kinds)) if len(kinds) == 1 else None)
    return hints(kinds[kind]) if isinstance(kind, str) and kind in kinds else {}


def _table_under(value: Any, *, kinds: Mapping[str, type[Any]], folder: Path) -> Any:
    return _under(value, kinds, folder) if isinstance(value, Mapping) else value


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value changed, or each of a list."""
    return [change(item) for item in value] if isinstance(value, list) else change(value)


def _placed(value: Any, source: SourceOfPicture, folder: Path) -> Any:
    is_path = isinstance(value, str) and value and not source.is_word(value)
    return str(folder / Path(value).expanduser()) if is_path else value
