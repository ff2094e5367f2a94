"""Issues on the screen: put forward from a figure or by a participant, merged, closed; and their thread."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.errors import NotFoundError
from survey_app.services.people.permissions import Permission
from survey_app.services.results.release import ReleasePage
from survey_app.services.reviews import issues
from survey_app.services.reviews.issues import IssueView, NewIssue
from survey_app.services.reviews.thread import thread_of
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import LineField, ProseField
from survey_app.web.site import context, person, reading, requires, site
from survey_app.web.staff.loading import ISSUE, RELEASE, REVIEW, loads
from survey_app.web.staff.reviews.asking import SECTORS, WhyForm, act, asked, kept, pressed, thread_url
from survey_app.web.urls import NUMBER

bp = Blueprint("issues", __name__)
STAFF = "staff"


class IssueForm(FlaskForm):
    """What is put forward; it is never reworded, so that what people voted on stands."""

    review = SelectField("Which review talks about it?", validators=[InputRequired("Choose the review")])
    title = LineField("What is the issue?", description="In a few words, as it will stand on the ballot")
    words = ProseField("Why should it be talked about?")
    who = LineField("Who puts it forward?", description="An organisation or a role, such as Dorset CVS")
    sector = RadioField(
        "From which side does it come?",
        choices={STAFF: "From those who run the survey", **SECTORS},
        default=STAFF,
        validators=[InputRequired("Say from which side it comes")],
    )
    submit = SubmitField("Put this issue forward")

    def entered(self, release_id: int | None = None, item: str = "") -> NewIssue:
        """What was typed."""
        side = str(self.sector.data)
        return NewIssue(
            title=self.title.data or "",
            words=self.words.data or "",
            put_forward_by=self.who.data or "",
            sector=None if side == STAFF else Sector(side),
            release_id=release_id,
            item=item,
        )


@bp.get(f"/reviews/from-release/<{NUMBER}:release_id>")
@requires(Permission.KEEP_REVIEWS)
@loads(RELEASE)
def figures(released: ReleasePage) -> ResponseReturnValue:
    """Every figure of a release that can be put forward, and what was put forward already."""
    if released.contents is None:
        raise NotFoundError("release", released.line.id)
    with reading() as session:
        raised = issues.issues_from(session, release_id=released.line.id)
    return render_template(
        "staff/reviews/figures.html", line=released.line, items=released.contents.items, raised=raised
    )


@bp.route(f"/reviews/from-release/<{NUMBER}:release_id>/<item>", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(RELEASE)
def from_release(released: ReleasePage, item: str) -> ResponseReturnValue:
    """Put a figure of a release forward as an issue of a review."""
    programme_id = person().programme_id
    with reading() as session:
        figure = issues.figure_of(session, released.line.id, item, programme_id)
        open_reviews = issues.open_reviews(session, programme_id)
    form = IssueForm(data={"who": person().name})
    form.review.choices = {str(one.id): one.title for one in open_reviews}
    done = kept(
        form,
        lambda session: issues.put_forward(
            session,
            round_id=int(str(form.review.data)),
            new=form.entered(released.line.id, item),
            context=context(),
        ),
        said="Issue put forward.",
        to=url_for("reviews.listing"),
    )
    if done is not None:
        return done
    intro = [f"It rests on this figure: {figure}"]
    if not open_reviews:
        intro.append("No review is planned that could talk about it. Plan one in the calendar first.")
    return asked(
        form,
        heading="Put forward as an issue",
        caption=released.line.round_title,
        back=url_for("results.page", release_id=released.line.id),
        intro=intro,
    )


@bp.route(f"/reviews/<{NUMBER}:review_id>/issues/add", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(REVIEW)
def add(review: RoundView) -> ResponseReturnValue:
    """Put an issue forward that a participant raises from the pack or in the room."""
    form = IssueForm()
    del form.review
    to = url_for("reviews.page", review_id=review.id)
    return act(
        form,
        lambda session: issues.put_forward(
            session, round_id=review.id, new=form.entered(), context=context()
        ),
        said="Issue put forward.",
        to=to,
        heading="Put an issue forward",
        caption=review.title,
    )


@bp.get(f"/reviews/issues/<{NUMBER}:issue_id>")
@requires(Permission.SEE_REVIEWS)
@loads(ISSUE)
def thread(issue: IssueView) -> ResponseReturnValue:
    """The whole line on one page: finding, issue, votes, decisions, what follows, its answer."""
    with reading() as session:
        seen = thread_of(session, issue_id=issue.id, programme_id=person().programme_id)
    return render_template(
        "staff/reviews/thread.html",
        thread=seen,
        someone=person(),
        today=london_date(site().clock.now()),
        form=ConfirmForm(),
    )


class MergeForm(FlaskForm):
    """Another issue of the same review."""

    into = SelectField("Into which issue?", validators=[InputRequired("Choose an issue")])
    submit = SubmitField("Merge this issue")


@bp.route(f"/reviews/issues/<{NUMBER}:issue_id>/merge", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(ISSUE)
def merge(issue: IssueView) -> ResponseReturnValue:
    """Talk about an issue together with another; both keep their words."""
    with reading() as session:
        others = issues.issues_of(session, [issue.round_id])
    form = MergeForm()
    form.into.choices = {str(one.id): one.title for one in others if one.is_open and one.id != issue.id}
    intro = ["Both keep their words, and the votes that they have. It can be opened again."]
    return act(
        form,
        lambda session: issues.merge(
            session, issue_id=issue.id, into_id=int(str(form.into.data)), context=context()
        ),
        said="Issues merged. Each keeps its words and its votes.",
        to=thread_url(issue.id),
        heading="Merge into another issue",
        caption=issue.title,
        intro=intro,
    )


@bp.route(f"/reviews/issues/<{NUMBER}:issue_id>/close", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(ISSUE)
def close(issue: IssueView) -> ResponseReturnValue:
    """Close an issue with the reason, where nothing follows from it."""
    form = WhyForm()
    form.why.label.text, form.submit.label.text = "Why does nothing follow from it?", "Close this issue"
    return act(
        form,
        lambda session: issues.close(session, issue_id=issue.id, why=form.why.data or "", context=context()),
        said="Issue closed with its reason.",
        to=thread_url(issue.id),
        heading="Close an issue",
        caption=issue.title,
    )


@bp.route(f"/reviews/issues/<{NUMBER}:issue_id>/reopen", methods=["POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(ISSUE)
def reopen(issue: IssueView) -> ResponseReturnValue:
    """Talk about an issue by itself again."""
    return pressed(
        lambda session: issues.reopen(session, issue_id=issue.id, context=context()),
        said="Issue opened again.",
        to=thread_url(issue.id),
    )
