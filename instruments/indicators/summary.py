"""What a questionnaire measures, and the number that one answer gives: the estimator's way in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from instruments.answering.answers import Answer
from instruments.errors import MirrorError
from instruments.indicators.catalogue import shipped_catalogue
from instruments.kinds.table import kind_of
from instruments.rules import All, Comparison, Condition, Relation
from instruments.schema import Kind, Question, Questionnaire, Section, State, Statistic

# The supplementary item that asks whether the agreement was heard of.
HEARD = "SUP-01"
UNAWARE = "those who had not heard of it count as not knowing"


@dataclass(frozen=True, kw_only=True)
class AnalysedItem:
    """One number to estimate from a questionnaire.

    `key` is the item, or `item.part` for one option of a multi-choice question or one row of a
    grid; it is the same in both sectors where the item is. `measured` is the subtitle that says
    what is counted among whom. `heard` is the item that asks whether the agreement was heard of, where those
    who had not heard of it were not asked this and count as not knowing (`unaware_count` in the catalogue).
    """

    key: str
    item: str
    part: str | None
    kind: Kind
    indicator: str | None
    section: str
    short: str
    measured: str
    statistic: Statistic
    counts_as: tuple[str, ...]
    mirrored: bool
    retrospective: bool
    heard: str | None = None


def analysed_items(questionnaire: Questionnaire) -> tuple[AnalysedItem, ...]:
    """Every number that the questionnaire gives, in its order; pipes in the wording are left as they are."""
    return tuple(
        analysed
        for section in questionnaire.sections
        for question in section.questions
        if question.statistic is not None
        for analysed in _expanded(question, question.statistic, section.title)
        for analysed in [_of_all(questionnaire, section, question, analysed)]
    )


def _of_all(
    questionnaire: Questionnaire, section: Section, question: Question, item: AnalysedItem
) -> AnalysedItem:
    """The item with its base: all who answered, where the catalogue counts the unaware as not knowing."""
    known = shipped_catalogue().indicators.get(item.indicator or "")
    if known is None or not known.unaware_count or item.statistic is not Statistic.PROPORTION:
        return item
    conditions = [each for whole in (section.ask_if, question.ask_if) for each in _parts(whole)]
    heard = next((each for each in conditions if _asks_whether_heard(questionnaire, each)), None)
    if heard is None:
        return item
    measured = f"{item.measured.partition(', of those')[0]}, of all who answered; {UNAWARE}"
    return replace(item, heard=heard.subject, measured=measured)


def _parts(condition: Condition | None) -> Iterator[Comparison]:
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _parts(part)


def _asks_whether_heard(questionnaire: Questionnaire, condition: Comparison) -> bool:
    if condition.of_fact or condition.relation is not Relation.IS:
        return False
    asked = (question for question in questionnaire.questions if question.item == condition.subject)
    return any(question.indicator == HEARD for question in asked)


def counted_value(
    questionnaire: Questionnaire, item: AnalysedItem, used: Mapping[str, Answer]
) -> float | None:
    """The number that a respondent's answers add to an item; None where they add none.

    Args:
        used: the answers that count, by item (see `routing.counted`).
    """
    question = questionnaire.by_item(item.item)
    if item.heard is not None and item.item not in used:
        heard = questionnaire.by_item(item.heard)
        answered = numeric_value(heard, used.get(item.heard))
        return 0.0 if item.heard in used and not answered else None
    return numeric_value(question, used.get(item.item), item.part)


def _expanded(question: Question, statistic: Statistic, section: str) -> Iterator[AnalysedItem]:
    for counted in kind_of(question).counted(question):
        yield AnalysedItem(
            key=question.item if counted.part is None else f"{question.item}.{counted.part}",
            item=question.item,
            part=counted.part,
            kind=question.kind,
            indicator=counted.indicator or question.indicator,
            section=section,
            short=f"{question.short}: {counted.label}" if counted.label else question.short,
            measured=question.measured,
            statistic=statistic,
            counts_as=counted.counts_as,
            mirrored=question.mirrored,
            retrospective=question.retrospective,
        )


def numeric_value(question: Question, answer: Answer | None, part: str | None = None) -> float | None:
    """The number that one answer adds to an estimate, or None where it adds none.

    Args:
        question: with a statistic.
        answer: a counted one (see `routing.counted`); None where there is none.
        part: the option of a multi-choice question or the row of a grid.

    Returns:
        1.0 or 0.0 for a proportion; 1.0 to 5.0 by halves for a rating; pounds for an amount; per
        cent for a percentage; the count for a count. None leaves the base: no answer, a way to
        pass, or "do not know" on a row.
    """
    if answer is None or answer.state is not State.ANSWERED or question.statistic is None:
        return None
    return kind_of(question).number(question, answer.value, part)


def mirrored_pairs(one: Questionnaire, other: Questionnaire) -> tuple[tuple[Question, Question], ...]:
    """The questions that put the same commitment to both sectors, in the order of `one`.

    Raises:
        MirrorError: a mirrored item has no partner, or its partner differs in kind, statistic, what
            counts, or the values of options or rows, so that no gap between the two has a meaning.
    """
    pairs = tuple((question, _partner(question, other)) for question in _mirrored(one))
    if len(pairs) != len(tuple(_mirrored(other))):
        lonely = {q.item for q in _mirrored(other)} - {q.item for q, _ in pairs}
        raise MirrorError(f"mirrored in {other.name} only: {', '.join(sorted(lonely))}")
    return pairs


def _mirrored(questionnaire: Questionnaire) -> Iterator[Question]:
    return (question for question in questionnaire.questions if question.mirrored)


def _partner(question: Question, other: Questionnaire) -> Question:
    partner = next((mirrored for mirrored in _mirrored(other) if mirrored.item == question.item), None)
    if partner is None:
        raise MirrorError(f"mirrored item {question.item!r} has no partner in {other.name}")
    if mirror_shape(question) != mirror_shape(partner):
        raise MirrorError(f"mirrored item {question.item!r} differs between the sectors")
    return partner


def mirror_shape(question: Question) -> tuple[object, ...]:
    """What two questions must share if the gap between their answers is to mean anything."""
    return (
        question.kind,
        question.statistic,
        question.counts_as,
        tuple(option.value for option in question.options),
        tuple(row.value for row in question.rows),
    )
