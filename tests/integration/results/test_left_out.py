"""One question asked twice, the second time not of few: their difference is not published."""

from sampling.frame import Sector
from survey_app.reports.contents import Mark
from survey_app.services.questionnaires import versions
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
        ask_if:
          not:
            all:
              - {{fact: region, is: [North East]}}
              - {{fact: body_type, is: [district council]}}
"""


def test_a_question_asked_again_of_all_but_two_known_bodies_is_not_published(embedded_world: World) -> None:
    embedded_world.founded()
    with embedded_world.database.writing() as session:
        versions.publish(session, document=CORE, context=embedded_world.context())
    round_id = first_round(embedded_world, answer=answers_of(lambda of: of.sector is Sector.PUBLIC, most=40))

    contents = contents_of(embedded_world, frozen(embedded_world, round_id, threshold=10))

    shown = {item.item: item.public for item in contents.items}
    assert shown["consulted"].n == 40
    assert shown["consulted"].estimate is not None
    assert (shown["again"].estimate, shown["again"].mark) == (None, Mark.WITHHELD)
