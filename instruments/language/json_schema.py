"""The language as a JSON Schema, so that an editor can offer its fields and mark what cannot be.

It says less than the reader: what hangs on other parts of a file (routes, pipes, kinds) is the reader's
alone. Whatever the reader takes, the schema takes.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from instruments.answering.repeats import AGREEMENTS
from instruments.conduct import Mode, Respondent, Role, Strand
from instruments.language.fields import NAME, REFERENCE
from instruments.language.questionnaire import LANGUAGE
from instruments.schema import ESCAPES, FACTS, SCHEMA, Audience, Changed, Kind, Proposes, Statistic

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number"]}
WORD: Schema = {"type": ["string", "number", "boolean"]}
NUMBER: Schema = {"type": ["number", "string"]}
WHOLE: Schema = {"type": "integer", "minimum": 1}
FLAG: Schema = {"type": "boolean"}
NAMED: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}
SUBJECT: Schema = {"type": "string", "pattern": f"^{REFERENCE.pattern}$"}
TAG: Schema = {"type": "string", "pattern": f"^{LANGUAGE.pattern}$"}
CONDITION: Schema = {"$ref": "#/$defs/condition"}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a questionnaire file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A questionnaire of Compact Monitor",
        **_fields(
            _head(), ["schema", "name", "version", "title", "audience", "estimated_minutes", "sections"]
        ),
        "$defs": {
            "section": _section(),
            "question": _fields(_question(), ["id", "kind", "text", "short"]),
            "computed": _fields(
                {"id": NAMED, "short": TEXT, "compute": _formula()}, ["id", "short", "compute"]
            ),
            "condition": _condition(),
        },
    }


def _fields(properties: Schema, needed: Iterable[str] = ()) -> Schema:
    closed: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return closed | ({"required": [*needed]} if needed else {})


def _one_of(choices: Iterable[str | StrEnum]) -> Schema:
    return {"enum": [str(choice) for choice in choices]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of, "minItems": 1}


def _some_of(choices: type[StrEnum]) -> Schema:
    """One word, or a list without repeats."""
    return {"anyOf": [_one_of(choices), _list(_one_of(choices)) | {"uniqueItems": True}]}


def _head() -> Schema:
    return {
        "schema": {"const": SCHEMA},
        "name": NAMED,
        "version": WHOLE,
        "title": TEXT,
        "audience": _some_of(Audience),
        "estimated_minutes": WHOLE,
        "role": _one_of(Role),
        "strands": _some_of(Strand),
        "modes": _some_of(Mode),
        "answered_by": _some_of(Respondent),
        "minutes_ceiling": WHOLE,
        "language": TAG,
        "languages": _list(TAG),
        "expects": _list(_expected()),
        "explained": _list(_fields({"warning": NAMED, "why": TEXT, "at": TEXT}, ["warning", "why"])),
        "composed_of": _list(_part()),
        "left_out": _list(NAMED),
        "sections": _list({"$ref": "#/$defs/section"}),
    }


def _expected() -> Schema:
    passes = _list(_one_of(ESCAPES))
    fields = {"item": NAMED, "kind": _one_of(Kind), "values": _list(WORD), "passes": passes}
    return _fields(fields, ["item", "kind"])


def _part() -> Schema:
    sha256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return _fields({"name": NAMED, "version": WHOLE, "sha256": sha256}, ["name", "version", "sha256"])


def _section() -> Schema:
    entry = {"anyOf": [{"$ref": "#/$defs/question"}, {"$ref": "#/$defs/computed"}]}
    fields = {
        "id": NAMED,
        "title": TEXT,
        "ask_if": CONDITION,
        "modes": _some_of(Mode),
        "answered_by": _some_of(Respondent),
        "minutes": NUMBER,
        "repeat": _repeat(),
        "origin": TEXT,
        "open": FLAG,
        "questions": _list(entry),
    }
    return _fields(fields, ["id", "title", "questions"])


def _repeat() -> Schema:
    ways = ({"item": SUBJECT}, {"codes": NAMED}, {"list": _one_of([AGREEMENTS])})
    return {"anyOf": [_fields(way, way) for way in ways]}


def _question() -> Schema:
    return {
        "id": NAMED,
        "item": NAMED,
        "kind": _one_of(Kind),
        "text": TEXT,
        "hint": TEXT,
        "short": TEXT,
        "indicator": {"type": "string"},
        "required": FLAG,
        **{escape.value: {"type": ["boolean", "string"]} for escape in ESCAPES},
        "ask_if": CONDITION,
        "checks": _list(_check()),
        **_measuring(),
        **_choosing(),
        **_conduct(),
    }


def _measuring() -> Schema:
    return {
        "statistic": _one_of(Statistic),
        "measured": TEXT,
        "counts_as": _list(WORD),
        "mirrored": FLAG,
        "retrospective": FLAG,
    }


def _choosing() -> Schema:
    option = _fields({"value": NAMED, "label": TEXT, "hint": TEXT, "exclusive": FLAG}, ["value", "label"])
    row = _fields({"value": NAMED, "label": TEXT, "indicator": {"type": "string"}}, ["value", "label"])
    day = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    return {
        "options": _list(option),
        "rows": _list(row),
        "anchors": _fields({point: TEXT for point in "12345"}, ["1", "5"]),
        "minimum": NUMBER,
        "maximum": NUMBER,
        "earliest": day,
        "latest": day,
        "limit": WHOLE,
    }


def _conduct() -> Schema:
    changed = {"from_version": WHOLE, "kind": _one_of(Changed), "note": TEXT}
    return {
        "modes": _some_of(Mode),
        "answered_by": _some_of(Respondent),
        "minutes": NUMBER,
        "page": NAMED,
        "repeat": _repeat(),
        "clause": TEXT,
        "guidance": TEXT,
        "probes": _list(TEXT),
        "proposes": _one_of(Proposes),
        "changed": _fields(changed, ["from_version", "kind"]),
    }


def _check() -> Schema:
    said = {"message": TEXT, "soft": FLAG}
    bound = {"type": ["number", "string"]}
    ways: tuple[Schema, ...] = (
        _fields({"sum_of": _list(SUBJECT), "equals": bound, **said}, ["sum_of", "equals"]),
        _fields({"sum_of": _list(SUBJECT), "at_most": bound, **said}, ["sum_of", "at_most"]),
        _fields({"not_before": SUBJECT, **said}, ["not_before"]),
        _fields({"not_after": SUBJECT, **said}, ["not_after"]),
        _fields({"must_hold": CONDITION, **said}, ["must_hold", "message"]),
    )
    return {"anyOf": [*ways]}


def _formula() -> Schema:
    two = _list(SUBJECT) | {"minItems": 2, "maxItems": 2}
    ways: tuple[Schema, ...] = (
        _fields({"sum_of": _list(SUBJECT)}, ["sum_of"]),
        _fields({"difference_of": two}, ["difference_of"]),
        _fields({"ratio_of": two}, ["ratio_of"]),
        _fields({"count_of": _list(SUBJECT), "is": _list(WORD)}, ["count_of"]),
        _fields({"holds": CONDITION}, ["holds"]),
    )
    return {"anyOf": [*ways]}


def _condition() -> Schema:
    item = {"item": SUBJECT}
    ways: tuple[Schema, ...] = (
        _fields(item | {"is": _list(WORD)}, ["item", "is"]),
        _fields(item | {"includes": _list(WORD)}, ["item", "includes"]),
        _fields(item | {"at_least": NUMBER}, ["item", "at_least"]),
        _fields(item | {"at_most": NUMBER}, ["item", "at_most"]),
        _fields(item | {"answered": {"const": True}}, ["item", "answered"]),
        _fields({"fact": _one_of(FACTS), "is": _list(WORD)}, ["fact", "is"]),
        _fields({"all": _list(CONDITION)}, ["all"]),
        _fields({"any": _list(CONDITION)}, ["any"]),
        _fields({"not": CONDITION}, ["not"]),
    )
    return {"anyOf": [*ways]}
