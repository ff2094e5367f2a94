"""The work of a round by hand: stopped, let go on, or, where it is a reminder, left out."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from survey_app.services import jobs
from survey_app.services.fieldwork import left_out
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.site import context, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("working", __name__)
JOB = f"/rounds/<{NUMBER}:round_id>/jobs/<{NUMBER}:job_id>"


@bp.post(f"{JOB}/stop")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def stop(round_view: RoundView, job_id: int) -> ResponseReturnValue:
    """Let a piece of work stand still after the step in hand."""
    with writing() as session:
        left_out.of_round(session, round_view=round_view, job_id=job_id)
        jobs.stop(session, job_id=job_id, context=context())
    flash("Stopped. What was done stays done.")
    return redirect(url_for("rounds.page", round_id=round_view.id))


@bp.post(f"{JOB}/resume")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def resume(round_view: RoundView, job_id: int) -> ResponseReturnValue:
    """Let work that stands still go on from where it was."""
    with writing() as session:
        left_out.of_round(session, round_view=round_view, job_id=job_id)
        jobs.resume(session, job_id=job_id, context=context())
    flash("It goes on from where it was.")
    return redirect(url_for("rounds.page", round_id=round_view.id))


def _leaving_out(round_view: RoundView, job_id: int) -> Intent:
    return Intent(
        title="Leave this reminder out",
        will=(f"Nobody in {round_view.title} is sent this reminder. Letters that wait already still leave.",),
        undo="It is not tried again. To try it again instead, go back and choose “Go on”.",
        button="Leave it out",
        back=url_for("rounds.page", round_id=round_view.id),
    )


@bp.post(f"{JOB}/leave-out")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
@asks_first(_leaving_out)
def leave_out(round_view: RoundView, job_id: int) -> ResponseReturnValue:
    """Leave a reminder that stands still out for good."""
    with writing() as session:
        left_out.leave_out(session, round_view=round_view, job_id=job_id, context=context())
    flash("Left out. The dates of the round say so.")
    return redirect(url_for("rounds.page", round_id=round_view.id))
