"""The JSON Schema of what `shapes.read` takes, from the same dataclasses."""

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from survey_app.analysis.specification.shapes import Range, bare_kind


def schema_of(kind: Any) -> dict[str, object]:
    """The JSON Schema of what `read` takes for `kind`."""
    bare, limits = bare_kind(kind)
    described = {"description": note} if (note := _description(kind)) else {}
    return {**_schema(bare, limits), **described}


def _description(kind: Any) -> str:
    notes = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return next((note for note in notes if isinstance(note, str)), "")


def _schema(kind: Any, limits: Range | None) -> dict[str, object]:
    if is_dataclass(kind):
        return _record_schema(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (Union, types.UnionType):
        options = [schema_of(arg) if arg is not type(None) else {"type": "null"} for arg in args]
        return {"anyOf": options}
    if origin is tuple:
        return _sequence_schema(args)
    if origin is not None:
        return {"type": "object", "additionalProperties": schema_of(args[1])}
    if kind is str:
        # A whole number is taken as its digits.
        return {"type": ["string", "integer"], "minLength": 1}
    return {"type": "integer" if kind is int else "number", **(limits.schema() if limits else {})}


def _sequence_schema(args: tuple[Any, ...]) -> dict[str, object]:
    listed: dict[str, object] = {"type": "array", "items": schema_of(args[0])}
    if Ellipsis not in args:
        return {**listed, "minItems": len(args), "maxItems": len(args)}
    # One text, number or list may stand for a list of one.
    return listed if is_dataclass(bare_kind(args[0])[0]) else {"anyOf": [schema_of(args[0]), listed]}


def _record_schema(kind: Any) -> dict[str, object]:
    hints = get_type_hints(kind, include_extras=True)
    required = [field.name for field in fields(kind) if field.default is MISSING]
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n", 1)[0],
        "properties": {field.name: _property(field, hints[field.name]) for field in fields(kind)},
        "required": required,
        "additionalProperties": False,
    }


def _property(field: "Field[Any]", hint: Any) -> dict[str, object]:
    shape = schema_of(hint)
    if field.default in (MISSING, None, ()):
        return shape
    return {**shape, "default": field.default}
