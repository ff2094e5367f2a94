"""What became of each item from one version to another, and where its trend has a discontinuity.

Items are followed by name, so also from a core to what was composed of it. The verdict is worked out
from both files; the author may add, with `changed`, that answers stay comparable all the same, or
that they do not. What cannot be the same measurement, because the kind or the choices are others,
is a discontinuity whatever the author says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from instruments.answering.words import words_of
from instruments.rules import All, AnyOf, Comparison, Condition, Not, Relation
from instruments.schema import Changed, Comparability, Question, Questionnaire, Repeat
from instruments.texts import reworded_question


class Verdict(StrEnum):
    """`changed` is another kind, other choices or another count; `rerouted` is asked of others."""

    SAME = "same"
    REWORDED = "reworded"
    REROUTED = "rerouted"
    CHANGED = "changed"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was; either side is "" where there is nothing."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class ItemChange:
    """One item in both versions, side by side; `note` is what the author says of it."""

    item: str
    verdict: Verdict
    old: Question | None
    new: Question | None
    differences: tuple[Difference, ...] = ()
    note: str = ""
    comparable: bool = True


@dataclass(frozen=True)
class Discontinuity:
    """Between these versions, numbers of the item cannot be set side by side without a mark."""

    item: str
    from_version: int
    to_version: int
    verdict: Verdict
    note: str


def compare(old: Questionnaire, new: Questionnaire) -> tuple[ItemChange, ...]:
    """Every item of either version: those of the new one in its order, then those that were dropped."""
    before, after = _asked(old), _asked(new)
    changes = [_change(item, before.get(item), here, version=old.version) for item, here in after.items()]
    gone = [
        ItemChange(item=item, verdict=Verdict.DROPPED, old=there.question, new=None, comparable=False)
        for item, there in before.items()
        if item not in after
    ]
    return (*changes, *gone)


def discontinuities(old: Questionnaire, new: Questionnaire) -> tuple[Discontinuity, ...]:
    """The discontinuities between two versions: the items of both whose answers are not comparable."""
    return tuple(
        Discontinuity(change.item, old.version, new.version, change.verdict, change.note)
        for change in compare(old, new)
        if change.old is not None and change.new is not None and not change.comparable
    )


def discontinuities_over(versions: Sequence[Questionnaire]) -> tuple[Discontinuity, ...]:
    """The discontinuities over several versions, oldest first; each is set beside the one before it."""
    return tuple(each for old, new in pairwise(versions) for each in discontinuities(old, new))


@dataclass(frozen=True)
class _Asked:
    """A question as written, with all that decides who is asked it; `rule` is its `route` in words."""

    question: Question
    route: str
    rule: str
    repeat: Repeat | None


def _asked(questionnaire: Questionnaire) -> Mapping[str, _Asked]:
    return {
        question.item: _Asked(
            question,
            _route(questionnaire, section.ask_if, question.ask_if),
            _rule(questionnaire, section.ask_if, question.ask_if),
            question.repeat or section.repeat,
        )
        for section in questionnaire.written
        for question in section.questions
    }


def _route(questionnaire: Questionnaire, *conditions: Condition | None) -> str:
    """Conditions by items and values, not by labels: rewording a question changes no route behind it."""
    return " and ".join(_terms(one, questionnaire) for one in conditions if one is not None)


def _rule(questionnaire: Questionnaire, *conditions: Condition | None) -> str:
    return " and ".join(words_of(one, questionnaire) for one in conditions if one is not None)


def _terms(condition: Condition, questionnaire: Questionnaire) -> str:
    match condition:
        case All():
            return "(" + " and ".join(_terms(part, questionnaire) for part in condition.parts) + ")"
        case AnyOf():
            return "(" + " or ".join(_terms(part, questionnaire) for part in condition.parts) + ")"
        case Not():
            return f"not {_terms(condition.part, questionnaire)}"
        case _:
            return _compared(condition, questionnaire)


def _compared(comparison: Comparison, questionnaire: Questionnaire) -> str:
    written = (value for section in questionnaire.written for value in section.computed)
    computed = {value.id: value for value in written}.get(comparison.subject)
    subject = f"{comparison.subject} = {computed.formula}" if computed else comparison.subject
    if comparison.relation in (Relation.AT_LEAST, Relation.AT_MOST):
        return f"{subject} {comparison.relation} {comparison.number}"
    return " ".join([subject, comparison.relation, *sorted(comparison.values)])


def _change(item: str, old: _Asked | None, new: _Asked, *, version: int) -> ItemChange:
    said = new.question.changed
    if said is not None and said.from_version != version:
        said = None
    note = said.note if said else ""
    if old is None:
        return ItemChange(
            item=item, verdict=Verdict.NEW, old=None, new=new.question, note=note, comparable=False
        )
    structure = tuple(_structure(old, new))
    routes = (Difference("asked if", old.rule, new.rule),) if old.route != new.route else ()
    wording = tuple(_differences(_wordings(old.question, new.question)))
    verdict = _verdict(structure, routes, wording)
    return ItemChange(
        item=item,
        verdict=verdict,
        old=old.question,
        new=new.question,
        differences=structure + routes + wording,
        note=note,
        comparable=_is_comparable(verdict, said),
    )


def _verdict(
    structure: tuple[Difference, ...], routes: tuple[Difference, ...], wording: tuple[Difference, ...]
) -> Verdict:
    if structure:
        return Verdict.CHANGED
    if routes:
        return Verdict.REROUTED
    return Verdict.REWORDED if wording else Verdict.SAME


def _is_comparable(verdict: Verdict, said: Comparability | None) -> bool:
    if said is None:
        return verdict is Verdict.SAME
    return verdict is not Verdict.CHANGED and said.kind is Changed.SAME


def _structure(old: _Asked, new: _Asked) -> Iterator[Difference]:
    one, other = old.question, new.question
    yield from _differences(
        [
            ("kind", one.kind, other.kind),
            ("choices", _values(one.options), _values(other.options)),
            ("rows", _values(one.rows), _values(other.rows)),
            ("ways to pass", _values(one.escapes), _values(other.escapes)),
            ("statistic", one.statistic or "", other.statistic or ""),
            ("counts as", ", ".join(one.counts_as), ", ".join(other.counts_as)),
            ("repeated over", _over(old.repeat), _over(new.repeat)),
        ]
    )


def _values(choices: Sequence[object]) -> str:
    return ", ".join(getattr(choice, "value", "") for choice in choices)


def _over(repeat: Repeat | None) -> str:
    if repeat is None:
        return ""
    return repeat.item or f"{repeat.source}: {_values(repeat.options)}"


def _wordings(old: Question, new: Question) -> Iterator[tuple[str, str, str]]:
    """What respondents read, by place; labels for charts and notes to interviewers measure nothing."""
    before, after = _texts(old), _texts(new)
    for place in dict.fromkeys([*before, *after]):
        yield place, before.get(place, ""), after.get(place, "")


def _texts(question: Question) -> dict[str, str]:
    texts: dict[str, str] = {}

    def keep(path: str, wording: str) -> str:
        place = path.removeprefix(f"{question.id}.")
        if place not in ("short", "measured", "guidance") and not place.startswith("checks."):
            texts[place] = wording
        return wording

    reworded_question(question, keep)
    return texts


def _differences(
    pairs: Sequence[tuple[str, str, str]] | Iterator[tuple[str, str, str]],
) -> Iterator[Difference]:
    return (Difference(what, old, new) for what, old, new in pairs if old != new)
