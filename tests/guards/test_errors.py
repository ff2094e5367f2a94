"""Every exception class of the product stands in the tree that `survey_app.errors` draws."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from survey_app import errors
from tests.guards.test_tree import PACKAGES, modules, text_of, where

INDENT = 4


@dataclass(frozen=True)
class Drawn:
    """One class: what it is a kind of, "" for a base; the module that holds it."""

    parent: str
    module: str


def drawn() -> dict[str, Drawn]:
    """The tree in the docstring, by class."""
    tree: dict[str, Drawn] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        parts = line.split()
        if not line.startswith(" " * INDENT) or len(parts) != 2:
            continue
        name, module = parts
        depth = (len(line) - len(line.lstrip())) // INDENT - 1
        assert name not in tree, f"{name} is drawn twice"
        above[depth:] = [name]
        tree[name] = Drawn(above[depth - 1] if depth else "", module)
    return tree


def written() -> dict[str, Drawn]:
    """The classes as the modules hold them, by name."""
    held = {name: (bases, module) for name, bases, module in _classes()}

    def is_exception(name: str) -> bool:
        return name in {"Exception", "ValueError"} or any(map(is_exception, held.get(name, ([], ""))[0]))

    return {
        name: Drawn(next((base for base in bases if base in held), ""), module)
        for name, (bases, module) in held.items()
        if is_exception(name)
    }


def _classes() -> Iterator[tuple[str, list[str], str]]:
    for path in modules():
        if not where(path).startswith((*PACKAGES, "config.py")):
            continue
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.ClassDef):
                module = where(path).removesuffix(".py").replace("/", ".")
                yield node.name, [ast.unparse(base) for base in node.bases], module


def test_the_tree_of_errors_is_drawn_as_the_classes_are_written() -> None:
    assert drawn() == written(), "draw the tree in survey_app/errors.py as the classes are"
    assert len(drawn()) > 40
