"""A core that was written here, read by somebody who did not write it: asking, agreeing, refusing."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import SubmitField

from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import second_readers
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.second_person import DecisionForm, decided
from survey_app.web.site import context, person, requires, writing
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("second_readers", __name__)
ADDRESS = f"/questionnaires/<{NUMBER}:version_id>/second-reader"


class ReadForm(DecisionForm):
    """Whether somebody who read a version agrees that rounds ask it."""

    agree = SubmitField("I have read it, and agree")


@bp.post(ADDRESS)
@requires(Permission.WRITE_QUESTIONNAIRES)
@loads(VERSION)
def ask(line: VersionLine) -> ResponseReturnValue:
    """Ask somebody who did not write the version to read it."""
    with writing() as session:
        second_readers.ask(session, version_id=line.id, person_id=person().id, context=context())
    flash("A second person has to read it. Coordinators and signatories see it on Today.")
    return redirect(url_for("questionnaires.progress.page", version_id=line.id))


@bp.post(f"{ADDRESS}/<{NUMBER}:approval_id>")
@requires(Permission.COMMENT_QUESTIONNAIRES)
@loads(VERSION)
def decide(line: VersionLine, approval_id: int) -> ResponseReturnValue:
    """Agree to what another person wrote, refuse it, or take back what one asked for."""
    agreed = decided(
        ReadForm(),
        second_readers.agree,
        second_readers.decline,
        version_id=line.id,
        approval_id=approval_id,
    )
    flash("Rounds can ask it now." if agreed else "No round asks it.")
    return redirect(url_for("questionnaires.progress.page", version_id=line.id))
