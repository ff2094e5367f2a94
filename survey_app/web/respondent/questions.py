"""One page of questions: shown, saved, and given back with what was typed when it cannot be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from instruments.answering.answers import Answer, read_answer, shown
from instruments.kinds.values import clean
from instruments.schema import Page, Question
from survey_app.services.responses.checking import REASON, Sent, UnsoundError
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import RacedError, Saved, StaleAnswerError, save_page
from survey_app.services.responses.seats import digest, sheet_of
from survey_app.web.respondent.arrival import leave
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.forms import SEEN, is_empty, prefix_of, raw_parts
from survey_app.web.respondent.kinds.screen import ANSWER
from survey_app.web.respondent.page import Refused, render
from survey_app.web.respondent.seating import Sitting, note_saved, respondent, sitting, unsent
from survey_app.web.site import reading, site, writing

# Enough to find one's words again; a page is not the place for a megabyte.
MAX_SHOWN_LENGTH = 5_000
# Each time another save came first; more than two people do not press a button at one moment for long.
MAX_ATTEMPTS = 5
SETTLED = "settled"


@bp.get("/question/<question_id>")
@respondent
@unsent
def question(question_id: str) -> ResponseReturnValue:
    """Show the page that asks one question, with what is saved."""
    here = sitting()
    page = here.journey.page_of(question_id)
    return render(here, page) if page else _go_on(here, question_id)


@bp.post("/question/<question_id>")
@respondent
@unsent
def answer(question_id: str) -> ResponseReturnValue:
    """Save one page, then show what follows."""
    here = sitting()
    page = here.journey.page_of(question_id)
    if request.form.get("response_ref") != here.page_ref:
        return _not_saved(here, "respondent/another.html")
    if page is None and _is_hidden(here, question_id):
        return _overtaken(here)
    if page is None:
        return _not_saved(here, "respondent/unasked.html") if _typed() else _go_on(here, question_id)
    stopping = "later" in request.form
    sent = _sent(here, page, stopping=stopping)
    try:
        saved = _saved(here, sent, confirm_later=stopping)
    except UnsoundError as unsound:
        return render(here, page, Refused.of(unsound)), 422
    except StaleAnswerError as stale:
        if here.by_telephone:
            return _overtaken(here)
        return _conflict(here, page, sent, stale)
    return leave() if stopping else redirect(_following(saved.journey, page))


def _sent(here: Sitting, page: Page, *, stopping: bool) -> list[Sent]:
    """What was sent for each question, without those left empty by somebody who stops for now."""
    keep_saved = request.form.get("keep") == "saved"
    sent = []
    for question in page.questions:
        prefix = prefix_of(question)
        raw = raw_parts(question, request.form)
        settled = keep_saved and prefix + SETTLED in request.form
        if not settled and not (stopping and is_empty(raw)):
            seen = request.form.get(prefix + SEEN, "")
            sent.append(Sent(here.journey.worded(question), raw, seen))
    return sent


def _saved(here: Sitting, sent: Sequence[Sent], *, confirm_later: bool) -> Saved:
    """Save a page; where another save came between, read again and try once more."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _save(here, sent, confirm_later=confirm_later)
        except RacedError:
            here = _read_again(here)
    return _save(here, sent, confirm_later=confirm_later)


def _save(here: Sitting, sent: Sequence[Sent], *, confirm_later: bool) -> Saved:
    with writing() as session:
        saved = save_page(
            session,
            here.seat,
            here.sheet,
            journey=here.journey,
            sent=sent,
            save=here.save(),
            confirm_later=confirm_later,
        )
    if here.by_telephone and saved.sheet.revision != here.sheet.revision:
        note_saved(saved.sheet.revision)
    return saved


def _read_again(here: Sitting) -> Sitting:
    with reading() as session:
        return replace(here, sheet=sheet_of(session, site().keys, seat=here.seat))


