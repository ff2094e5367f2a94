"""Reading a whole questionnaire file."""

import re
from collections.abc import Container

from instruments.answering.repeats import carried_out, instances
from instruments.conduct import USUAL_MODES, Mode, Respondent, Role, Strand
from instruments.errors import Fault, QuestionnaireFaults
from instruments.indicators.catalogue import shipped_catalogue
from instruments.language.context import Context
from instruments.language.document import Node, read_document
from instruments.language.fields import Fields
from instruments.language.origins import read_expected, read_explanations, read_parts
from instruments.language.outline import outline_of
from instruments.language.sections import read_sections
from instruments.schema import SCHEMA, Audience, Questionnaire

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")
MAX_QUESTIONS = 1_000
"""Questions once every repeat is carried out; the longest instrument of the field has about 200."""


def parse(text: str, indicators: Container[str] | None = None) -> Questionnaire:
    """The questionnaire that a YAML text describes.

    Args:
        text: the file. The language is described in docs/instruments.md.
        indicators: ids that questions may measure; those of the shipped catalogue by default.

    Raises:
        QuestionnaireFaults: with every fault found, each by line and path.
    """
    return read_questionnaire(read_document(text), indicators)


def read_questionnaire(root: Node, indicators: Container[str] | None = None) -> Questionnaire:
    """The questionnaire of a document that is read already; arguments and faults as in `parse`."""
    faults: list[Fault] = []
    known = shipped_catalogue().ids if indicators is None else indicators
    questionnaire = _read(Fields(root, faults), known, faults)
    if faults or questionnaire is None:
        raise QuestionnaireFaults(faults)
    _check_size(questionnaire, root)
    return carried_out(questionnaire)


def _read(fields: Fields, indicators: Container[str], faults: list[Fault]) -> Questionnaire | None:
    schema = fields.whole("schema", needed=True)
    if schema is not None and schema > SCHEMA:
        message = f"schema {schema} is newer than {SCHEMA}, the newest known here: update the software"
        fields.fault(message, fields.take("schema"))
        return None
    nodes = fields.sequence("sections", needed=True)
    context = Context(faults=faults, indicators=indicators, outline=outline_of(nodes))
    context.modes = fields.choices("modes", Mode) or USUAL_MODES
    context.answered_by = fields.choices("answered_by", Respondent)
    title = context.wording(fields, "title", needed=True)
    expected = read_expected(fields, context)
    sections = read_sections(fields, nodes, context)
    questionnaire = Questionnaire(
        name=fields.name("name", needed=True),
        version=fields.whole("version", needed=True) or 0,
        title=title,
        audiences=_audiences(fields),
        estimated_minutes=fields.whole("estimated_minutes", needed=True) or 0,
        sections=sections,
        written=sections,
        role=fields.choice("role", Role) or Role.CORE,
        strands=fields.choices("strands", Strand) or (Strand.ANNUAL_SURVEY,),
        modes=context.modes,
        answered_by=context.answered_by,
        minutes_ceiling=fields.whole("minutes_ceiling"),
        language=_language(fields) or "en",
        languages=_languages(fields),
        expects=expected,
        explained=read_explanations(fields.sequence("explained"), faults),
        composed_of=read_parts(fields, faults),
        left_out=fields.names("left_out"),
    )
    fields.finish()
    return questionnaire


def _audiences(fields: Fields) -> tuple[Audience, ...]:
    if "audience" not in fields:
        fields.missing("audience")
    return fields.choices("audience", Audience)


def _language(fields: Fields) -> str:
    node = fields.take("language")
    return "" if node is None else _tag(fields, node)


def _languages(fields: Fields) -> tuple[str, ...]:
    return tuple(_tag(fields, node) for node in fields.sequence("languages"))


def _tag(fields: Fields, node: Node) -> str:
    tag = fields.plain(node)
    if tag and not LANGUAGE.fullmatch(tag):
        fields.fault(f"{tag!r} is not a language: write its short name, like cy or ur", node)
    return tag


def _check_size(questionnaire: Questionnaire, root: Node) -> None:
    """Refuse repeats that would make more questions than anybody could be asked, before they are made."""
    held = {q.item: q for section in questionnaire.written for q in section.questions}
    total = 0
    for section in questionnaire.written:
        times = len(instances(section.repeat, held)) if section.repeat else 1
        of_each = (len(instances(q.repeat, held)) if q.repeat else 1 for q in section.questions)
        total += times * sum(of_each)
    if total > MAX_QUESTIONS:
        message = f"repeats make {total:,} questions of this, and the most is {MAX_QUESTIONS:,}: repeat less"
        raise QuestionnaireFaults([Fault(root.line, "sections", message)])
