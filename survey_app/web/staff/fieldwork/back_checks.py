"""Calls of a round that were drawn: asking whether they took place, and what was said."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app.errors import InvalidError
from survey_app.services.fieldwork import back_checks
from survey_app.services.fieldwork.back_checks import Reached
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("back_checks", __name__)
ADDRESS = f"/rounds/<{NUMBER}:round_id>/calls"
WORDS = {
    "confirmed": "Confirmed",
    "not_confirmed": "Not confirmed",
    "not_reached": "Not reached",
}


@bp.get(ADDRESS)
@requires(Permission.RECORD_CONTACT)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """What is to be asked by somebody other than the caller, and what came of the rest."""
    with reading() as session:
        checks = back_checks.checks_of(session, round_id=round_view.id)
    return render_template(
        "staff/fieldwork/back_checks.html",
        round=round_view,
        to_ask=[one for one in checks if one.outcome is None and one.caller != person().email],
        own=sum(one.outcome is None and one.caller == person().email for one in checks),
        asked=[one for one in checks if one.outcome is not None],
        words=WORDS,
        form=ConfirmForm(),
        someone=person(),
    )


@bp.post(f"{ADDRESS}/<{NUMBER}:case_id>")
@requires(Permission.RECORD_CONTACT)
@loads(ROUND)
def settle(round_view: RoundView, case_id: int) -> ResponseReturnValue:
    """Record whether somebody there knows of the call."""
    said = request.form.get("outcome", "")
    if said not in WORDS:
        raise InvalidError("Choose whether the call was confirmed.")
    with writing() as session:
        back_checks.settle(
            session,
            case_id=case_id,
            round_id=round_view.id,
            outcome=Reached(said),
            person_id=person().id,
            context=context(),
        )
    flash(
        "Recorded. Coordinators see on Today that nobody there knows of the call."
        if said == Reached.NOT_CONFIRMED.value
        else "Recorded."
    )
    return redirect(url_for(".page", round_id=round_view.id))


@bp.post(f"{ADDRESS}/<{NUMBER}:case_id>/seen")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def see(round_view: RoundView, case_id: int) -> ResponseReturnValue:
    """Take a call that was not confirmed off Today."""
    with writing() as session:
        back_checks.see(session, case_id=case_id, round_id=round_view.id, context=context())
    return redirect(url_for(".page", round_id=round_view.id))
