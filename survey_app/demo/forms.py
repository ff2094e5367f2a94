"""Forms for the demonstration: a dozen that staff filled in and reviewed, and two that wait for somebody.

Nothing in them says anything of the areas named: answers come from a checksum of each area's code, the same
on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from instruments.answering.answers import Answer, read_answer
from instruments.errors import AnswerFault
from instruments.kinds.values import Parts
from instruments.schema import Kind, Question
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.demo.agreements import chance, has_agreement
from survey_app.services.audit import AuditContext
from survey_app.services.forms import deciding, filling, listed, starting
from survey_app.services.forms.filling import Author
from survey_app.services.forms.sources import NewSource, add_source
from survey_app.services.forms.subjects import SubjectKind, subject_typed
from survey_app.services.places.gazetteer import Place, shipped
from survey_app.services.responses.journey import Journey

MADE_UP = "Made up for the demonstration"
# Which forms, about how many areas, and how many years ago.
PLAN = (
    ("desk-agreement", 3, 0),
    ("desk-agreement", 3, 1),
    ("desk-area", 2, 0),
    ("desk-practice", 2, 0),
    ("consultation-log", 3, 0),
    ("annual-review-register", 1, 0),
)
ABOUT_AREAS = frozenset({"desk-area", "annual-review-register"})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who fills the forms in and who reviews them, in whose name it is on the trail, and the day."""

    clerk: Author
    second: Author
    context: AuditContext

    @property
    def today(self) -> date:
        return london_date(self.context.now)


def make_forms(session: Session, keys: Keyring, *, desk: Desk) -> int:
    """Fill in and review every form of the plan, and leave one to be reviewed and one to be filled in."""
    places = [place for place in shipped() if place.ended_on is None and has_agreement(place)]
    made = 0
    for name, count, years_ago in PLAN:
        for place in places[:count]:
            _reviewed(session, keys, desk, _filled(session, keys, desk, name, place, years_ago))
            made += 1
    _filled(session, keys, desk, "desk-agreement", places[3], 0)
    _begun(session, keys, desk, "desk-area", places[3], 0)
    return made


def _begun(session: Session, keys: Keyring, desk: Desk, name: str, place: Place, years_ago: int) -> int:
    line = next(one for one in starting.instruments_for_forms(session) if one.name == name)
    day = desk.today - timedelta(days=365 * years_ago)
    kind = SubjectKind.AREA if name in ABOUT_AREAS else SubjectKind.AGREEMENT
    text = place.code if kind is SubjectKind.AREA else f"{place.name} Compact (synthetic)"
    programme_id = desk.context.programme_id or 0
    subject = subject_typed(session, kind=kind, text=text, day=day, programme_id=programme_id)
    new = starting.NewForm(
        version_id=line.id, subject=subject, day=day, label=f"Synthetic: {MADE_UP.lower()}"
    )
    return starting.begin_form(session, keys, new=new, author=desk.clerk, context=desk.context)


def _filled(session: Session, keys: Keyring, desk: Desk, name: str, place: Place, years_ago: int) -> int:
    """A form with every question answered, a source, and handed over for review."""
    form_id = _begun(session, keys, desk, name, place, years_ago)
    form = listed.form_of(session, form_id=form_id, programme_id=desk.context.programme_id or 0)
    facts = filling.facts_of(session, form)
    questionnaire = filling.questionnaire_of(session, form.edition, facts)
    answers = _answers(Journey(questionnaire, {}, facts), place, form.day)
    sheet = filling.sheet_of(session, keys, form=form, edition=form.edition)
    kept = filling.save_answers(session, sheet, answers, answers, author=desk.clerk, context=desk.context)
    source = NewSource(title=f"Minutes ({MADE_UP})", dated="no date", where="There is none")
    add_source(session, keys, form=form, new=source, author=desk.clerk, context=desk.context)
    deciding.submit(
        session, keys, form=form, revision=kept.revision, questionnaire=questionnaire, facts=facts,
        author=desk.clerk, context=desk.context,
    )  # fmt: skip
    return form_id


def _reviewed(session: Session, keys: Keyring, desk: Desk, form_id: int) -> None:
    form = listed.form_of(session, form_id=form_id, programme_id=desk.context.programme_id or 0)
    sheet = filling.sheet_of(session, keys, form=form, edition=form.edition)
    revision = sheet.revision
    deciding.review(session, keys, form=form, revision=revision, author=desk.second, context=desk.context)


def _answers(journey: Journey, place: Place, day: date) -> dict[str, Answer]:
    """A sound answer to every question that these answers lead to."""
    answers: dict[str, Answer] = {}
    while (question := journey.waiting) is not None:
        worded = journey.worded(question)
        for raw in _tries(worded, place, day):
            answer = _read(worded, raw)
            proposed = journey.with_answers({**answers, question.item: answer}) if answer else None
            if answer and proposed and not proposed.problems(worded):
                answers[question.item], journey = answer, proposed
                break
        else:
            raise AssertionError(f"no made-up answer to {question.id} is sound")
    return _confirmed(journey, answers)


def _confirmed(journey: Journey, answers: dict[str, Answer]) -> dict[str, Answer]:
    """The same, with a reason wherever a soft check asks for one."""
    asked_about = {each.question.item for each in journey.open}
    return {
        item: Answer(answer.state, answer.value, MADE_UP if item in asked_about else "")
        for item, answer in answers.items()
    }


def _read(question: Question, raw: Parts) -> Answer | None:
    try:
        return read_answer(question, raw)
    except AnswerFault:
        return None


def _tries(question: Question, place: Place, day: date) -> Iterator[Parts]:
    """What may be answered, the likeliest first; what comes later satisfies checks that refuse the first."""
    drawn = chance(place, question.item)
    match question.kind:
        case Kind.GRID:
            yield {f"answer-{row.value}": [_option(question, drawn)] for row in question.rows}
        case Kind.SINGLE_CHOICE | Kind.YES_NO | Kind.RATING | Kind.MULTI_CHOICE:
            yield {"answer": [_option(question, drawn)]}
            yield {"answer": [question.options[0].value]}
        case Kind.DATE:
            for back in (700 + drawn * 10, 200 + drawn, 30):
                yield _day(day - timedelta(days=back))
        case Kind.DOCUMENT:
            named = {"title": "Minutes", "dated": "no date", "where": "Page 1", "extract": MADE_UP}
            reference = {f"answer-{part}": [text] for part, text in named.items()}
            yield {"answer": [_option(question, drawn)], **reference}
            yield {"answer": [_option(question, drawn)]}
        case Kind.SHORT_TEXT | Kind.LONG_TEXT:
            yield {"answer": [MADE_UP]}
        case _:
            yield {"answer": [str(drawn % 20)]}
            yield {"answer": ["0"]}
            yield {"answer": ["100"]}
    yield from ({"pass": [way.value]} for way in question.escapes)


def _option(question: Question, drawn: int) -> str:
    return question.options[drawn % len(question.options)].value


def _day(day: date) -> Parts:
    return {"answer-day": [str(day.day)], "answer-month": [str(day.month)], "answer-year": [str(day.year)]}
