"""Whoever took nearly all the answers of a group by telephone learns the others from no figure."""

from collections.abc import Callable

import numpy as np
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.demo.respondents import answer_all
from survey_app.services.cases import casework
from survey_app.services.cases.contacts import CALL, note_contact
from survey_app.services.responses.saving import Save
from survey_app.services.results.replies import RoundReplies, replies_of
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.two_rounds import first_round, frozen
from tests.fixtures.world import World
from tests.integration.results.test_small_rounds import contents_of

CALLERS = ("one@compact.invalid", "two@compact.invalid")


def called(by: Callable[[int], str]) -> Callable[[World, int], None]:
    """Let all public bodies answer in a call of whoever is named for each, on the web where nobody is."""

    def answer(world: World, round_id: int) -> None:
        now = world.clock.now()
        with world.database.writing() as session:
            cases = [
                each
                for each in casework.open_cases(session, round_id=round_id)
                if each.sector is Sector.PUBLIC
            ]
            for place, case in enumerate(cases):
                save = Save(now)
                if caller := by(place):
                    note_contact(session, case_id=case.id, kind=CALL, actor=caller, now=now)
                    save = Save(now, "telephone", "interviewer")
                rng = np.random.default_rng([8, place])
                answer_all(session, world.keys, case_id=case.id, rng=rng, save=save)

    return answer


def printed(world: World, round_id: int) -> tuple[set[str], set[str]]:
    """The items of which a figure of public bodies is printed, and what those answered whom nobody called."""
    contents = contents_of(world, frozen(world, round_id, threshold=10))

    def gathered(session: Session) -> RoundReplies:
        view = get_round(session, round_id=round_id, programme_id=world.programme)
        return replies_of(session, world.keys, round_view=view)

    rows = world.read(gathered).rows
    by_themselves = {key for row in rows if not row.callers for key in row.values}
    return {item.item for item in contents.items if item.public.estimate is not None}, by_themselves


def test_no_figure_tells_whoever_took_all_replies_but_one_what_that_one_said(embedded_world: World) -> None:
    round_id = first_round(embedded_world, answer=called(lambda place: CALLERS[0] if place else ""))

    figures, said = printed(embedded_world, round_id)

    assert said
    assert figures & said == set()


def test_replies_that_two_took_by_turns_are_printed(embedded_world: World) -> None:
    round_id = first_round(embedded_world, answer=called(lambda place: CALLERS[place % 2]))

    assert len(printed(embedded_world, round_id)[0]) > 10
