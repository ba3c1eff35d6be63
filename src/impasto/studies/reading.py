"""Reading a study's file: every name in it known, every value of its type, or an error that lists what is amiss."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from impasto.errors import JobError
from impasto.registry import did_you_mean
from impasto.runs.codec import read_toml
from impasto.runs.files import read_text
from impasto.studies.measures import is_measure, measure_names
from impasto.studies.study import KINDS, Axis, Study, Variant, flattened

ABOUT = (
    "title",
    "claim",
    "source",
    "kind",
    "trials",
    "seed",
    "reference",
    "judges",
    "lpips",
    "objectives",
)
TABLES = ("study", "pairs", "job", "vary", "variant")
PAIR_KEYS = ("contents", "styles", "list")
AXIS_KEYS = ("values", "names", "low", "high", "log", "whole", "count")
MOST_TRIALS = 10_000
MOST_ON_AN_AXIS = 1_000
FORBIDDEN = {"content": "[pairs]", "styles": "[pairs]", "kind": "[study]"}
"""Settings of a job that a study says elsewhere."""


def read_study(path: Path) -> Study:
    """The study in a TOML file. Raises InputError if it cannot be read, JobError for what is wrong in it."""
    return study_from_toml(read_text(path), str(path), name=path.stem, folder=path.absolute().parent)


def study_from_toml(text: str, where: str, *, name: str, folder: Path) -> Study:
    """The study in a TOML text; messages call it `where`. Raises JobError that lists everything amiss."""
    data = read_toml(text, where)
    problems: list[str] = []
    _check_names(data, TABLES, "", problems)
    reader = Reader(problems)
    parts = {
        **reader.about(reader.table(data, "study")),
        **reader.pairs(reader.table(data, "pairs")),
        "settings": reader.settings(reader.table(data, "job"), "job"),
        "axes": reader.axes(reader.table(data, "vary")),
        "variants": reader.variants(data.get("variant", [])),
    }
    if problems:
        raise JobError("\n".join(f"{where}: {problem}" for problem in problems))
    study = Study(name=name, folder=folder, **{"title": name, **parts})
    _check_whole(study, where)
    return study


def _check_whole(study: Study, where: str) -> None:
    """Raise JobError for parts that do not go together."""
    if not study.axes and not study.variants:
        raise JobError(f"{where}: nothing is varied: give a table [vary] with settings, or one [[variant]] or more")
    for axis in study.axes:
        if study.kind == "grid" and axis.is_range and axis.count is None:
            raise JobError(f'{where}: vary."{axis.address}": a grid needs `count`, how many values of the range')
    if study.kind == "guided" and len(study.objectives) > 3:
        raise JobError(f"{where}: study.objectives: a search can weigh three against each other at most")


def _check_names(table: Mapping[str, Any], known: tuple[str, ...], place: str, problems: list[str]) -> None:
    problems += [f"{place}{key}: no such entry. {did_you_mean(key, known)}" for key in table if key not in known]


class Reader:
    """Reads the tables of a study, and notes what is wrong with them."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems

    def table(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """The table under a key; empty if there is none."""
        value = data.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.problems.append(f"{key}: must be a table, [{key}]")
        return {}

    def about(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """The table [study]."""
        _check_names(table, ABOUT, "study.", self.problems)
        found: dict[str, Any] = {}
        for key in ("title", "claim", "source", "reference", "lpips"):
            self._take(found, table, key, lambda v: isinstance(v, str), "a text")
        self._take(found, table, "kind", lambda v: v in KINDS, f"one of {', '.join(KINDS)}")
        wanted = f"a whole number from 1 to {MOST_TRIALS:,}"
        self._take(found, table, "trials", lambda v: type(v) is int and 1 <= v <= MOST_TRIALS, wanted)
        self._take(found, table, "seed", lambda v: type(v) is int and 0 <= v < 2**32, "a whole number, 0 or more")
        for key in ("judges", "objectives"):
            self._take(found, table, key, _is_texts, "a list of one or more texts")
            if key in found:
                found[key] = tuple(dict.fromkeys(found[key]))
        self._check_judges(found)
        return found

    def _check_judges(self, found: Mapping[str, Any]) -> None:
        from impasto.measure import JUDGES, LPIPS_NETWORKS

        for name in found.get("judges", ()):
            if name not in JUDGES:
                self.problems.append(f"study.judges: no judge is named {name!r}. {did_you_mean(name, JUDGES)}")
        lpips = found.get("lpips")
        if lpips is not None and lpips not in LPIPS_NETWORKS:
            advice = did_you_mean(lpips, LPIPS_NETWORKS)
            self.problems.append(f"study.lpips: no LPIPS network is named {lpips!r}. {advice}")
        judges = found.get("judges", Study.judges)
        for name in found.get("objectives", ()):
            if not is_measure(name, judges):
                advice = did_you_mean(name, measure_names(judges))
                self.problems.append(f"study.objectives: no measure is named {name!r}. {advice}")

    def _take(
        self, found: dict[str, Any], table: Mapping[str, Any], key: str, fits: Callable[[Any], bool], wanted: str
    ) -> None:
        if key not in table:
            return
        if fits(table[key]):
            found[key] = table[key]
        else:
            self.problems.append(f"study.{key}: must be {wanted}, got {table[key]!r}")

    def pairs(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """The table [pairs]."""
        _check_names(table, PAIR_KEYS, "pairs.", self.problems)
        listed = table.get("list", [])
        if not isinstance(listed, list) or any(not _is_texts(pair) or len(pair) != 2 for pair in listed):
            self.problems.append('pairs.list: must be a list of pairs, [["CONTENT", "STYLE"], …]')
            listed = []
        named = {key: table.get(key, []) for key in ("contents", "styles")}
        for key, names in named.items():
            named[key] = [names] if isinstance(names, str) else names
            if named[key] and not _is_texts(named[key]):
                self.problems.append(f"pairs.{key}: must be a list of pictures, got {names!r}")
                named[key] = []
        if listed and (named["contents"] or named["styles"]):
            self.problems.append("pairs: give contents and styles, or a list of pairs, not both")
        return {"pairs": tuple((c, s) for c, s in listed)} | {key: tuple(names) for key, names in named.items()}

    def settings(self, table: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Settings of a job by address."""
        settings = flattened(table)
        for address in settings:
            self._check_address(address, place)
        return settings

    def _check_address(self, address: str, place: str) -> None:
        if address in FORBIDDEN:
            self.problems.append(f"{place}.{address}: a study says this in {FORBIDDEN[address]}")

    def axes(self, table: Mapping[str, Any]) -> tuple[Axis, ...]:
        """The table [vary]."""
        axes = []
        for address, entry in _axis_entries(table).items():
            self._check_address(address, "vary")
            place = f'vary."{address}"'
            if isinstance(entry, list):
                entry = {"values": entry}
            _check_names(entry, AXIS_KEYS, f"{place}.", self.problems)
            axis = self._values(address, place, entry) if "values" in entry else self._range(address, place, entry)
            if axis is not None:
                axes.append(axis)
        return tuple(axes)

    def _values(self, address: str, place: str, entry: Mapping[str, Any]) -> Axis | None:
        values, names = entry["values"], entry.get("names")
        if not isinstance(values, list) or not values:
            self.problems.append(f"{place}: values must be a list of one or more")
            return None
        if extra := [key for key in entry if key not in ("values", "names")]:
            self.problems.append(f"{place}: {extra[0]} belongs to a range, low … high, not to values")
            return None
        if names is None:
            names = [_name_of(value) for value in values]
        if not _is_texts(names) or len(names) != len(values) or len(set(names)) != len(names):
            self.problems.append(f"{place}: give `names`, one text to each of the {len(values)} values, no two alike")
            return None
        return Axis(address=address, values=tuple(values), names=tuple(names))

    def _range(self, address: str, place: str, entry: Mapping[str, Any]) -> Axis | None:
        low, high = entry.get("low"), entry.get("high")
        log, whole, count = entry.get("log", False), entry.get("whole", False), entry.get("count")
        if low is None or high is None or not _is_number(low) or not _is_number(high):
            self.problems.append(f"{place}: give a list of values, or a range with low and high")
        elif not low < high or (log and low <= 0):
            self.problems.append(f"{place}: low must be under high{', and above 0 with log' if log else ''}")
        elif not isinstance(log, bool) or not isinstance(whole, bool):
            self.problems.append(f"{place}: log and whole must be true or false")
        elif count is not None and not (type(count) is int and 2 <= count <= MOST_ON_AN_AXIS):
            self.problems.append(f"{place}: count must be a whole number from 2 to {MOST_ON_AN_AXIS:,}")
        elif whole and (low != int(low) or high != int(high)):
            self.problems.append(f"{place}: low and high must be whole numbers where whole is true")
        else:
            return Axis(address=address, low=float(low), high=float(high), log=log, whole=whole, count=count)
        return None

    def variants(self, tables: Any) -> tuple[Variant, ...]:
        """The tables [[variant]]."""
        if not isinstance(tables, list) or any(not isinstance(table, Mapping) for table in tables):
            self.problems.append("variant: must be tables, [[variant]]")
            return ()
        variants: list[Variant] = []
        for number, table in enumerate(tables, start=1):
            _check_names(table, ("name", "set"), f"variant {number}: ", self.problems)
            name, settings = table.get("name"), table.get("set", {})
            if not isinstance(name, str) or not name.strip() or name in [v.name for v in variants]:
                self.problems.append(f"variant {number}: needs a `name`, another than those before it")
            elif not isinstance(settings, Mapping):
                self.problems.append(f"variant {name!r}: `set` must be a table of settings")
            else:
                variants.append(Variant(name=name, settings=self.settings(settings, f"variant {name!r}")))
        return tuple(variants)


def _axis_entries(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """What is varied by address: lists, and tables that say a range or values; other tables are walked into."""
    entries: dict[str, Any] = {}
    for key, value in table.items():
        address = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and all(isinstance(inner, Mapping | list) for inner in value.values()):
            if "values" in value:
                entries[address] = value
            else:
                entries |= _axis_entries(value, address)
        else:
            entries[address] = value if isinstance(value, Mapping | list) else [value]
    return entries


def _name_of(value: Any) -> str:
    """What a value is called if nobody says."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return str(value.get("kind", value))
    if isinstance(value, list):
        return ", ".join(_name_of(item) for item in value) or "none"
    return str(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item.strip() for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
