"""Jobs to data and back: dictionaries, TOML and a JSON schema. The one place that validates a job from outside."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union

import tomli_w
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from impasto.errors import JobError
from impasto.runs.tables import NONE, conform
from impasto.tasks import JOBS, Job

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEEPEST = 20
"""Tables nested deeper than this belong to no job."""


@functools.cache
def adapter() -> TypeAdapter[Job]:
    """The validator of every kind of job that is registered when it is first asked for."""
    kinds = tuple(JOBS.values())
    if len(kinds) == 1:
        return TypeAdapter(kinds[0])
    any_kind: Any = Annotated[Union[kinds], Field(discriminator="kind")]  # noqa: UP007
    return TypeAdapter(any_kind)


def job_from_dict(data: Mapping[str, Any]) -> Job:
    """The job that `data` describes; without a `kind` it is taken as stylising.

    Shorthands are admitted, see `impasto.runs.tables.conform`. Raises JobError with a line for everything amiss:
    unknown kinds and settings with the nearest names, values of the wrong type, numbers that are not finite.
    """
    complete = conform({"kind": "stylize", **data}, JOBS, JOBS.what)
    try:
        return adapter().validate_python(complete)
    except ValidationError as error:
        raise JobError("\n".join(_line(detail, complete) for detail in error.errors(include_url=False))) from None


def job_to_dict(job: Job) -> dict[str, Any]:
    """The job as data that JSON can hold: every setting, defaults included, paths as text.

    Raises JobError for a picture in memory, which `Run.create` stores in a file first, and for numbers not finite.
    """
    kind = type(job) if type(job) in JOBS.values() else JOBS[job.kind]
    try:
        data: dict[str, Any] = TypeAdapter(kind).dump_python(job, mode="json")
    except PydanticSerializationError as error:
        raise JobError(f"the job cannot be written down: {error}") from None
    conform(data, JOBS, JOBS.what)
    return data


def job_to_toml(job: Job) -> str:
    """The job as TOML, every setting in it; a null is written `"none"`. Raises JobError like `job_to_dict`."""
    try:
        text = tomli_w.dumps(_null_written(job_to_dict(job)))
        text.encode()
    except UnicodeEncodeError:
        raise JobError("a file name in the job is not valid text (UTF-8). Rename the picture.") from None
    return text


def job_from_toml(text: str, where: str = "the job") -> Job:
    """The job in a TOML text. Raises JobError, its message beginning with `where`."""
    try:
        return job_from_dict(read_toml(text, where))
    except JobError as error:
        message = str(error)
        raise JobError(message if message.startswith(f"{where}: ") else f"{where}: {message}") from None


def read_toml(text: str, where: str) -> dict[str, Any]:
    """The table in a TOML text. Raises JobError if it is not TOML or nested beyond reason."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise JobError(f"{where}: not valid TOML: {error}") from None
    except ValueError as error:  # a number of too many digits
        raise JobError(f"{where}: a value that cannot be read: {error}") from None
    if _depth(data) > DEEPEST:
        raise JobError(f"{where}: tables nested more than {DEEPEST} deep; that is no job")
    return data


def job_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a job in its long form."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **adapter().json_schema()}


def _line(detail: ErrorDetails, data: Mapping[str, Any]) -> str:
    """One mistake in the form `optimizer.history: must be …, got …`."""
    address = ".".join(_address(detail["loc"], data))
    if detail["type"] in ("missing", "missing_argument"):
        return f"{address}: is needed and not given"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    wanted = message if message.startswith("must ") else f"must be {message}"
    shown = repr(detail["input"])
    return f"{address}: {wanted}, got {shown if len(shown) <= 80 else shown[:77] + '…'}"


def _address(loc: tuple[int | str, ...], data: Any) -> list[str]:
    """The keys of a location, without the kinds that pydantic puts between them."""
    address: list[str] = []
    entered = True
    for part in loc:
        if entered and isinstance(data, Mapping) and part == data.get("kind"):
            entered = False
            continue
        address.append(str(part))
        entered = True
        if isinstance(data, Mapping):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
        else:
            data = None
    return address


def _null_written(value: Any) -> Any:
    """Data with every null in it, at any depth, as it is written in TOML."""
    if isinstance(value, dict):
        return {key: _null_written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_null_written(inner) for inner in value]
    return NONE if value is None else value


def _depth(value: Any) -> int:
    """How many tables and lists stand inside one another."""
    depth, level = 0, [value]
    while level:
        inner: list[Any] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item if isinstance(item, list) else []
        depth, level = depth + 1, inner
    return depth
