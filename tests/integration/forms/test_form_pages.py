"""The screens of forms: each question of each instrument filled in, reviewed by another person, read."""

import io
import re
from typing import Any

import pytest
from lxml import html
from sqlalchemy import update
from werkzeug.test import TestResponse

from instruments.schema import Question, Questionnaire
from instruments.versions.library import read
from survey_app.models.questionnaires import InstrumentVersion
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World
from tests.integration.forms import clerks

# How many questions each has as its author wrote them; the desk forms have 87.
INSTRUMENTS = {
    "desk-agreement": 43,
    "desk-area": 10,
    "desk-practice": 34,
    "consultation-log": 11,
    "annual-review-register": 16,
}
ABOUT = {"kind": "area", "which": "Kent"}


@pytest.fixture
def desk(embedded_world: World) -> World:
    return clerks.with_forms(embedded_world)


class Clerk(Visitor):
    """Somebody who works with forms and follows where the pages lead."""

    def __init__(self, world: World, role: str) -> None:
        super().__init__(world)
        self.email = f"{role}@compact.invalid"
        self.sign_in(world)

    def begin(self, instrument: str, kind: str, which: str, **more: Any) -> str:
        """Begin a form; the address of its page."""
        page = self.open("/forms/add").text
        title = read(instrument, 1).questionnaire.title.replace("{agreement}", "agreement")
        radios = html.fromstring(page).xpath("//input[@name='version']")
        (version,) = [one.get("value") for one in radios if title in one.getparent().text_content()]
        day = {"day-day": "20", "day-month": "8", "day-year": "2026"}
        fields = {"version": version, "kind": kind, "which": which, **day, **more}
        answered = self.send("/forms/add", form_at="/forms/add", **fields)
        assert answered.status_code == 302, answered.text
        return str(answered.location)

    def fill(self, form: str, questionnaire: Questionnaire) -> list[Question]:
        """Answer every page on the longest route; the questions that were asked."""
        asked: list[Question] = []
        by_id = {question.id: question for question in questionnaire.questions}
        where = self.onwards(form)
        while "/question/" in where:
            here = [by_id[one] for one in ids_of(self.open(where).text, where, by_id)]
            asked += here
            sent = self.answer(where, here)
            assert sent.status_code == 302, (where, sent.text)
            where = sent.location
        return asked

    def onwards(self, form: str) -> str:
        link = re.search(r'href="([^"]+)"[^>]*>\s*Go on filling it in', self.open(form).text)
        assert link is not None
        return link[1]

    def answer(self, where: str, questions: list[Question], **instead: Any) -> TestResponse:
        """Send a page with a sound answer to each of its questions."""
        fields = held_by(self.open(where).text)
        for question in questions:
            prefix = f"{question.id}." if question.page else ""
            fields |= {prefix + name: text for name, text in clerks.typed_for(question).items()}
        return self.client.post(where, data={**fields, "next": "1", **instead})

    def press(self, where: str, /, **fields: Any) -> TestResponse:
        """Send the form of a page, with what it holds and what is typed."""
        return self.client.post(where, data={**held_by(self.open(where).text), **fields})


def held_by(page: str) -> dict[str, str]:
    """The hidden fields of the page's form, its token among them."""
    hidden = html.fromstring(page).xpath("//main//input[@type='hidden']")
    return {one.name: one.value for one in hidden}


def ids_of(page: str, where: str, by_id: dict[str, Question]) -> list[str]:
    """The questions that a page asks."""
    alone = where.partition("/question/")[2].partition("?")[0]
    together = [one for one in by_id if f'name="{one}.seen"' in page]
    return together or [alone]


def written(questionnaire: Questionnaire) -> set[str]:
    """The ids of the questions as their author wrote them, a repeated one once."""
    return {question.id for section in questionnaire.written for question in section.questions}


def said(page: str) -> list[str]:
    """The answers that a page lists."""
    return [
        " ".join(one.text_content().split())
        for one in html.fromstring(page).find_class("govuk-summary-list__value")
    ]


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_question_is_filled_in_reviewed_by_another_and_read(desk: World, instrument: str) -> None:
    questionnaire = read(instrument, 1).questionnaire
    clerk, second = Clerk(desk, "interviewer"), Clerk(desk, "coordinator")
    form = clerk.begin(instrument, **ABOUT)

    asked = clerk.fill(form, questionnaire)
    ids = {question.repeat_of or question.id for question in asked}
    assert ids == written(questionnaire)
    assert len(ids) == INSTRUMENTS[instrument]
    assert clerk.press(f"{form}/check").status_code == 302
    assert clerk.open(f"{form}/question/{questionnaire.questions[0].id}").location == form
    assert second.press(f"{form}/review").location == form
    page = clerk.open(form).text

    assert "Reviewed" in page
    assert "Interviewer" in page
    answers = said(page)
    assert "Not answered yet" not in answers
    assert len(answers) >= len(asked)


