"""Ballots on the facilitator's screen: prepared, codes printed, opened, closed; what each side ranked."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, SubmitField
from wtforms.validators import InputRequired

from sampling.frame import Sector
from survey_app.errors import NotAllowedError, StageError
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import ballots, issues, tallies, witnesses
from survey_app.services.reviews.ballots import MAX_DOTS, MAX_SLIPS, MIN_VOTERS, BallotPlan, BallotView
from survey_app.services.reviews.sessions import SessionView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import CountField, LineField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import BALLOT, MEETING, loads
from survey_app.web.staff.reviews.asking import act, pressed
from survey_app.web.staff.reviews.meetings import session_url
from survey_app.web.urls import NUMBER

bp = Blueprint("ballots", __name__)


class BallotForm(FlaskForm):
    """What people vote on, and with how many dots."""

    issues = SelectMultipleField("Which issues?")
    dots = CountField("Dots for each person", minimum=1, maximum=MAX_DOTS)
    public = CountField("Codes for public bodies", minimum=0, maximum=MAX_SLIPS)
    voluntary = CountField("Codes for voluntary organisations", minimum=0, maximum=MAX_SLIPS)
    submit = SubmitField("Prepare the ballot")

    def entered(self) -> BallotPlan:
        """What was typed."""
        return BallotPlan(
            dots=self.dots.data or 0,
            issue_ids=tuple(int(key) for key in self.issues.data or ()),
            slips={Sector.PUBLIC: self.public.data or 0, Sector.VOLUNTARY: self.voluntary.data or 0},
        )


class HeadsForm(FlaskForm):
    """How many voted, as somebody counted."""

    public = CountField("Voters of public bodies", minimum=0, maximum=MAX_SLIPS)
    voluntary = CountField("Voters of voluntary organisations", minimum=0, maximum=MAX_SLIPS)
    submit = SubmitField("Save the count")


class CodeForm(FlaskForm):
    """A code that somebody else used."""

    code = LineField(
        "The code on the slip",
        validators=[InputRequired("Enter the code on the slip")],
        render_kw={"autocomplete": "off", "spellcheck": False, "autocapitalize": "characters"},
    )
    submit = SubmitField("Make another code")


def ballot_url(ballot_id: int) -> str:
    """The page of a ballot."""
    return url_for("reviews.ballots.page", ballot_id=ballot_id)


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/ballots/add", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(MEETING)
def prepare(meeting: SessionView) -> ResponseReturnValue:
    """Prepare a ballot with its codes."""
    with reading() as session:
        open_issues = [one for one in issues.issues_of(session, [meeting.round_id]) if one.is_open]
    form = BallotForm(data={"dots": 5, "issues": [str(one.id) for one in open_issues]})
    form.issues.choices = {str(one.id): one.title for one in open_issues}
    intro = [
        "Each code is for one side and for nobody by name. Print a few more than you expect people.",
        "From the opening on neither issues nor dots change.",
    ]
    return act(
        form,
        lambda session: ballots.prepare(
            session, site().keys, session_id=meeting.id, plan=form.entered(), context=context()
        ),
        said="Ballot prepared. Print its codes and hand them out by chance.",
        to=session_url(meeting.id),
        heading="Prepare a ballot",
        caption=meeting.title,
        intro=intro,
    )


@bp.get(f"/reviews/ballots/<{NUMBER}:ballot_id>")
@requires(Permission.SEE_REVIEWS)
@loads(BALLOT)
def page(ballot: BallotView) -> ResponseReturnValue:
    """How many voted; once it is closed, what each side ranked."""
    with reading() as session:
        results = tallies.results_of(session, [ballot.id])
    return render_template(
        "staff/reviews/ballot.html",
        ballot=ballot,
        result=results[0] if results else None,
        fewest=MIN_VOTERS,
        address=f"{site().settings.base_url.rstrip('/')}{url_for('respondent.start')}",
        someone=person(),
        form=ConfirmForm(),
    )


@bp.post(f"/reviews/ballots/<{NUMBER}:ballot_id>/codes")
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def codes(ballot: BallotView) -> ResponseReturnValue:
    """The codes, to be printed, cut and handed out by chance."""
    with writing() as session:
        shown = ballots.codes_of(
            session, site().keys, ballot_id=ballot.id, person_id=person().id, context=context()
        )
    return render_template(
        "staff/reviews/codes.html",
        ballot=ballot,
        codes=shown,
        address=f"{site().settings.base_url.rstrip('/')}{url_for('respondent.start')}",
    )


@bp.post(f"/reviews/ballots/<{NUMBER}:ballot_id>/open")
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def open_ballot(ballot: BallotView) -> ResponseReturnValue:
    """Take votes from now on."""
    return pressed(
        lambda session: ballots.open_ballot(session, ballot_id=ballot.id, context=context()),
        said="Voting is open.",
        to=ballot_url(ballot.id),
    )


@bp.route(f"/reviews/ballots/<{NUMBER}:ballot_id>/voters", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def voters(ballot: BallotView) -> ResponseReturnValue:
    """Count who voted, by somebody who has not seen the codes."""
    heads = {"public": ballot.heads.get(Sector.PUBLIC), "voluntary": ballot.heads.get(Sector.VOLUNTARY)}
    form = HeadsForm(data=heads)
    return act(
        form,
        lambda session: witnesses.count_heads(
            session,
            ballot_id=ballot.id,
            heads={Sector.PUBLIC: form.public.data or 0, Sector.VOLUNTARY: form.voluntary.data or 0},
            person_id=person().id,
            context=context(),
        ),
        said="The count is saved.",
        to=ballot_url(ballot.id),
        heading="Count who voted",
        caption="Ballot",
        intro=["Ask for a show of hands of everybody who has sent their votes, one side after the other."],
    )


@bp.route(f"/reviews/ballots/<{NUMBER}:ballot_id>/replace", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def replace(ballot: BallotView) -> ResponseReturnValue:
    """Make another code for one that somebody else used, by somebody who has not seen the codes."""
    form, made = CodeForm(), []
    if form.validate_on_submit():
        with correcting(form, StageError, NotAllowedError), writing() as session:
            made.append(
                witnesses.replace_code(
                    session,
                    site().keys,
                    ballot_id=ballot.id,
                    code=form.code.data or "",
                    person_id=person().id,
                    context=context(),
                )
            )
    page = render_template("staff/reviews/replace.html", ballot=ballot, form=form, made=made)
    return page, 422 if form.errors else 200


@bp.post(f"/reviews/ballots/<{NUMBER}:ballot_id>/close")
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def close_ballot(ballot: BallotView) -> ResponseReturnValue:
    """Count the votes and destroy the papers."""
    return pressed(
        lambda session: ballots.close_ballot(session, site().keys, ballot_id=ballot.id, context=context()),
        said="Voting is closed and counted.",
        to=ballot_url(ballot.id),
    )


@bp.post(f"/reviews/ballots/<{NUMBER}:ballot_id>/again")
@requires(Permission.RUN_SESSIONS)
@loads(BALLOT)
def again(ballot: BallotView) -> ResponseReturnValue:
    """Take all votes back and begin again."""
    return pressed(
        lambda session: ballots.reset(session, ballot_id=ballot.id, context=context()),
        said="All votes are taken back. The codes work again when you open the vote.",
        to=ballot_url(ballot.id),
    )
