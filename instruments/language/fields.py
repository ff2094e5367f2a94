"""Taking the fields of one mapping, each once, with a fault that says how to correct whatever is wrong."""

import difflib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from instruments.errors import Fault
from instruments.language.document import Node

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
REFERENCE = re.compile(rf"{NAME.pattern}(?:\.{NAME.pattern})?")
"""An item, or one instance of a repeated one: `cash`, `cash.police`."""
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """The fields of one node. Readers hand back a harmless value after a fault, so reading goes on."""

    def __init__(self, node: Node, faults: list[Fault]) -> None:
        self.node = node
        self._faults = faults
        self._taken: set[str] = set()
        self._fields: Mapping[str, Node] = {}
        if isinstance(node.value, Mapping):
            self._fields = node.value
        else:
            self.fault("write this as fields with names, one to a line", node)

    def fault(self, message: str, node: Node | None = None) -> None:
        node = node or self.node
        self._faults.append(Fault(node.line, node.path, message))

    def missing(self, key: str) -> None:
        self._faults.append(Fault(self.node.line, self.node.child_path(key), f"{key} is missing: add it"))

    def __contains__(self, key: str) -> bool:
        return key in self._fields

    def take(self, key: str, *, needed: bool = False) -> Node | None:
        """The node of a field, or None; a needed field that is not there is a fault."""
        self._taken.add(key)
        if needed and key not in self._fields:
            self.missing(key)
        return self._fields.get(key)

    def text(self, key: str, *, needed: bool = False) -> str:
        """The text of a field, "" where it is not given. An empty text is a fault."""
        node = self.take(key, needed=needed)
        return "" if node is None else self.plain(node)

    def plain(self, node: Node) -> str:
        """The text of a node that must be one."""
        if not isinstance(node.value, str):
            self.fault("write one text here, not a list or fields", node)
            return ""
        if not node.value.strip():
            self.fault("nothing is written here: fill it in, or take the field away", node)
        return node.value.strip()

    def name(self, key: str, *, needed: bool = False) -> str:
        """A short name: small letters, digits and single hyphens or underscores."""
        node = self.take(key, needed=needed)
        return "" if node is None else self.plain_name(node)

    def plain_name(self, node: Node) -> str:
        name = self.plain(node)
        if name and not NAME.fullmatch(name):
            message = f"{name!r} is not a name: use small letters, digits and hyphens, starting with a letter"
            self.fault(message, node)
        return name

    def flag(self, key: str, *, default: bool = False) -> bool:
        node = self.take(key)
        if node is None:
            return default
        if node.value not in ("true", "false"):
            self.fault("write true or false", node)
        return node.value == "true"

    def choice(self, key: str, choices: type[Choice], *, needed: bool = False) -> Choice | None:
        """One of the values of an enumeration; None where not given or not one of them."""
        node = self.take(key, needed=needed)
        return None if node is None else self.plain_choice(node, choices)

    def plain_choice(self, node: Node, choices: type[Choice]) -> Choice | None:
        written = self.plain(node)
        if written in [member.value for member in choices]:
            return choices(written)
        if written:
            allowed = ", ".join(member.value for member in choices)
            self.fault(f"{written!r} is not one of: {allowed}{_nearest(written, [*choices])}", node)
        return None

    def whole(self, key: str, *, needed: bool = False) -> int | None:
        """A whole number of 1 or more; None where not given or not one."""
        node = self.take(key, needed=needed)
        if node is None:
            return None
        if isinstance(node.value, str) and re.fullmatch(r"[1-9][0-9]{0,8}", node.value):
            return int(node.value)
        self.fault("write a whole number of 1 or more", node)
        return None

    def scaled(self, key: str, scale: int) -> int | None:
        """A number in stored units: `scale` of them to one of the file's; None where not given."""
        node = self.take(key)
        return None if node is None else self.plain_scaled(node, scale)

    def plain_scaled(self, node: Node, scale: int) -> int | None:
        written = self.plain(node)
        if not NUMBER.fullmatch(written) or (number := Decimal(written) * scale) % 1:
            if written:
                self.fault(f"{written!r} is not a number that can be given here", node)
            return None
        return int(number)

    def sequence(self, key: str, *, needed: bool = False) -> tuple[Node, ...]:
        """The nodes of a list, () where it is not given. An empty list is a fault."""
        node = self.take(key, needed=needed)
        return () if node is None else self.plain_sequence(node)

    def plain_sequence(self, node: Node) -> tuple[Node, ...]:
        if not isinstance(node.value, tuple):
            self.fault("write a list here", node)
            return ()
        if not node.value:
            self.fault("the list is empty: fill it, or take the field away", node)
        return node.value

    def names(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        return tuple(self.plain_name(node) for node in self.sequence(key, needed=needed))

    def references(self, key: str) -> tuple[str, ...]:
        """Items that are named, each a name or `name.option`."""
        return tuple(self.plain_reference(node) for node in self.sequence(key))

    def plain_reference(self, node: Node) -> str:
        reference = self.plain(node)
        if reference and not REFERENCE.fullmatch(reference):
            self.fault(f"{reference!r} is not the name of an item, like grants or grants.police", node)
        return reference

    def choices(self, key: str, choices: type[Choice]) -> tuple[Choice, ...]:
        """Some values of an enumeration, each once, in their order there; one may stand without a list."""
        node = self.take(key)
        if node is None:
            return ()
        nodes = (node,) if isinstance(node.value, str) else self.plain_sequence(node)
        chosen = [self.plain_choice(one, choices) for one in nodes]
        if len(set(chosen)) < len(chosen):
            self.fault("the same is given twice: keep one", node)
        return tuple(one for one in choices if one in chosen)

    def minutes(self, key: str) -> float | None:
        """Minutes, to the hundredth; None where not given."""
        node = self.take(key)
        hundredths = None if node is None else self.plain_scaled(node, 100)
        if hundredths is not None and not 0 < hundredths <= 12_000:
            self.fault("write minutes above 0 and up to 120, like 0.5", node)
        return None if hundredths is None else hundredths / 100

    def finish(self) -> None:
        """Every field that nobody took is unknown, and so a fault."""
        for key, node in self._fields.items():
            if key not in self._taken:
                near = _nearest(key, sorted(self._taken))
                self.fault(f"there is no field {key!r} here{near}: correct the name or take it away", node)


def _nearest(written: str, allowed: Sequence[str]) -> str:
    near = difflib.get_close_matches(written, allowed, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
