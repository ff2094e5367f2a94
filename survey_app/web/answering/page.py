"""A page of the questionnaire as its template needs it: questions with their fields, and what frames them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import render_template, request
from werkzeug.datastructures import MultiDict
from wtforms import Field

from instruments.errors import AnswerFault
from instruments.schema import Page, Question
from survey_app.clock import LONDON, london_date, spoken_time
from survey_app.services.responses.checking import REASON, SoftCheck, UnsoundError, soft_check_of
from survey_app.web.answering.captions import caption, meant_for
from survey_app.web.answering.filling import Filling
from survey_app.web.answering.forms import Asked, PageForm, form_for, says_anything, show_fault
from survey_app.web.answering.kinds.screen import ANSWER, PASS, Looks
from survey_app.web.answering.kinds.table import screen_of
from survey_app.web.answering.progress import progress_of
from survey_app.web.site import site


@dataclass(frozen=True)
class Refused:
    """Why a page was not saved, by question id."""

    faults: Mapping[str, AnswerFault] = field(default_factory=dict)
    soft_checks: Mapping[str, SoftCheck] = field(default_factory=dict)

    @classmethod
    def of(cls, unsound: UnsoundError) -> "Refused":
        return cls(unsound.answers_at_fault, unsound.soft_checks)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question on its page.

    `rows` are the fields of a grid; any other kind has its own `field`, and a document those of the
    `reference` to it. `passing` and `reason` may stand below. `caption` says which of several things
    the question is about, and `meant_for` who is best placed to answer it.
    """

    question: Question
    soft_check: SoftCheck | None
    hint: str
    caption: str
    meant_for: str
    rows: tuple[Field, ...]
    field: Field | None
    reference: tuple[tuple[Field, Looks], ...]
    passing: Field | None
    reason: Field | None
    look: Looks


def render(
    here: Filling,
    page: Page,
    refused: Refused | None = None,
    typed: MultiDict[str, str] | None = None,
) -> str:
    """The page with what is saved, or with what was typed and why that cannot be saved."""
    section = here.questionnaire.section_of(page.questions[0])
    asked = [_asked(here, question, refused) for question in page.questions]
    form = form_for(asked, response_ref=here.page_ref, version=here.version_id, typed=typed)
    faults = refused.faults if refused else _saved_faults(here, asked)
    for each in asked:
        if each.question.id in faults:
            show_fault(form, each.question, _named(faults[each.question.id], each.question, asked))
    parts = [_part(here, each, form) for each in asked]
    for part in parts:
        if part.reason is not None and part.soft_check is not None and part.soft_check.fault:
            part.reason.errors = (part.soft_check.fault,)
    return render_template(
        f"{here.room}/question.html",
        here=here,
        form=form,
        parts=parts,
        to_confirm=[
            part for part in parts if part.soft_check is not None and (refused or not part.soft_check.reason)
        ],
        section=here.journey.title(section),
        opens=_opens(here, page) if section.is_open else "",
        progress=progress_of(here, page),
        back=_back(here, page),
        saved=_standing(here, page, typed is not None and says_anything(typed.to_dict(flat=False))),
    )


def _opens(here: Filling, page: Page) -> str:
    """`begins` on the first page of an open section, which says what is different now; else `goes on`."""
    before = here.journey.before(page)
    in_open = before is not None and before.questions[0].item in here.questionnaire.open_items
    return "goes on" if in_open else "begins"


def _standing(here: Filling, page: Page, left: bool) -> str:
    """What is true of this page: that it is kept and no answer yet, that it is saved, or when it will be."""
    if left:
        return "What you entered on this page is kept for you. It is no answer until it is saved."
    answered = any(question.item in here.sheet.answers for question in page.questions)
    return saved_line(here.sheet.saved_at if answered else None, site().clock.now())


def _asked(here: Filling, question: Question, refused: Refused | None) -> Asked:
    worded = here.journey.worded(question)
    saved = here.sheet.answers.get(question.item)
    soft_check = (
        soft_check_of(here.journey, worded) if refused is None else refused.soft_checks.get(question.id)
    )
    return Asked(worded, saved, soft_check)


def _named(fault: AnswerFault, question: Question, asked: list[Asked]) -> AnswerFault:
    """The fault with the label of its question, where a page has several and faults may read alike."""
    if len(asked) == 1:
        return fault
    message = fault.message[:1].lower() + fault.message[1:]
    return AnswerFault(f"{question.short}: {message}", fault.part)


def _saved_faults(here: Filling, asked: list[Asked]) -> dict[str, AnswerFault]:
    """What has gone wrong with saved answers since, because others were changed."""
    faults: dict[str, AnswerFault] = {}
    for each in asked:
        if each.saved is not None and each.question.checks:
            messages = here.journey.problems(each.question)
            if messages:
                faults[each.question.id] = AnswerFault(messages[0])
    return faults


def _part(here: Filling, asked: Asked, form: PageForm) -> Part:
    question, prefix = asked.question, asked.prefix
    screen = screen_of(question)
    parts = tuple(f for f in form if f.name.startswith(f"{prefix}{ANSWER}-"))
    return Part(
        question=question,
        soft_check=asked.soft_check,
        hint=screen.hint(question),
        caption=caption(here.journey, question),
        meant_for=meant_for(here.journey, question),
        rows=screen.rows(parts),
        field=form._fields.get(prefix + ANSWER),
        reference=screen.reference(parts),
        passing=form._fields.get(prefix + PASS),
        reason=form._fields.get(prefix + REASON),
        look=screen.look(question),
    )


def _back(here: Filling, page: Page) -> str:
    if request.args.get("change"):
        return here.check_address()
    before = here.journey.before(page)
    if before is None:
        return here.start_address()
    return here.address(before.questions[0].id)


def saved_line(saved_at: datetime | None, now: datetime) -> str:
    """`Saved today at 2:32pm. You can stop and come back.`, or what saves before anything is saved."""
    if saved_at is None:
        return "Your answer is saved when you continue."
    return f"Saved {moment_in_words(saved_at, now)}. You can stop and come back."


def moment_in_words(saved_at: datetime, now: datetime) -> str:
    """`today at 2:32pm`, or `on 7 September at 2:32pm`."""
    moment = saved_at.astimezone(LONDON)
    day = "today" if london_date(saved_at) == london_date(now) else f"on {moment.day} {moment:%B}"
    return f"{day} at {spoken_time(saved_at)}"
