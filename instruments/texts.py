"""Every wording of a questionnaire by its path, and the way to put other words in its place.

Paths go by ids, so that moving a question changes none of them: `title`, `section.funding`,
`grants.text`, `grants.options.late.label`, `grants.checks.0`.
"""

from collections.abc import Callable
from dataclasses import replace

from instruments.rules import Check
from instruments.schema import Computed, Option, Question, Questionnaire, Repeat, Row, Section

Change = Callable[[str, str], str]
"""From a path and the wording there to the wording that shall stand there."""


def texts(questionnaire: Questionnaire) -> dict[str, str]:
    """The wordings of a questionnaire as written, by path, in the order of the file."""
    wordings: dict[str, str] = {}

    def keep(path: str, wording: str) -> str:
        wordings[path] = wording
        return wording

    reworded(questionnaire, keep)
    return wordings


def reworded(questionnaire: Questionnaire, change: Change) -> Questionnaire:
    """The questionnaire with each wording as written changed; repeats are not carried out anew."""
    return replace(
        questionnaire,
        title=change("title", questionnaire.title),
        written=tuple(reworded_section(section, change) for section in questionnaire.written),
    )


def reworded_section(section: Section, change: Change) -> Section:
    """The section with every wording in it changed."""
    return replace(
        section,
        title=change(f"section.{section.id}", section.title),
        repeat=_repeat(section.repeat, f"section.{section.id}", change),
        questions=tuple(reworded_question(question, change) for question in section.questions),
        computed=tuple(_computed(value, change) for value in section.computed),
    )


def reworded_question(question: Question, change: Change) -> Question:
    """The question with every wording in it changed; what is not worded stays so."""
    name = question.id

    def each(key: str, wording: str) -> str:
        return change(f"{name}.{key}", wording) if wording else ""

    def passing(key: str, wording: str | None) -> str | None:
        return None if wording is None else each(key, wording)

    return replace(
        question,
        text=each("text", question.text),
        hint=each("hint", question.hint),
        short=each("short", question.short),
        measured=each("measured", question.measured),
        guidance=each("guidance", question.guidance),
        probes=tuple(each(f"probes.{place}", probe) for place, probe in enumerate(question.probes)),
        options=tuple(_option(option, each) for option in question.options),
        rows=tuple(_row(row, each) for row in question.rows),
        checks=tuple(_check(check, f"checks.{place}", each) for place, check in enumerate(question.checks)),
        not_applicable=passing("not_applicable", question.not_applicable),
        dont_know=passing("dont_know", question.dont_know),
        prefer_not_to_say=passing("prefer_not_to_say", question.prefer_not_to_say),
        repeat=_repeat(question.repeat, name, change),
    )


def _option(option: Option, change: Change) -> Option:
    path = f"options.{option.value}"
    return replace(
        option, label=change(f"{path}.label", option.label), hint=change(f"{path}.hint", option.hint)
    )


def _row(row: Row, change: Change) -> Row:
    return replace(row, label=change(f"rows.{row.value}.label", row.label))


def _check(check: Check, path: str, change: Change) -> Check:
    return replace(check, message=change(path, check.message)) if check.message else check


def _computed(value: Computed, change: Change) -> Computed:
    return replace(value, short=change(f"{value.id}.short", value.short))


def _repeat(repeat: Repeat | None, name: str, change: Change) -> Repeat | None:
    if repeat is None:
        return None
    codes = tuple(
        replace(code, label=change(f"{name}.repeat.{code.value}", code.label)) for code in repeat.options
    )
    return replace(repeat, options=codes)
