"""A world with forms that staff fill in: people, an agreement and areas to fill them in about."""

from datetime import date

from sqlalchemy import select

from instruments.answering.answers import Answer, read_answer
from instruments.schema import Kind, Question
from survey_app.models.agreements import Agreement
from survey_app.models.cases.casework import SubjectKind
from survey_app.models.people.accounts import Person
from survey_app.services.forms import deciding, filling, listed, starting
from survey_app.services.forms.filling import Author
from survey_app.services.forms.listed import FormLine
from survey_app.services.forms.subjects import FormSubject, subject_typed
from survey_app.services.material import FORM, destroy_material
from survey_app.services.places import areas
from survey_app.services.responses.checking import Sent
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.seats import digest
from tests.fixtures.answering import Typed, plain
from tests.fixtures.world import World, kept

DAY = date(2026, 8, 20)
# Answers that lead to questions which a plain one leaves out.
INSTEAD: dict[str, Typed] = {
    "log-weeks": {"answer": "6"},
    "log-reason": {"answer": "central_timetable"},
}


def typed_for(question: Question) -> Typed:
    """A sound answer of each kind: the longest route, days and documents too."""
    if question.id in INSTEAD:
        return INSTEAD[question.id]
    if question.kind is Kind.DATE:
        day = question.earliest or date(2025, 3, 1)
        return {"answer-day": str(day.day), "answer-month": str(day.month), "answer-year": str(day.year + 1)}
    if question.kind is Kind.DOCUMENT:
        return {
            "answer": question.options[0].value,
            "answer-title": "Minutes of the steering group",
            "answer-dated": "March 2025",
            "answer-where": "Page 3",
            "answer-extract": "It was agreed.",
        }
    return plain(question)


@kept
def with_forms(world: World) -> World:
    """Questionnaires, an agreement, the areas, a clerk who interviews and two coordinators."""
    world.founded()
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
    world.person("interviewer")
    world.person("coordinator")
    return world


def author(world: World, role: str) -> Author:
    """Somebody with a role, as an author."""
    row = world.read(
        lambda s: s.scalars(select(Person).where(Person.email == f"{role}@compact.invalid")).one()
    )
    return Author(row.id, row.name)


def about(world: World, kind: SubjectKind, text: str) -> FormSubject:
    """The subject that somebody named."""
    return world.read(
        lambda s: subject_typed(s, kind=kind, text=text, day=DAY, programme_id=world.programme_id or 0)
    )


def agreement(world: World) -> FormSubject:
    """The agreement that every installation has."""
    title = world.read(lambda s: s.scalars(select(Agreement.title)).first())
    return about(world, SubjectKind.AGREEMENT, title or "")


def begun(
    world: World, instrument: str, subject: FormSubject | None = None, *, day: date = DAY, label: str = ""
) -> int:
    """A form that the clerk began; its id."""
    with world.database.writing() as session:
        line = next(one for one in starting.instruments_for_forms(session) if one.name == instrument)
        new = starting.NewForm(version_id=line.id, subject=subject or agreement(world), day=day, label=label)
        return starting.begin_form(
            session, world.keys, new=new, author=author(world, "interviewer"), context=world.context()
        )


def form(world: World, form_id: int) -> FormLine:
    return world.read(lambda s: listed.form_of(s, form_id=form_id, programme_id=world.programme_id or 0))


def journey(world: World, form_id: int) -> Journey:
    """Where the answers of a form's newest edition lead."""
    line = form(world, form_id)
    with world.database.reading() as session:
        facts = filling.facts_of(session, line)
        sheet = filling.sheet_of(session, world.keys, form=line, edition=line.edition)
        return Journey(filling.questionnaire_of(session, line.edition, facts), sheet.answers, facts)


def answer(
    world: World, form_id: int, item: str, typed: Typed, *, role: str = "interviewer", seen: str = ""
) -> Answer | None:
    """Save one answer as somebody."""
    line, way = form(world, form_id), journey(world, form_id)
    question = way.worded(way.questionnaire.by_item(item))
    raw = {name: [text] if isinstance(text, str) else text for name, text in typed.items()}
    with world.database.writing() as session:
        sheet = filling.sheet_of(session, world.keys, form=line, edition=line.edition)
        filling.save_page(
            session,
            sheet,
            form=line,
            journey=way,
            sent=[Sent(question, raw, seen or digest(sheet.answers.get(item)))],
            author=author(world, role),
            context=world.context(),
        )
    return read_answer(question, raw)


def filled(world: World, form_id: int) -> None:
    """Answer every question that is asked."""
    while (question := journey(world, form_id).waiting) is not None:
        answer(world, form_id, question.item, typed_for(question))


def submitted(world: World, form_id: int, *, role: str = "interviewer") -> None:
    line, way = form(world, form_id), journey(world, form_id)
    with world.database.writing() as session:
        sheet = filling.sheet_of(session, world.keys, form=line, edition=line.edition)
        deciding.submit(
            session,
            world.keys,
            form=line,
            revision=sheet.revision,
            questionnaire=way.questionnaire,
            facts=dict(way.facts),
            author=author(world, role),
            context=world.context(),
        )


def reviewed(world: World, form_id: int, *, role: str = "coordinator") -> None:
    line = form(world, form_id)
    with world.database.writing() as session:
        sheet = filling.sheet_of(session, world.keys, form=line, edition=line.edition)
        by, revision = author(world, role), sheet.revision
        deciding.review(session, world.keys, form=line, revision=revision, author=by, context=world.context())


def about_area(world: World, name: str, day: date) -> FormSubject:
    """An area as it was called on a day."""
    return world.read(lambda s: subject_typed(s, kind=SubjectKind.AREA, text=name, day=day, programme_id=0))


def destroy_key(world: World, form_id: int) -> None:
    with world.database.writing() as session:
        destroy_material(session, subject_kind=FORM, subject_id=form_id, context=world.context())


def sent_back(world: World, form_id: int, reason: str) -> None:
    line, by = form(world, form_id), author(world, "coordinator")
    with world.database.writing() as session:
        deciding.send_back(session, world.keys, form=line, reason=reason, author=by, context=world.context())


def set_aside(world: World, form_id: int, reason: str) -> None:
    line, by = form(world, form_id), author(world, "interviewer")
    with world.database.writing() as session:
        deciding.set_aside(session, world.keys, form=line, reason=reason, author=by, context=world.context())


def correct(world: World, form_id: int, reason: str) -> None:
    line, by = form(world, form_id), author(world, "interviewer")
    with world.database.writing() as session:
        starting.correct(session, world.keys, form=line, reason=reason, author=by, context=world.context())
