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
from survey_app.services.questionnaires import drafts, history, second_readers, signoff
from survey_app.services.questionnaires.signoff import SIGNS_FOR, Signature
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires.forms import (
    CommentForm,
    Refusal,
    SignForm,
    TransitionForm,
    number_in,
    seen_by,
)
from survey_app.web.staff.questionnaires.second_readers import ReadForm
from survey_app.web.staff.questionnaires.wording import DONE, STATES, TONES, TRANSITIONS
from survey_app.web.urls import NUMBER

bp = Blueprint("progress", __name__)
ADDRESS = f"/questionnaires/<{NUMBER}:version_id>"


@bp.get(f"{ADDRESS}/progress")
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def page(line: VersionLine) -> ResponseReturnValue:
    """The version's state, what stands in its way, the thread and the history."""
    return _page(line)


def _page(line: VersionLine, refusal: FlaskForm | None = None, status: int = 200) -> ResponseReturnValue:
    someone = person()
    with reading() as session:
        standing = history.standing(session, line.id)
        entries = history.history(session, line.id)
        second = second_readers.reading_of(session, version_id=line.id, programme_id=someone.programme_id)
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
        reading=second,
        reading_form=ReadForm(formdata=None),
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


def _retiring(line: VersionLine) -> Intent | None:
    form = TransitionForm()
    if form.wanted.data != State.RETIRED.value:
        return None
    with reading() as session:
        running = history.rounds_with(session, line.name)
    titles = [f"“{title}”" for title, version in running if version == line.version]
    going = f"{len(titles):,} under way go on with it: {', '.join(titles)}." if titles else ""
    return Intent(
        title=f"Retire {line.title}, version {line.version}",
        will=(
            "No round that is launched from now on asks it.",
            f"Of the rounds, {going}" if going else "No round under way asks it.",
        ),
        undo="Retiring cannot be taken back: the same text can be uploaded as a new version.",
        button="Retire it",
        back=url_for(".page", version_id=line.id),
    )


@bp.post(f"{ADDRESS}/move")
@requires(Permission.WRITE_QUESTIONNAIRES)
@loads(VERSION)
@asks_first(_retiring)
def transition(line: VersionLine) -> ResponseReturnValue:
    """Move the version on; where somebody else was first, say so and keep the note."""
    form = TransitionForm()

    def use() -> str:
        wanted, seen = _state(form.wanted.data), seen_by(form, line.id)
        with writing() as session:
            drafts.transition(session, seen=seen, wanted=wanted, note=form.note.data or "", context=context())
        return _announcement(line, wanted)

    return _answer(line, form, use)


def _state(wanted: str | None) -> State:
    if wanted not in [state.value for state in State]:
        raise InvalidError("Choose one of the steps on the page.")
    return State(wanted)


def _announcement(line: VersionLine, wanted: State) -> str:
    """What the transition did, and which rounds under way a publication or retirement does not touch."""
    said = [DONE[wanted]]
    if wanted in (State.PUBLISHED, State.RETIRED):
        with reading() as session:
            running = history.rounds_with(session, line.name)
        said += [
            f"“{title}” goes on with version {version}, which it was launched with."
            for title, version in running
        ]
    return " ".join(said)


@bp.post(f"{ADDRESS}/comments")
@requires(Permission.COMMENT_QUESTIONNAIRES)
@loads(VERSION)
def comment(line: VersionLine) -> ResponseReturnValue:
    form = CommentForm()

    def use() -> str:
        with writing() as session:
            words = form.words.data or ""
            signoff.comment(
                session, version_id=line.id, words=words, person_id=person().id, context=context()
            )
        return "Comment recorded."

    return _answer(line, form, use)


@bp.post(f"{ADDRESS}/sign/public-bodies")
@requires(Permission.SIGN_OFF_PUBLIC)
@loads(VERSION)
def sign_for_public_bodies(line: VersionLine) -> ResponseReturnValue:
    return _sign(line, Sector.PUBLIC)


@bp.post(f"{ADDRESS}/sign/voluntary-organisations")
@requires(Permission.SIGN_OFF_VOLUNTARY)
@loads(VERSION)
def sign_for_voluntary_organisations(line: VersionLine) -> ResponseReturnValue:
    return _sign(line, Sector.VOLUNTARY)


def _sign(line: VersionLine, sector: Sector) -> ResponseReturnValue:
    form = SignForm()

    def use() -> str:
        agrees = form.verdict.data == "agrees"
        signature = Signature(
            line.id, number_in(form.text_number.data), sector, agrees, form.words.data or ""
        )
        with writing() as session:
            signoff.sign(session, signature=signature, person_id=person().id, context=context())
        return "You have agreed to this text." if agrees else "Objection recorded."

    return _answer(line, form, use)


def _answer(line: VersionLine, form: FlaskForm, use: Callable[[], str]) -> ResponseReturnValue:
    """Do what the form asks and say so, or show the page again with what stands in the way."""
    if not form.validate_on_submit():
        return _page(line, form, 422)
    with Refusal(form) as refusal:
        flash(use())
        return redirect(url_for(".page", version_id=line.id))
    return _page(line, form, refusal.status)
