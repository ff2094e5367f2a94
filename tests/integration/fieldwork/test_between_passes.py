"""What staff see and do before the next pass tells them nothing of what was answered since the last one."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from sampling.frame import Sector
from survey_app.models.audit import AuditEntry
from survey_app.models.outbox import Message
from tests.fixtures.answering import case_of
from tests.fixtures.world import World
from tests.integration.fieldwork.test_new_codes import answered, renewed, with_two_interviewers


@pytest.fixture
def opened(embedded_world: World) -> World:
    return with_two_interviewers(embedded_world.opened(bodies=4, charities=20))


def test_letters_and_the_trail_read_the_same_whether_or_not_answers_were_sent(opened: World) -> None:
    """Else whoever asks for a code with a colleague learns before the next pass that they were."""
    silent, sent = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(2))
    answered(opened, sent, stop_after=99)
    seen = []
    for case_id in (silent, sent):
        before = standing(opened)
        renewed(opened, case_id)
        agreed = standing(opened)
        opened.tick()
        seen.append((agreed - before, standing(opened) - agreed))

    assert seen[0] == seen[1]
    assert seen[0][0]["letters", "waiting"] == 1


def standing(world: World) -> Counter[tuple[str, str]]:
    """How many letters are in which state, and acts of the audit trail of which kind."""
    query = select(Message.state, func.count()).group_by(Message.state)
    letters = {("letters", state): count for state, count in world.read(lambda s: s.execute(query).all())}
    acts = world.read(lambda s: s.scalars(select(AuditEntry.act)).all())
    return Counter(letters) + Counter(("act", act) for act in acts)
