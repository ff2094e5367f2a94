"""Reading one question: its wording, what can be chosen, what it measures."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from instruments.errors import Fault
from instruments.language.checks import read_checks
from instruments.language.conditions import ConditionReader
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.piping import pipes
from instruments.schema import (
    CHOICES,
    ESCAPES,
    FACTS,
    NUMBERS,
    SCALE,
    TEXTS,
    Kind,
    Option,
    Question,
    Row,
    State,
    Statistic,
)

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
ANCHORS = {"1": "poor", "3": "fair", "5": "good"}
PASSING = {
    State.NOT_APPLICABLE: "This does not apply to us",
    State.DONT_KNOW: "Do not know",
    State.PREFER_NOT_TO_SAY: "Prefer not to say",
}
_STATISTICS: dict[Kind, Statistic] = {
    **dict.fromkeys(CHOICES - {Kind.RATING}, Statistic.PROPORTION),
    **dict.fromkeys([Kind.RATING, *NUMBERS], Statistic.MEAN),
}
_FIELDS_BY_KIND = {
    "options": frozenset({Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.GRID}),
    "rows": frozenset({Kind.GRID}),
    "anchors": frozenset({Kind.RATING}),
    "counts_as": frozenset({Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.GRID}),
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "earliest": frozenset({Kind.DATE}),
    "latest": frozenset({Kind.DATE}),
    "limit": TEXTS,
}


@dataclass
class Context:
    """What is known while a file is read from top to bottom."""

    faults: list[Fault]
    indicators: Container[str]
    items: frozenset[str]
    earlier: dict[str, Question] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def conditions(self) -> ConditionReader:
        return ConditionReader(self.earlier, self.items, self.faults)


def read_question(node: Node, context: Context) -> Question | None:
    """One question, or None where not even its name and kind can be read."""
    fields = Fields(node, context.faults)
    name = fields.name("id", needed=True)
    kind = fields.choice("kind", Kind, needed=True)
    if not name or kind is None:
        return None
    question = Question(
        id=name,
        item=fields.name("item") or name,
        kind=kind,
        text=_wording(fields, "text", context, needed=True),
        short=_wording(fields, "short", context, needed=True),
        hint=_wording(fields, "hint", context),
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
    if (condition := fields.take("ask_if")) is not None:
        question = replace(question, ask_if=context.conditions().read(condition))
    checks = read_checks(fields.sequence("checks"), question, context.earlier, context.faults)
    _refuse_foreign(fields, kind)
    fields.finish()
    return replace(question, checks=checks)


def check_pipes(fields: Fields, wording: str, node: Node, context: Context) -> None:
    """Every pipe must be a fact, or an earlier item with a fallback for when it was passed."""
    for name, fallback in pipes(wording):
        if name in FACTS:
            continue
        if name not in context.earlier:
            facts = ", ".join(FACTS)
            fields.fault(f"{{{name}}} is neither a fact ({facts}) nor an earlier question", node)
        elif fallback is None:
            fields.fault(f"say what to print if {name} is not answered: {{{name}|the group}}", node)


def _wording(fields: Fields, key: str, context: Context, *, needed: bool = False) -> str:
    wording = fields.text(key, needed=needed)
    if (node := fields.take(key)) is not None:
        check_pipes(fields, wording, node, context)
    return wording


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
    return PASSING[state] if node.value == "true" else _wording(fields, state.value, context)


def _options(fields: Fields, kind: Kind, context: Context) -> tuple[Option, ...]:
    if kind is Kind.YES_NO:
        return YES_NO
    if kind is Kind.RATING:
        return _rating_points(fields, context)
    if kind not in _FIELDS_BY_KIND["options"]:
        return ()
    options = tuple(_option(node, kind, context) for node in fields.sequence("options", needed=True))
    _refuse_repeats(fields, "options", [option.value for option in options])
    return options


def _option(node: Node, kind: Kind, context: Context) -> Option:
    fields = Fields(node, context.faults)
    value = fields.name("value", needed=True)
    if value in {state.value for state in ESCAPES}:
        fields.fault(f"{value!r} is a way to pass, not an option: write `{value}: true` on the question")
    if "exclusive" in fields and kind is not Kind.MULTI_CHOICE:
        fields.fault("exclusive is for multi_choice: take it away")
    option = Option(
        value,
        _wording(fields, "label", context, needed=True),
        _wording(fields, "hint", context),
        fields.flag("exclusive"),
    )
    fields.finish()
    return option


def _rating_points(fields: Fields, context: Context) -> tuple[Option, ...]:
    """Nine points by halves, valued at twice the point, so that whole points have even values."""
    node = fields.take("anchors")
    anchors = dict(ANCHORS)
    if node is not None:
        given = Fields(node, context.faults)
        anchors = {point: text for point in "12345" if (text := _wording(given, point, context))}
        given.finish()
        if not {"1", "5"} <= anchors.keys():
            given.fault("say what both ends mean: give anchors 1 and 5")
    return tuple(_rating_point(doubled, anchors) for doubled in range(2, 11))


def _rating_point(doubled: int, anchors: Mapping[str, str]) -> Option:
    point, half = divmod(doubled, 2)
    if half:
        return Option(str(doubled), f"Between {point} and {point + 1}")
    anchor = anchors.get(str(point))
    return Option(str(doubled), f"{point}: {anchor}" if anchor else str(point))


def _rows(fields: Fields, kind: Kind, context: Context) -> tuple[Row, ...]:
    if kind is not Kind.GRID:
        return ()
    rows = tuple(_row(node, context) for node in fields.sequence("rows", needed=True))
    _refuse_repeats(fields, "rows", [row.value for row in rows])
    return rows


def _row(node: Node, context: Context) -> Row:
    fields = Fields(node, context.faults)
    row = Row(
        fields.name("value", needed=True),
        _wording(fields, "label", context, needed=True),
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
    if question.kind in NUMBERS:
        scale = SCALE.get(question.kind, 1)
        top = 100 if question.kind is Kind.PROPORTION else None
        minimum, maximum = fields.scaled("minimum", scale), fields.scaled("maximum", scale)
        question = replace(question, minimum=minimum or 0, maximum=top if maximum is None else maximum)
        if question.maximum is not None and (minimum or 0) > question.maximum:
            fields.fault("the minimum is above the maximum: mend one of them")
    if question.kind is Kind.DATE:
        question = replace(question, earliest=_day(fields, "earliest"), latest=_day(fields, "latest"))
        if question.earliest and question.latest and question.earliest > question.latest:
            fields.fault("earliest is after latest: mend one of them")
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
    measured = _wording(fields, "measured", context, needed=statistic is not None)
    counts_as = fields.names("counts_as")
    if statistic is not None and _STATISTICS.get(question.kind) is not statistic:
        fields.fault(f"a question of kind {question.kind} has no {statistic}: use another statistic, or none")
    if counts_as and statistic is not Statistic.PROPORTION:
        fields.fault("counts_as says what a proportion counts: add `statistic: proportion`")
    if statistic is Statistic.PROPORTION and not counts_as:
        counts_as = _usual_count(fields, question.kind)
    values = {option.value for option in question.options}
    for value in counts_as:
        if value and value not in values:
            fields.fault(f"counts_as names {value!r}, which is no option: mend it", fields.take("counts_as"))
    return replace(question, statistic=statistic, measured=measured, counts_as=counts_as)


def _usual_count(fields: Fields, kind: Kind) -> tuple[str, ...]:
    if kind in (Kind.SINGLE_CHOICE, Kind.GRID):
        fields.missing("counts_as")
    return ("yes",) if kind is Kind.YES_NO else ()


def _refuse_foreign(fields: Fields, kind: Kind) -> None:
    """Fields that the language has, but not for a question of this kind."""
    for key, kinds in _FIELDS_BY_KIND.items():
        if key in fields and kind not in kinds:
            allowed = ", ".join(sorted(kinds))
            fields.fault(f"{key} is only for {allowed}: take it away from this {kind}", fields.take(key))
