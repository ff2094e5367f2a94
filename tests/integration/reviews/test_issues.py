"""Issues of a review: put forward, merged, closed; decisions, dissent, actions; what follows."""

from datetime import timedelta

import pytest

from sampling.frame import Sector
from scheduler.strands import Strand
from scheduler.timetable import usual_dates
from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.reviews.issues import ActionState, StepKind, StepState
from survey_app.services.reviews import decisions, issues, steps
from survey_app.services.reviews.issues import NewIssue
from survey_app.services.reviews.thread import thread_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.fixtures.world import World
from tests.integration.reviews.worlds import raised, reviewed


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def test_an_issue_keeps_its_words_when_another_takes_it_up(world: World) -> None:
    review = reviewed(world)
    first, second = raised(world, review, "Three-year funding"), raised(world, review, "Money comes late")

    with world.database.writing() as session:
        issues.merge(session, issue_id=second, into_id=first, context=world.context())
        with pytest.raises(StageError, match="merged already"):
            issues.close(session, issue_id=second, why="Done", context=world.context())
        with pytest.raises(InvalidError, match="two steps away"):
            issues.merge(
                session, issue_id=first, into_id=raised_here(session, world, review), context=world.context()
            )
        thread = thread_of(session, issue_id=first, programme_id=world.programme)

    assert [one.title for one in thread.merged] == ["Money comes late"]
    assert thread.merged[0].words == "It matters here"


def raised_here(session: object, world: World, review: int) -> int:
    new = NewIssue(title="A third", words="Why", put_forward_by="Somebody")
    return issues.put_forward(session, round_id=review, new=new, context=world.context())  # type: ignore[arg-type]


def test_an_issue_of_another_review_or_nobody_s_words_is_refused(world: World) -> None:
    review = reviewed(world)
    other = reviewed(world, title="Next review")
    first, second = raised(world, review, "One"), raised(world, other, "Two")

    with world.database.writing() as session:
        with pytest.raises(InvalidError, match="same review"):
            issues.merge(session, issue_id=first, into_id=second, context=world.context())
        empty = NewIssue(title=" ", words="x" * 2001, put_forward_by="")
        unknown = NewIssue(title="A", words="B", put_forward_by="C", release_id=99, item="x")
        with pytest.raises(InvalidError) as refused:
            issues.put_forward(session, round_id=review, new=empty, context=world.context())
        with pytest.raises(NotFoundError):
            issues.put_forward(session, round_id=review, new=unknown, context=world.context())
        with pytest.raises(InvalidError, match="Say why the issue is closed"):
            issues.close(session, issue_id=first, why="  ", context=world.context())

    assert len(refused.value.faults) == 3


def decided(world: World, issue_id: int) -> int:
    with world.database.writing() as session:
        today = london_date(world.clock.now())
        return decisions.decide(
            session, issue_id=issue_id, words="Ask for three years", day=today, context=world.context()
        )


def acted(world: World, decision_id: int, days: int) -> int:
    with world.database.writing() as session:
        due = london_date(world.clock.now()) + timedelta(days=days)
        return decisions.add_action(
            session, decision_id=decision_id, what="Write the guide", owner="County council", due_on=due,
            context=world.context(),
        )  # fmt: skip


def test_a_withdrawn_decision_stays_with_its_reason_and_drops_what_was_to_be_done(world: World) -> None:
    issue = raised(world, reviewed(world), "Three-year funding")
    decision = decided(world, issue)
    acted(world, decision, 30)
    with world.database.writing() as session:
        decisions.dissent(
            session, decision_id=decision, sector=Sector.VOLUNTARY, who="A small charity",
            words="Three years tie us down.", context=world.context(),
        )  # fmt: skip
        decisions.withdraw(session, decision_id=decision, why="No money for it", context=world.context())
        with pytest.raises(StageError, match="was withdrawn"):
            decisions.withdraw(session, decision_id=decision, why="Again", context=world.context())
        kept = decisions.decision_of(session, decision_id=decision, programme_id=world.programme)

    assert (kept.words, kept.withdrawn_why) == ("Ask for three years", "No money for it")
    assert [one.words for one in kept.dissent] == ["Three years tie us down."]
    assert [one.state for one in kept.actions] == [ActionState.DROPPED]


def test_an_action_waits_from_its_day_until_somebody_says_what_became_of_it(world: World) -> None:
    decision = decided(world, raised(world, reviewed(world), "Three-year funding"))
    action, today = acted(world, decision, 3), london_date(world.clock.now())

    def due(days: int) -> list[int]:
        by = today + timedelta(days=days)
        return world.read(
            lambda session: [
                one.id for one in decisions.actions_due(session, programme_id=world.programme, by=by)
            ]
        )

    assert (due(2), due(3), due(40)) == ([], [action], [action])
    with world.database.writing() as session:
        with pytest.raises(InvalidError, match="why it is dropped"):
            decisions.settle(
                session, action_id=action, state=ActionState.DROPPED, note="", context=world.context()
            )
        decisions.settle(
            session, action_id=action, state=ActionState.DONE, note="In the post", context=world.context()
        )
    assert due(40) == []


def test_a_topic_leads_to_its_round_and_its_answer_and_back(world: World) -> None:
    issue = raised(world, reviewed(world), "Three-year funding")
    days = usual_dates(london_date(world.clock.now()) + timedelta(days=100))
    with world.database.writing() as session:
        groups = RoundPlan("Focus groups", None, days, strand=Strand.FOCUS_GROUPS)
        round_id = lifecycle.plan_round(session, plan=groups, context=world.context())
        topic = steps.propose(
            session, issue_id=issue, kind=StepKind.TOPIC, words="What do short terms cost?",
            context=world.context(),
        )  # fmt: skip
        with pytest.raises(InvalidError, match="does not take up"):
            steps.take_up(session, step_id=topic, round_id=1, context=world.context())
        steps.take_up(session, step_id=topic, round_id=round_id, context=world.context())
        back = steps.steps_taken_up_by(session, round_id=round_id, programme_id=world.programme)
        steps.answer(session, step_id=topic, words="Staff leave in the third year.", context=world.context())
        with pytest.raises(StageError, match="answered already"):
            steps.drop(session, step_id=topic, why="No time", context=world.context())
        thread = thread_of(session, issue_id=issue, programme_id=world.programme)

    assert [one.issue_id for one in back] == [issue]
    assert [(one.state, one.round_title) for one in thread.steps] == [(StepState.ANSWERED, "Focus groups")]
