"""Reading what a file says about itself: what it expects of a core, what it is made of, what it explains."""

import re

from instruments.errors import Fault
from instruments.kinds.table import KINDS
from instruments.language.context import Context
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.schema import Explanation, Kind, Option, Part, Question, State

_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_expected(fields: Fields, context: Context) -> tuple[Question, ...]:
    """The items that a module takes from the core it is added to; they are known to all its questions."""
    expected = []
    for node in fields.sequence("expects"):
        question = _expected(Fields(node, context.faults))
        if question is not None:
            context.enter(fields, node, question, "expected")
            expected.append(question)
    return tuple(expected)


def _expected(fields: Fields) -> Question | None:
    item, kind = fields.name("item", needed=True), fields.choice("kind", Kind, needed=True)
    answers = KINDS.get(kind) if kind else None
    fixed = answers.fixed_options if answers else ()
    takes_values = answers is not None and answers.passes_among_options
    values = fields.names("values", needed=takes_values and not fixed)
    passes = fields.choices("passes", State)
    fields.finish()
    if not item or kind is None:
        return None
    options = fixed or tuple(Option(value, value) for value in values)
    offered = {state.value: state.value for state in passes}
    if values and not takes_values:
        fields.fault(f"a question of kind {kind} has no values: take them away")
    return Question(
        id=item,
        item=item,
        kind=kind,
        text=item,
        short=item,
        options=options,
        not_applicable=offered.get("not_applicable"),
        dont_know=offered.get("dont_know"),
        prefer_not_to_say=offered.get("prefer_not_to_say"),
    )


def read_explanations(nodes: tuple[Node, ...], faults: list[Fault]) -> tuple[Explanation, ...]:
    """Why warnings of the checker are meant to stand."""
    return tuple(_explanation(Fields(node, faults)) for node in nodes)


def _explanation(fields: Fields) -> Explanation:
    explanation = Explanation(
        fields.name("warning", needed=True), fields.text("why", needed=True), fields.text("at")
    )
    fields.finish()
    return explanation


def read_parts(fields: Fields, faults: list[Fault]) -> tuple[Part, ...]:
    """The versions that a composed questionnaire was made of, each with its hash."""
    return tuple(_part(Fields(node, faults)) for node in fields.sequence("composed_of"))


def _part(fields: Fields) -> Part:
    node = fields.take("sha256", needed=True)
    sha256 = "" if node is None else fields.plain(node)
    if sha256 and not _SHA256.fullmatch(sha256):
        fields.fault("write the SHA-256 as 64 small hexadecimal digits", node)
    part = Part(fields.name("name", needed=True), fields.whole("version", needed=True) or 0, sha256)
    fields.finish()
    return part
