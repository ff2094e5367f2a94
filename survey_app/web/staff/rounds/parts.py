"""The parts of a round: its letters, with those that are sent again, what it asks, its days, its releases."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from instruments.conduct import Role
from scheduler.stages import Stage
from scheduler.timetable import NAMES, EventState
from survey_app.clock import LONDON, london_date
from survey_app.services.fieldwork import again, extending, letter_counts, second_person
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import composition
from survey_app.services.questionnaires import versions as questionnaire_versions
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.services.results import release
from survey_app.services.rounds import events
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.rounds.calendar import strip
from survey_app.web.staff.rounds.tabs import tabs_of
from survey_app.web.urls import NUMBER

bp = Blueprint("parts", __name__)
LETTERS = {
    "invitation": "Invitation",
    "first_reminder": "First reminder",
    "second_reminder": "Second reminder",
    "new_code": "New access code",
    "address_changed": "Letters go elsewhere now",
    "acknowledgement": "Answers have arrived",
}
STATES = {"sent": "Sent", "waiting": "Waiting for their day", "failed": "Failed", "withdrawn": "Not needed"}
EVENT_STATES = {
    EventState.PLANNED: "Planned",
    EventState.DONE: "Done",
    EventState.CANCELLED: "Cancelled",
}


@bp.app_context_processor
def _tabs() -> dict[str, object]:
    return {"tabs_of_round": tabs_of}


@bp.get(f"/rounds/<{NUMBER}:round_id>/letters")
@requires(Permission.SEE_CASES)
@loads(ROUND)
def letters(round_view: RoundView) -> ResponseReturnValue:
    """How many letters are in which state, and those that could not be sent."""
    with reading() as session:
        counts = letter_counts.counts_of(session, round_id=round_view.id)
        failed = letter_counts.failed_of(session, round_id=round_view.id)
        put_off = letter_counts.put_off_of(session, round_id=round_view.id)
        held = second_person.letters_of_round(session, round_id=round_view.id)
    return render_template(
        "staff/rounds/letters.html",
        round=round_view,
        counts=counts,
        held=held,
        failed=failed,
        put_off=put_off,
        all_failed=sum(count.by_state.get("failed", 0) for count in counts),
        letters=LETTERS,
        states=STATES,
        london=LONDON,
        someone=person(),
        may_send=person().may(Permission.RECORD_CONTACT) and round_view.stage is Stage.OPEN,
    )


@bp.post(f"/rounds/<{NUMBER}:round_id>/letters/again")
@requires(Permission.RECORD_CONTACT)
@loads(ROUND)
def send_again(round_view: RoundView) -> ResponseReturnValue:
    """Send failed letters again: those that were ticked, or all."""
    chosen = None if "all" in request.form else request.form.getlist("letter", type=int)
    with writing() as session:
        count = again.send_again(session, round_view=round_view, letters=chosen, context=context())
    letters = "1 letter is" if count == 1 else f"{count:,} letters are"
    flash(f"{letters} tried again in the night, after 3am.")
    return redirect(url_for(".letters", round_id=round_view.id))


@bp.get(f"/rounds/<{NUMBER}:round_id>/questions")
@requires(Permission.SEE_ROUND)
@loads(ROUND)
def questions(round_view: RoundView) -> ResponseReturnValue:
    """What is asked, and of whom, part by part."""
    with reading() as session:
        versions = versions_of(session, round_view)
    return render_template(
        "staff/rounds/questions.html", round=round_view, versions=versions, someone=person()
    )


def versions_of(session: Session, round_view: RoundView) -> list[VersionLine]:
    """What the round asks, part by part: cores, then the modules that were added to them."""
    chosen = composition.choice_of(session, round_view.id)
    parts = [part for version in chosen.cores.values() for part in composition.parts_of(session, version)]
    modules = [questionnaire_versions.line_of(session, version) for version in chosen.modules]
    return list(dict.fromkeys((*sorted(parts, key=lambda part: part.role is not Role.CORE), *modules)))


@bp.get(f"/rounds/<{NUMBER}:round_id>/dates")
@requires(Permission.SEE_ROUND)
@loads(ROUND)
def dates(round_view: RoundView) -> ResponseReturnValue:
    """Every day of the round, with its state and what moved it."""
    with reading() as session:
        days = events.events_of(session, round_id=round_view.id)
        more_time = extending.extensions_of(session, round_id=round_view.id)
    return render_template(
        "staff/rounds/dates.html",
        round=round_view,
        more_time=more_time,
        days=days,
        strip=strip(round_view.dates, today=london_date(site().clock.now())),
        names=NAMES,
        states=EVENT_STATES,
        london=LONDON,
        someone=person(),
    )


@bp.get(f"/rounds/<{NUMBER}:round_id>/releases")
@requires(Permission.SEE_RESULTS)
@loads(ROUND)
def results(round_view: RoundView) -> ResponseReturnValue:
    """The releases of the round, and the button that freezes one; whoever may freeze sees drafts too."""
    someone = person()
    with reading() as session:
        releases = release.releases_of_round(
            session, round_id=round_view.id, programme_id=round_view.programme_id
        )
    return render_template(
        "staff/rounds/results.html",
        round=round_view,
        frozen=[line for line in releases if line.is_published],
        drafts=[line for line in releases if line.is_draft and someone.may(Permission.FREEZE_RELEASE)],
        someone=someone,
    )
