"""YAML text as a tree of nodes that know their path and line; the risky parts of YAML are refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from instruments.errors import Fault, QuestionnaireFaults

LARGEST = 1_000_000
"""Bytes; the shipped questionnaires are about 20,000."""
DEEPEST = 30
"""Levels; a condition inside a question starts at the sixth."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Node:
    """One value of the file: text as written, a list, or fields by name. Nothing is guessed: `no` is "no"."""

    path: str
    line: int
    value: "str | tuple[Node, ...] | Mapping[str, Node]"

    def child_path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def read_document(text: str) -> Node:
    """The tree of one YAML document.

    Raises:
        QuestionnaireFaults: over 1 MB, not YAML, or using tabs, anchors, aliases, tags, several
            documents, repeated or unreadable keys, control characters or very deep nesting.
    """
    _check_text(text)
    events = _events(text)
    faults: list[Fault] = []
    root = _Builder(events, faults).document()
    if faults:
        raise QuestionnaireFaults(faults)
    return root


def _check_text(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise QuestionnaireFaults([Fault(1, "", "the file is not UTF-8 text: save it as UTF-8")]) from None
    if size > LARGEST:
        message = f"the file is {size:,} bytes and the most is {LARGEST:,}: split it into modules"
        raise QuestionnaireFaults([Fault(1, "", message)])
    tabbed = [number for number, line in enumerate(text.split("\n"), start=1) if "\t" in line]
    if tabbed:
        message = "the line holds a tab: use spaces"
        raise QuestionnaireFaults([Fault(number, "", message) for number in tabbed])


def _events(text: str) -> list[Any]:
    """All parser events, or the faults that stop a tree from being built."""
    events: list[Any] = []
    faults: list[Fault] = []
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            depth += _step(event)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > DEEPEST:
                raise QuestionnaireFaults([_at(event, f"nested over {DEEPEST} levels deep: flatten it")])
            faults += _refused(event)
            events.append(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise QuestionnaireFaults([_unreadable(error), *faults]) from None
    if documents != 1:
        faults.append(Fault(1, "", f"the file holds {documents} documents: keep exactly one"))
    if faults:
        raise QuestionnaireFaults(faults)
    return events


def _step(event: Any) -> int:
    if isinstance(event, yaml.CollectionStartEvent):
        return 1
    return -1 if isinstance(event, yaml.CollectionEndEvent) else 0


def _refused(event: Any) -> Iterator[Fault]:
    if isinstance(event, yaml.AliasEvent):
        yield _at(event, f"the alias *{event.anchor} is not allowed: write the value out again")
    elif getattr(event, "anchor", None):
        yield _at(event, f"the anchor &{event.anchor} is not allowed: take it away")
    if getattr(event, "tag", None):
        yield _at(event, f"the tag {event.tag} is not allowed: take it away")
    if isinstance(event, yaml.ScalarEvent) and _CONTROL.search(event.value):
        yield _at(event, "the text holds a control character: take it away")


def _at(event: Any, message: str) -> Fault:
    return Fault(event.start_mark.line + 1, "", message)


def _unreadable(error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Fault(mark.line + 1 if mark else 1, "", f"this is not readable YAML: {problem}")


class _Builder:
    """Makes nodes of events; keeps going after a bad key, so that all faults are told at once."""

    def __init__(self, events: list[Any], faults: list[Fault]) -> None:
        self._events = iter(events)
        self._faults = faults

    def document(self) -> Node:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        return self._node(next(self._events), "")

    def _node(self, event: Any, path: str) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(path, line, tuple(self._list(path)))
        if isinstance(event, yaml.MappingStartEvent):
            return Node(path, line, self._fields(path))
        return Node(path, line, event.value)

    def _list(self, path: str) -> Iterator[Node]:
        position = 0
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, f"{path}[{position}]")
            position += 1

    def _fields(self, path: str) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path)
            name = key.value if isinstance(key.value, str) else ""
            value = self._node(next(self._events), f"{path}.{name}" if path else name)
            if not name:
                self._faults.append(Fault(key.line, path, "a field's name must be a plain word"))
            elif name in fields:
                self._faults.append(Fault(key.line, value.path, f"{name} is given twice: keep one"))
            else:
                fields[name] = value
        return fields
