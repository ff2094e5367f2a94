"""Repeats carried out: one question, or one section, for each option of an earlier answer or of a code list.

Every possible instance is made, named `item.option`. An instance that hangs on a multiple choice
is asked only if its option was chosen, which is an ordinary condition; so routes, answers and states
need not know of repeats. `{each}` in a wording is the label of the option.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from instruments.answering.piping import PIPE
from instruments.rules import (
    All,
    Comparison,
    Condition,
    Relation,
    check_with,
    condition_with,
    formula_with,
)
from instruments.schema import Computed, Option, Question, Questionnaire, Repeat, Section
from instruments.texts import reworded_question, reworded_section

EACH = "each"
AGREEMENTS = "agreements"
THE_AGREEMENT = (Option("agreement", "the {agreement}"),)
"""What a repeat over agreements is over, until the agreements of a case are bound to it."""

Lists = Mapping[str, tuple[Option, ...]]


def carried_out(questionnaire: Questionnaire, lists: Lists | None = None) -> Questionnaire:
    """The questionnaire with `sections` made afresh from `written`.

    Args:
        questionnaire: as read from a file.
        lists: what is known of one case only, by source: the agreements that it is asked about.
    """
    return replace(questionnaire, sections=_Repeats(questionnaire.written, lists or {}).sections())


def instances(
    repeat: Repeat, questions: Mapping[str, Question], lists: Lists | None = None
) -> tuple[Option, ...]:
    """What a repeat is over; an option that excludes the others names nothing to ask about.

    Args:
        repeat: of a question or section.
        questions: by item, with the multiple choice that the repeat names.
        lists: as in `carried_out`.
    """
    if repeat.item:
        return tuple(option for option in questions[repeat.item].options if not option.exclusive)
    return (lists or {}).get(repeat.source, repeat.options)


class _Repeats:
    def __init__(self, written: tuple[Section, ...], lists: Lists) -> None:
        self._written = written
        self._lists = lists
        self._questions = {q.item: q for section in written for q in section.questions}
        self._several: dict[str, tuple[str, ...]] = {}

    def sections(self) -> tuple[Section, ...]:
        return tuple(made for section in self._written for made in self._section(section))

    def _section(self, section: Section) -> Iterator[Section]:
        if section.repeat is None:
            questions = tuple(made for question in section.questions for made in self._question(question))
            yield replace(section, questions=questions, computed=self._computed(section, {}))
            return
        names = [each.id for each in section.computed] + [q.item for q in section.questions]
        over = instances(section.repeat, self._questions, self._lists)
        for option in over:
            yield self._instance(section, section.repeat, option, names)
        self._several |= {name: tuple(f"{name}.{option.value}" for option in over) for name in names}

    def _instance(self, section: Section, repeat: Repeat, option: Option, names: list[str]) -> Section:
        renamed = {name: f"{name}.{option.value}" for name in names}
        worded = reworded_section(section, lambda _, text: _said(text, option, renamed))
        condition = _moved(section.ask_if, renamed)
        return replace(
            worded,
            id=f"{section.id}.{option.value}",
            ask_if=_both(_chosen(repeat, option), condition),
            questions=tuple(self._moved(question, option, renamed) for question in worded.questions),
            computed=self._computed(worded, renamed),
            repeat=None,
            repeat_of=section.id,
        )

    def _question(self, question: Question) -> Iterator[Question]:
        if question.repeat is None:
            yield self._moved(question, None, {})
            return
        over = instances(question.repeat, self._questions, self._lists)
        for option in over:
            renamed = {question.item: f"{question.item}.{option.value}"}
            worded = reworded_question(question, lambda _, text, o=option, n=renamed: _said(text, o, n))  # type: ignore[misc]
            made = self._moved(worded, option, renamed)
            yield replace(made, ask_if=_both(_chosen(question.repeat, option), made.ask_if))
        self._several[question.item] = tuple(f"{question.item}.{option.value}" for option in over)

    def _moved(self, question: Question, option: Option | None, names: Mapping[str, str]) -> Question:
        """The question as instance of an option, or as it is, with its rules about the right items."""
        checks = tuple(check_with(check, names, self._several) for check in question.checks)
        if option is None:
            return replace(question, checks=checks)
        return replace(
            question,
            id=f"{question.id}.{option.value}",
            item=f"{question.item}.{option.value}",
            page=question.page and f"{question.page}.{option.value}",
            ask_if=_moved(question.ask_if, names),
            checks=checks,
            repeat=None,
            repeat_of=question.id,
        )

    def _computed(self, section: Section, names: Mapping[str, str]) -> tuple[Computed, ...]:
        return tuple(
            replace(
                value,
                id=names.get(value.id, value.id),
                formula=formula_with(value.formula, names, self._several),
            )
            for value in section.computed
        )


def _moved(condition: Condition | None, names: Mapping[str, str]) -> Condition | None:
    return None if condition is None else condition_with(condition, names)


def _chosen(repeat: Repeat, option: Option) -> Condition | None:
    return Comparison(repeat.item, Relation.INCLUDES, values=(option.value,)) if repeat.item else None


def _both(one: Condition | None, other: Condition | None) -> Condition | None:
    if one is None or other is None:
        return one or other
    return All((one, other))


def _said(wording: str, option: Option, names: Mapping[str, str]) -> str:
    """The wording about one option: its label for `{each}`, and pipes to items of the same instance."""

    def pipe(match: re.Match[str]) -> str:
        if match[1] == EACH:
            return option.label
        behind = "" if match[2] is None else f"|{match[2]}"
        return f"{{{names.get(match[1], match[1])}{behind}}}"

    return PIPE.sub(pipe, wording)
