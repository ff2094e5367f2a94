"""Questionnaires and answers made by chance, for tests of what holds for all of them."""

from hypothesis import strategies as st

from instruments.answering.answers import Answer
from instruments.kinds.table import NUMBERS
from instruments.language.questionnaire import parse
from instruments.schema import Kind, Question, Questionnaire, State
from tests.unit.instruments.examples import INDICATORS, sections_text

COLOURS = ("red", "blue", "green")
FACTS = ("vco", "public_body")
ASKED = (Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.RATING, Kind.COUNT, Kind.DATE)
CHOSEN = (Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE)


@st.composite
def questionnaires(
    draw: st.DrawFn, kinds: tuple[Kind, ...] = ASKED, most: int = 8, *, rich: bool = True
) -> Questionnaire:
    """A few sections of questions that route on one another; `rich` ones also repeat and compute."""
    asked: list[tuple[str, Kind]] = []
    sections = []
    for number in range(draw(st.integers(1, 3))):
        if len(asked) == most:
            break
        condition = draw(st.none() | _conditions(tuple(asked))) if asked else None
        entries: list[str] = []
        for _ in range(draw(st.integers(1, min(3, most - len(asked))))):
            entries.append(draw(_entry(len(asked), tuple(asked), kinds)))
            asked.append((f"q{len(asked)}", _kind_of(entries[-1])))
        if rich and number and draw(st.booleans()):
            entries += draw(_extras(tuple(asked), number))
        head = f"id: s{number}\ntitle: Section {number}\n"
        head += f"ask_if: {condition}\n" if condition else ""
        sections.append(head + "questions:\n" + "\n".join(f"  - {entry}" for entry in entries))
    return parse(sections_text(*sections), INDICATORS)


def _kind_of(entry: str) -> Kind:
    return Kind(entry.partition("kind: ")[2].partition(",")[0])


@st.composite
def _entry(draw: st.DrawFn, place: int, asked: tuple[tuple[str, Kind], ...], kinds: tuple[Kind, ...]) -> str:
    kind = draw(st.sampled_from(kinds))
    fields = [f"id: q{place}", f"kind: {kind}", "text: Which?", f"short: Item {place}"]
    if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE):
        options = [f"{{value: {value}, label: {value}}}" for value in COLOURS]
        if kind is Kind.MULTI_CHOICE:
            options.append("{value: nothing, label: Nothing, exclusive: true}")
        fields.append(f"options: [{', '.join(options)}]")
    if kind is Kind.COUNT:
        fields.append(f"maximum: {draw(st.integers(1, 4))}")
    if draw(st.booleans()):
        fields.append("dont_know: true")
    if asked and draw(st.booleans()):
        fields.append(f"ask_if: {draw(_conditions(asked))}")
    return "{" + ", ".join(fields) + "}"


@st.composite
def _extras(draw: st.DrawFn, asked: tuple[tuple[str, Kind], ...], number: int) -> list[str]:
    """A repeated question, and a value worked out from it, over an earlier multiple choice."""
    several = [item for item, kind in asked if kind is Kind.MULTI_CHOICE]
    if not several:
        return [f"{{id: v{number}, short: Value, compute: {{holds: {draw(_conditions(asked))}}}}}"]
    over = draw(st.sampled_from(several))
    checks = "checks: [{sum_of: [r%d], at_most: 2, soft: true}]" % number  # noqa: UP031 - braces are for YAML
    return [
        f"{{id: r{number}, kind: count, text: '{{each}}?', short: '{{each}}', "
        f"repeat: {{item: {over}}}, dont_know: true, {checks}}}",
        f"{{id: v{number}, short: Value, compute: {{sum_of: [r{number}]}}}}",
        f"{{id: w{number}, kind: yes_no, text: 'So {{v{number}|none}}?', short: So, "
        f"ask_if: {{item: v{number}, at_least: 2}}}}",
    ]


def _conditions(asked: tuple[tuple[str, Kind], ...]) -> st.SearchStrategy[str]:
    comparisons = st.sampled_from(asked).flatmap(_comparisons)
    facts = st.sampled_from(FACTS).map(lambda sector: f"{{fact: sector, is: [{sector}]}}")
    return st.recursive(
        comparisons | comparisons | facts,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"{{all: [{', '.join(parts)}]}}"),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"{{any: [{', '.join(parts)}]}}"),
            inner.map(lambda part: f"{{not: {part}}}"),
        ),
        max_leaves=4,
    )


def _comparisons(subject: tuple[str, Kind]) -> st.SearchStrategy[str]:
    item, kind = subject
    answered = st.just(f"{{item: {item}, answered: true}}")
    if kind is Kind.DATE:
        return answered
    if kind in (Kind.COUNT, Kind.RATING):
        relation = st.sampled_from(["at_least", "at_most"])
        compared = st.tuples(relation, st.integers(0, 5)).map(
            lambda drawn: f"{{item: {item}, {drawn[0]}: {drawn[1]}}}"
        )
        return answered | compared
    values = ["'yes'", "'no'"] if kind is Kind.YES_NO else [*COLOURS]
    word = "includes" if kind is Kind.MULTI_CHOICE else "is"
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    return answered | chosen.map(lambda some: f"{{item: {item}, {word}: [{', '.join(some)}]}}")


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    """Any answer that a respondent can give to a question of a generated questionnaire."""
    passes = [Answer(State(escape.value)) for escape in question.escapes]
    given = _values(question).map(lambda value: Answer(State.ANSWERED, value))  # type: ignore[arg-type]
    return given | st.sampled_from(passes) if passes else given


def _values(question: Question) -> st.SearchStrategy[object]:
    values = [option.value for option in question.options]
    if question.kind is Kind.MULTI_CHOICE:
        together = [option.value for option in question.options if not option.exclusive]
        alone = [option.value for option in question.options if option.exclusive]
        some = st.lists(st.sampled_from(together), min_size=1, unique=True).map(tuple)
        return some | st.sampled_from([(one,) for one in alone]) if alone else some
    if question.kind is Kind.RATING:
        return st.integers(2, 10)
    if question.kind in NUMBERS:
        return st.integers(question.minimum or 0, 5 if question.maximum is None else question.maximum)
    if question.kind is Kind.DATE:
        return st.just("2025-03-27")
    return st.sampled_from(values)


@st.composite
def answered(
    draw: st.DrawFn, made: st.SearchStrategy[Questionnaire]
) -> tuple[Questionnaire, dict[str, Answer], dict[str, str]]:
    """A questionnaire with answers to some of its questions, on and off the route, and facts."""
    questionnaire = draw(made)
    some = [question for question in questionnaire.questions if draw(st.booleans())]
    facts = {"sector": draw(st.sampled_from(FACTS))} if draw(st.booleans()) else {}
    return questionnaire, {question.item: draw(answers_to(question)) for question in some}, facts
