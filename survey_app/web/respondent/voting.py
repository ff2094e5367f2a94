"""Voting with a code from the room: no account, no script, changed as often as one likes until it is closed.

The cookie holds the code itself, which its holder has on paper anyway: whoever could sign cookies would still
need the code. What time a vote was sent at stands in the cookie alone, and nowhere else.
"""

from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.clock import LONDON
from survey_app.errors import StageError
from survey_app.services.reviews import voting
from survey_app.services.reviews.voting import Booth
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import CountField, correcting
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
    session[KEY] = {"code": code}
    return True


def _booth() -> Booth | None:
    held = session.get(KEY)
    if not isinstance(held, dict):
        return None
    with reading() as reader:
        booth = voting.booth_of(reader, site().keys, code=str(held.get("code", "")))
    if booth is None:
        session.pop(KEY, None)
    return booth


def _form_of(booth: Booth) -> FlaskForm:
    fields: dict[str, Any] = {
        name_of(issue): DotsField(title, minimum=0, maximum=booth.dots)
        for issue, title in booth.issues.items()
    }
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
    form = _form_of(booth)
    if form.validate_on_submit():
        with correcting(form, StageError):
            dots = {issue: form[name_of(issue)].data or 0 for issue in booth.issues}
            with writing() as writer:
                voting.vote(writer, site().keys, code=session[KEY]["code"], dots=dots)
            at = site().clock.now().astimezone(LONDON).strftime("%H:%M")
            session[KEY] = {**session[KEY], "at": at}
            return redirect(url_for("respondent.vote"))
    page = render_template(
        "respondent/vote.html", booth=booth, form=form, at=session[KEY].get("at", ""), leaving=ConfirmForm()
    )
    return page, 422 if form.errors else 200


@bp.post("/vote/leave")
@public
def leave_vote() -> ResponseReturnValue:
    """Let the next person use this telephone; what was sent stays."""
    session.pop(KEY, None)
    return cleared(render_template("respondent/voted.html"))
