"""Decisions on the screen: what was decided, who dissents, who does what until when."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import decisions
from survey_app.services.reviews.decisions import ActionView, DecisionView
from survey_app.services.reviews.issues import IssueView
from survey_app.services.reviews.vocabulary import ActionState
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField
from survey_app.web.site import context, requires, site
from survey_app.web.staff.loading import ACTION, DECISION, ISSUE, loads
from survey_app.web.staff.reviews.asking import SECTORS, WhyForm, act, thread_url
from survey_app.web.urls import NUMBER

bp = Blueprint("decisions", __name__)
STATES = {
    ActionState.DONE.value: "Done",
    ActionState.DROPPED.value: "Dropped",
    ActionState.OPEN.value: "Still to be done",
}


class DecisionForm(FlaskForm):
    """What was decided, and when."""

    words = ProseField("What was decided?")
    day = DatePartsField("When?", called="The day", validators=[InputRequired("Enter the day")])
    submit = SubmitField("Record the decision")


class DissentForm(FlaskForm):
    """Who does not agree, in their own words."""

    sector = RadioField(
        "Which side?", choices=SECTORS, validators=[InputRequired("Say from which side it comes")]
    )
    who = LineField("Who does not agree?", description="As they like to be called")
    words = ProseField("What do they say?", description="Their own words. They are never changed afterwards")
    submit = SubmitField("Record the dissent")


class ActionForm(FlaskForm):
    """Who does what until when."""

    what = LineField("What is to be done?")
    owner = LineField(
        "Who does it?",
        description="An organisation, as the directory has it, is written to a week before and while it is "
        "late, once a week at most. A role is not written to",
    )
    due_on = DatePartsField("Until when?", called="The day", validators=[InputRequired("Enter the day")])
    submit = SubmitField("Add the action")


class SettleForm(FlaskForm):
    """What became of an action."""

    state = RadioField("How does it stand?", choices=STATES, validators=[InputRequired("Say how it stands")])
    note = ProseField("What became of it?", description="Needed where it is dropped")
    submit = SubmitField("Save")


@bp.route(f"/reviews/issues/<{NUMBER}:issue_id>/decide", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(ISSUE)
def decide(issue: IssueView) -> ResponseReturnValue:
    """Record what was decided of an issue."""
    form = DecisionForm(data={"day": london_date(site().clock.now())})
    return act(
        form,
        lambda session: decisions.decide(
            session, issue_id=issue.id, words=form.words.data or "", day=form.day.data, context=context()
        ),
        said="Decision recorded.",
        to=thread_url(issue.id),
        heading="Record a decision",
        caption=issue.title,
    )


@bp.route(f"/reviews/decisions/<{NUMBER}:decision_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(DECISION)
def withdraw(decision: DecisionView) -> ResponseReturnValue:
    """Withdraw a decision; it stays in the thread with the reason."""
    form = WhyForm()
    form.submit.label.text = "Withdraw this decision"
    waiting = sum(one.state is ActionState.OPEN for one in decision.actions)
    return act(
        form,
        lambda session: decisions.withdraw(
            session, decision_id=decision.id, why=form.why.data or "", context=context()
        ),
        said="Decision withdrawn. It stays in the thread with its reason.",
        to=thread_url(decision.issue_id),
        heading="Withdraw a decision",
        caption=decision.words[:80],
        intro=[
            f"It stays in the thread, with the reason. Actions of it that are open, {waiting} by now, are "
            "dropped. To decide anew, record another decision."
        ],
    )


@bp.route(f"/reviews/decisions/<{NUMBER}:decision_id>/dissent", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(DECISION)
def dissent(decision: DecisionView) -> ResponseReturnValue:
    """Record who does not agree, in their own words."""
    form = DissentForm()
    return act(
        form,
        lambda session: decisions.dissent(
            session,
            decision_id=decision.id,
            sector=Sector(str(form.sector.data)),
            who=form.who.data or "",
            words=form.words.data or "",
            context=context(),
        ),
        said="Dissent recorded.",
        to=thread_url(decision.issue_id),
        heading="Record dissent",
        caption=decision.words[:80],
    )


@bp.route(f"/reviews/decisions/<{NUMBER}:decision_id>/action", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(DECISION)
def action(decision: DecisionView) -> ResponseReturnValue:
    """Say who does what until when."""
    form = ActionForm()
    return act(
        form,
        lambda session: decisions.add_action(
            session,
            decision_id=decision.id,
            what=form.what.data or "",
            owner=form.owner.data or "",
            due_on=form.due_on.data,
            context=context(),
        ),
        said="Action added. It waits on Today from its day on.",
        to=thread_url(decision.issue_id),
        heading="Add an action",
        caption=decision.words[:80],
    )


@bp.route(f"/reviews/actions/<{NUMBER}:action_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(ACTION)
def settle(action: ActionView) -> ResponseReturnValue:
    """Say what became of an action."""
    form = SettleForm(data={"state": action.state.value, "note": action.note})
    return act(
        form,
        lambda session: decisions.settle(
            session,
            action_id=action.id,
            state=ActionState(str(form.state.data)),
            note=form.note.data or "",
            context=context(),
        ),
        said="Saved what became of the action.",
        to=url_for("reviews.page", review_id=action.round_id),
        heading="What became of an action",
        caption=f"{action.owner}: {action.what}",
        back=thread_url(action.issue_id),
    )
