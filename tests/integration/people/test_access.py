"""Codes of whoever has no account and no seat: kept as hashes, made anew, revoked, and at an end one day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app.clock import london_date
from survey_app.errors import NotFoundError
from survey_app.models.cases.access import Access, AccessKind
from survey_app.services.people import access
from survey_app.services.people.access import Holder, Opened
from tests.fixtures.world import World

READER = Holder(
    identity="7c0c6f1e-6c5e-4a4b-9b7e-2f8f6a3a1d11",
    kind=AccessKind.TRIAL_READER,
    opens="trial",
    subject_kind="contact",
    subject_id=7,
)
VOTER = replace(READER, identity="5b1d1f2c-0f0e-4e0e-8c57-1f0b6f0a9c22", kind=AccessKind.VOTER, opens="vote")


@pytest.fixture
def issued(world: World) -> World:
    """A reader's and a voter's code, which last three days."""
    today = london_date(world.clock.now())
    with world.database.writing() as session:
        until = today + timedelta(days=2)
        access.issue(session, world.keys, holders=[READER, VOTER], today=today, expires_on=until)
    return world


def code(world: World, holder: Holder = READER) -> str:
    return world.read(lambda s: access.code_of(s, world.keys, holder=holder))


def opened(world: World, typed: str, *, days: int = 0) -> Opened | None:
    day = london_date(world.clock.now()) + timedelta(days=days)
    return world.read(lambda s: access.opened_by(s, world.keys, code=typed, today=day))


def test_a_code_says_who_came_in_and_what_it_opens_for_them(issued: World) -> None:
    assert opened(issued, code(issued)) == Opened(AccessKind.TRIAL_READER, "trial", None, "contact", 7)
    assert opened(issued, code(issued, VOTER)) == Opened(AccessKind.VOTER, "vote", None, "contact", 7)
    assert opened(issued, "0000-0000-0000") is None
    hashes = issued.read(lambda s: set(s.scalars(select(Access.code_hash))))
    assert not hashes & {code(issued), code(issued, VOTER)}


def test_a_code_opens_nothing_after_its_last_day(issued: World) -> None:
    assert opened(issued, code(issued), days=2) is not None
    assert opened(issued, code(issued), days=3) is None


def test_a_revoked_code_opens_nothing_until_a_new_one_is_made(issued: World) -> None:
    old, today = code(issued), london_date(issued.clock.now())
    with issued.database.writing() as session:
        access.revoke(session, holder=READER, today=today)
    assert (opened(issued, old), opened(issued, code(issued, VOTER)) is not None) == (None, True)

    with issued.database.writing() as session:
        new, generation = access.renew(session, issued.keys, holder=READER)

    assert (generation, opened(issued, old)) == (2, None)
    assert opened(issued, new) is not None


def test_whoever_has_no_code_has_none_to_show(world: World) -> None:
    with world.database.reading() as session, pytest.raises(NotFoundError):
        access.code_of(session, world.keys, holder=READER)
