"""A trial of a questionnaire: facts and answers as typed, and whether each question is asked, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from instruments.answering.answers import Answer, read_answer
from instruments.answering.piping import fill, filled, pipe_values
from instruments.answering.routing import MODE
from instruments.answering.words import Account, account
from instruments.errors import AnswerFault, PipingError
from instruments.kinds.table import kind_of
from instruments.kinds.values import clean
from instruments.rules import Condition, Formula, subjects
from instruments.schema import Question, Questionnaire
from sampling.frame import Sector
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN, REGIONS
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import trial
from survey_app.services.questionnaires.trial import TrialOrganisation
from survey_app.web.urls import number

Typed = MultiDict[str, str]
PREFIX = "answer."
REGION_CHOICES = (*REGIONS, NOT_KNOWN)
BAND_CHOICES = (*INCOME_BANDS, NOT_KNOWN)
MAX_LENGTH = 200


@dataclass(frozen=True)
class Steering:
    """A question whose answer decides what else is asked: its choices, what was typed, its fault."""

    question: Question
    choices: tuple[tuple[str, str], ...]
    given: tuple[str, ...]
    fault: str

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.question.item}"

    @property
    def several(self) -> bool:
        return kind_of(self.question).several


@dataclass(frozen=True)
class Line:
    """One question of the account, worded for these facts."""

    text: str
    account: Account


@dataclass(frozen=True)
class Trial:
    """What these facts and answers lead to; `organisations` are those whose facts may be taken."""

    facts: dict[str, str]
    taken_from: int | None
    search: str
    organisations: list[TrialOrganisation]
    steering: tuple[Steering, ...]
    sections: tuple[tuple[str, tuple[Line, ...]], ...]

    def count(self, asked: bool | None) -> int:
        return sum(line.account.asked is asked for _, lines in self.sections for line in lines)


def trial_of(
    session: Session,
    questionnaire: Questionnaire,
    typed: Typed,
    someone: SignedIn,
    sectors: tuple[Sector, ...],
) -> Trial:
    """The trial that the address describes. Organisations are shown to those who may see the frame."""
    sees = someone.may(Permission.SEE_FRAME)
    search = clean(typed.get("search", ""))[:MAX_LENGTH].strip() if sees else ""
    taken = typed.get("organisation", type=number) if sees else None
    programme = someone.programme_id
    if taken is not None:
        facts = trial.facts_of(session, programme_id=programme, organisation_id=taken)
    else:
        facts = _typed_facts(typed, sectors, trial.agreement_of(session, programme))
    if (mode := typed.get("mode", "")) in questionnaire.modes:
        facts[MODE] = mode
    steering = tuple(_steering(questionnaire, typed))
    answers = {one.question.item: answer for one in steering if (answer := _answer(one)) is not None}
    organisations = trial.organisations(session, programme_id=programme, search=search, sectors=sectors)
    sections = tuple(_sections(questionnaire, answers, facts))
    return Trial(facts, taken, search, organisations, steering, sections)


def _typed_facts(typed: Typed, sectors: tuple[Sector, ...], agreement: str) -> dict[str, str]:
    said = typed.get("sector", "")
    sector = said if said in [one.value for one in sectors] else sectors[0].value

    def fact(name: str, otherwise: str = "") -> str:
        return clean(typed.get(name, ""))[:MAX_LENGTH].strip() or otherwise

    public = sector == Sector.PUBLIC.value
    return {
        "agreement": agreement,
        "organisation": fact("called", "your organisation"),
        "sector": sector,
        "region": fact("region", NOT_KNOWN),
        "body_type": fact("body_type", NOT_KNOWN) if public else "",
        "income_band": "" if public else fact("income_band", NOT_KNOWN),
    }


def _steering(questionnaire: Questionnaire, typed: Typed) -> Iterator[Steering]:
    named = set(_named(questionnaire))
    for question in questionnaire.questions:
        if question.item in named:
            given = tuple(
                clean(text)[:MAX_LENGTH] for text in typed.getlist(f"{PREFIX}{question.item}") if text
            )
            choices = tuple((one.value, one.label) for one in (*question.options, *question.escapes))
            yield Steering(question, choices, given, _fault(question, given))


def _named(questionnaire: Questionnaire) -> Iterator[str]:
    """Every item on which a route hangs, also through computed values."""
    waiting: list[Condition | Formula] = [
        rule
        for section in questionnaire.sections
        for rule in (section.ask_if, *(question.ask_if for question in section.questions))
        if rule is not None
    ]
    seen: set[str] = set()
    while waiting:
        for name in subjects(waiting.pop()):
            if name not in seen:
                seen.add(name)
                if name in questionnaire.computed:
                    waiting.append(questionnaire.computed[name].formula)
                yield name


def _fault(question: Question, given: tuple[str, ...]) -> str:
    try:
        _read(question, given)
    except AnswerFault as fault:
        return fault.message
    return ""


def _answer(one: Steering) -> Answer | None:
    return None if one.fault else _read(one.question, one.given)


def _read(question: Question, given: tuple[str, ...]) -> Answer | None:
    """What was typed, as an answer; what only matters for being answered at all is not validated further."""
    if not given or kind_of(question).in_parts:
        return None
    passing = [escape.value for escape in question.escapes]
    name = "pass" if given[0] in passing and not question.options else "answer"
    return read_answer(question, {name: list(given)})


def _sections(
    questionnaire: Questionnaire, answers: dict[str, Answer], facts: dict[str, str]
) -> Iterator[tuple[str, tuple[Line, ...]]]:
    values = pipe_values(questionnaire, answers, facts)
    accounts = {one.question.id: one for one in account(questionnaire, answers, facts)}
    for section in questionnaire.sections:
        lines = tuple(Line(_worded(q, values), accounts[q.id]) for q in section.questions)
        yield fill(section.title, values), lines


def _worded(question: Question, values: dict[str, str]) -> str:
    try:
        return filled(question, values).text
    except PipingError:
        return question.text
