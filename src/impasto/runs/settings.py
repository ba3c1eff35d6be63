"""From what a person sets to a job: defaults, preset, configuration file, flags and `a.b=c`, each over the last."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.errors import JobError
from impasto.registry import did_you_mean
from impasto.runs.codec import job_from_dict, read_toml
from impasto.runs.presets import DEFAULT_PRESET, preset
from impasto.runs.tables import defaults, hints, is_list, kinds_of, pictures_under
from impasto.tasks import JOBS, Job

LARGEST_CONFIG = 1_000_000
"""Bytes; a job takes a few thousand."""

WRAPPED = "loss"
"""The field in which a loss holds the one it wraps."""

EXCHANGED = ("content", "style")
"""The roles whose losses an address can exchange for others."""


def build_job(
    kind: str = "stylize",
    *,
    preset: str | None = DEFAULT_PRESET,
    config: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    sets: Sequence[str] = (),
) -> Job:
    """The job that the settings give, each source over the one before: defaults, preset, config, flags, sets.

    preset: a name of `preset_names()`; None for a kind of job that has none. config: a TOML file; relative picture
        paths in it are taken from its folder.
    flags: settings by name or address, `size` or `losses.gram.weight`; those that are None count as not given.
    sets: `address=value`, the value a TOML literal, or else a text: `optimizer.history=20`, `start=noise`.

    An address names a field of a table (`optimizer.history`), a loss by its kind (`losses.gram.weight`), by the
    pictures it looks at (`losses.style.weight`) or by its place (`losses.1.weight`). A loss wrapped in another goes by
    the same names, and what the wrapper has no field for is set on the loss it wraps. Another kind replaces a table
    whole. `losses.style` and `losses.content` name all losses that look at those pictures, and exchange them for one
    kind or several: `losses.style=sliced`, `losses.style=["gram", "histogram"]`. Those take over the layers and share
    the weight; a kind that was there already keeps its settings, and one that wraps another is taken as it is given. In
    all of them `"none"` stands for null.

    Raises JobError for what does not validate, UnknownNameError for an unknown preset, InputError for a config that
    cannot be read.
    """
    cls = JOBS[kind]
    settings = {**defaults(cls), "kind": kind}
    if preset is not None:
        _overlay(settings, _preset_for(preset, kind), cls)
    if config is not None:
        _overlay(settings, _config(config, kind), cls)
    for address, value in (flags or {}).items():
        if value is not None:
            _assign(settings, address, value, cls)
    for text in sets:
        _assign(settings, *parsed_setting(text), cls)
    return job_from_dict(settings)


def _preset_for(name: str, kind: str) -> dict[str, Any]:
    chosen = preset(name).job
    wanted = chosen.get("kind", kind)
    if wanted != kind:
        raise JobError(f"the preset {name} is for {wanted}, not for {kind}")
    return chosen


def _config(path: Path, kind: str) -> dict[str, Any]:
    """The table in a configuration file. Raises JobError if it cannot be read or is not of this kind."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_CONFIG + 1)
        text = raw.decode("utf-8")
    except OSError as error:
        raise JobError(f"{path}: the configuration cannot be read ({error.strerror}). Check the path.") from None
    except ValueError:
        raise JobError(f"{path}: it is no text in UTF-8, so no configuration. Name a TOML file.") from None
    if len(raw) > LARGEST_CONFIG:
        raise JobError(f"{path}: it is larger than {LARGEST_CONFIG:,} bytes, so no configuration.")
    data = read_toml(text, str(path))
    if data.get("kind", kind) != kind:
        raise JobError(f"{path}: it describes a job of kind {data['kind']!r}, not {kind!r}")
    return pictures_under({**data, "kind": kind}, path.absolute().parent)


