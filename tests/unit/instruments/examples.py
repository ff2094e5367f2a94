"""Small questionnaires to test with: valid and dull, so that a test states only what matters."""

from textwrap import dedent, indent

from instruments.kinds.documents import FINDINGS
from instruments.language.questionnaire import parse
from instruments.schema import Kind, Option, Question, Questionnaire, Row

HEAD = """\
schema: 1
name: small
version: 1
title: A small questionnaire
audience: vco
estimated_minutes: 2
sections:
  - id: one
    title: One
    questions:
"""
INDICATORS = frozenset({"OUT-2.1", "BAS-1.1"})


def questionnaire_text(*questions: str) -> str:
    """A file with one section; each question is its fields, as YAML without indentation."""
    return HEAD + "".join(_item(question) for question in questions)


def headed(head: str, *questions: str) -> str:
    """A file with one section and more fields in its head."""
    return questionnaire_text(*questions).replace("sections:", f"{dedent(head).strip()}\nsections:", 1)


def sections_text(*sections: str) -> str:
    """A file of sections, each as YAML without indentation."""
    return HEAD.partition("  - id: one")[0] + "".join(_item(section, "  ") for section in sections)


def questionnaire(*questions: str) -> Questionnaire:
    return parse(questionnaire_text(*questions), INDICATORS)


def yes_no(name: str, more: str = "") -> str:
    return f"id: {name}\nkind: yes_no\ntext: Is it so?\nshort: It is so\n{dedent(more)}"


def number(name: str, more: str = "", kind: str = "count") -> str:
    return f"id: {name}\nkind: {kind}\ntext: How many?\nshort: Number of {name}\n{dedent(more)}"


def choice(name: str, more: str = "", kind: str = "single_choice") -> str:
    options = "options:\n  - {value: red, label: Red}\n  - {value: blue, label: Blue}\n"
    return f"id: {name}\nkind: {kind}\ntext: Which?\nshort: Colour\n{options}{dedent(more)}"


def question(kind: Kind, **fields: object) -> Question:
    """One question of a kind with the options and rows that the kind needs."""
    options = (Option("red", "Red"), Option("blue", "Blue"), Option("none", "None of these", exclusive=True))
    given: dict[str, object] = {"id": "q", "item": "q", "text": "What?", "short": "What", "kind": kind}
    if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.GRID):
        given["options"] = options
    if kind is Kind.YES_NO:
        given["options"] = (Option("yes", "Yes"), Option("no", "No"))
    if kind is Kind.RATING:
        given["options"] = tuple(Option(str(doubled), f"{doubled / 2:g}") for doubled in range(2, 11))
    if kind is Kind.DOCUMENT:
        given["options"] = FINDINGS
    if kind is Kind.GRID:
        given["rows"] = (Row("funding", "Funding"), Row("advice", "Advice"))
    return Question(**given | fields)  # type: ignore[arg-type]


def _item(text: str, before: str = " " * 6) -> str:
    body = indent(dedent(text).strip(), before + "  ")
    return f"{before}- " + body.lstrip() + "\n"
