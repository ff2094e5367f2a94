"""Reading a whole questionnaire file."""

from collections.abc import Container

from instruments.catalogue import shipped_catalogue
from instruments.errors import Fault, QuestionnaireFaults
from instruments.language.document import Node, read_document
from instruments.language.fields import Fields
from instruments.language.questions import Context, check_pipes, read_question
from instruments.schema import SCHEMA, Audience, Question, Questionnaire, Section


def parse(text: str, indicators: Container[str] | None = None) -> Questionnaire:
    """The questionnaire that a YAML text describes.

    Args:
        text: the file. The language is described in docs/instruments.md.
        indicators: ids that questions may measure; those of the shipped catalogue by default.

    Raises:
        QuestionnaireFaults: with every fault found, each by line and path.
    """
    root = read_document(text)
    faults: list[Fault] = []
    known = shipped_catalogue().ids if indicators is None else indicators
    questionnaire = _read(Fields(root, faults), known, faults)
    if faults or questionnaire is None:
        raise QuestionnaireFaults(faults)
    return questionnaire


def _read(fields: Fields, indicators: Container[str], faults: list[Fault]) -> Questionnaire | None:
    schema = fields.whole("schema", needed=True)
    if schema is not None and schema > SCHEMA:
        message = f"schema {schema} is newer than {SCHEMA}, the newest known here: update the software"
        fields.fault(message, fields.take("schema"))
        return None
    sections = fields.sequence("sections", needed=True)
    context = Context(faults, indicators, _items_in(sections))
    questionnaire = Questionnaire(
        name=fields.name("name", needed=True),
        version=fields.whole("version", needed=True) or 0,
        title=_title(fields, context),
        audience=fields.choice("audience", Audience, needed=True) or Audience.VCO,
        estimated_minutes=fields.whole("estimated_minutes", needed=True) or 0,
        sections=_sections(fields, sections, context),
    )
    fields.finish()
    return questionnaire


def _title(fields: Fields, context: Context) -> str:
    title = fields.text("title", needed=True)
    if (node := fields.take("title")) is not None:
        check_pipes(fields, title, node, context)
    return title


def _sections(fields: Fields, nodes: tuple[Node, ...], context: Context) -> tuple[Section, ...]:
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
    name, title = fields.name("id", needed=True), _title(fields, context)
    node = fields.take("ask_if")
    condition = None if node is None else context.conditions().read(node)
    questions = []
    for child in fields.sequence("questions", needed=True):
        question = read_question(child, context)
        if question is not None:
            _enter(fields, child, question, context)
            questions.append(question)
    fields.finish()
    return Section(name, title, tuple(questions), condition)


def _enter(fields: Fields, node: Node, question: Question, context: Context) -> None:
    """Make the question known to those behind it; its id and item must be new."""
    if question.id in context.ids:
        fields.fault(f"the question id {question.id!r} is given twice: give each its own", node)
    elif question.item in context.earlier:
        fields.fault(f"the item {question.item!r} is asked twice: ask it once", node)
    context.ids.add(question.id)
    context.earlier.setdefault(question.item, question)


def _items_in(sections: tuple[Node, ...]) -> frozenset[str]:
    """Every item of the file, so that a route to a later question can be told from one to nowhere."""
    items = set()
    for section in sections:
        questions = section.value.get("questions") if isinstance(section.value, dict) else None
        for question in questions.value if questions and isinstance(questions.value, tuple) else ():
            if isinstance(question.value, dict):
                name = question.value.get("item") or question.value.get("id")
                items.add(name.value if name and isinstance(name.value, str) else "")
    return frozenset(items)
