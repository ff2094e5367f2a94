"""Voting with a code from the room: no account, no script, changed as often as one likes until it is closed.

The cookie holds the code itself, which its holder has on paper anyway: whoever could sign cookies would still
need the code. Beside it stands a secret of this browser, without which, or a word that its voter chose, the
code shows and changes nothing once it voted. What time a vote was sent at stands in the cookie alone.
"""

import secrets
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import LONDON
from survey_app.errors import StageError
from survey_app.services.people.attempts import (
    WORDS_IN_ALL,
    WORDS_PER_NETWORK,
    count_try,
    give_back,
    network_of,
)
from survey_app.services.reviews import voting
from survey_app.services.reviews.voting import MIN_WORD, Booth, LockedError
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import CountField, LineField, correcting
from survey_app.web.respondent.blueprint import bp
from survey_app.web.security import cleared
from survey_app.web.site import public, reading, site, writing

KEY = "ballot"


class DotsField(CountField):
    """How many dots an issue gets; nothing typed is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([str(valuelist[0] if valuelist else "").strip() or "0"])


def is_seated(code: str) -> bool:
    """Seat whoever has a code of a ballot; False where the code is of something else."""
    with reading() as reader:
        booth = voting.booth_of(reader, site().keys, code=code)
    if booth is None:
        return False
    session[KEY] = {"code": code, "own": secrets.token_urlsafe(16)}
    return True


class WordForm(FlaskForm):
    """The word that somebody chose when they voted."""

    word = LineField(
        "Your word",
        validators=[InputRequired("Enter the word that you chose")],
        render_kw={"autocomplete": "off", "spellcheck": False, "autocapitalize": "none"},
    )
    submit = SubmitField("Continue")


def _secrets() -> list[str]:
    """What this browser has besides the code: its own secret, and the word where one was entered."""
    held = session[KEY]
    return [str(held.get("own", "")), str(held.get("word", ""))]


def _booth() -> Booth | None:
    held = session.get(KEY)
    if not isinstance(held, dict):
        return None
    with reading() as reader:
        booth = voting.booth_of(reader, site().keys, code=str(held.get("code", "")), secrets=_secrets())
    if booth is None:
        session.pop(KEY, None)
    return booth


def _form_of(booth: Booth) -> FlaskForm:
    fields: dict[str, Any] = {
        name_of(issue): DotsField(title, minimum=0, maximum=booth.dots)
        for issue, title in booth.issues.items()
    }
    if not booth.has_word:
        fields["word"] = LineField(
            "A word of your own, if you like",
            description=f"At least {MIN_WORD} letters or numbers. Once you have left this page, only your "
            "code with this word shows and changes your votes. Without one they stay as you send them.",
            render_kw={"autocomplete": "off", "spellcheck": False, "autocapitalize": "none"},
        )
    kind = type("VoteForm", (FlaskForm,), fields | {"submit": SubmitField("Send my votes")})
    form: FlaskForm = kind(data={name_of(issue): booth.given.get(issue, 0) for issue in booth.issues})
    return form


def name_of(issue_id: int) -> str:
    """The name of an issue's field."""
    return f"dots-{issue_id}"


@bp.route("/vote", methods=["GET", "POST"])
@public
def vote() -> ResponseReturnValue:
    """The ballot, with what was given so far; sent as often as one likes while it is open."""
    booth = _booth()
    if booth is None:
        return redirect(url_for("respondent.start"))
    if booth.locked:
        return render_template(
            "respondent/vote_locked.html", booth=booth, form=WordForm(), leaving=ConfirmForm()
        )
    form = _form_of(booth)
    if form.validate_on_submit():
        with correcting(form, StageError, LockedError):
            dots = {issue: form[name_of(issue)].data or 0 for issue in booth.issues}
            word = "" if booth.has_word else form["word"].data or ""
            code, own = session[KEY]["code"], _secrets()
            with writing() as writer:
                voting.vote(writer, site().keys, code=code, dots=dots, secrets=own, word=word)
            at = site().clock.now().astimezone(LONDON).strftime("%H:%M")
            session[KEY] = {**session[KEY], "at": at}
            return redirect(url_for("respondent.vote"))
    page = render_template(
        "respondent/vote.html", booth=booth, form=form, at=session[KEY].get("at", ""), leaving=ConfirmForm()
    )
    return page, 422 if form.errors else 200


@bp.post("/vote/word")
@public
def vote_word() -> ResponseReturnValue:
    """The word of whoever voted with this code shows and changes what they gave."""
    booth = _booth()
    if booth is None or not booth.locked:
        return redirect(url_for("respondent.vote"))
    form = WordForm()
    if form.validate_on_submit():
        if _is_theirs(form.word.data or ""):
            session[KEY] = {**session[KEY], "word": form.word.data}
            return redirect(url_for("respondent.vote"))
        form.word.errors = ["This is not the word that was chosen"]
    return _locked(booth, form), 422


def _locked(booth: Booth, form: WordForm) -> str:
    return render_template("respondent/vote_locked.html", booth=booth, form=form, leaving=ConfirmForm())


def _is_theirs(word: str) -> bool:
    """Whether this word was chosen beside the code; tries are counted, as of codes on paper.

    Raises:
        TooManyAttemptsError: too many words were tried.
    """
    code, now = session[KEY]["code"], site().clock.now()
    with reading() as reader:
        of_code = voting.tries_of(reader, site().keys, code=code)
    here = site().keys.lookup(f"{of_code} from {network_of(request.remote_addr or '')}")
    with writing() as writer:
        count_try(writer, here, maximum=WORDS_PER_NETWORK, now=now)
        count_try(writer, of_code, maximum=WORDS_IN_ALL, now=now)
    with reading() as reader:
        right = voting.is_word(reader, site().keys, code=code, word=word)
    if right:
        with writing() as writer:
            give_back(writer, here, now=now)
            give_back(writer, of_code, now=now)
    return right


@bp.post("/vote/leave")
@public
def leave_vote() -> ResponseReturnValue:
    """Let the next person use this telephone; what was sent stays."""
    booth = _booth()
    session.pop(KEY, None)
    return cleared(render_template("respondent/voted.html", booth=booth))
