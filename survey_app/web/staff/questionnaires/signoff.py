"""How a version stands: what it lacks, who agrees, what was said; transitions, comments and signatures."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from instruments.states import OPEN
from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.clock import LONDON
from survey_app.errors import InvalidError
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import drafts, history, signoff
from survey_app.services.questionnaires import versions as questionnaire_versions
from survey_app.services.questionnaires.signoff import SIGNS_FOR, Signature
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.questionnaires.forms import (
    CommentForm,
    Refusal,
    SignForm,
    TransitionForm,
    number_in,
    seen_by,
)
from survey_app.web.staff.questionnaires.wording import DONE, STATES, TONES, TRANSITIONS
from survey_app.web.urls import NUMBER

bp = Blueprint("progress", __name__)
ADDRESS = f"/questionnaires/<{NUMBER}:version_id>"


@bp.get(f"{ADDRESS}/progress")
@requires(Permission.SEE_QUESTIONNAIRES)
def page(version_id: int) -> ResponseReturnValue:
    """The version's state, what stands in its way, the thread and the history."""
    return _page(version_id)


def _page(version_id: int, refusal: FlaskForm | None = None, status: int = 200) -> ResponseReturnValue:
    someone = person()
    with reading() as session:
        line = questionnaire_versions.line_of(session, version_id)
        standing = history.standing(session, version_id)
        entries = history.history(session, version_id)
    moving = refusal if isinstance(refusal, TransitionForm) else TransitionForm(formdata=None)
    moving.revision.data = str(line.revision)
    signing = refusal if isinstance(refusal, SignForm) else SignForm(formdata=None)
    # Who signs signs the text that the page shows.
    signing.text_number.data = str(line.text_number)
    commenting = refusal if isinstance(refusal, CommentForm) else CommentForm(formdata=None)
    page = render_template(
        "staff/questionnaires/signoff.html",
        line=line,
        standing=standing,
        entries=[(entry, entry.at.astimezone(LONDON)) for entry in entries],
        moving=moving,
        signing=signing,
        commenting=commenting,
        refusal=refusal,
        states=STATES,
        tones=TONES,
        transitions=TRANSITIONS,
        is_open=line.state in OPEN,
        sectors=tuple(Sector),
        signs_for=[sector for sector, permission in SIGNS_FOR.items() if someone.may(permission)],
        someone=someone,
    )
    return page, status


@bp.post(f"{ADDRESS}/move")
@requires(Permission.WRITE_QUESTIONNAIRES)
def transition(version_id: int) -> ResponseReturnValue:
    """Move the version on; where somebody else was first, say so and keep the note."""
    form = TransitionForm()

    def use() -> str:
        wanted, seen = _state(form.wanted.data), seen_by(form, version_id)
        with writing() as session:
            drafts.transition(session, seen=seen, wanted=wanted, note=form.note.data or "", context=context())
        return _announcement(version_id, wanted)

    return _answer(version_id, form, use)


def _state(wanted: str | None) -> State:
    if wanted not in [state.value for state in State]:
        raise InvalidError("Choose one of the steps on the page.")
    return State(wanted)


def _announcement(version_id: int, wanted: State) -> str:
    """What the transition did, and which rounds under way a publication or retirement does not touch."""
    said = [DONE[wanted]]
    if wanted in (State.PUBLISHED, State.RETIRED):
        with reading() as session:
            running = history.rounds_with(session, questionnaire_versions.line_of(session, version_id).name)
        said += [
            f"“{title}” goes on with version {version}, which it was launched with."
            for title, version in running
        ]
    return " ".join(said)


@bp.post(f"{ADDRESS}/comments")
@requires(Permission.COMMENT_QUESTIONNAIRES)
def comment(version_id: int) -> ResponseReturnValue:
    form = CommentForm()

    def use() -> str:
        with writing() as session:
            words = form.words.data or ""
            signoff.comment(
                session, version_id=version_id, words=words, person_id=person().id, context=context()
            )
        return "Comment recorded."

    return _answer(version_id, form, use)


@bp.post(f"{ADDRESS}/sign/public-bodies")
@requires(Permission.SIGN_OFF_PUBLIC)
def sign_for_public_bodies(version_id: int) -> ResponseReturnValue:
    return _sign(version_id, Sector.PUBLIC)


@bp.post(f"{ADDRESS}/sign/voluntary-organisations")
@requires(Permission.SIGN_OFF_VOLUNTARY)
def sign_for_voluntary_organisations(version_id: int) -> ResponseReturnValue:
    return _sign(version_id, Sector.VOLUNTARY)


def _sign(version_id: int, sector: Sector) -> ResponseReturnValue:
    form = SignForm()

    def use() -> str:
        agrees = form.verdict.data == "agrees"
        signature = Signature(
            version_id, number_in(form.text_number.data), sector, agrees, form.words.data or ""
        )
        with writing() as session:
            signoff.sign(session, signature=signature, person_id=person().id, context=context())
        return "You have agreed to this text." if agrees else "Objection recorded."

    return _answer(version_id, form, use)


def _answer(version_id: int, form: FlaskForm, use: Callable[[], str]) -> ResponseReturnValue:
    """Do what the form asks and say so, or show the page again with what stands in the way."""
    if not form.validate_on_submit():
        return _page(version_id, form, 422)
    with Refusal(form) as refusal:
        flash(use())
        return redirect(url_for(".page", version_id=version_id))
    return _page(version_id, form, refusal.status)