def parsed_setting(text: str) -> tuple[str, Any]:
    """The address and the value of `a.b=c`. Raises JobError for a text that is no setting."""
    address, equals, written = text.partition("=")
    if not equals or not address.strip():
        raise JobError(f"{text!r} is not a setting. Write an address, an equals sign and a value: optimizer.history=20")
    try:
        value = tomllib.loads(f"value = {written}")
    except (ValueError, RecursionError):
        return address.strip(), written.strip()
    return address.strip(), value["value"] if len(value) == 1 else written.strip()


def _overlay(table: dict[str, Any], over: Mapping[str, Any], cls: type[Any]) -> None:
    """Put the settings of one source over those gathered so far."""
    known = hints(cls)
    for key, value in over.items():
        old = table.get(key)
        single = key in known and kinds_of(known[key]) is not None and not is_list(known[key])
        table[key] = _merged(old, value) if single and isinstance(old, Mapping) else value


def _merged(old: Mapping[str, Any], value: Any) -> Any:
    """A table over another of its kind; a table, or the name, of another kind replaces it whole."""
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, Mapping) or value.get("kind", old.get("kind")) != old.get("kind"):
        return value
    return {**old, **value}


def _assign(table: dict[str, Any], address: str, value: Any, cls: type[Any]) -> None:
    """Set the field that `address` names, in every table that it names."""
    head, *rest = address.split(".")
    if not rest:
        _overlay(table, {head: value}, cls)
        return
    known = hints(cls)
    kinds = kinds_of(known[head]) if head in known else None
    if kinds is None:
        tables = [name for name, hint in known.items() if kinds_of(hint) is not None]
        raise JobError(f"{address}: {head!r} is no table of settings. {did_you_mean(head, tables)}")
    if not is_list(known[head]):
        table[head] = _merged(_as_table(table[head], address), {_only(rest, address): value})
        return
    items = [_as_table(item, address) for item in table[head]]
    if len(rest) == 1 and rest[0] in EXCHANGED:
        table[head] = _exchanged(items, rest[0], value, kinds, address)
        return
    chosen = _named(items, rest[0], kinds, address)
    field = _only(rest[1:], address)
    for index in chosen:
        items[index] = _with_field(items[index], field, value, kinds)
    table[head] = items


def _exchanged(
    items: Sequence[Mapping[str, Any]], role: str, value: Any, kinds: Mapping[str, type[Any]], address: str
) -> list[Mapping[str, Any]]:
    """The losses with those of a role exchanged for the given ones, by kind or as tables."""
    there = [i for i, item in enumerate(items) if _target(kinds, item) == role]
    given = [_of_role(each, role, kinds, address) for each in (value if isinstance(value, list | tuple) else [value])]
    if not given:
        raise JobError(f"{address}: name at least one loss. {did_you_mean('', _kinds_of_role(role, kinds))}")
    old = [_innermost(items[i]) for i in there]
    weights = [item.get("weight", 1.0) for item in old] or [1.0]
    if not all(isinstance(weight, int | float) for weight in weights):
        raise JobError(f"{address}: the weights of the losses to be exchanged must be numbers, not {weights}")
    seats = {name: old[0][name] for name in ("layers", "layer_weights") if old and name in old[0]}
    kept = {item["kind"]: item for item in old}
    exchanged = []
    for table in given:
        taken = {} if "layers" in table else {**seats, **kept.get(table["kind"], {})}
        exchanged.append(table if WRAPPED in table else {**taken, "weight": sum(weights) / len(given), **table})
    first = there[0] if there else len(items)
    return [*items[:first], *exchanged, *(item for i, item in enumerate(items) if i > first and i not in there)]


def _of_role(given: Any, role: str, kinds: Mapping[str, type[Any]], address: str) -> Mapping[str, Any]:
    """A loss, given by its kind or as a table, that looks at the pictures of a role."""
    table = {"kind": given} if isinstance(given, str) else given
    known = _kinds_of_role(role, kinds)
    if not isinstance(table, Mapping) or not isinstance(table.get("kind"), str):
        raise JobError(f"{address}: must be the kind of a loss, or several, not {given!r}. {did_you_mean('', known)}")
    if table["kind"] not in kinds or _target(kinds, table) != role:
        raise JobError(f"{address}: no loss of {role} is named {table['kind']!r}. {did_you_mean(table['kind'], known)}")
    return table


