"""The review of the demonstration: its thread leads from a finding to an answer, each step a link."""

from datetime import timedelta
from pathlib import Path

from survey_app.clock import london_date
from survey_app.demo.story import Demonstration, hold_review
from survey_app.services.people import accounts
from survey_app.services.reviews import attendance, decisions
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.unit.reports.sample import contents


def test_the_thread_of_the_demonstration_leads_from_a_finding_to_votes_a_decision_and_an_answer(
    embedded_world: World,
) -> None:
    world = embedded_world.planned()
    released = published(world, contents(), files=False)
    today = london_date(world.clock.now()) + timedelta(weeks=30)
    demo = Demonstration(
        folder=Path(), database=world.database, keys=world.keys, worker=world.worker(), clock=world.clock,
        today=today, voluntary_total=20, report=lambda kind, done, total: None,
    )  # fmt: skip
    for role in ("signatory_public", "signatory_voluntary"):
        world.person(role)
    clerk, email = Visitor(world, "coordinator"), world.person("facilitator")
    leader, second = world.read(
        lambda session: [accounts.person_of(session, email=each) for each in (email, clerk.email)]
    )
    for _ in range(2):  # taken up again, nothing is made twice
        hold_review(demo, world.programme, (leader, second))

    clerk.sign_in(world)
    page = clerk.open("/reviews/issues/1").text

    assert page.count(f'href="/results/{released}"') == 2
    for part in ("/reviews/ballots/1", "public bodies", "voluntary organisations", "Answered"):
        assert part in page, part
    assert clerk.open("/reviews/ballots/1").status_code == 200
    due = world.read(lambda session: decisions.actions_due(session, programme_id=world.programme, by=today))
    assert [one.owner for one in due] == ["The regional networks"]
    [year] = world.read(lambda session: attendance.attendance_by_year(session, programme_id=world.programme))
    assert year.organisations == 18

    world.tick()
    record = clerk.open("/reviews/2/record")
    assert "Both sides agreed to edition 1" in words(record)
    assert "What both sides say of edition 2" in words(record)
    assert "What this edition puts right: Rural groups were left out." in words(record)
    for paper in ("records/1", "packs/1"):
        assert clerk.open(f"/reviews/{paper}/pdf").data.startswith(b"%PDF"), paper
    assert clerk.open("/reviews/records/2/pdf").status_code == 404
