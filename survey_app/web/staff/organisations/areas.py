"""An organisation put in an area by hand, for days that can be changed, with how we know."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.clock import in_words, london_date
from survey_app.services.organisations import areas
from survey_app.services.organisations.areas import NewStay, Stay
from survey_app.services.organisations.history import OrganisationHistory
from survey_app.services.people.permissions import Permission
from survey_app.services.places.areas import area_named
from survey_app.web.confirming import Intent, asks_first, reason
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, reading, requires, site, writing
from survey_app.web.staff.loading import ORGANISATION, STAY, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("areas", __name__)


class StayForm(FlaskForm):
    """An area, since when and until when, and how we know."""

    area = LineField("Which area?", description="Its name, or its code where several are called so")
    began_on = DatePartsField("Since when?", called="Since when", description="Leave empty if nobody knows")
    ended_on = DatePartsField(
        "Until when?",
        called="Until when",
        description="Leave empty if it still is so. Else the first day on which it was no more",
    )
    source = LineField("How do we know?", description="A register, its constitution, a call")
    submit = SubmitField("Save")


@bp.route(f"/organisations/<{NUMBER}:organisation_id>/areas/add", methods=["GET", "POST"])
@requires(Permission.IMPORT_LIST)
@loads(ORGANISATION)
def add(organisation: OrganisationHistory) -> ResponseReturnValue:
    """Enter that an organisation is of an area."""
    form = StayForm()
    if form.validate_on_submit():
        with correcting(form):
            day = form.began_on.data or london_date(site().clock.now())
            with reading() as session:
                area = area_named(session, form.area.data or "", day=day)
            with writing() as session:
                areas.put_in_area(session, new=_typed(form, organisation.id, area.id), context=context())
            flash(f"Saved. It is of {area.name}.")
            return _back(organisation.id)
    page = render_template("staff/organisations/area.html", form=form, organisation=organisation, stay=None)
    return page, 422 if form.errors else 200


@bp.route(f"/organisations/areas/<{NUMBER}:stay_id>", methods=["GET", "POST"])
@requires(Permission.IMPORT_LIST)
@loads(STAY)
def change(stay: Stay) -> ResponseReturnValue:
    """Change the days or the source of what was entered."""
    form = StayForm(obj=stay)
    del form.area
    if form.validate_on_submit():
        with correcting(form):
            new = _typed(form, stay.organisation_id, stay.area_id)
            with writing() as session:
                areas.change_stay(session, stay_id=stay.id, new=new, context=context())
            flash("Saved. What it said before stays on the audit trail.")
            return _back(stay.organisation_id)
    page = render_template("staff/organisations/area.html", form=form, organisation=None, stay=stay)
    return page, 422 if form.errors else 200


def _taking(stay: Stay) -> Intent:
    since = f"since {in_words(stay.began_on)}" if stay.began_on else "since a day that is not known"
    return Intent(
        title=f"Take {stay.area} away from this organisation",
        will=(f"That it is of {stay.area} ({stay.kind}), {since}, counts no more.",),
        undo="It can be entered again. If it was right once, end it instead: say on its page until when.",
        button="Take it away",
        back=url_for(".change", stay_id=stay.id),
    )


@bp.post(f"/organisations/areas/<{NUMBER}:stay_id>/take-away")
@requires(Permission.IMPORT_LIST)
@loads(STAY)
@asks_first(_taking, asks_why="Why is it taken away?")
def take_away(stay: Stay) -> ResponseReturnValue:
    """Take away what should never have been entered."""
    with writing() as session:
        areas.take_away(session, stay_id=stay.id, why=reason(), context=context())
    flash("Taken away.")
    return _back(stay.organisation_id)


def _typed(form: StayForm, organisation_id: int, area_id: int) -> NewStay:
    return NewStay(
        organisation_id=organisation_id, area_id=area_id, source=(form.source.data or "").strip(),
        began_on=form.began_on.data, ended_on=form.ended_on.data,
    )  # fmt: skip


def _back(organisation_id: int) -> ResponseReturnValue:
    return redirect(url_for("organisations.page", organisation_id=organisation_id))
