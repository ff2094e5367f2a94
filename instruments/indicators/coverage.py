"""Which questions measure which indicators of the catalogue, and which indicators nobody measures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from instruments.indicators.catalogue import Catalogue, Indicator, shipped_catalogue
from instruments.kinds.table import KINDS
from instruments.schema import Kind, Question, Questionnaire

MEASURES: Mapping[str, frozenset[Kind]] = {
    measure: frozenset(kind for kind, answers in KINDS.items() if answers.measure == measure)
    for measure in dict.fromkeys(answers.measure for answers in KINDS.values())
}
"""The kinds of question for each measure of the catalogue. A proportion is also the share of those who say
yes, or choose a certain option."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """One question, or row of a grid, that measures an indicator."""

    indicator: str
    name: str
    version: int
    question: str
    item: str
    kind: Kind


@dataclass(frozen=True)
class Covered:
    """One entry of the catalogue with the questions that measure it."""

    indicator: Indicator
    uses: tuple[Use, ...]


def coverage(
    questionnaires: Iterable[Questionnaire], catalogue: Catalogue | None = None
) -> tuple[Covered, ...]:
    """Every entry of the catalogue, in its order, with its uses; a repeated question counts once."""
    known = catalogue or shipped_catalogue()
    uses: dict[str, list[Use]] = {name: [] for name in known.indicators}
    for questionnaire in questionnaires:
        for use in _uses(questionnaire):
            if use.indicator in uses:
                uses[use.indicator].append(use)
    return tuple(Covered(known.indicators[name], tuple(measuring)) for name, measuring in uses.items())


def uncovered(
    questionnaires: Sequence[Questionnaire], catalogue: Catalogue | None = None
) -> tuple[Indicator, ...]:
    """The entries of the catalogue that no question measures."""
    return tuple(one.indicator for one in coverage(questionnaires, catalogue) if not one.uses)


def as_markdown(covered: Sequence[Covered]) -> str:
    """The coverage as a table for the documents, with the years until a change can show."""
    lines = ["| indicator | what it asks | unit | years | measured by |", "|---|---|---|---|---|"]
    for one in covered:
        names = "; ".join(f"{use.name}@{use.version} `{use.question}`" for use in one.uses)
        asked = one.indicator
        cells = [asked.id, asked.text, asked.unit, str(asked.realistic_after), names or "**not yet**"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _uses(questionnaire: Questionnaire) -> Iterator[Use]:
    for section in questionnaire.written:
        for question in section.questions:
            if question.indicator is not None:
                yield _use(questionnaire, question, question.indicator, "")
            for row in question.rows:
                if row.indicator is not None and row.indicator != question.indicator:
                    yield _use(questionnaire, question, row.indicator, f".{row.value}")


def _use(questionnaire: Questionnaire, question: Question, indicator: str, row: str) -> Use:
    return Use(
        indicator=indicator,
        name=questionnaire.name,
        version=questionnaire.version,
        question=question.id + row,
        item=question.item + row,
        kind=question.kind,
    )
