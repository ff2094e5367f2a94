"""One search over what a person may see: organisations, agreements, rounds, cases, published questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from instruments.schema import Question
from instruments.states import VersionState
from sampling.texts import folded
from scheduler.stages import Stage
from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.services.agreements import register
from survey_app.services.agreements.register import AgreementLine
from survey_app.services.cases import casework
from survey_app.services.organisations import history
from survey_app.services.organisations.history import OrganisationLine
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

MAX_SHOWN = 20
MAX_LENGTH = 100
MIN_LENGTH = 2
MAX_DIGITS = 9


@dataclass(frozen=True)
class CaseHit:
    """A case, by its reference or by the name of its organisation."""

    id: int
    name: str
    round_title: str


@dataclass(frozen=True)
class QuestionHit:
    """A question of a published version."""

    version: VersionLine
    question: Question


@dataclass(frozen=True, kw_only=True)
class Hits:
    """What was met; of many, the first `MAX_SHOWN` of each kind. `organisation_total` counts them all."""

    cases: tuple[CaseHit, ...] = ()
    organisations: tuple[OrganisationLine, ...] = ()
    organisation_total: int = 0
    questions: tuple[QuestionHit, ...] = ()
    agreements: tuple[AgreementLine, ...] = ()
    rounds: tuple[RoundView, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.cases or self.organisations or self.questions or self.agreements or self.rounds)


def searches(someone: SignedIn) -> bool:
    """Whether there is anything that this person could look for."""
    return (
        someone.may(Permission.SEE_PANEL)
        or someone.may(Permission.SEE_QUESTIONNAIRES)
        or someone.may(Permission.SEE_REGISTER)
        or bool(someone.strands_of(Permission.SEE_CASES))
    )


def search(session: Session, keys: Keyring, *, text: str, year: int, someone: SignedIn) -> Hits:
    """What has `text` in its name or wording, or as its reference; each kind only for those who may see it.

    Args:
        text: read without regard to capitals; under two characters nothing is looked for, save a reference.
        year: the year whose burden the organisations are shown with.
    """
    text = " ".join(text.split())[:MAX_LENGTH]
    listed = None
    if len(text) >= MIN_LENGTH and someone.may(Permission.SEE_PANEL):
        listed = history.organisations(session, text=text, year=year)
    return Hits(
        cases=tuple(_cases(session, keys, text, someone))[:MAX_SHOWN],
        organisations=listed.lines[:MAX_SHOWN] if listed else (),
        organisation_total=listed.total if listed else 0,
        questions=tuple(_questions(session, text, someone))[:MAX_SHOWN],
        agreements=tuple(_agreements(session, text, someone))[:MAX_SHOWN],
        rounds=tuple(_rounds(session, text, someone))[:MAX_SHOWN],
    )


def _cases(session: Session, keys: Keyring, text: str, someone: SignedIn) -> Iterator[CaseHit]:
    strands = someone.strands_of(Permission.SEE_CASES)
    if reference := _reference(text):
        yield from _case(session, keys, reference, someone)
    if len(text) < MIN_LENGTH:
        return
    for one in lifecycle.rounds_of(session, someone.programme_id):
        if one.stage is Stage.OPEN and one.strand in strands:
            listed = casework.case_list(session, round_id=one.id, programme_id=one.programme_id, search=text)
            yield from (CaseHit(line.id, line.name, one.title) for line in listed.lines)


def _agreements(session: Session, text: str, someone: SignedIn) -> Iterator[AgreementLine]:
    if len(text) >= MIN_LENGTH and someone.may(Permission.SEE_REGISTER):
        yield from register.agreements_titled(session, text, programme_id=someone.programme_id)


def _rounds(session: Session, text: str, someone: SignedIn) -> Iterator[RoundView]:
    """Rounds by their title or year, the newest first."""
    strands = someone.strands_of(Permission.SEE_ROUND)
    if len(text) >= MIN_LENGTH:
        for one in lifecycle.rounds_of(session, someone.programme_id):
            if one.strand in strands and folded(text) in folded(f"{one.title} {one.year}"):
                yield one


def _reference(text: str) -> int | None:
    """The number in “12”, “case 12” or “#12”."""
    digits = text.lower().removeprefix("case").strip(" #")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else None


def _case(session: Session, keys: Keyring, case_id: int, someone: SignedIn) -> Iterator[CaseHit]:
    try:
        case = casework.case_view(session, keys, case_id=case_id, programme_id=someone.programme_id)
    except NotFoundError:
        return
    if someone.may(Permission.SEE_CASES, lifecycle.strand_of(session, case.round_id)):
        yield CaseHit(case.id, case.name, case.round_title)


def _questions(session: Session, text: str, someone: SignedIn) -> Iterator[QuestionHit]:
    """Questions of the newest published version of each questionnaire."""
    if len(text) < MIN_LENGTH or not someone.may(Permission.SEE_QUESTIONNAIRES):
        return
    newest: dict[str, VersionLine] = {}
    for line in versions.versions(session):
        if line.state is VersionState.PUBLISHED:
            newest.setdefault(line.name, line)
    for line in newest.values():
        for section in versions.questionnaire_of(session, line.id).sections:
            for question in section.questions:
                if text.casefold() in " ".join((question.text, question.short)).casefold():
                    yield QuestionHit(line, question)
