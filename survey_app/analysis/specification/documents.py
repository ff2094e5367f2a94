"""YAML read without losing what was written: a bare No or 1e3 keeps its text beside its value."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from survey_app.analysis.faults import Faults

CHANGED = ("bool", "int", "float", "null", "timestamp")


@dataclass(frozen=True)
class Plain:
    """A bare scalar that YAML takes for something other than text: its value, and the text in the file."""

    value: object
    source: str


@dataclass(frozen=True)
class Mapped:
    """The entries of a mapping in the order of the file, repeated keys included."""

    entries: tuple[tuple[object, object], ...]


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, keeping the text of bare scalars and every entry of a mapping."""


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Plain:
    kind = node.tag.rpartition(":")[2]
    return Plain(getattr(loader, f"construct_yaml_{kind}")(node), node.value)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Mapped:
    loader.flatten_mapping(node)
    return Mapped(
        tuple(
            (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
            for key, value in node.value
        )
    )


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> list[object]:
    return [loader.construct_object(item, deep=True) for item in node.value]


for _kind in CHANGED:
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _scalar)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
# PyYAML follows YAML 1.1, where 1e3 is text; to readers of YAML 1.2 it is a number. So it counts as one.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_document(path: Path, faults: Faults) -> Mapped | None:
    """The specification as written; None, with the fault, when it is no YAML mapping."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.add("spec", f"{path} cannot be read ({error.strerror})", "name an existing file")
        return None
    except UnicodeDecodeError:
        faults.add("spec", f"{path} is not UTF-8", "save it as UTF-8")
        return None
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        faults.add("spec", f"{path.name} is not YAML ({_where(error)})", "correct it there")
        return None
    if not isinstance(document, Mapped):
        faults.add("spec", f"{path.name} is not a mapping", "begin with a line such as task: estimate")
        return None
    return document


def _where(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1} column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
