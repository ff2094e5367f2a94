"""What the checker says of a text beside those that it has to agree with; translations are checked apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.checking.checker import Explained, Report, Source, check
from instruments.checking.findings import Finding
from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from instruments.versions import library
from survey_app.models.base import JsonObject
from survey_app.models.questionnaires import Instrument, InstrumentVersion
from survey_app.services.questionnaires.texts import parsed

OF_LANGUAGES = "-translation"
BESIDE = (State.IN_TEST, State.AGREED, State.PUBLISHED)


@dataclass(frozen=True)
class FindingLine:
    """One thing that the checker said; `why` is the author's reason for a warning that is meant to stand."""

    line: int
    path: str
    code: str
    message: str
    why: str = ""

    def __str__(self) -> str:
        where = f"Line {self.line}, {self.path}" if self.path else f"Line {self.line}"
        return f"{where}: {self.message}."


@dataclass(frozen=True)
class Validation:
    """Faults must be corrected before a test; warnings need not be."""

    faults: tuple[FindingLine, ...] = ()
    warnings: tuple[FindingLine, ...] = ()
    explained: tuple[FindingLine, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "faults": [vars(one) for one in self.faults],
            "warnings": [vars(one) for one in self.warnings],
            "explained": [vars(one) for one in self.explained],
        }


def from_json(kept: JsonObject) -> Validation:
    """A validation as it was kept with a text."""
    return Validation(*(_lines(kept.get(name, [])) for name in ("faults", "warnings", "explained")))


def _lines(kept: Iterable[dict[str, Any]]) -> tuple[FindingLine, ...]:
    return tuple(FindingLine(**one) for one in kept)


def validate(session: Session, document: str, questionnaire: Questionnaire) -> Validation:
    """Check a text that can be read, beside the newest version of everything else that is not a draft.

    Texts in other languages are left to `questionnaire_translations`: a test may begin without them.
    """
    about = f"{questionnaire.name}@{questionnaire.version}"
    others = _beside(session, questionnaire)
    return validated(check([Source(about, document)], beside=others, explained=_explained()))


def validated(report: Report) -> Validation:
    """A report of the checker without what it says of other languages."""
    return Validation(
        tuple(_line(one) for one in report.faults if not one.code.endswith(OF_LANGUAGES)),
        tuple(_line(one) for one in report.warnings),
        tuple(_line(one, explanation.why) for one, explanation in report.explained),
    )


def _line(finding: Finding, why: str = "") -> FindingLine:
    return FindingLine(finding.line, finding.path, finding.code, finding.message, why)


@cache
def _explained() -> Explained:
    return library.explanations()


def _beside(session: Session, questionnaire: Questionnaire) -> list[Source]:
    rows = session.execute(
        select(Instrument.name, InstrumentVersion.version, InstrumentVersion.document)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(Instrument.round_id.is_(None), InstrumentVersion.state.in_(BESIDE))
        .order_by(Instrument.id, InstrumentVersion.version)
    )
    newest: dict[str, Source] = {}
    for name, version, document in rows:
        # Of its own name a text has to agree with the version before it, never with itself.
        if name != questionnaire.name or version < questionnaire.version:
            newest[name] = Source(f"{name}@{version}", document)
    asked = _items(questionnaire)
    # The checker reads its sources anew; those that share no item with the text have nothing to say to it.
    return [source for source in newest.values() if asked & _items(parsed(source.text))]


def _items(questionnaire: Questionnaire) -> set[str]:
    items = {question.item for section in questionnaire.written for question in section.questions}
    return items | {value.id for section in questionnaire.written for value in section.computed}