def test_a_form_that_is_not_finished_is_not_submitted_and_says_what_is_missing(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    form = clerk.begin("consultation-log", **ABOUT)
    refused = clerk.press(f"{form}/check")

    assert refused.status_code == 422
    assert "Answer “What was the consultation called?”" in refused.text


def test_whoever_filled_it_in_is_told_that_another_reviews_it(desk: World) -> None:
    second = Clerk(desk, "coordinator")
    form = second.begin("consultation-log", **ABOUT)
    second.press(f"{form}/question/log-title", answer="By the second person")
    clerks.filled(desk, 1)
    clerks.submitted(desk, 1)
    page = second.open(f"{form}/review").text

    assert "You filled in part of it" in page
    assert "I have read it and it stands" not in page
    assert "Review what others filled in" not in second.open("/today").text


def test_a_form_sent_back_shows_the_reason_and_is_filled_in_again(desk: World) -> None:
    clerk, second = Clerk(desk, "interviewer"), Clerk(desk, "coordinator")
    form = clerk.begin("consultation-log", **ABOUT)
    clerks.filled(desk, 1)
    clerks.submitted(desk, 1)
    assert "Review what others filled in: 1 form" in second.open("/today").text
    assert second.press(f"{form}/send-back", why=" ").status_code == 422
    assert second.press(f"{form}/send-back", why="Which <b>department</b>?").status_code == 302
    page = clerk.open(form).text

    assert "Which &lt;b&gt;department&lt;/b&gt;?" in page
    assert "Go on filling it in" in page
    assert second.press(form).status_code == 405


def test_a_reviewer_lets_nothing_count_that_was_changed_since_they_read_it(desk: World) -> None:
    clerk, second = Clerk(desk, "interviewer"), Clerk(desk, "coordinator")
    form = clerk.begin("consultation-log", **ABOUT)
    clerks.filled(desk, 1)
    clerks.submitted(desk, 1)
    read_before = held_by(second.open(f"{form}/review").text)
    second.press(f"{form}/send-back", why="Another title, please")
    clerk.press(f"{form}/question/log-title", answer="Never read by a second person")
    clerk.press(f"{form}/check")
    pressed = second.client.post(f"{form}/review", data=read_before)

    assert pressed.status_code == 409
    assert "Waiting for review" in clerk.open(form).text


def test_two_people_who_change_one_answer_choose_question_by_question(desk: World) -> None:
    clerk, other = Clerk(desk, "interviewer"), Clerk(desk, "coordinator")
    form = clerk.begin("consultation-log", **ABOUT)
    where = f"{form}/question/log-title"
    held = held_by(clerk.open(where).text)
    other.press(where, answer="The other title")
    clash = clerk.client.post(where, data={**held, "answer": "My title"})

    assert clash.status_code == 409
    assert "The other title" in clash.text
    assert "My title" in clash.text
    hidden = held_by(clash.text)
    chosen = clerk.client.post(where, data={**hidden, "answer": "My title", "settle": "typed"})
    assert chosen.status_code == 302
    assert "My title" in clerk.open(form).text


def test_what_was_typed_for_a_form_that_waits_for_review_is_shown_and_not_saved(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    form = clerk.begin("consultation-log", **ABOUT)
    where = f"{form}/question/log-title"
    held = held_by(clerk.open(where).text)
    clerks.filled(desk, 1)
    clerks.submitted(desk, 1)
    late = clerk.client.post(where, data={**held, "answer": "Typed too late"})

    assert late.status_code == 409
    assert "Typed too late" in late.text
    assert "Typed too late" not in clerk.open(form).text


def test_a_wrong_answer_stays_in_its_field_with_what_is_wrong(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    form = clerk.begin("consultation-log", **ABOUT)
    refused = clerk.press(
        f"{form}/question/log-opened", **{"answer-day": "31", "answer-month": "2", "answer-year": "2026"}
    )

    assert refused.status_code == 422
    assert 'value="31"' in refused.text
    assert "error-summary" in refused.text


@pytest.mark.parametrize(
    ("typed", "said_so"),
    [
        ({"which": "Nowhere at all"}, "No one area is called"),
        ({"which": ""}, "Enter which one the form is about"),
        ({"kind": "agreement", "which": "zzz"}, "No one agreement is called"),
        ({"kind": "round", "which": "zzz"}, "No one round is called"),
        ({"kind": "organisation", "which": "zzz"}, "No one organisation is called"),
        ({"day-year": "2031"}, "to today"),
        ({"day-month": "13"}, "month"),
        ({"label": "x" * 121}, "at most 120 characters"),
        ({"version": "999"}, "There is a problem"),
    ],
)
def test_what_cannot_be_begun_is_said_and_nothing_is_kept(
    desk: World, typed: dict[str, str], said_so: str
) -> None:
    clerk = Clerk(desk, "interviewer")
    version = html.fromstring(clerk.open("/forms/add").text).xpath("string(//input[@name='version']/@value)")
    day = {"day-day": "20", "day-month": "8", "day-year": "2026"}
    refused = clerk.press("/forms/add", **{"version": version, **ABOUT, **day, **typed})

    assert refused.status_code == 422
    assert said_so in refused.text
    assert "No form is begun yet" in clerk.open("/forms").text


def test_a_source_is_attached_with_a_copy_downloaded_and_removed(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    form = clerk.begin("consultation-log", **ABOUT)
    words = {"title": "Minutes", "dated": "March 2025", "where": "Shelf 3"}
    add = f"{form}/sources/add"
    assert clerk.press(add, **words, file=(io.BytesIO(b"MZ\x90"), "minutes.exe")).status_code == 422
    assert clerk.press(add, **words, file=(io.BytesIO(b"no pdf"), "minutes.pdf")).status_code == 422
    assert clerk.press(add, **{**words, "where": ""}).status_code == 422
    assert clerk.press(add, **words, file=(io.BytesIO(b"%PDF-1.7 x"), "minutes.pdf")).location == form
    copy = clerk.open(f"{form}/sources/1/file")

    assert copy.data == b"%PDF-1.7 x"
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert "Minutes" in clerk.open(form).text
    assert clerk.send(f"{form}/sources/1/remove", form_at=form).status_code == 302
    assert "No sources are attached" in clerk.open(form).text
    assert clerk.send(f"{form}/sources/1/remove", form_at=form).status_code == 404


def test_forms_are_listed_by_kind_state_and_subject(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    clerk.begin("consultation-log", **ABOUT, label="Libraries")
    area = clerks.about(desk, clerks.SubjectKind.AREA, "Kent")

    def lists(query: str) -> bool:
        return "Libraries" in clerk.open(f"/forms{query}").text

    assert lists("")
    assert lists(f"?kind=consultation-log&state=draft&about=area:{area.id}")
    assert not lists("?kind=desk-area")
    assert not lists("?state=reviewed")
    assert not lists("?about=agreement:1")
    assert lists("?about=nonsense&state=nonsense&edition=x")


def test_a_form_whose_title_names_the_agreement_is_listed_without_braces(desk: World) -> None:
    clerk = Clerk(desk, "interviewer")
    form = clerk.begin("consultation-log", **ABOUT)
    with desk.database.writing() as session:
        session.execute(update(InstrumentVersion).values(title="Log of the {agreement}"))

    for page in ("/forms", form):
        assert "Log of the agreement" in clerk.open(page).text, page


def test_a_reviewed_form_is_corrected_on_the_screen_and_both_editions_are_read(desk: World) -> None:
    clerk, second = Clerk(desk, "interviewer"), Clerk(desk, "coordinator")
    form = clerk.begin("consultation-log", **ABOUT)
    clerks.filled(desk, 1)
    clerks.submitted(desk, 1)
    second.press(f"{form}/review")
    assert clerk.press(f"{form}/correct", why="A wrong title").status_code == 302
    assert "Edition 1 counts until this one is reviewed" in clerk.open(form).text
    assert clerk.press(f"{form}/question/log-title", answer="The right title").status_code == 302

    assert "The right title" in clerk.open(form).text
    assert "The right title" not in clerk.open(f"{form}?edition=1").text
    assert clerk.open(f"{form}?edition=9").status_code == 404
    assert clerk.open(f"{form}?edition=x").status_code in (400, 404)