def _following(journey: Journey, page: Page) -> str:
    """The page behind a saved one: the next on the route, or back to the check where one came from."""
    back = request.args.get("change")
    if back:
        following = journey.waiting
    else:
        after = journey.after(page)
        following = after.questions[0] if after else None
    if following is None:
        return url_for("respondent.check")
    return url_for("respondent.question", question_id=following.id, change="1" if back else None)


def _go_on(here: Sitting, question_id: str) -> ResponseReturnValue:
    """Lead to where to go on, from a question that is not asked of this seat, or not yet."""
    known = here.questionnaire.positions.get(question_id)
    if _is_hidden(here, question_id):
        message = "That question was answered before. The answer stays and is not shown here. Go on."
    elif known is not None and here.journey.may_be_asked(here.questionnaire.questions[known]):
        message = "Whether that question is asked depends on others. Answer those first. Go on from here."
    else:
        message = "Your answers so far lead past that question, so it is not asked. Go on from here."
    flash(message, "info")
    return redirect(where_to_go_on(here))


def _is_hidden(here: Sitting, question_id: str) -> bool:
    """Whether a question was answered before the telephone call, or on the web since."""
    known = here.questionnaire.positions.get(question_id)
    return known is not None and here.questionnaire.questions[known].item in here.journey.hidden


def where_to_go_on(here: Sitting) -> str:
    """The first question that waits for an answer, or the check of all of them."""
    waiting = here.journey.waiting
    if waiting is None:
        return url_for("respondent.check")
    return url_for("respondent.question", question_id=waiting.id)


def _overtaken(here: Sitting) -> ResponseReturnValue:
    """By telephone the answer that was saved meanwhile is not shown, so there is nothing to choose from."""
    flash("Another answer was saved meanwhile, so what you typed was not. Go on from here.", "info")
    return redirect(where_to_go_on(_read_again(here)))


@dataclass(frozen=True)
class Clash:
    """One question whose answer was changed elsewhere: what is saved now, and what was just typed."""

    question: Question
    saved: str
    typed: str


def _conflict(
    here: Sitting, page: Page, sent: Sequence[Sent], stale: StaleAnswerError
) -> ResponseReturnValue:
    """Show what is saved now beside what was just typed, and let the person choose."""
    here = _read_again(here)
    clashing = [each for each in sent if each.question.id in stale.question_ids]
    hidden = [(prefix_of(each.question) + name, text) for each in sent for name, text in _texts(each.raw)]
    seen = [(prefix_of(q) + SEEN, digest(here.sheet.answers.get(q.item))) for q in page.questions]
    marks = [(prefix_of(each.question) + SETTLED, "1") for each in clashing]
    rendered = render_template(
        "respondent/conflict.html",
        here=here,
        clashes=[_clash(here, each) for each in clashing],
        hidden=[*hidden, *seen, *marks],
    )
    return rendered, 409


def _texts(raw: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in raw.items() for text in texts]


def _clash(here: Sitting, sent: Sent) -> Clash:
    saved = here.sheet.answers.get(sent.question.item)
    typed = read_answer(sent.question, sent.raw)
    if typed is not None:
        typed = replace(typed, reason="\n".join(sent.raw.get(REASON, ())).strip())
    return Clash(sent.question, _in_words(sent.question, saved), _in_words(sent.question, typed))


def _in_words(asked: Question, given: Answer | None) -> str:
    if given is None:
        return "No answer"
    return f"{shown(asked, given)}\nRight because: {given.reason}" if given.reason else shown(asked, given)


def _not_saved(here: Sitting, template: str) -> ResponseReturnValue:
    """Nothing of this page can be saved: show the words, so that they can be copied."""
    return render_template(template, here=here, typed=_typed(), onwards=where_to_go_on(here)), 409


def _typed() -> str:
    """What was written on the page that came, without its hidden fields."""
    texts = []
    for name in request.form:
        field = name.rpartition(".")[2]
        if field in (ANSWER, REASON) or field.startswith(f"{ANSWER}-"):
            texts += request.form.getlist(name)
    return clean("\n".join(text for text in texts if text.strip()))[:MAX_SHOWN_LENGTH]
