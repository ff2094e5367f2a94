"""What reviewed forms say, coded and in words, by item and indicator: for registers, logs and reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from instruments.answering.answers import Answer, shown
from instruments.kinds.values import Value
from instruments.schema import Kind, Question, State
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError
from survey_app.models.records.forms import FormState
from survey_app.services.forms.filling import facts_of, questionnaire_of, sheet_of
from survey_app.services.forms.listed import EditionLine, FormLine, forms_of
from survey_app.services.forms.subjects import FormSubject, Key
from survey_app.services.responses.journey import Journey


@dataclass(frozen=True, kw_only=True)
class CodedAnswer:
    """One answer of a reviewed form.

    `item` is the question's identity over versions; of an instance of a repeat it is `written.instance`.
    `state` says whether it was answered or how it was passed ("not applicable", "don't know"); `value` is as
    stored where it was answered: a code, a list of codes, a number (money in pence), an ISO day, words, a row
    of a grid by its id, or the parts of a document (`finding`, `title`, `dated`, `where`, `extract`). `said`
    is the same as a reader reads it.
    """

    form_id: int
    edition: int
    instrument: str
    version: int
    item: str
    indicator: str
    question: str
    kind: Kind
    state: State
    value: Value | None
    said: str
    subject: FormSubject
    day: date
    label: str
    reviewed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AnswerFilter:
    """Which answers of reviewed forms are asked for; as it stands, all of them.

    `instrument` is the name of one, like "desk-agreement". `item` is one item, or the written item of a
    repeat, which gives all of its instances. `indicators` are codes like "OUT-1.1". `subject` is one subject,
    by kind and id. `until` leaves out forms that describe a later day. `known_by` answers as it was known at
    a moment: what was reviewed or corrected later is not seen.
    """

    instrument: str = ""
    item: str = ""
    indicators: frozenset[str] = frozenset()
    subject: Key | None = None
    until: date | None = None
    known_by: datetime | None = None

    def holds(self, one: CodedAnswer) -> bool:
        """Whether an answer is among the items and indicators that are asked for."""
        of_item = not self.item or one.item == self.item or one.item.startswith(f"{self.item}.")
        return of_item and (not self.indicators or one.indicator in self.indicators)


EVERYTHING = AnswerFilter()


def reviewed_answers(
    session: Session, keys: Keyring, *, programme_id: int, wanted: AnswerFilter = EVERYTHING
) -> list[CodedAnswer]:
    """The answers that count in the reviewed forms of a programme: one row an answer, the newest day first.

    Of each form the newest edition that was reviewed by `wanted.known_by` speaks, and none of a form that was
    not reviewed by then. A form whose key was destroyed says nothing. Answers off the route are left out, and
    so are questions that were left empty; passed ones are there, with their state.
    """
    forms = forms_of(session, programme_id=programme_id, instrument=wanted.instrument, subject=wanted.subject)
    answers: list[CodedAnswer] = []
    for form in forms:
        edition = _speaking(form, wanted.known_by)
        if edition is not None and (wanted.until is None or form.day <= wanted.until):
            answers += filter(wanted.holds, _answers_of(session, keys, form, edition))
    return answers


def _speaking(form: FormLine, known_by: datetime | None) -> EditionLine | None:
    """The newest edition of a form that had been reviewed by a moment."""
    for edition in form.editions[::-1]:
        at = edition.reviewed_at
        if edition.state is FormState.REVIEWED and at and (known_by is None or at <= known_by):
            return edition
    return None


def _answers_of(
    session: Session, keys: Keyring, form: FormLine, edition: EditionLine
) -> Iterator[CodedAnswer]:
    facts = facts_of(session, form)
    try:
        sheet = sheet_of(session, keys, form=form, edition=edition)
    except DestroyedError:
        return
    journey = Journey(questionnaire_of(session, edition, facts), sheet.answers, facts)
    for question in journey.asked:
        if question.item in journey.counted:
            yield _coded(form, edition, journey.worded(question), journey.counted[question.item])


def _coded(form: FormLine, edition: EditionLine, question: Question, answer: Answer) -> CodedAnswer:
    assert edition.reviewed_at is not None
    return CodedAnswer(
        form_id=form.id,
        edition=edition.number,
        instrument=form.instrument,
        version=edition.version,
        item=question.item,
        indicator=question.indicator or "",
        question=question.short,
        kind=question.kind,
        state=answer.state,
        value=answer.value,
        said=shown(question, answer),
        subject=form.subject,
        day=form.day,
        label=form.label,
        reviewed_at=edition.reviewed_at,
    )
