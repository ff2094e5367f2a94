"""What follows from an issue on the screen: proposed, taken up by a round or a questionnaire, answered."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.services.results import release
from survey_app.services.reviews import steps
from survey_app.services.reviews.issues import IssueView
from survey_app.services.reviews.steps import TAKEN_UP_BY, StepView
from survey_app.services.reviews.vocabulary import StepKind
from survey_app.services.rounds import lifecycle
from survey_app.web.forms.fields import LineField, ProseField
from survey_app.web.site import context, person, reading, requires
from survey_app.web.staff.loading import ISSUE, STEP, loads
from survey_app.web.staff.reviews.asking import WhyForm, act, thread_url
from survey_app.web.urls import NUMBER

bp = Blueprint("steps", __name__)
KINDS = {
    StepKind.TOPIC.value: "A topic of the next focus groups",
    StepKind.QUESTION.value: "A question of next year's survey: a proposal for a module",
    StepKind.STUDY.value: "A commissioned study",
}
NO_ONE = ""


class ProposeForm(FlaskForm):
    """What an issue becomes."""

    kind = RadioField("What does it become?", choices=KINDS, validators=[InputRequired("Choose one")])
    words = LineField("What is to be asked or studied?")
    submit = SubmitField("Add what follows")


class TakeUpForm(FlaskForm):
    """The round or the questionnaire that takes a step up."""

    round = SelectField("Which round takes it up?")
    version = SelectField("Which questionnaire asks it?", description="Where one does")
    submit = SubmitField("Save")


class AnswerForm(FlaskForm):
    """What came of a step."""

    words = ProseField("What came of it?")
    release = SelectField("Which release tells it?")
    submit = SubmitField("Save the answer")


@bp.route(f"/reviews/issues/<{NUMBER}:issue_id>/follow", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(ISSUE)
def propose(issue: IssueView) -> ResponseReturnValue:
    """Say what an issue becomes."""
    form = ProposeForm()
    return act(
        form,
        lambda session: steps.propose(
            session,
            issue_id=issue.id,
            kind=StepKind(str(form.kind.data)),
            words=form.words.data or "",
            context=context(),
        ),
        said="Added what follows from the issue.",
        to=thread_url(issue.id),
        heading="What follows",
        caption=issue.title,
    )


@bp.route(f"/reviews/steps/<{NUMBER}:step_id>/take-up", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(STEP)
def take_up(step: StepView) -> ResponseReturnValue:
    """Say which round or questionnaire takes a step up."""
    with reading() as session:
        rounds = lifecycle.rounds_of(session, person().programme_id)
        lines = versions.versions(session)
    form = TakeUpForm(data={"round": str(step.round_id or ""), "version": str(step.version_id or "")})
    fitting = {str(one.id): one.title for one in rounds if one.strand in TAKEN_UP_BY[step.kind]}
    form.round.choices = {NO_ONE: "No round yet"} | fitting
    named = {str(line.id): f"{line.title}, version {line.version}" for line in lines}
    form.version.choices = {NO_ONE: "No questionnaire yet"} | named
    return act(
        form,
        lambda session: steps.take_up(
            session,
            step_id=step.id,
            round_id=int(form.round.data) if form.round.data else None,
            version_id=int(form.version.data) if form.version.data else None,
            context=context(),
        ),
        said="Saved where it is taken up.",
        to=thread_url(step.issue_id),
        heading="Where it is taken up",
        caption=step.words,
    )


@bp.route(f"/reviews/steps/<{NUMBER}:step_id>/answer", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(STEP)
def answer(step: StepView) -> ResponseReturnValue:
    """Say what came of a step, and which release tells it."""
    with reading() as session:
        lines = release.releases_of(session, person().programme_id)
    form = AnswerForm()
    published = {str(line.id): f"{line.round_title}, release {line.number}" for line in lines}
    form.release.choices = {NO_ONE: "None"} | published
    return act(
        form,
        lambda session: steps.answer(
            session,
            step_id=step.id,
            words=form.words.data or "",
            release_id=int(form.release.data) if form.release.data else None,
            context=context(),
        ),
        said="Saved what came of it.",
        to=thread_url(step.issue_id),
        heading="What came of it",
        caption=step.words,
    )


@bp.route(f"/reviews/steps/<{NUMBER}:step_id>/drop", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(STEP)
def drop(step: StepView) -> ResponseReturnValue:
    """Say that a step is not taken, and why."""
    form = WhyForm()
    form.submit.label.text = "Drop this"
    return act(
        form,
        lambda session: steps.drop(session, step_id=step.id, why=form.why.data or "", context=context()),
        said="Dropped with its reason.",
        to=thread_url(step.issue_id),
        heading="Drop what follows",
        caption=step.words,
    )
