"""What waits for whoever keeps the register: proposed changes, and signatures of bodies that are no more."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.agreements import proposals, successors
from survey_app.services.agreements.compiled import Entry
from survey_app.services.agreements.successors import Lapsed
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import ENTRY, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("waiting", __name__)
NOBODY = "nobody"


class SuccessorForm(FlaskForm):
    """Who signs in the place of a body that is no more, if anybody does."""

    who = RadioField("Who signs in its place?", validators=[InputRequired("Say who signs in its place")])
    since = DatePartsField("Since when?", called="Since when", description="Only if somebody does")
    source = LineField("How do we know?", description="A document, a letter, a visit, a call")
    why = ProseField("Why does nobody?", description="Only if nobody does")
    submit = SubmitField("Save")


@bp.get("/agreements/waiting")
@requires(Permission.KEEP_REGISTER)
def page() -> ResponseReturnValue:
    """Everything of the register that waits for a decision."""
    with reading() as session:
        waiting = successors.lapsed(session, programme_id=person().programme_id, today=_today())
        proposed = proposals.proposals(session, programme_id=person().programme_id, waiting=True)
    return render_template("staff/agreements/waiting.html", lapsed=waiting, proposed=proposed)


@bp.route(f"/agreements/entries/<{NUMBER}:entry_id>/successor", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
@loads(ENTRY)
def successor(entry: Entry) -> ResponseReturnValue:
    """Say who signs in the place of a body that is no more, or that nobody does."""
    programme_id = person().programme_id
    form = SuccessorForm()
    with reading() as session:
        one = successors.lapsed_entry(session, entry_id=entry.id, programme_id=programme_id, today=_today())
    form.who.choices = {str(other.id): other.name for other in one.successors}
    form.who.choices |= {NOBODY: "Nobody: the signature ended with the body"}
    if form.validate_on_submit():
        with correcting(form):
            _say(form, one)
            flash("Saved. What it said before stays in the history.")
            return redirect(url_for("agreements.page", agreement_id=entry.agreement_id))
    page = render_template("staff/agreements/successor.html", form=form, one=one)
    return page, 422 if form.errors else 200


def _say(form: SuccessorForm, one: Lapsed) -> None:
    if form.who.data == NOBODY:
        with writing() as session:
            successors.let_end(session, one=one, reason=form.why.data or "", context=context())
        return
    if form.since.data is None:
        raise InvalidError("Enter since when it signs in its place.")
    with writing() as session:
        successors.carry_over(
            session, one=one, successor_id=int(form.who.data), since=form.since.data,
            source=form.source.data or "", context=context(),
        )  # fmt: skip


def _today() -> date:
    return london_date(site().clock.now())
