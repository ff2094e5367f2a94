"""Contents <-> the JSON document of a release, with a schema number and a reader for good."""

import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from survey_app.reports.contents import Contents, ItemResult

# 1: an item's change called its `discontinuities` its `breaks`. 2: regions had a figure of both sectors
# together, no cell was a band, and numbers had all their digits. 3: no standard errors and no units, gaps
# of questions that were not alike, and each called clear by itself.
SCHEMA = 4


class UnreadableReleaseError(Exception):
    """The document has a schema that no reader here knows."""


def to_json(contents: Contents) -> dict[str, Any]:
    """The document that a release stores."""
    return {"schema": SCHEMA, "contents": plain(asdict(contents))}


def from_json(document: Mapping[str, Any]) -> Contents:
    """The contents of a stored release.

    Raises:
        UnreadableReleaseError: an unknown schema number.
    """
    schema = _check_schema(document)
    written = document["contents"]
    contents: Contents = read_as(Contents, _without_breaks(written) if schema == 1 else written)
    return contents


def _check_schema(document: Mapping[str, Any]) -> int:
    schema = document.get("schema")
    if schema not in (1, 2, 3, SCHEMA):
        raise UnreadableReleaseError(f"no reader for releases of schema {schema!r}")
    return int(schema)


def items_of(document: Mapping[str, Any], indicator: str) -> tuple[ItemResult, ...]:
    """What a stored release says of one indicator alone: the rest of it, which may be large, is not read.

    Raises:
        UnreadableReleaseError: an unknown schema number.
    """
    items = (item for item in _written(document) if item.get("indicator") == indicator)
    return tuple(read_as(ItemResult, _today(item)) for item in items)


def every_item(document: Mapping[str, Any]) -> tuple[ItemResult, ...]:
    """All items of a stored release, and nothing else of it.

    Raises:
        UnreadableReleaseError: an unknown schema number.
    """
    return tuple(read_as(ItemResult, _today(item)) for item in _written(document))


def _written(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    _check_schema(document)
    items: list[Mapping[str, Any]] = document["contents"]["items"]
    return items


def indicators_of(document: Mapping[str, Any]) -> frozenset[str]:
    """Of which indicators a stored release says anything."""
    return frozenset(item.get("indicator") or "" for item in document["contents"]["items"]) - {""}


def opened_on(document: Mapping[str, Any]) -> date:
    """The day on which the round of a stored release opened."""
    return date.fromisoformat(document["contents"]["opened_on"])


def _without_breaks(written: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of a document of schema 1 with the keys of today."""
    return {**written, "items": [_today(item) for item in written["items"]]}


def _today(item: Mapping[str, Any]) -> dict[str, Any]:
    change = item.get("change")
    if change is None or "breaks" not in change:
        return dict(item)
    kept = {name: value for name, value in change.items() if name != "breaks"}
    return {**item, "change": {**kept, "discontinuities": change["breaks"]}}


def plain(value: Any) -> Any:
    """A value as JSON knows it: lists for tuples, days and choices as text."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def read_as(kind: Any, value: Any) -> Any:
    """What `plain` wrote of a value of this kind; fields that the kind does not know are left out."""
    if value is None:
        return None
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        given = {each.name for each in fields(kind)} & set(value)
        return kind(**{name: read_as(hints[name], value[name]) for name in given})  # type: ignore[operator]
    if get_origin(kind) in (Union, types.UnionType):
        return read_as(next(part for part in get_args(kind) if part is not type(None)), value)
    if get_origin(kind) is tuple:
        return tuple(read_as(get_args(kind)[0], part) for part in value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return date.fromisoformat(value) if kind is date else value
