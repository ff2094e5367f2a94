"""Sessions on the screen: planned, changed, handed over, held; who is asked to come and who came."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import attendance, ballots, letters, sessions
from survey_app.services.reviews.attendance import InvitationView
from survey_app.services.reviews.mailing import inviting, replying
from survey_app.services.reviews.mailing.inviting import Written
from survey_app.services.reviews.sessions import SessionPlan, SessionView
from survey_app.services.reviews.vocabulary import Reply, Scope
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import CountField, LineField, ProseField
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import INVITATION, MEETING, REVIEW, loads
from survey_app.web.staff.reviews.asking import WhyForm, act, pressed
from survey_app.web.urls import NUMBER

bp = Blueprint("sessions", __name__)
SCOPES = {
    Scope.NATIONAL.value: "The whole country",
    Scope.REGIONAL.value: "A region",
    Scope.LOCAL.value: "A locality",
}
LEVELS = {Scope.NATIONAL.value: "National", Scope.REGIONAL.value: "Regional", Scope.LOCAL.value: "Local"}
REPLIES = {
    Reply.ACCEPTED.value: "They come",
    Reply.DECLINED.value: "They do not come",
    Reply.NONE.value: "They have not said",
}


class PlanForm(FlaskForm):
    """What is decided of a session."""

    title = LineField("Title", description="Such as Review of the South West")
    scope = RadioField("For whom is it?", choices=SCOPES, validators=[InputRequired("Say for whom it is")])
    area = LineField("Which region or locality?", description="Leave empty for the whole country")
    day = DatePartsField("Day", called="The day", validators=[InputRequired("Enter the day")])
    starts = LineField("Begins at", description="By the 24-hour clock, like 10:00")
    place = LineField("Place", description="With what people need to find it")
    facilitator = LineField("Who leads it?")
    access = ProseField("Access", description="What the place has, and what people asked for")
    languages = LineField("Languages", description="Interpreters and papers in other languages, where needed")
    second_round = BooleanField("Late and absent people vote in a second round")
    submit = SubmitField("Save the session")

    def entered(self, facilitator: str = "") -> SessionPlan:
        """What was typed."""
        return SessionPlan(
            title=self.title.data or "",
            scope=Scope(str(self.scope.data)),
            area=self.area.data or "",
            day=self.day.data,
            starts=self.starts.data or "",
            place=self.place.data or "",
            facilitator=facilitator or (self.facilitator.data or "" if "facilitator" in self else ""),
            access=self.access.data or "",
            languages=self.languages.data or "",
            second_round=bool(self.second_round.data),
        )


class HandOverForm(FlaskForm):
    """Who leads a session from now on."""

    to = LineField("Who leads it from now on?")
    why = LineField("Why?")
    submit = SubmitField("Hand over")


class InviteForm(FlaskForm):
    """An organisation, and in which role somebody of it comes."""

    organisation = LineField("Which organisation?", description="Its name, as the directory has it")
    role = LineField("In which role?", description="Such as Compact lead, trustee, head of grants")
    level = RadioField(
        "Where does it work?", choices=LEVELS, validators=[InputRequired("Say where it works")]
    )
    came = CountField("How many people came?", minimum=1, maximum=attendance.MAX_CAME)
    submit = SubmitField("Add to the list")


class ReplyForm(FlaskForm):
    """What an organisation said."""

    reply = RadioField("What did they say?", choices=REPLIES, validators=[InputRequired("Choose one")])
    submit = SubmitField("Save")


class CameForm(FlaskForm):
    """How many people of an organisation came."""

    came = CountField("How many people came?", minimum=0, maximum=attendance.MAX_CAME)
    submit = SubmitField("Save")


def session_url(session_id: int) -> str:
    """The page of a session."""
    return url_for("reviews.sessions.page", session_id=session_id)


@bp.route(f"/reviews/<{NUMBER}:review_id>/sessions/add", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(REVIEW)
def plan(review: RoundView) -> ResponseReturnValue:
    """Plan a session of a review."""
    form, to = PlanForm(), url_for("reviews.page", review_id=review.id)
    return act(
        form,
        lambda session: sessions.plan_session(
            session, round_id=review.id, plan=form.entered(), context=context()
        ),
        said="Session planned.",
        to=to,
        heading="Plan a session",
        caption=review.title,
    )


@bp.get(f"/reviews/sessions/<{NUMBER}:session_id>")
@requires(Permission.SEE_REVIEWS)
@loads(MEETING)
def page(meeting: SessionView) -> ResponseReturnValue:
    """A session: where and when, who is asked and who came."""
    with reading() as session:
        lines = attendance.invitations_of(session, meeting.id)
        written = letters.letters_of(session, [line.id for line in lines])
        needs = replying.needs_at(session, site().keys, session_id=meeting.id)
        prepared = ballots.ballots_of(session, meeting.id)
    return render_template(
        "staff/reviews/session.html",
        meeting=meeting,
        ballots=prepared,
        written=written,
        needs=needs,
        lines=lines if person().may(Permission.RUN_SESSIONS) else [],
        turnout=attendance.turnout(lines),
        replies=REPLIES | {Reply.UNINVITED.value: "Came uninvited"},
        levels=LEVELS,
        scopes=SCOPES,
        someone=person(),
        form=ConfirmForm(),
    )


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/change", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(MEETING)
def change(meeting: SessionView) -> ResponseReturnValue:
    """Change what was planned; who leads it is handed over."""
    form = PlanForm(data={**vars(meeting.plan), "scope": meeting.plan.scope.value})
    del form.facilitator
    return act(
        form,
        lambda session: sessions.change_session(
            session, session_id=meeting.id, plan=form.entered(meeting.plan.facilitator), context=context()
        ),
        said="Session changed.",
        to=session_url(meeting.id),
        heading="Change a session",
        caption=meeting.title,
    )


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(MEETING)
def hand_over(meeting: SessionView) -> ResponseReturnValue:
    """Let another lead the session, also in the middle of it."""
    form = HandOverForm()
    intro = [f"{meeting.plan.facilitator} leads it now. Votes, lists and the record stay as they are."]
    return act(
        form,
        lambda session: sessions.hand_over(
            session, session_id=meeting.id, to=form.to.data or "", why=form.why.data or "", context=context()
        ),
        said="Session handed over. Votes and lists stay as they are.",
        to=session_url(meeting.id),
        heading="Hand a session over",
        caption=meeting.title,
        intro=intro,
    )


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/hold", methods=["POST"])
@requires(Permission.RUN_SESSIONS)
@loads(MEETING)
def hold(meeting: SessionView) -> ResponseReturnValue:
    """Say that a session took place."""
    return pressed(
        lambda session: sessions.hold(session, session_id=meeting.id, context=context()),
        said="Session recorded as held.",
        to=session_url(meeting.id),
    )


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/cancel", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(MEETING)
def cancel(meeting: SessionView) -> ResponseReturnValue:
    """Give a session up, with the reason."""
    form = WhyForm()
    form.submit.label.text = "Cancel this session"
    intro = ["It stays in the list with the reason. Whoever has had an invitation is told, with the reason."]
    return act(
        form,
        lambda session: sessions.cancel(
            session, session_id=meeting.id, why=form.why.data or "", context=context()
        ),
        said="Session cancelled. Whoever has had an invitation is told.",
        to=session_url(meeting.id),
        heading="Cancel a session",
        caption=meeting.title,
        intro=intro,
    )


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/invite", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(MEETING)
def invite(meeting: SessionView) -> ResponseReturnValue:
    """Put an organisation on the list of those who are asked to come."""
    form = InviteForm()
    del form.came
    intro = ["Nobody is written to by this: that is a button below the list."]
    return act(
        form,
        lambda session: attendance.invite(
            session,
            session_id=meeting.id,
            organisation=form.organisation.data or "",
            level=Scope(str(form.level.data)),
            role=form.role.data or "",
            context=context(),
        ),
        said="Added to the list.",
        to=session_url(meeting.id),
        heading="Invite an organisation",
        caption=meeting.title,
        intro=intro,
    )


@bp.post(f"/reviews/sessions/<{NUMBER}:session_id>/write")
@requires(Permission.KEEP_REVIEWS)
@loads(MEETING)
def write(meeting: SessionView) -> ResponseReturnValue:
    """Write to everybody on the list who has not been written to."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            written = inviting.write_to_invited(
                session, site().keys, session_id=meeting.id, context=context()
            )
        flash(_said(written))
    return redirect(session_url(meeting.id))


