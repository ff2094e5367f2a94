"""Documents read into dataclasses by their type hints, with a path to every fault.

Kinds of value: text, whole numbers, numbers, choices (Literal), lists (tuple[X, ...]), pairs (tuple[X, X]),
mappings (Mapping[str, X]), dataclasses, and unions of them. A Range beside a number limits it; a text beside
a hint describes the field.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from math import isfinite
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from survey_app.analysis.faults import Faults, nearest
from survey_app.analysis.specification.documents import Mapped, Plain


@dataclass(frozen=True)
class Range:
    """Limits of a number: at least, at most, above, below."""

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        words = {
            "at least": self.minimum,
            "above": self.above,
            "at most": self.maximum,
            "below": self.below,
        }
        return " and ".join(f"{word} {limit:g}" for word, limit in words.items() if limit is not None)

    def schema(self) -> dict[str, object]:
        limits = {
            "minimum": self.minimum,
            "exclusiveMinimum": self.above,
            "maximum": self.maximum,
            "exclusiveMaximum": self.below,
        }
        return {word: limit for word, limit in limits.items() if limit is not None}


class _Faulty:
    """Stands where a value could not be read; its fault has been told."""


FAULTY: Final = _Faulty()


def read(kind: Any, node: object, path: str, faults: Faults) -> Any:
    """The node as a value of `kind`, or FAULTY; every fault below it is told.

    A fault in a field that has a default leaves the default, so that what follows can still be checked.
    """
    kind, limits = bare_kind(kind)
    if is_dataclass(kind):
        return _record(kind, node, path, faults)
    origin = get_origin(kind)
    if origin is Literal:
        return _choice(get_args(kind), node, path, faults)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind), node, path, faults)
    if origin is tuple:
        return _sequence(get_args(kind), node, path, faults)
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _mapping(get_args(kind)[1], node, path, faults)
    if kind is str:
        return _text(node, path, faults)
    return _number(kind, limits, node, path, faults)


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def bare_kind(kind: Any) -> tuple[Any, Range | None]:
    """The hint without what is annotated, and its limits."""
    if get_origin(kind) is not Annotated:
        return kind, None
    inner, *notes = get_args(kind)
    bare, limits = bare_kind(inner)
    return bare, next((note for note in notes if isinstance(note, Range)), limits)


def _is_null(node: object) -> bool:
    return isinstance(node, Plain) and node.value is None


def _record(kind: Any, node: object, path: str, faults: Faults) -> Any:
    if not isinstance(node, Mapped):
        faults.add(path or "spec", f"{_shown(node)} is not a mapping", f"give the keys {_keys(kind)}")
        return FAULTY
    hints = get_type_hints(kind, include_extras=True)
    given, defaulted = _entries(node, path, faults), faults.defaulted
    for key in given.keys() - hints.keys():
        faults.add(join(path, key), "unknown key", f"the nearest known key is {nearest(key, hints)}")
    values = {
        field.name: _field(field, hints[field.name], given, path, faults)
        for field in fields(kind)
        if field.init
    }
    if any(value is FAULTY for value in values.values()):
        return FAULTY
    record = kind(**values)
    if hasattr(record, "rules") and faults.defaulted == defaulted:
        record.rules(path, faults)
    return record


def _field(field: "Field[Any]", hint: Any, given: Mapping[str, object], path: str, faults: Faults) -> Any:
    required = field.default is MISSING
    if field.name not in given or (_is_null(given[field.name]) and not required):
        if required:
            faults.add(join(path, field.name), "is missing", f"add the key {field.name}")
            return FAULTY
        return None if field.name in given and _takes_null(hint) else field.default
    value = read(hint, given[field.name], join(path, field.name), faults)
    if required and value in ((), {}):
        faults.add(join(path, field.name), "is empty", "give at least one")
        return FAULTY
    if value is FAULTY and not required:
        faults.defaulted += 1
        return field.default
    return field.default if value == {} else value


def _takes_null(hint: Any) -> bool:
    """Whether null is a value of its own there, which a default must not replace."""
    bare, _ = bare_kind(hint)
    return get_origin(bare) in (Union, types.UnionType) and type(None) in get_args(bare)


def _keys(kind: Any) -> str:
    return ", ".join(field.name for field in fields(kind) if field.init)


def _entries(node: Mapped, path: str, faults: Faults) -> dict[str, object]:
    """The entries by their key as text; of a repeated key the first."""
    entries: dict[str, object] = {}
    for key, value in node.entries:
        name = _text(key, join(path, _shown(key)), faults)
        if isinstance(name, _Faulty):
            continue
        if name in entries:
            faults.add(join(path, name), "occurs twice", "keep one of the two")
            continue
        entries[name] = value
    return entries


def _text(node: object, path: str, faults: Faults) -> str | _Faulty:
    """Text as in the file. Whole numbers keep their digits; anything else YAML made of it is a fault."""
    if isinstance(node, str):
        if node == "":
            faults.add(path, "is empty", "an empty field is a missing value: name a column or a level")
            return FAULTY
        return node
    if not isinstance(node, Plain):
        faults.add(path, f"{_shown(node)} is not text", "give one text")
        return FAULTY
    if type(node.value) is int and str(node.value) == node.source:
        return node.source
    turned = {bool: "yes or no", type(None): "nothing", float: "a number", int: "a number"}
    became = turned.get(type(node.value), "a date")
    faults.add(
        path, f"YAML reads {node.source or 'an empty value'} as {became}", f'quote it: "{node.source}"'
    )
    return FAULTY


def _number(kind: Any, limits: Range | None, node: object, path: str, faults: Faults) -> Any:
    value = node.value if isinstance(node, Plain) else None
    wanted = "a whole number" if kind is int else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        faults.add(path, f"{_shown(node)} is not {wanted}", f"write {wanted} without quotes")
        return FAULTY
    if kind is int and value != int(value):
        faults.add(path, f"{_shown(node)} is not {wanted}", "round it")
        return FAULTY
    if limits is not None and not limits.holds(value):
        faults.add(path, f"{_shown(node)} is out of range", f"it must be {limits}")
        return FAULTY
    return kind(value)


def _choice(words: tuple[str, ...], node: object, path: str, faults: Faults) -> Any:
    text = node if isinstance(node, str) else _shown(node)
    if text in words:
        return text
    faults.add(path, f"{text} is not one of {', '.join(words)}", f"the nearest is {nearest(text, words)}")
    return FAULTY


def _union(kinds: tuple[Any, ...], node: object, path: str, faults: Faults) -> Any:
    """The first kind that takes the node; when none does, the faults of the last."""
    if _is_null(node) and type(None) in kinds:
        return None
    real = [kind for kind in kinds if kind is not type(None)]
    # The faults of a number are those of the kind that is a number, not of the mapping that may stand there.
    alike = [kind for kind in real if _takes_mapping(kind) == isinstance(node, Mapped)]
    real = alike or real
    for kind in real[:-1]:
        trial = Faults()
        value = read(kind, node, path, trial)
        if not trial.lines:
            return value
    return read(real[-1], node, path, faults)


def _takes_mapping(kind: Any) -> bool:
    bare, _ = bare_kind(kind)
    return is_dataclass(bare) or get_origin(bare) is Mapping


def _sequence(kinds: tuple[Any, ...], node: object, path: str, faults: Faults) -> Any:
    pair = Ellipsis not in kinds
    if not isinstance(node, list):
        # One text or number may stand for a list of one.
        if pair or _is_null(node) or isinstance(node, Mapped):
            faults.add(path, f"{_shown(node)} is not a list", "write it in square brackets")
            return FAULTY
        node = [node]
    elif not pair and node and _is_list(kinds[0]) and not any(isinstance(item, list) for item in node):
        # So may one list for a list of lists.
        node = [node]
    if pair and len(node) != len(kinds):
        faults.add(path, f"{len(node)} values are given", f"give {len(kinds)}")
        return FAULTY
    values = [read(kinds[0], item, f"{path}[{i}]", faults) for i, item in enumerate(node)]
    if any(value is FAULTY for value in values):
        return FAULTY
    return tuple(values)


def _is_list(kind: Any) -> bool:
    return get_origin(bare_kind(kind)[0]) is tuple


def _mapping(kind: Any, node: object, path: str, faults: Faults) -> Any:
    if not isinstance(node, Mapped):
        faults.add(path, f"{_shown(node)} is not a mapping", "write it as {name: value}")
        return FAULTY
    before = len(faults.lines)
    entries = _entries(node, path, faults)
    values = {key: read(kind, value, join(path, key), faults) for key, value in entries.items()}
    return values if len(faults.lines) == before else FAULTY


def _shown(node: object) -> str:
    if isinstance(node, Plain):
        return node.source or "an empty value"
    if isinstance(node, str):
        return node or "an empty text"
    return "a list" if isinstance(node, list) else "a mapping"
