"""The reviews of a programme, and one of them: its sessions, issues, decisions and actions."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import attendance, decisions, issues, packs, sessions, steps, tallies
from survey_app.services.reviews.ballots import MIN_VOTERS
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.site import person, reading, requires, site, within
from survey_app.web.staff.loading import REVIEW, loads
from survey_app.web.staff.reviews import balloting, deciding, following, meetings, packing, raising, recording
from survey_app.web.urls import NUMBER

bp = Blueprint("reviews", __name__)
for part in (raising, deciding, following, meetings, balloting, recording, packing):
    bp.register_blueprint(part.bp)


@bp.get("/reviews")
@requires(Permission.SEE_REVIEWS, by_strand=True)
def listing() -> ResponseReturnValue:
    """Every review, who came by year, and what is still to be done because of them."""
    someone = within(Strand.ANNUAL_REVIEW)
    with reading() as session:
        reviews = issues.reviews_of(session, someone.programme_id)
        years = attendance.attendance_by_year(session, programme_id=someone.programme_id)
        actions = decisions.actions_of(session, [one.id for one in reviews])
    return render_template(
        "staff/reviews/listing.html",
        reviews=reviews,
        years=years[::-1],
        actions=[one for one in actions if one.state == "open"],
        today=london_date(site().clock.now()),
    )


@bp.get(f"/reviews/<{NUMBER}:review_id>")
@requires(Permission.SEE_REVIEWS)
@loads(REVIEW)
def page(review: RoundView) -> ResponseReturnValue:
    """One review with all that belongs to it."""
    programme_id = person().programme_id
    with reading() as session:
        put_forward = issues.issues_of(session, [review.id])
        held = sessions.sessions_of(session, review.id)
        decided = decisions.decisions_of(session, put_forward)
        following_steps = steps.steps_of(session, [one.id for one in put_forward], programme_id)
        votes = tallies.results_of_review(session, review.id)
        made = packs.packs_of(session, round_id=review.id)
        people = {one.id: attendance.turnout(attendance.invitations_of(session, one.id)) for one in held}
    return render_template(
        "staff/reviews/page.html",
        review=review,
        issues=put_forward,
        titles={one.id: one.title for one in put_forward},
        sessions=held,
        votes=votes,
        packs=made,
        fewest=MIN_VOTERS,
        turnout=people,
        decisions={one.id: [each for each in decided if each.issue_id == one.id] for one in put_forward},
        steps={one.id: [each for each in following_steps if each.issue_id == one.id] for one in put_forward},
        actions=[action for decision in decided for action in decision.actions],
        today=london_date(site().clock.now()),
        someone=person(),
    )
