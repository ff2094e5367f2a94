"""What is known while a file is read from top to bottom, and the rules that every wording keeps."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from instruments.answering.piping import pipes
from instruments.answering.repeats import EACH
from instruments.conduct import Mode, Respondent
from instruments.errors import Fault
from instruments.language.conditions import ConditionReader
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.schema import FACTS, Question

MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:[a-zA-Z]{2,8}|#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5});")

RESERVED = frozenset({"section", "usual"})


@dataclass(kw_only=True)
class Context:
    """What is known so far.

    `outline` has every item of the file with those that it waits for. `earlier` has what may be
    named by its name, and `repeated` what is asked once for each of a list, so that only all of it
    can be named. `modes` and `answered_by` are those of the section or file that is being read. `apart`
    has the items of open sections, which nothing outside of theirs may name; one is being read where
    `is_open`.
    """

    faults: list[Fault]
    indicators: Container[str]
    outline: Mapping[str, frozenset[str]]
    earlier: dict[str, Question] = field(default_factory=dict)
    repeated: dict[str, Question] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    each: bool = False
    apart: set[str] = field(default_factory=set)
    is_open: bool = False
    modes: tuple[Mode, ...] = ()
    answered_by: tuple[Respondent, ...] = ()

    def alone(self) -> "Context":
        """The context of an open section, which knows of no question outside of it."""
        self.apart.update(self.earlier, self.repeated)
        return replace(self, earlier={}, repeated={}, is_open=True)

    def conditions(self, *asking: str, optional: bool = False) -> ConditionReader:
        """A reader of conditions for the items `asking`; `optional` ones may be named in checks only."""
        return ConditionReader(self, frozenset(asking), self.faults, optional=optional)

    def wording(self, fields: Fields, key: str, *, needed: bool = False) -> str:
        """A wording of the file, "" where it is not given."""
        wording = fields.text(key, needed=needed)
        if (node := fields.take(key)) is not None:
            self.check_wording(fields, wording, node)
        return wording

    def check_wording(self, fields: Fields, wording: str, node: Node) -> None:
        """A wording is plain text; every pipe must be a fact, or an earlier item with a fallback."""
        if (markup := MARKUP.search(wording)) is not None:
            fields.fault(f"{markup[0]} is markup: write plain text, which is shown as it stands", node)
        for name, fallback in pipes(wording):
            if name not in FACTS and not (name == EACH and self.each):
                self._check_pipe(fields, name, fallback, node)

    def _check_pipe(self, fields: Fields, name: str, fallback: str | None, node: Node) -> None:
        if name == EACH:
            fields.fault("{each} is for questions and sections that are repeated: take it away", node)
        elif name in self.repeated:
            fields.fault(
                f"{name} is asked once for each of a list: pipe one of them, or a computed value", node
            )
        elif name not in self.earlier:
            facts = ", ".join(FACTS)
            fields.fault(f"{{{name}}} is neither a fact ({facts}) nor an earlier question", node)
        elif fallback is None:
            fields.fault(f"say what to print if {name} is not answered: {{{name}|the group}}", node)

    def enter(self, fields: Fields, node: Node, question: Question, what: str = "question") -> None:
        """Make a question, or computed value, known to those behind it; its id and item must be new."""
        if question.id in RESERVED:
            fields.fault(f"{question.id!r} is kept for paths of translations: take another id", node)
        if question.id in self.ids:
            fields.fault(f"the {what} id {question.id!r} is given twice: give each its own", node)
        elif question.item in self.earlier or question.item in self.repeated or question.item in self.apart:
            fields.fault(f"the item {question.item!r} is asked twice: ask it once", node)
        self.ids.add(question.id)
        if self.is_open:
            self.apart.add(question.item)
        self.earlier.setdefault(question.item, question)


Choice = TypeVar("Choice", Mode, Respondent)


def narrowed(
    fields: Fields, key: str, choices: type[Choice], outer: tuple[Choice, ...]
) -> tuple[Choice, ...]:
    """What a question or section says of its modes or respondents; `outer` where it says nothing.

    It may say less than what it is part of, never more.
    """
    given = fields.choices(key, choices)
    beyond = [one for one in given if outer and one not in outer]
    if beyond:
        whole = ", ".join(outer)
        fields.fault(f"{', '.join(beyond)}: {key} here can only be among {whole}", fields.take(key))
    return given or outer
