"""What a file asks about, seen before it is read: to tell a route to a later question from one to nowhere."""

from collections.abc import Iterator

from instruments.language.document import Node

RULES = ("ask_if", "compute", "repeat")
NAMED = ("item", "sum_of", "difference_of", "ratio_of", "count_of")


def outline_of(sections: tuple[Node, ...]) -> dict[str, frozenset[str]]:
    """Every item of the file, and computed value, with the items that its own rules name."""
    outline: dict[str, frozenset[str]] = {}
    for section in sections:
        fields = section.value if isinstance(section.value, dict) else {}
        of_section = set(_named(fields))
        entries = fields.get("questions")
        for entry in entries.value if entries and isinstance(entries.value, tuple) else ():
            if isinstance(entry.value, dict):
                name = entry.value.get("item") or entry.value.get("id")
                if name and isinstance(name.value, str):
                    outline[name.value] = frozenset(of_section | set(_named(entry.value)))
    return outline


def _named(fields: dict[str, Node]) -> Iterator[str]:
    for rule in RULES:
        if rule in fields:
            yield from _subjects(fields[rule])


def _subjects(node: Node) -> Iterator[str]:
    """Every text below one of the keys that name items; depth is limited by the document."""
    if isinstance(node.value, tuple):
        for part in node.value:
            yield from _subjects(part)
    elif isinstance(node.value, dict):
        for key, part in node.value.items():
            yield from _texts(part) if key in NAMED else _subjects(part)


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node.value, str):
        yield node.value
    elif isinstance(node.value, tuple):
        for part in node.value:
            yield from _texts(part)