def _kinds_of_role(role: str, kinds: Mapping[str, type[Any]]) -> list[str]:
    """The kinds that look at the pictures of a role, unless told otherwise."""
    return sorted(kind for kind in kinds if _target(kinds, {"kind": kind}) == role)


def _innermost(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The loss itself, or the one at the bottom of all that it wraps."""
    inner = _wrapped(item)
    return item if inner is None else _innermost(inner)


def _with_field(item: Mapping[str, Any], field: str, value: Any, kinds: Mapping[str, type[Any]]) -> Any:
    """The loss with one field set: its own, or else that of the loss it wraps."""
    inner, cls = _wrapped(item), _kind_of(kinds, item)
    if inner is not None and cls is not None and field not in hints(cls):
        return {**item, WRAPPED: _with_field(inner, field, value, kinds)}
    return _merged(item, {**_weights_for(item, field, value), field: value})


def _wrapped(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The loss that this one wraps, if it does."""
    inner = item.get(WRAPPED)
    return _as_table(inner, WRAPPED) if inner is not None else None


def _as_table(item: Any, address: str) -> Mapping[str, Any]:
    if isinstance(item, str):
        return {"kind": item}
    if isinstance(item, Mapping):
        return item
    raise JobError(f"{address}: what it names was given as an object; set the field on that object")


def _only(rest: Sequence[str], address: str) -> str:
    """The last part of an address, which must be the only one left."""
    if len(rest) != 1 or not rest[0]:
        raise JobError(f"{address}: not an address of a setting; write table.field, or losses.gram.field")
    return rest[0]


def _named(items: Sequence[Mapping[str, Any]], name: str, kinds: Mapping[str, type[Any]], address: str) -> list[int]:
    """The places of the tables that `name` names: a place, a kind, or the role of the pictures looked at."""
    if name.isascii() and name.isdigit() and len(name) < 5 and int(name) < len(items):
        return [int(name)]
    kinds_there = [_kinds_in(item) for item in items]
    of_kind = [i for i, within in enumerate(kinds_there) if name in within]
    if of_kind:
        return of_kind
    roles = [_target(kinds, item) for item in items]
    chosen = [i for i, role in enumerate(roles) if role == name]
    if chosen:
        return chosen
    there = dict.fromkeys(str(n) for i, within in enumerate(kinds_there) for n in (*within, roles[i], i) if n != "none")
    raise JobError(f"{address}: the job has no {name!r} there. {did_you_mean(name, there)}")


def _kinds_in(item: Mapping[str, Any]) -> list[Any]:
    """The kind of a loss, and of what it wraps."""
    inner = _wrapped(item)
    return [item.get("kind"), *(_kinds_in(inner) if inner is not None else ())]


def _target(kinds: Mapping[str, type[Any]], item: Mapping[str, Any]) -> Any:
    """The pictures that a loss looks at, or the one it wraps; unless told, those its kind looks at."""
    inner = _wrapped(item)
    if inner is not None:
        return _target(kinds, inner)
    return item.get("target") or getattr(_kind_of(kinds, item), "target", "none")


def _kind_of(kinds: Mapping[str, type[Any]], item: Mapping[str, Any]) -> type[Any] | None:
    """The type of a table; None for one that says no kind."""
    return kinds[item["kind"]] if "kind" in item else None


def _weights_for(item: Mapping[str, Any], field: str, value: Any) -> dict[str, Any]:
    """Equal layer weights go along when the layers change in number, so that a preset's layers can be replaced."""
    weights: list[float] = list(item.get("layer_weights") or [])
    if field != "layers" or not isinstance(value, list | tuple) or len(set(weights)) != 1:
        return {}
    return {"layer_weights": [weights[0]] * len(value)}
