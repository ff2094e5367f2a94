"""A made-up review of last year: one figure from finding to votes, decision, topic, question and answer."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import usual_dates
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.demo.review_papers import make_pack, make_records
from survey_app.services.audit import AuditContext
from survey_app.services.results import release
from survey_app.services.reviews import (
    attendance,
    ballots,
    decisions,
    issues,
    sessions,
    steps,
    voting,
    witnesses,
)
from survey_app.services.reviews.ballots import BallotPlan
from survey_app.services.reviews.issues import NewIssue
from survey_app.services.reviews.sessions import SessionPlan
from survey_app.services.reviews.vocabulary import ActionState, Reply, Scope, StepKind
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan

# How many of each side vote, and the dots that one of them gives to the three issues.
VOTES = {
    Sector.PUBLIC: (((3, 1, 1), 6), ((4, 1, 0), 5)),
    Sector.VOLUNTARY: (((2, 0, 3), 9), ((1, 3, 1), 4)),
}
CAME = 9


def make_review(
    session: Session,
    keys: Keyring,
    *,
    today: date,
    product: str,
    people: tuple[int, int],
    planned: AuditContext,
    then: AuditContext,
) -> None:
    """The whole review in one go, planned at one moment and held at another; every word of it is made up.

    Args:
        today: a few days after an action of it is due.
        people: whoever hands out the codes of the vote, and whoever counts who voted, by id.
    """
    programme_id, held_on = then.programme_id or 0, london_date(then.now)
    released = release.releases_of(session, programme_id)[0]
    review = _round(session, held_on, programme_id, planned)
    contents = release.release_contents(session, release_id=released.id, programme_id=programme_id)
    shorts = {one.item: one.short for one in contents.items}
    items = [one.item for one in contents.findings[:2]] or list(shorts)[:2]
    said = [(item, f"{shorts[item]}: what is behind it?") for item in items]
    raised = [
        issues.put_forward(session, round_id=review, new=new, context=then)
        for new in (
            NewIssue(
                title=said[0][1],
                words="The two sides answer far apart. We do not know what each has in mind.",
                put_forward_by="Cora Coordinator",
                release_id=released.id,
                item=said[0][0],
            ),
            NewIssue(
                title=said[-1][1],
                words="Is this a change in practice, or in who answered?",
                put_forward_by="Cora Coordinator",
                release_id=released.id,
                item=said[-1][0],
            ),
            NewIssue(
                title="Small groups hear of it too late",
                words="Nobody asked how groups without staff hear of a consultation.",
                put_forward_by="A small village charity",
                sector=Sector.VOLUNTARY,
            ),
        )
    ]
    meeting = _session(session, review, held_on, then)
    make_pack(session, review, released.id, product, then)
    sessions.hold(session, session_id=meeting, context=then)
    _votes(session, keys, meeting, raised, people, then)
    _decided(session, raised, today, then)
    steps.answer(
        session,
        step_id=_step(session, raised[0], then),
        words="Last year's figures say where they part; this year's round asks again, with the same words.",
        release_id=released.id,
        context=then,
    )
    make_records(session, review, product, then)
    _pass(session, review, Stage.CLOSED, programme_id)


def _round(session: Session, held_on: date, programme_id: int, context: AuditContext) -> int:
    opens = held_on - timedelta(days=14)
    title = f"Annual review {held_on.year}"
    plan = RoundPlan(title, None, usual_dates(opens), strand=Strand.ANNUAL_REVIEW)
    round_id = lifecycle.plan_round(session, plan=plan, context=context)
    for stage in (Stage.PREPARING, Stage.OPEN):
        _pass(session, round_id, stage, programme_id)
    return round_id


def _pass(session: Session, round_id: int, stage: Stage, programme_id: int) -> None:
    view = lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    lifecycle.transition(session, view, stage)


def _session(session: Session, review: int, day: date, context: AuditContext) -> int:
    meeting = sessions.plan_session(
        session,
        round_id=review,
        plan=SessionPlan(
            title="National review", scope=Scope.NATIONAL, area="", day=day, starts="10:00",
            place="Made-up hall, Sheffield", facilitator="Fay Facilitator",
            access="Step-free, hearing loop", languages="British Sign Language", second_round=True,
        ),
        context=context,
    )  # fmt: skip
    for organisation_id, name in attendance.some_organisations(session, each=CAME):
        line = attendance.invite(
            session, session_id=meeting, organisation=name, level=Scope.LOCAL, role="Compact lead",
            context=context,
        )  # fmt: skip
        attendance.record_reply(session, invitation_id=line, reply=Reply.ACCEPTED, context=context)
        attendance.record_came(session, invitation_id=line, came=1 + organisation_id % 2, context=context)
    return meeting


def _votes(
    session: Session,
    keys: Keyring,
    meeting: int,
    raised: list[int],
    people: tuple[int, int],
    context: AuditContext,
) -> None:
    slips = {sector: sum(count for _, count in given) + 2 for sector, given in VOTES.items()}
    plan = BallotPlan(dots=5, issue_ids=tuple(raised), slips=slips)
    ballot = ballots.prepare(session, keys, session_id=meeting, plan=plan, context=context)
    ballots.open_ballot(session, ballot_id=ballot, context=context)
    codes = ballots.codes_of(session, keys, ballot_id=ballot, person_id=people[0], context=context)
    for sector, given in VOTES.items():
        mine = iter([one.code for one in codes if one.sector is sector])
        for dots, count in given:
            for _ in range(count):
                voting.vote(session, keys, code=next(mine), dots=dict(zip(raised, dots, strict=True)))
    session.flush()
    voted = {sector: sum(count for _, count in given) for sector, given in VOTES.items()}
    witnesses.count_heads(session, ballot_id=ballot, heads=voted, person_id=people[1], context=context)
    ballots.close_ballot(session, keys, ballot_id=ballot, context=context)


def _decided(session: Session, raised: list[int], today: date, context: AuditContext) -> None:
    day = london_date(context.now)
    decision = decisions.decide(
        session, issue_id=raised[0], words="Ask focus groups what each side has in mind.",
        day=day, context=context,
    )  # fmt: skip
    decisions.dissent(
        session, decision_id=decision, sector=Sector.VOLUNTARY, who="A regional network",
        words="We know what is meant. What is missing is time to answer.", context=context,
    )  # fmt: skip
    done = decisions.add_action(
        session, decision_id=decision, what="Write down what both sides said", owner="The secretariat",
        due_on=day + timedelta(days=30), context=context,
    )  # fmt: skip
    note = "Sent to all who came."
    decisions.settle(session, action_id=done, state=ActionState.DONE, note=note, context=context)
    decisions.add_action(
        session, decision_id=decision, what="Find three areas for the groups", owner="The regional networks",
        due_on=today - timedelta(days=3), context=context,
    )  # fmt: skip
    issues.close(
        session, issue_id=raised[1], why="The next release says whether the change lasts.", context=context
    )


def _step(session: Session, issue_id: int, context: AuditContext) -> int:
    steps.propose(
        session, issue_id=issue_id, kind=StepKind.TOPIC, words="What does each side have in mind?",
        context=context,
    )  # fmt: skip
    return steps.propose(
        session, issue_id=issue_id, kind=StepKind.QUESTION,
        words="How far apart are the sectors, asked with the same words?", context=context,
    )  # fmt: skip
