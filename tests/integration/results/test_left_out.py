"""One question asked twice, the second time not of few: their difference is not published."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.routes import OUTREACH
from survey_app.demo.respondents import answer_all
from survey_app.reports.contents import Cell, Mark
from survey_app.services.cases import casework
from survey_app.services.cases.added import NewCase, add_case
from survey_app.services.questionnaires import versions
from survey_app.services.responses.saving import Save
from survey_app.services.results.replies import RoundReplies, replies_of
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.two_rounds import first_round, frozen
from tests.fixtures.world import World
from tests.integration.results.test_small_rounds import answers_of, contents_of

QUESTION = """      - id: {id}
        kind: yes_no
        text: {text}
        short: {id}
        statistic: proportion
        measured: Share answering yes, of those who answered yes or no
"""
CORE = f"""schema: 1
name: annual-core-public
version: 1
title: Annual survey of public bodies
audience: public_body
estimated_minutes: 5
sections:
  - id: consulting
    title: Consulting
    questions:
{QUESTION.format(id="consulted", text="Did you give organisations twelve weeks in every consultation?")}
{QUESTION.format(id="again", text="Looking back over the year, was that so in every consultation?")}
"""
NOT_OF_TWO_BODIES = """
        ask_if:
          not:
            all:
              - {fact: region, is: [North East]}
              - {fact: body_type, is: [district council]}
"""
ON_THE_WEB = """
        modes: [web]
"""
NOT_OF_ONE_REGION = """
        ask_if: {not: {fact: region, is: [South West]}}
"""
Answering = Callable[[World, int], None]
PUBLIC_BODIES = answers_of(lambda of: of.sector is Sector.PUBLIC, most=40)


def asked(world: World, again: str, answer: Answering) -> int:
    """A round that asks the second question of some alone."""
    world.founded()
    with world.database.writing() as session:
        versions.publish(session, document=CORE + again, context=world.context())
    return first_round(world, answer=answer)


def hidden(first: Cell, again: Cell, *, n: int) -> bool:
    """Whether the question of everybody is printed, and the one beside it is not."""
    assert (first.n, first.estimate is None) == (n, False)
    return (again.estimate, again.mark) == (None, Mark.WITHHELD)


def some_by_telephone(world: World, round_id: int) -> None:
    """All public bodies answer: three send it in a call, the first of them after answering on the web."""
    web, call = Save(world.clock.now()), Save(world.clock.now(), "telephone", "interviewer")
    with world.database.writing() as session:
        cases = [each for each in casework.open_cases(session, round_id=round_id) if each[1] is Sector.PUBLIC]
        for place, (case_id, *_) in enumerate(cases):
            answering = partial(answer_all, session, world.keys, case_id=case_id)
            rng = np.random.default_rng([4, place])
            if place == 0:
                answering(save=web, rng=rng, stop_after=2)
            answering(save=call if place < 3 else web, rng=rng)


def clubs_of_two_regions(world: World, round_id: int) -> None:
    """Twenty bodies that no draw chose answer, and one of them is of the region that is left out."""
    PUBLIC_BODIES(world, round_id)
    save = Save(world.clock.now())
    with world.database.writing() as session:
        for n in range(20):
            region = "London" if n else "South West"
            added = NewCase(
                OUTREACH, name=f"Board {n}", sector=Sector.PUBLIC, region=region, band="regional body"
            )
            adding = world.context(actor=f"{n % 3}@compact.invalid")
            case_id = add_case(session, world.keys, round_id=round_id, added=added, context=adding)
            rng = np.random.default_rng([6, n])
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)


@pytest.mark.parametrize(
    ("again", "answer"),
    [(NOT_OF_TWO_BODIES, PUBLIC_BODIES), (ON_THE_WEB, some_by_telephone)],
    ids=["facts", "mode"],
)
def test_a_question_asked_again_of_all_but_a_handful_is_not_published(
    embedded_world: World, again: str, answer: Answering
) -> None:
    round_id = asked(embedded_world, again, answer)

    contents = contents_of(embedded_world, frozen(embedded_world, round_id, threshold=10))

    shown = {item.item: item.public for item in contents.items}
    assert hidden(shown["consulted"], shown["again"], n=40)


def test_a_question_of_one_mode_counts_those_who_sent_their_answers_in_that_mode(
    embedded_world: World,
) -> None:
    round_id = asked(embedded_world, ON_THE_WEB, some_by_telephone)

    def gathered(session: Session) -> RoundReplies:
        view = get_round(session, round_id=round_id, programme_id=embedded_world.programme)
        return replies_of(session, embedded_world.keys, round_view=view)

    counts = Counter(key for row in embedded_world.read(gathered).rows for key in row.values)
    assert counts == {"consulted": 40, "again": 37}


def test_a_question_asked_again_of_all_but_one_that_no_draw_chose_is_not_published(
    embedded_world: World,
) -> None:
    round_id = asked(embedded_world, NOT_OF_ONE_REGION, clubs_of_two_regions)

    contents = contents_of(embedded_world, frozen(embedded_world, round_id, threshold=10))

    assert contents.other_routes is not None
    shown = {item.item: item.public for item in contents.other_routes.items}
    assert hidden(shown["consulted"], shown["again"], n=20)
