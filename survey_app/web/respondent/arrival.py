"""The way in and the way out for now: access code, welcome, come back later."""

import wtforms
from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from survey_app.errors import StageError
from survey_app.services.audit import record
from survey_app.services.cases import statements
from survey_app.services.people.attempts import count_try, network_of
from survey_app.services.responses import calls, drafts
from survey_app.services.responses.after_calls import AnsweredByCallError, check_newer
from survey_app.services.responses.openings import Opening, note_opening, openings_of
from survey_app.services.responses.paper_codes import is_on_paper
from survey_app.services.responses.seats import (
    Seat,
    Sheet,
    SlipError,
    UnknownCodeError,
    check_open,
    seat_for_code,
    sheet_of,
)
from survey_app.web.answering.forms import says_anything
from survey_app.web.respondent import voting
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.door import Door, Stop, at_the_door
from survey_app.web.respondent.kept import TypedPage, typed_page, words_of
from survey_app.web.respondent.seating import (
    WEB,
    SentMeanwhileError,
    Sitting,
    load,
    page_ref,
    respondent,
    sit_down,
    sitting,
    stand_up,
    unsent,
)
from survey_app.web.respondent.telephone import case_url
from survey_app.web.security import cleared
from survey_app.web.site import public, reading, site, visitor, writing

# A code has 55 bits; this only keeps a machine from trying for ever.
WRONG_CODES_PER_NETWORK = 20
MAX_CODE_LENGTH = 100
# In the place of a question: all were gone through.
CHECK = "check"
WORD = dict.fromkeys(Door, "Your word") | {Door.CHOOSE: "Choose a word or number"}


class CodeForm(FlaskForm):
    """The access code, as people type it."""

    code = wtforms.StringField(
        "Access code",
        description="12 letters and numbers, like KX4M\u201120VB\u20119QZT. It is in your letter or email.",
        render_kw={"autocomplete": "off", "spellcheck": False, "autocapitalize": "characters"},
    )
    # Beside a code on paper alone.
    word = wtforms.StringField(
        "Your word", render_kw={"autocomplete": "off", "spellcheck": False, "autocapitalize": "none"}
    )


class NothingTyped(FlaskForm):
    """A button and the token that shows the page was ours."""


@bp.get("/start")
@public
def start() -> ResponseReturnValue:
    """Ask for the access code."""
    return render_template("respondent/start.html", form=CodeForm(), typed=None)


@bp.post("/start")
@public
def enter() -> ResponseReturnValue:
    """Seat whoever has the code, or say kindly that nobody does."""
    form = CodeForm()
    code = (form.code.data or "").strip()
    if not code:
        return _again(form, "Enter your access code")
    if voting.is_seated(code[:MAX_CODE_LENGTH]):
        return redirect(url_for("respondent.vote"))
    try:
        seat, sheet, on_paper = _seat_for(code)
    except UnknownCodeError as fault:
        return _again(form, f"{fault.title}. {fault}")
    typed = typed_page()
    if typed and typed.sent.get("response_ref") != page_ref(seat):
        return _again(form, f"This is the code of {seat.organisation}. What you entered is for another one")
    if shut := _shut_by_call(seat, sheet):
        return _stopped(form, seat, shut)
    stop = at_the_door(seat, sheet, (form.word.data or "")[:MAX_CODE_LENGTH]) if on_paper else None
    if stop is not None:
        return _stopped(form, seat, stop)
    with writing() as session:
        note_opening(session, site().keys, seat=seat, now=site().clock.now())
        sent = sheet.submitted_on is not None
        sit_down(session, seat, mode=WEB[0], by=WEB[1], sent=sent, on_paper=on_paper)
    return _carried_on(typed) if typed else redirect(url_for("respondent.welcome"))


def _shut_by_call(seat: Seat, sheet: Sheet) -> Stop | None:
    """What keeps out whoever has a code, or a code and its word, from before a call."""
    try:
        check_newer(seat, sheet)
    except AnsweredByCallError as fault:
        return Stop(Door.CALLED, explained=str(fault).splitlines())
    return None


def _carried_on(typed: TypedPage) -> ResponseReturnValue:
    """Put back on its page what was entered before the sitting ended.

    Raises:
        SentMeanwhileError: the answers were sent since.
        StageError: the question is no longer asked.
    """
    with reading() as session:
        here = load(session)
    assert here is not None
    g.sitting = here
    if here.sheet.submitted_on is not None:
        raise SentMeanwhileError
    page = here.journey.page_of(typed.question_id)
    if page is None:
        raise StageError("Other answers were changed since, and that question is no longer asked.")
    with writing() as session:
        first = page.questions[0].id
        drafts.keep_page(session, here.seat, first, typed.fields, key=here.sheet.key)
    return redirect(url_for("respondent.question", question_id=first))


def _again(form: CodeForm, message: str) -> ResponseReturnValue:
    form.code.errors = (message,)
    return _asked(form, "respondent/start.html"), 422


