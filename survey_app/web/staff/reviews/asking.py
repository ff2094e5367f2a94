"""The page of a short form, and what it does with what was typed: one way for every act of a review."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import SubmitField
from wtforms.validators import InputRequired

from survey_app.errors import ConflictError, NotAllowedError, NotFoundError, StageError
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.site import writing

SECTORS = {"public_body": "Public bodies", "vco": "Voluntary and community organisations"}


class WhyForm(FlaskForm):
    """A reason."""

    why = ProseField("Why?", validators=[InputRequired("Say why")])
    submit = SubmitField("Save")


def asked(
    form: FlaskForm, *, heading: str, caption: str, back: str, intro: Sequence[str] = ()
) -> ResponseReturnValue:
    """The page of a form, again with what is wrong where something is."""
    page = render_template(
        "staff/reviews/form.html", form=form, heading=heading, caption=caption, back=back, intro=intro
    )
    return page, 422 if form.errors else 200


def kept(
    form: FlaskForm, save: Callable[[Session], object], *, said: str, to: str
) -> ResponseReturnValue | None:
    """Do what was typed and go on to a page; None where something is wrong, which the form says then."""
    if not form.validate_on_submit():
        return None
    with correcting(form, StageError, NotFoundError, ConflictError, NotAllowedError):
        with writing() as session:
            save(session)
        flash(said)
    return None if form.errors else redirect(to)


def act(
    form: FlaskForm,
    save: Callable[[Session], object],
    *,
    said: str,
    to: str,
    heading: str,
    caption: str,
    back: str = "",
    intro: Sequence[str] = (),
) -> ResponseReturnValue:
    """Do what was typed and go on to a page, else ask for it; without `back` the way back leads there too."""
    return kept(form, save, said=said, to=to) or asked(
        form, heading=heading, caption=caption, back=back or to, intro=intro
    )


def pressed(save: Callable[[Session], object], *, said: str, to: str) -> ResponseReturnValue:
    """Do what a button stands for and go on to a page; a refusal has a page of its own."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            save(session)
        flash(said)
    return redirect(to)


def thread_url(issue_id: int) -> str:
    """The page of an issue."""
    return url_for("reviews.issues.thread", issue_id=issue_id)
