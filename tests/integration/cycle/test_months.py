"""This year month by month: what falls into each month, what is in the field at a time, what is asked."""

from datetime import date, timedelta

from lxml import html

from scheduler.strands import Strand
from scheduler.timetable import RoundDates
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World


def test_a_year_stands_month_by_month_with_clashes_and_the_burden_of_both_sectors(
    embedded_world: World,
) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    first = date(2026, 11, 2)
    days = RoundDates(*(first + timedelta(days=14 * place) for place in range(4)))
    groups = RoundPlan("Groups", None, days, strand=Strand.FOCUS_GROUPS)
    with world.database.writing() as session:
        lifecycle.plan_round(session, plan=groups, context=world.context())
    coordinator = Visitor(world, "coordinator")

    page = html.fromstring(coordinator.open("/calendar/cycle").text)

    rows = page.xpath("//table[@id='months']/tbody/tr")
    cells = {
        row.xpath("./th")[0].text_content(): [
            " ".join(cell.text_content().split()) for cell in row.xpath("./td")
        ]
        for row in rows
    }
    assert len(cells) == 12
    assert cells["January"] == ["Nothing", "None", "0", "0"]
    september = cells["September"]
    assert september[0] == "7: Opens, Annual survey 202621: First reminder, Annual survey 2026"
    assert september[1] == "None"
    assert all(int(minutes.replace(",", "")) > 0 for minutes in september[2:])
    assert cells["November"][1] == "Annual survey 2026 and Focus groups 2026"
    # Focus groups remind nobody.
    assert cells["November"][0].count("Focus groups 2026") == 1
