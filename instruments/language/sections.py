"""Reading sections: their questions, computed values, repeats and pages."""

from collections.abc import Iterable
from dataclasses import replace

from instruments.answering.piping import pipes
from instruments.answering.repeats import AGREEMENTS, instances
from instruments.conduct import Mode, Respondent
from instruments.language.computed import read_computed
from instruments.language.context import Context, narrowed
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.language.questions import read_question
from instruments.language.repeats import read_repeat
from instruments.rules import subjects
from instruments.schema import Computed, Question, Repeat, Section
from instruments.texts import reworded_question

Entries = list[tuple[Node, Question | Computed]]


def read_sections(fields: Fields, nodes: tuple[Node, ...], context: Context) -> tuple[Section, ...]:
    """The sections of a file; each name is given once."""
    seen: set[str] = set()
    sections = []
    for node in nodes:
        section = _section(Fields(node, context.faults), context)
        if section.id and section.id in seen:
            fields.fault(f"the section id {section.id!r} is given twice: give each its own", node)
        seen.add(section.id)
        sections.append(section)
    return tuple(sections)


def _section(fields: Fields, context: Context) -> Section:
    name, is_open = fields.name("id", needed=True), fields.flag("open")
    if is_open:
        context = context.alone()
    repeat = read_repeat(fields, context)
    # Sets and dictionaries are shared with the whole file's context: what is read here is known behind it.
    inside = replace(
        context,
        each=repeat is not None,
        modes=narrowed(fields, "modes", Mode, context.modes),
        answered_by=narrowed(fields, "answered_by", Respondent, context.answered_by),
    )
    title = inside.wording(fields, "title", needed=True)
    node = fields.take("ask_if")
    nodes = fields.sequence("questions", needed=True)
    condition = None if node is None else context.conditions(*_names(nodes)).read(node)
    entries = [(child, read) for child in nodes if (read := _entry(fields, child, inside)) is not None]
    if repeat is not None:
        _leave(repeat, [read for _, read in entries], context)
    _check_pages(fields, entries)
    section = Section(
        id=name,
        title=title,
        questions=tuple(read for _, read in entries if isinstance(read, Question)),
        ask_if=condition,
        computed=tuple(read for _, read in entries if isinstance(read, Computed)),
        answered_by=inside.answered_by,
        minutes=fields.minutes("minutes"),
        repeat=repeat,
        origin=fields.text("origin"),
        is_open=is_open,
    )
    fields.finish()
    return section


def _names(nodes: Iterable[Node]) -> list[str]:
    """The items of the questions at these nodes, as far as they can be told before reading them."""
    given = [node.value.get("item") or node.value.get("id") for node in nodes if isinstance(node.value, dict)]
    return [name.value for name in given if name and isinstance(name.value, str)]


def _entry(fields: Fields, node: Node, context: Context) -> Question | Computed | None:
    if isinstance(node.value, dict) and "compute" in node.value:
        value = read_computed(node, context)
        if value is not None:
            context.enter(fields, node, value.as_question, "value's")
        return value
    question = read_question(node, context)
    if question is not None:
        context.enter(fields, node, question)
        if question.repeat is not None:
            _leave(question.repeat, [question], context)
    return question


def _leave(repeat: Repeat, entries: Iterable[Question | Computed], context: Context) -> None:
    """Behind a repeat, its items can be named one by one (`cash.police`) or, in sums, all together."""
    # The agreements of a case are not known until its questionnaire is handed out.
    options = instances(repeat, context.earlier) if repeat.item or repeat.source != AGREEMENTS else ()
    for entry in entries:
        asked = entry if isinstance(entry, Question) else entry.as_question
        context.repeated[asked.item] = context.earlier.pop(asked.item, asked)
        for option in options:
            context.earlier[f"{asked.item}.{option.value}"] = asked


def _check_pages(fields: Fields, entries: Entries) -> None:
    """Questions of one page stand together, and none hangs on another of its page."""
    last, closed, beside = "", set[str](), set[str]()
    for node, read in entries:
        if isinstance(read, Computed):
            continue
        if read.page != last:
            closed.add(last)
            last, beside = read.page, set()
            if last and last in closed:
                fields.fault(f"the questions of page {last!r} must stand together: move them", node)
        if last and (met := _needs(read) & beside):
            message = (
                f"{sorted(met)[0]!r} is on the same page, so its answer is not known yet: use another page"
            )
            fields.fault(message, node)
        beside.add(read.item)


def _needs(question: Question) -> set[str]:
    named = set(() if question.ask_if is None else subjects(question.ask_if))

    def piped(_: str, wording: str) -> str:
        named.update(name for name, _ in pipes(wording))
        return wording

    reworded_question(question, piped)
    return named