def _said(written: Written) -> str:
    count = written.letters
    letters_leave = "No invitation is" if not count else "1 invitation is" if count == 1 else f"{count} are"
    said = f"{letters_leave} on the way. They leave by day, on working days."
    if not written.asked_enough:
        return said
    names = ", ".join(written.asked_enough)
    return f"{said} Not written to, since they were asked for enough this year: {names}."


@bp.route(f"/reviews/sessions/<{NUMBER}:session_id>/uninvited", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(MEETING)
def uninvited(meeting: SessionView) -> ResponseReturnValue:
    """Record an organisation that came without an invitation."""
    form = InviteForm()
    return act(
        form,
        lambda session: attendance.add_uninvited(
            session,
            session_id=meeting.id,
            organisation=form.organisation.data or "",
            level=Scope(str(form.level.data)),
            role=form.role.data or "",
            came=form.came.data or 0,
            context=context(),
        ),
        said="Added to those who came.",
        to=session_url(meeting.id),
        heading="Somebody came uninvited",
        caption=meeting.title,
    )


@bp.route(f"/reviews/invitations/<{NUMBER}:invitation_id>/reply", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(INVITATION)
def reply(invitation: InvitationView) -> ResponseReturnValue:
    """Record what an organisation said to its invitation."""
    form = ReplyForm(data={"reply": invitation.reply.value})
    return act(
        form,
        lambda session: attendance.record_reply(
            session, invitation_id=invitation.id, reply=Reply(str(form.reply.data)), context=context()
        ),
        said="Reply saved.",
        to=session_url(invitation.session_id),
        heading="What did they say?",
        caption=invitation.organisation,
    )


@bp.route(f"/reviews/invitations/<{NUMBER}:invitation_id>/came", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(INVITATION)
def came(invitation: InvitationView) -> ResponseReturnValue:
    """Record how many people of an organisation came."""
    form = CameForm(data={"came": invitation.came})
    return act(
        form,
        lambda session: attendance.record_came(
            session, invitation_id=invitation.id, came=form.came.data or 0, context=context()
        ),
        said="Attendance saved.",
        to=session_url(invitation.session_id),
        heading="Who came?",
        caption=invitation.organisation,
    )


@bp.route(f"/reviews/invitations/<{NUMBER}:invitation_id>/take-off", methods=["POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(INVITATION)
def take_off(invitation: InvitationView) -> ResponseReturnValue:
    """Take an organisation off the list that was entered by mistake."""
    back = session_url(invitation.session_id)
    return pressed(
        lambda session: attendance.take_off(session, invitation_id=invitation.id, context=context()),
        said="Taken off the list.",
        to=back,
    )
