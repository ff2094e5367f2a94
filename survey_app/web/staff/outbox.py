"""Whether letters leave: paused and let go on by hand, and a clock that somebody has to confirm."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.services import timekeeping
from survey_app.services.fieldwork import letter_counts, outbox
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.site import context, reading, requires, site, writing

bp = Blueprint("outbox", __name__)


@bp.get("/outbox")
@requires(Permission.RUN_OUTBOX)
def page() -> ResponseReturnValue:
    """Whether letters leave and, if not, why and what to do."""
    now = site().clock.now()
    with reading() as session:
        standing = outbox.view(session)
        jump = timekeeping.jump_of(session)
        counts = letter_counts.counts_of_all(session, now=now)
    return render_template(
        "staff/outbox.html", outbox=standing, jump=jump, counts=counts, form=ConfirmForm(), london=LONDON
    )


@bp.post("/outbox/pause")
@requires(Permission.RUN_OUTBOX)
def pause() -> ResponseReturnValue:
    with writing() as session:
        outbox.pause(session, context=context())
    flash("Letters are paused. One that is being handed over now still leaves.")
    return redirect(url_for("outbox.page"))


@bp.post("/outbox/resume")
@requires(Permission.RUN_OUTBOX)
def resume() -> ResponseReturnValue:
    with writing() as session:
        outbox.resume(session, context=context())
    flash("Letters leave again at the next waking of the worker.")
    return redirect(url_for("outbox.page"))


@bp.post("/outbox/clock")
@requires(Permission.RUN_OUTBOX)
def confirm_clock() -> ResponseReturnValue:
    with writing() as session:
        timekeeping.confirm(session, context=context())
    flash("The clock is confirmed. Rounds and letters go on.")
    return redirect(url_for("outbox.page"))
