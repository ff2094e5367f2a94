"""Reviews to stand on: a round of the annual review, issues put forward, sessions planned."""

from datetime import date, timedelta

from scheduler.strands import Strand
from scheduler.timetable import usual_dates
from survey_app.clock import london_date
from survey_app.services.reviews import issues, sessions
from survey_app.services.reviews.issues import NewIssue
from survey_app.services.reviews.sessions import Scope, SessionPlan
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.fixtures.world import World


def reviewed(world: World, *, title: str = "Annual review") -> int:
    """A review that is planned to begin in five weeks; the id of its round."""
    today = london_date(world.clock.now())
    opens = today + timedelta(days=35 - today.weekday())
    with world.database.writing() as session:
        plan = RoundPlan(title, None, usual_dates(opens), strand=Strand.ANNUAL_REVIEW)
        return lifecycle.plan_round(session, plan=plan, context=world.context())


def raised(world: World, round_id: int, title: str, **more: object) -> int:
    """An issue of a review; its id."""
    new = NewIssue(title=title, words="It matters here", put_forward_by="Dorset CVS", **more)  # type: ignore[arg-type]
    with world.database.writing() as session:
        return issues.put_forward(session, round_id=round_id, new=new, context=world.context())


def session_plan(day: date, **changed: object) -> SessionPlan:
    """A regional session on a day, said dully."""
    plain: dict[str, object] = {
        "title": "Review of the South West", "scope": Scope.REGIONAL, "area": "South West", "day": day,
        "starts": "10:00", "place": "Town hall, Dorchester", "facilitator": "Fay Facilitator",
    }  # fmt: skip
    return SessionPlan(**plain | changed)  # type: ignore[arg-type]


def met(world: World, round_id: int, **changed: object) -> int:
    """A session of today; its id."""
    with world.database.writing() as session:
        plan = session_plan(**{"day": london_date(world.clock.now())} | changed)  # type: ignore[arg-type]
        return sessions.plan_session(session, round_id=round_id, plan=plan, context=world.context())
