"""The page of an indicator: numbers, register, logs and forms side by side, as far as one may see."""

import pytest
from sqlalchemy import update

from survey_app.models.results import Release, ReleaseState
from survey_app.services.agreements.files import import_register
from survey_app.services.logs.files import import_logs
from survey_app.services.places import areas
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.unit.reports.sample import contents

LOGS = """kind,title,began_on,ended_on,due_on,source,area,reason,sign,verified,account,indicators,state,weight
consultation,Bus routes,2026-01-05,2026-01-31,,council minutes,KEN,imposed by central timetable,,,,,,
consultation,Parks,2026-01-05,2026-05-31,,council minutes,KEN,,,,,,,
example,Time was given,2026-02-01,,,a letter,KEN,,good,documents show it,It was,OUT-6.1,,
dispute,A grant that was cut,2026-02-01,,,a letter,KEN,,,,,,open,major
"""
REGISTER = """agreement,level,kind,what,state,area,field,began_on,source
Kent Compact,local,stage,in place,,,,2020-04-01,the agreement
Kent Compact,,area,Kent,,KEN,,2020-04-01,the agreement
"""


@pytest.fixture
def known(embedded_world: World) -> World:
    """A published release, an agreement, and entries of the logs."""
    world = embedded_world.planned(bodies=4, charities=16)
    published(world, contents())
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
        import_register(session, REGISTER.encode(), word="Compact", context=world.context())
        import_logs(session, LOGS.encode(), context=world.context())
    return world


def test_numbers_and_evidence_of_a_year_stand_side_by_side(known: World) -> None:
    page = words(Visitor(known, "coordinator").open("/indicators/OUT-6.1"))

    for said in (
        "How often is the time allowed for consultation shorter",
        "At least 12 weeks to reply",
        "Public bodies 81 (",
        "Open for less than 12 weeks 1 2",
        "Of these: imposed by central timetable 1 1",
        "Bus routes",
        "Time was given",
        "council minutes",
    ):
        assert said in page
    assert "A grant that was cut" not in page


def test_who_reads_results_alone_sees_counts_and_no_entry(known: World) -> None:
    reviewer = Visitor(known, "reviewer")

    consultations, disputes = (words(reviewer.open(f"/indicators/{key}")) for key in ("OUT-6.1", "OCM-3.2"))

    assert "Open for less than 12 weeks 1 2" in consultations
    assert [named in consultations for named in ("Bus routes", "Kent", "council minutes")] == [False] * 3
    assert "Disputes that began in the year 1" in disputes
    assert "A grant that was cut" not in disputes


def test_the_register_is_counted_with_all_authorities(known: World) -> None:
    page = words(Visitor(known, "reviewer").open("/indicators/OUT-1.1"))

    assert "Register of agreements, on" in page
    assert "In place 1 " in page
    assert "authorities, each counted once" in page
    assert "Kent Compact" not in page


def test_numbers_that_are_not_published_are_on_no_page(known: World) -> None:
    with known.database.writing() as session:
        session.execute(update(Release).values(state=ReleaseState.CHECKED))

    page = words(Visitor(known, "coordinator").open("/indicators/OUT-6.1"))

    assert "At least 12 weeks to reply" not in page
    assert "Open for less than 12 weeks 1 2" in page


def test_the_list_says_what_speaks_to_each_indicator(known: World) -> None:
    page = words(Visitor(known, "analyst").open("/indicators"))

    assert "shorter than the guideline (12 weeks)? Surveys, logs" in page
    assert "Which bodies have signed it? Register" in page
    assert Visitor(known, "coordinator").open("/indicators/OUT-99").status_code == 404
