"""Reading one question: its wording, what can be chosen, what it measures."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from instruments.conduct import Mode, Respondent
from instruments.kinds.ratings import points
from instruments.kinds.table import FIELDS, KINDS, kind_of, with_field
from instruments.language.checks import read_checks
from instruments.language.context import Context, narrowed
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.language.repeats import read_repeat
from instruments.schema import (
    ESCAPES,
    Changed,
    Comparability,
    Kind,
    Option,
    Proposes,
    Question,
    Row,
    State,
    Statistic,
)

MAX_OPTIONS = 200
PASSING = {
    State.NOT_APPLICABLE: "This does not apply to us",
    State.DONT_KNOW: "Do not know",
    State.PREFER_NOT_TO_SAY: "Prefer not to say",
}


def read_question(node: Node, context: Context) -> Question | None:
    """One question, or None where not even its name and kind can be read."""
    fields = Fields(node, context.faults)
    name = fields.name("id", needed=True)
    kind = fields.choice("kind", Kind, needed=True)
    if not name or kind is None:
        return None
    repeat = read_repeat(fields, context)
    inside = replace(context, each=True) if repeat else context
    question = replace(_asked(fields, name, kind, inside), repeat=repeat)
    if (condition := fields.take("ask_if")) is not None:
        question = replace(question, ask_if=context.conditions(question.item).read(condition))
    checks = read_checks(fields.sequence("checks"), question, inside)
    _refuse_foreign(fields, kind)
    proposes = _proposes(fields, context)
    fields.finish()
    return replace(question, checks=checks, proposes=proposes)


def _proposes(fields: Fields, context: Context) -> Proposes | None:
    """What an answer says for the register; figures are made of confidential answers alone."""
    proposes = fields.choice("proposes", Proposes)
    if proposes is not None and not context.is_open:
        fields.fault("proposes is for open sections: what is said in confidence proposes nothing")
    for key in ("indicator", "statistic", "mirrored"):
        if context.is_open and key in fields:
            fields.fault(f"{key} is not for open sections: nothing is estimated from them", fields.take(key))
    return proposes


def _asked(fields: Fields, name: str, kind: Kind, context: Context) -> Question:
    """The question without what routes and checks it."""
    question = Question(
        id=name,
        item=fields.name("item") or name,
        kind=kind,
        text=context.wording(fields, "text", needed=True),
        short=context.wording(fields, "short", needed=True),
        hint=context.wording(fields, "hint"),
        indicator=_indicator(fields, context),
        mirrored=fields.flag("mirrored"),
        retrospective=fields.flag("retrospective"),
        required=fields.flag("required", default=True),
        not_applicable=_passing(fields, State.NOT_APPLICABLE, context),
        dont_know=_passing(fields, State.DONT_KNOW, context),
        prefer_not_to_say=_passing(fields, State.PREFER_NOT_TO_SAY, context),
        limit=fields.whole("limit"),
    )
    question = _bounded(fields, replace(question, options=_options(fields, kind, context)))
    question = _measuring(fields, replace(question, rows=_rows(fields, kind, context)), context)
    return _conducted(fields, question, context)


def _conducted(fields: Fields, question: Question, context: Context) -> Question:
    """How, by whom and beside what the question is asked, and what is said of it against earlier versions."""
    return replace(
        question,
        modes=narrowed(fields, "modes", Mode, context.modes),
        answered_by=narrowed(fields, "answered_by", Respondent, context.answered_by),
        minutes=fields.minutes("minutes"),
        page=fields.name("page"),
        clause=fields.text("clause"),
        guidance=context.wording(fields, "guidance"),
        probes=_probes(fields, context),
        changed=_changed(fields, context),
    )


def _probes(fields: Fields, context: Context) -> tuple[str, ...]:
    nodes = fields.sequence("probes")
    for node in nodes:
        context.check_wording(fields, fields.plain(node), node)
    return tuple(str(node.value).strip() for node in nodes)


def _changed(fields: Fields, context: Context) -> Comparability | None:
    node = fields.take("changed")
    if node is None:
        return None
    given = Fields(node, context.faults)
    version = given.whole("from_version", needed=True)
    kind = given.choice("kind", Changed, needed=True)
    note = given.text("note", needed=kind is Changed.SAME)
    given.finish()
    return Comparability(version or 0, kind, note) if kind else None


def _indicator(fields: Fields, context: Context) -> str | None:
    indicator = fields.text("indicator")
    if indicator and indicator not in context.indicators:
        fields.fault(
            f"the catalogue has no indicator {indicator!r}: use one that it has", fields.take("indicator")
        )
    return indicator or None


def _passing(fields: Fields, state: State, context: Context) -> str | None:
    """`true` offers the usual wording of a way to pass; a text is a wording of its own."""
    node = fields.take(state.value)
    if node is None or node.value == "false":
        return None
    return PASSING[state] if node.value == "true" else context.wording(fields, state.value)


def _options(fields: Fields, kind: Kind, context: Context) -> tuple[Option, ...]:
    answers = KINDS[kind]
    if "anchors" in answers.fields and "anchors" in fields:
        return _rating_points(fields, context)
    if "options" not in answers.fields:
        return answers.fixed_options
    if answers.usual_options and "options" not in fields:
        return answers.usual_options
    written = fields.sequence("options", needed=True)
    if len(written) > MAX_OPTIONS:
        fields.fault(
            f"{len(written):,} options are more than the {MAX_OPTIONS} that anybody reads: offer fewer"
        )
        written = written[:MAX_OPTIONS]
    options = tuple(_option(node, kind, context) for node in written)
    _refuse_repeats(fields, "options", [option.value for option in options])
    return options


def _option(node: Node, kind: Kind, context: Context) -> Option:
    fields = Fields(node, context.faults)
    value = fields.name("value", needed=True)
    if value in {state.value for state in ESCAPES}:
        fields.fault(f"{value!r} is a way to pass, not an option: write `{value}: true` on the question")
    if "exclusive" in fields and not KINDS[kind].several:
        fields.fault("exclusive is for multi_choice: take it away")
    option = Option(
        value,
        context.wording(fields, "label", needed=True),
        context.wording(fields, "hint"),
        fields.flag("exclusive"),
    )
    fields.finish()
    return option


def _rating_points(fields: Fields, context: Context) -> tuple[Option, ...]:
    """The points of a rating with what the file says that they mean."""
    node = fields.take("anchors")
    assert node is not None
    given = Fields(node, context.faults)
    anchors = {point: text for point in "12345" if (text := context.wording(given, point))}
    given.finish()
    if not {"1", "5"} <= anchors.keys():
        given.fault("say what both ends mean: give anchors 1 and 5")
    return points(anchors)


def _rows(fields: Fields, kind: Kind, context: Context) -> tuple[Row, ...]:
    if "rows" not in KINDS[kind].fields:
        return ()
    rows = tuple(_row(node, context) for node in fields.sequence("rows", needed=True))
    _refuse_repeats(fields, "rows", [row.value for row in rows])
    return rows


def _row(node: Node, context: Context) -> Row:
    fields = Fields(node, context.faults)
    row = Row(
        fields.name("value", needed=True),
        context.wording(fields, "label", needed=True),
        _indicator(fields, context),
    )
    fields.finish()
    return row


def _refuse_repeats(fields: Fields, key: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value and value in seen:
            fields.fault(f"{value!r} is given twice: give each its own value", fields.take(key))
        seen.add(value)


def _bounded(fields: Fields, question: Question) -> Question:
    answers = kind_of(question)
    if "minimum" in answers.fields:
        scale, top = answers.scale, answers.top
        minimum, maximum = fields.scaled("minimum", scale), fields.scaled("maximum", scale)
        question = replace(question, minimum=minimum or 0, maximum=top if maximum is None else maximum)
        if question.maximum is not None and (minimum or 0) > question.maximum:
            fields.fault("the minimum is above the maximum: correct one of them")
    if "earliest" in answers.fields:
        question = replace(question, earliest=_day(fields, "earliest"), latest=_day(fields, "latest"))
        if question.earliest and question.latest and question.earliest > question.latest:
            fields.fault("earliest is after latest: correct one of them")
    return question


def _day(fields: Fields, key: str) -> date | None:
    node = fields.take(key)
    if node is None:
        return None
    written = fields.plain(node)
    try:
        return date.fromisoformat(written)
    except ValueError:
        fields.fault("write a real date as year-month-day, like 2025-03-27", node)
        return None


def _measuring(fields: Fields, question: Question, context: Context) -> Question:
    statistic = fields.choice("statistic", Statistic)
    measured = context.wording(fields, "measured", needed=statistic is not None)
    counts_as = fields.names("counts_as")
    if statistic is not None and kind_of(question).statistic is not statistic:
        fields.fault(f"a question of kind {question.kind} has no {statistic}: use another statistic, or none")
    if counts_as and statistic is not Statistic.PROPORTION:
        fields.fault("counts_as says what a proportion counts: add `statistic: proportion`")
    if statistic is Statistic.PROPORTION and not counts_as:
        counts_as = _usual_count(fields, question.kind)
    values = {option.value for option in question.options}
    for value in counts_as:
        if value and value not in values:
            fields.fault(
                f"counts_as names {value!r}, which is not an option: correct it", fields.take("counts_as")
            )
    return replace(question, statistic=statistic, measured=measured, counts_as=counts_as)


def _usual_count(fields: Fields, kind: Kind) -> tuple[str, ...]:
    answers = KINDS[kind]
    if "counts_as" in answers.fields and not answers.usual_count:
        fields.missing("counts_as")
    return answers.usual_count


def _refuse_foreign(fields: Fields, kind: Kind) -> None:
    """Fields that the language has, but not for a question of this kind."""
    for key in FIELDS:
        if key in fields and key not in KINDS[kind].fields:
            allowed = ", ".join(sorted(with_field(key)))
            fields.fault(f"{key} is only for {allowed}: take it away from this {kind}", fields.take(key))