def _stopped(form: CodeForm, seat: Seat, stop: Stop) -> ResponseReturnValue:
    """What is asked or said before a code on paper opens its questionnaire, and nothing of what is in it."""
    form.word.label.text = WORD[stop.door]
    form.word.errors = (stop.fault,) if stop.fault else ()
    return _asked(form, "respondent/door.html", seat=seat, stop=stop), 422 if stop.fault else 200


def _asked(form: CodeForm, template: str, **about: object) -> str:
    typed = typed_page()
    words = words_of(typed) if typed else []
    return render_template(template, form=form, typed=typed, words=words, **about)


def _seat_for(typed: str) -> tuple[Seat, Sheet, bool]:
    """The seat of the code and its sheet, when answers can be taken or were sent; whether it is on paper."""
    keys = site().keys
    try:
        with reading() as session:
            seat = seat_for_code(session, keys, code=typed[:MAX_CODE_LENGTH])
    except SlipError:
        raise
    except UnknownCodeError:
        _count_guess()
        raise
    with reading() as session:
        sheet = sheet_of(session, keys, seat=seat)
        on_paper = is_on_paper(session, seat)
    if sheet.submitted_on is None:
        check_open(seat)
    return seat, sheet, on_paper


def _count_guess() -> None:
    """Count a code that is nobody's, and audit it. A right one is never refused for the guesses of others.

    Raises:
        TooManyAttemptsError: too many were guessed from this network.
    """
    network = site().keys.lookup(f"code from {network_of(request.remote_addr or '')}")
    with writing() as session:
        count_try(session, network, maximum=WRONG_CODES_PER_NETWORK, now=site().clock.now())
        record(session, visitor(), "access code refused", "access code", "")


@bp.get("/welcome")
@respondent
@unsent
def welcome() -> ResponseReturnValue:
    """Say who answers, what is promised and how long it takes."""
    here = sitting()
    return render_template(
        "respondent/welcome.html",
        here=here,
        onwards=_onwards(here),
        form=NothingTyped(),
        openings=openings(here),
    )


def _onwards(here: Sitting) -> str:
    """Where to go on: where somebody stopped, optional questions included; else at what waits."""
    place = here.unfinished.place
    if place and place != CHECK and here.journey.page_of(place):
        return url_for("respondent.question", question_id=place)
    waiting = here.journey.waiting
    return url_for("respondent.question", question_id=waiting.id) if waiting else url_for("respondent.check")


def openings(here: Sitting) -> list[Opening]:
    """When and how the questionnaire was opened: for its respondent, and for no interviewer."""
    if here.by_telephone:
        return []
    with reading() as session:
        return openings_of(session, site().keys, seat=here.seat)


@bp.post("/stop")
@respondent
def stop() -> ResponseReturnValue:
    """Leave for now."""
    return leave()


@bp.post("/not-us")
@public
def not_us() -> ResponseReturnValue:
    """The code opened somebody else's questionnaire: tell the team, and back to the first page."""
    with reading() as session:
        here = load(session)
    if here is None:
        stand_up()
        flash("We could not note that it was not for you. Enter the code again, then tell us.", "info")
        return redirect(url_for("respondent.start"))
    if here.by_telephone:
        return redirect(case_url(here.seat.case_id))
    with writing() as session:
        statements.say_not_us(session, case_id=here.seat.case_id, now=site().clock.now())
    stand_up()
    flash("Thank you. We have noted that it was not for you, and look for the right address.")
    return redirect(url_for("respondent.start"))


@bp.get("/decline")
@respondent
@unsent
def declining() -> ResponseReturnValue:
    """Ask once more whether the organisation will not answer; an interviewer records that with the case."""
    if sitting().by_telephone:
        return redirect(case_url(sitting().seat.case_id))
    return render_template("respondent/decline.html", here=sitting(), form=NothingTyped())


@bp.post("/decline")
@respondent
@unsent
def decline() -> ResponseReturnValue:
    """Take a no for a no."""
    here = sitting()
    if here.by_telephone:
        return redirect(case_url(here.seat.case_id))
    with writing() as session:
        statements.decline(session, case_id=here.seat.case_id, now=site().clock.now())
    stand_up()
    page = render_template("respondent/declined.html", here=here)
    return cleared(page)


def leave(*, saved: bool = False, unfinished: bool = False, finished: str = "") -> ResponseReturnValue:
    """Forget who sat here, and say how to come back, and what of the last page is saved or kept."""
    here = sitting()
    if here.by_telephone:
        with writing() as session:
            calls.end(session, here.seat, here.sheet)
    stand_up()
    if here.by_telephone:
        flash(f"The answers of {here.seat.organisation} so far are saved.")
        return redirect(case_url(here.seat.case_id))
    page = render_template(
        "respondent/stopped.html",
        here=here,
        # Where letters lead, whatever name this request came by.
        address=f"{site().settings.base_url.rstrip('/')}{url_for('respondent.start')}",
        sent=here.sheet.submitted_on is not None,
        saved=saved or here.sheet.revision > 0,
        unfinished=unfinished
        or any(says_anything(each) for page, each in here.unfinished.pages.items() if page != finished),
    )
    return cleared(page)
