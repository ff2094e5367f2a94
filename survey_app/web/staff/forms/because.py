"""What is done to a form with a reason: corrected, set aside, sent back. One page asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.services.forms import deciding, starting
from survey_app.services.forms.listed import FormLine
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.site import context, site, writing
from survey_app.web.staff.forms.seated import author


class ReasonForm(FlaskForm):
    """Why something is done to a form."""

    why = ProseField()
    submit = SubmitField()


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that is done with a reason: the words of its page, what it says afterwards, the use case."""

    heading: str
    will: str
    asks: str
    button: str
    after: str
    does: Callable[..., None]


CORRECT = Deed(
    heading="Correct a reviewed form",
    will="The form stays as it was reviewed, and counts, until its correction is reviewed by somebody else. "
    "All answers are taken over; change those that are wrong.",
    asks="What has to be corrected?",
    button="Begin the correction",
    after="You can correct the form now. It counts as before until the correction is reviewed.",
    does=starting.correct,
)
SET_ASIDE = Deed(
    heading="Set a form aside",
    will="For a form that was begun by mistake. What it says is kept to be read, and counts nowhere. "
    "It cannot be filled in again.",
    asks="Why is it set aside?",
    button="Set the form aside",
    after="Form set aside. What it says is kept, and counts nowhere.",
    does=deciding.set_aside,
)
SEND_BACK = Deed(
    heading="Send a form back",
    will="Whoever filled it in can change it again, and reads your reason.",
    asks="What has to be changed?",
    button="Send it back",
    after="Form sent back. Whoever filled it in reads your reason on its page.",
    does=deciding.send_back,
)


def because(paper: FormLine, act: Deed) -> ResponseReturnValue:
    """Ask why, and do it."""
    form = ReasonForm()
    form.why.label.text, form.submit.label.text = act.asks, act.button
    if form.validate_on_submit():
        with correcting(form):
            said: dict[str, Any] = {"reason": form.why.data or "", "author": author(), "context": context()}
            with writing() as session:
                act.does(session, site().keys, form=paper, **said)
            flash(act.after)
            return redirect(url_for("forms.page", form_id=paper.id))
    page = render_template("staff/forms/reason.html", form=form, paper=paper, act=act)
    return page, 422 if form.errors else 200
