"""A file as an editor sees it, and the words of JSON Schema that ours uses."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from instruments.language.json_schema import schema

SCHEMA = schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def loaded(text: str) -> Any:
    """The file as an editor sees it: dates are text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(held) for key, held in value.items()}
        if isinstance(value, list):
            return [plain(held) for held in value]
        return value.isoformat() if isinstance(value, date) else value

    # The same reader as the product's, which takes a question mark where the one in Python does not.
    return plain(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def errors(value: Any, rule: dict[str, Any], path: str = "") -> Iterator[str]:
    """What is wrong with a value, by the words of JSON Schema that ours uses."""
    if "$ref" in rule:
        yield from errors(value, SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]], path)
        return
    if "anyOf" in rule and all(any(True for _ in errors(value, one, path)) for one in rule["anyOf"]):
        yield f"{path}: {value!r} is none of the {len(rule['anyOf'])} shapes"
    if value not in rule.get("enum", [value]) or value != rule.get("const", value):
        yield f"{path}: {value!r} is not among {rule}"
    types = [rule["type"]] if isinstance(rule.get("type", []), str) else rule.get("type", [])
    if types and not any(isinstance(value, TYPES[one]) for one in types):
        yield f"{path}: {value!r} is no {types}"
    else:
        yield from _inside(value, rule, path)


def _inside(value: Any, rule: dict[str, Any], path: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        yield f"{path}: {value!r} does not look like {rule['pattern']}"
    elif isinstance(value, dict):
        yield from _fields(value, rule, path)
    elif isinstance(value, list):
        if len(value) < rule.get("minItems", 0):
            yield f"{path}: too short"
        for place, held in enumerate(value):
            yield from errors(held, rule.get("items", {}), f"{path}[{place}]")


def _fields(value: dict[str, Any], rule: dict[str, Any], path: str) -> Iterator[str]:
    known = rule.get("properties", {})
    for key in rule.get("required", ()):
        if key not in value:
            yield f"{path}: {key} is missing"
    for key, held in value.items():
        if key in known:
            yield from errors(held, known[key], f"{path}.{key}")
        elif rule.get("additionalProperties") is False:
            yield f"{path}: there is no {key}"


def properties(rule: Any) -> Iterator[str]:
    if isinstance(rule, dict):
        yield from rule.get("properties", {})
        for held in rule.values():
            yield from properties(held)
    elif isinstance(rule, list):
        for held in rule:
            yield from properties(held)
