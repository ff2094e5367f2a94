"""Signatures of bodies that are no more, champions who left, and two people at one history."""

from datetime import date, timedelta

import pytest

from survey_app.errors import InvalidError
from survey_app.models.agreements import EntryKind
from survey_app.models.organisations import Organisation
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import AgreementState, NewEntry, turnover
from survey_app.services.agreements.vocabulary import ChampionSector, Field
from survey_app.services.organisations.successors import link_organisations
from survey_app.services.programmes import registry
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, kept

MERGED_ON = date(2026, 4, 1)
SIGNED = NewEntry(
    kind=EntryKind.SIGNATORY, what="Body 001", state="signed", field=Field.COUNCIL, department="Adult care",
    began_on=date(2020, 4, 1), source="the agreement",
)  # fmt: skip
SINCE = {"since-day": "1", "since-month": "5", "since-year": "2026"}


@kept
def signed_by_two(world: World) -> World:
    world.framed()
    with world.database.writing() as session:
        agreement = registry.add_agreement(
            session, programme_id=world.programme, title="Kent Compact", name="Compact",
            context=world.context(),
        )  # fmt: skip
        register.add_entry(session, agreement_id=agreement, new=SIGNED, context=world.context())
    return world


@pytest.fixture
def merged(embedded_world: World) -> World:
    world = signed_by_two(embedded_world)
    ids = world.read(lambda s: {row.name: row.id for row in s.query(Organisation)})
    with world.database.writing() as session:
        link_organisations(
            session, predecessor_id=ids["Body 001"], successor_id=ids["Body 002"], kind="merged",
            happened_on=MERGED_ON, source="the order", context=world.context(),
        )  # fmt: skip
    return world


def kent(world: World, day: date) -> AgreementState:
    states = world.read(
        lambda s: register.agreements_on(s, programme_id=world.programme, day=day, known_by=world.clock.now())
    )
    return next(one for one in states if one.title == "Kent Compact")


def signing(world: World, day: date = date(2026, 6, 1)) -> list[tuple[str, str, bool]]:
    return [(one.entry.what, one.entry.department, one.signed) for one in kent(world, day).parties]


def test_a_body_on_the_lists_is_known_by_its_name_and_its_signature_ends_with_it(merged: World) -> None:
    assert signing(merged, MERGED_ON - timedelta(days=1)) == [("Body 001", "Adult care", True)]
    assert signing(merged) == [("Body 001", "Adult care", False)]


def test_a_body_that_was_abolished_signs_nothing_any_more(merged: World) -> None:
    late = NewEntry(
        kind=EntryKind.SIGNATORY, what="body 001", state="signed", field=Field.COUNCIL, began_on=MERGED_ON,
        source="a letter",
    )  # fmt: skip
    with pytest.raises(InvalidError, match="no more from 2026-04-01"), merged.database.writing() as session:
        register.add_entry(session, agreement_id=2, new=late, context=merged.context())


def test_a_successor_signs_with_the_same_department_once_it_has_confirmed(merged: World) -> None:
    clerk, path = Visitor(merged, "coordinator"), "/agreements/entries/1/successor"
    assert "Decide what the register should say" in clerk.open("/today").text
    assert "Body 002" in clerk.open("/agreements/waiting").text
    successor = merged.read(lambda s: s.query(Organisation).filter_by(name="Body 002").one().id)

    clerk.send(path, form_at=path, who=str(successor), source="its letter", **SINCE)

    assert signing(merged) == [("Body 002", "Adult care", True)]
    assert signing(merged, MERGED_ON - timedelta(days=1)) == [("Body 001", "Adult care", True)]
    assert "None waits." in words(clerk.open("/agreements/waiting"))
    again = clerk.send(path, form_at="/agreements/waiting", who=str(successor), source="x", **SINCE)
    assert (again.status_code, "does not wait for anybody" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Say who signs in its place"),
        ({"who": "nobody"}, "Say why no successor"),
        ({"who": "body 002"}, "Enter since when"),
        ({"who": "body 002", **SINCE}, "how we know"),
    ],
)
def test_a_signature_is_neither_carried_over_nor_ended_without_what_shows_it(
    merged: World, typed: dict[str, str], said: str
) -> None:
    clerk, path = Visitor(merged, "coordinator"), "/agreements/entries/1/successor"
    ids = merged.read(lambda s: {row.name.lower(): str(row.id) for row in s.query(Organisation)})
    sent = {name: ids.get(value, value) for name, value in typed.items()}

    refused = clerk.send(path, form_at=path, **sent)

    assert (refused.status_code, said in refused.text) == (422, True)
    assert signing(merged) == [("Body 001", "Adult care", False)]


def test_a_signature_that_nobody_takes_over_ends_with_its_body(merged: World) -> None:
    clerk, path = Visitor(merged, "coordinator"), "/agreements/entries/1/successor"

    clerk.send(path, form_at=path, who="nobody", why="The new council does not hold with it")

    assert (signing(merged), len(signing(merged, MERGED_ON - timedelta(days=1)))) == ([], 1)


def test_champions_who_left_in_a_year_are_told_as_a_share_of_those_there(merged: World) -> None:
    for began_on, ended_on in ((2020, 2024), (2020, 2026), (2026, None), (2020, None)):
        new = NewEntry(
            kind=EntryKind.CHAMPION, what=ChampionSector.PUBLIC, began_on=date(began_on, 3, 1),
            ended_on=ended_on and date(ended_on, 3, 1), source="minutes",
        )  # fmt: skip
        with merged.database.writing() as session:
            register.add_entry(session, agreement_id=2, new=new, context=merged.context())

    assert turnover([kent(merged, date(2026, 6, 1))]) == 0.5
    assert turnover([kent(merged, date(2019, 6, 1))]) is None
    assert "1 left, 50% of those there on average" in words(
        Visitor(merged, "coordinator").open("/agreements/2?on=2026-06-01")
    )


def test_two_people_who_correct_one_entry_lose_nothing_of_what_they_typed(merged: World) -> None:
    one, path = Visitor(merged, "coordinator"), "/agreements/entries/1"
    typed = {
        "what": "Body 003", "state": "signed", "field": "council", "precision": "day", "source": "a letter",
        "began_on-day": "1", "began_on-month": "4", "began_on-year": "2020",
    }  # fmt: skip
    assert one.send(path, form_at=path, **typed, reason="A misprint").status_code == 302

    other = one.send(path, form_at=path, **typed, reason="What I had found in the minutes")

    assert other.status_code == 422
    assert "Look at it again" in other.text
    assert "What I had found in the minutes" in other.text
    assert [name for name, _, _ in signing(merged)] == ["Body 003"]
