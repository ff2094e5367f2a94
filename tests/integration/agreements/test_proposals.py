"""Proposed changes: taken over as an entry or refused with a reason, by whoever keeps the register."""

from datetime import date

import pytest

from survey_app.models.agreements import EntryKind, RegisterEntry, RegisterProposal
from survey_app.services.agreements import proposals
from survey_app.services.agreements.proposals import DecidedError
from tests.fixtures.every_kind import opened_with_register
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.agreements.test_open_sections import sent

SINCE = {"began_on-day": "1", "began_on-month": "4", "began_on-year": "2026", "precision": "month"}


@pytest.fixture
def world(embedded_world: World) -> World:
    world = opened_with_register(embedded_world)
    sent(world)
    world.settle()
    return world


@pytest.fixture
def clerk(world: World) -> Visitor:
    return Visitor(world, "coordinator")


def address(world: World, kind: EntryKind = EntryKind.STAGE) -> str:
    chosen = world.read(lambda s: s.query(RegisterProposal).filter_by(kind=kind).one().id)
    return f"/agreements/proposals/{chosen}"


def entries(world: World) -> list[RegisterEntry]:
    return world.read(lambda s: s.query(RegisterEntry).all())


def test_a_proposed_change_is_on_today_and_on_the_page_of_its_agreement(world: World, clerk: Visitor) -> None:
    assert "Decide what the register should say: proposed changes" in words(clerk.open("/today"))
    assert address(world) in clerk.open("/agreements/waiting").text
    assert address(world) in clerk.open("/agreements/1").text
    assert entries(world) == []


def test_what_a_lead_officer_said_is_taken_over_as_it_was_completed(world: World, clerk: Visitor) -> None:
    path = address(world)
    page = clerk.open(path)
    assert "Charity 0" in page.text
    assert "Last spring" in page.text
    assert "in the open section of" in page.text

    taken = clerk.send(path, form_at=path, choice="being developed", source="What they said", **SINCE)

    assert (taken.status_code, taken.location) == (302, "/agreements/1")
    (entry,) = entries(world)
    assert (entry.what, entry.began_on, entry.source) == (
        "being developed",
        date(2026, 4, 1),
        "What they said",
    )
    assert "Being developed" in clerk.open("/agreements/1").text.split("History")[0]
    assert "It was taken over by" in words(clerk.open(path))


def test_a_refusal_needs_its_reason_and_leaves_the_register_as_it_is(world: World, clerk: Visitor) -> None:
    path = address(world, EntryKind.PUBLICITY)

    refused = clerk.send(f"{path}/refuse", form_at=path, why=" ")
    assert (refused.status_code, "Say why it is refused" in refused.text) == (422, True)
    assert clerk.send(f"{path}/refuse", form_at=path, why="Another agreement is meant").status_code == 302

    assert entries(world) == []
    assert "Another agreement is meant" in clerk.open(path).text


def test_of_two_people_who_decide_the_second_learns_of_the_first(world: World, clerk: Visitor) -> None:
    path = address(world)
    stale = world.read(
        lambda s: proposals.proposal_of(
            s, proposal_id=int(path.rpartition("/")[2]), programme_id=world.programme
        )
    )
    clerk.send(f"{path}/refuse", form_at=path, why="A slip")

    with pytest.raises(DecidedError), world.database.writing() as session:
        proposals.refuse(session, proposal=stale, reason="Another", context=world.context())
    again = clerk.send(path, form_at="/agreements/waiting", choice="in place", source="x", **SINCE)

    assert (again.status_code, "Somebody else took it over or refused it" in again.text) == (422, True)
    assert entries(world) == []


def test_what_the_register_refuses_leaves_the_proposal_waiting(world: World, clerk: Visitor) -> None:
    path = address(world)

    refused = clerk.send(path, form_at=path, choice="ended", source="", **SINCE)

    assert refused.status_code == 422
    assert "how we know" in refused.text
    assert world.read(lambda s: proposals.how_many_wait(s, programme_id=world.programme)) == 2


def test_a_reviewer_decides_nothing(world: World) -> None:
    path, reviewer = address(world), Visitor(world, "reviewer")

    assert reviewer.open(path).status_code == 403
    assert path not in reviewer.open("/agreements/1").text
