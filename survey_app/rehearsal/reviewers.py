"""The review of each year in a rehearsal: one session of both sectors, an issue, a decision, an action done.

Everybody who is invited comes. The owner of the action hears of it before it is due and while it is late, and
says that it is done a while after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.audit import AuditContext
from survey_app.services.reviews import attendance, decisions, issues, sessions
from survey_app.services.reviews.issues import NewIssue
from survey_app.services.reviews.mailing import inviting
from survey_app.services.reviews.sessions import SessionPlan
from survey_app.services.reviews.vocabulary import ActionState, Scope, SessionState
from survey_app.services.rounds.lifecycle import RoundView

ACTOR = "facilitator@rehearsal.invalid"
MEETS_AFTER, DUE_AFTER, DONE_AFTER = timedelta(days=21), timedelta(days=60), timedelta(days=10)
OF_EACH_SECTOR = 3


@dataclass(frozen=True)
class Reviewers:
    """Whoever runs the reviews, on the day."""

    database: Database
    keys: Keyring
    programme_id: int

    def act(self, rounds: Sequence[RoundView], context: AuditContext) -> list[tuple[RoundView, str]]:
        """Do what reviews wait for by now; of which review, and what it was."""
        acts: list[tuple[RoundView, str]] = []
        for one in rounds:
            if one.strand is Strand.ANNUAL_REVIEW and one.stage.is_launched:
                with self.database.writing() as session:
                    acts += [(one, what) for what in self._take(session, one, context)]
        return acts

    def _take(self, session: Session, one: RoundView, context: AuditContext) -> list[str]:
        today = london_date(context.now)
        planned = sessions.sessions_of(session, one.id)
        if not planned and one.stage is Stage.OPEN:
            self._plan(session, one, context)
            return ["plan a session"]
        for meeting in planned:
            if meeting.state is SessionState.PLANNED and meeting.plan.day <= today:
                self._hold(session, one, meeting.id, context)
                return ["hold a session"]
        late = [
            action
            for action in decisions.actions_of(session, [one.id])
            if action.state is ActionState.OPEN and action.due_on + DONE_AFTER <= today
        ]
        for action in late:
            decisions.settle(
                session, action_id=action.id, state=ActionState.DONE, note="Done", context=context
            )
        return ["settle an action"] * len(late)

    def _plan(self, session: Session, one: RoundView, context: AuditContext) -> None:
        day = england().on_or_after(london_date(context.now) + MEETS_AFTER)
        plan = SessionPlan(
            title=f"Session of {one.title}", scope=Scope.NATIONAL, area="", day=day, starts="10:00",
            place="A hall, in this rehearsal", facilitator="A facilitator",
        )  # fmt: skip
        meeting = sessions.plan_session(session, round_id=one.id, plan=plan, context=context)
        for _, name in attendance.some_organisations(session, each=OF_EACH_SECTOR):
            attendance.invite(
                session, session_id=meeting, organisation=name, level=Scope.NATIONAL,
                role="Compact lead", context=context,
            )  # fmt: skip
        inviting.write_to_invited(session, self.keys, session_id=meeting, context=context)

    def _hold(self, session: Session, one: RoundView, meeting: int, context: AuditContext) -> None:
        lines = attendance.invitations_of(session, meeting)
        for line in lines:
            attendance.record_came(session, invitation_id=line.id, came=1, context=context)
        sessions.hold(session, session_id=meeting, context=context)
        new = NewIssue(title="Consult earlier", words="In this rehearsal", put_forward_by="The session")
        issue = issues.put_forward(session, round_id=one.id, new=new, context=context)
        day = london_date(context.now)
        decision = decisions.decide(
            session, issue_id=issue, words="Consult earlier", day=day, context=context
        )
        decisions.add_action(
            session, decision_id=decision, what="Publish dates of consultations",
            owner=lines[0].organisation, due_on=day + DUE_AFTER, context=context,
        )  # fmt: skip
