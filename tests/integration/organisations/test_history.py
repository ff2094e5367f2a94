"""What is kept of each organisation and of each year's panel, on both engines."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.burden import BurdenKind
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.organisations import Organisation
from survey_app.services.burden.ledger import Rule
from survey_app.services.organisations.history import (
    OrganisationHistory,
    OrganisationList,
    organisation_history,
    organisations,
)
from survey_app.services.organisations.successors import link_organisations
from survey_app.services.panels.years import breaches_of, panel_years
from survey_app.services.responses.saving import Save
from tests.fixtures.panel_years import contribute, draw, growing, members, rule
from tests.fixtures.world import DATES, World


def history(world: World, organisation_id: int) -> OrganisationHistory:
    return world.read(lambda s: organisation_history(s, organisation_id=organisation_id))


def listed(world: World, text: str = "", *, page: int = 1) -> OrganisationList:
    return world.read(lambda s: organisations(s, year=2026, text=text, page=page))


def test_an_organisation_shows_all_that_it_was_asked_and_nothing_that_it_answered(world: World) -> None:
    world.opened()
    case = world.read(lambda s: s.scalars(select(Case).order_by(Case.id.desc())).first())
    assert case is not None
    world.move_to(at(DATES.first_reminder_on, 9))
    world.clock.advance_to(at(DATES.first_reminder_on + timedelta(days=1), 9))
    with world.database.writing() as session:
        save, rng = Save(now=world.clock.now()), np.random.default_rng(1)
        answer_all(session, world.keys, case_id=case.id, rng=rng, save=save)
    world.settle()
    for minutes, day in ((30, date(2025, 4, 1)), (120, date(2025, 5, 1))):
        contribute(world, [case.organisation_id], minutes=minutes, day=day)

    shown = history(world, case.organisation_id)

    (membership,) = shown.memberships
    assert (membership.year, membership.strand, membership.programme) == (
        2026,
        Strand.ANNUAL_SURVEY,
        "England",
    )
    assert membership.inclusion_probability == membership.sample_size / membership.pop_size
    (part,) = shown.rounds
    assert (part.title, part.outcome, part.route) == ("Annual survey 2026", Outcome.COMPLETE, "panel")
    assert [(line.kind, line.minutes) for line in shown.ledger] == [
        (BurdenKind.MINUTES_ANSWERED, 15),
        (BurdenKind.REMINDER, 0),
        (BurdenKind.MINUTES_ASKED, 15),
        (BurdenKind.INVITATION, 0),
        (BurdenKind.INTERVIEW, 120),
        (BurdenKind.INTERVIEW, 30),
    ]
    newest, older = shown.years
    assert (newest.year, newest.invitations, newest.reminders) == (2026, 1, 1)
    assert (newest.minutes_asked, newest.minutes_answered, newest.too_much) == (15, 15, False)
    assert (older.year, older.minutes_asked, older.too_much) == (2025, 150, True)
    (frame,) = shown.frames
    assert (frame.frame_number, frame.in_scope) == (1, True)
    assert not shown.exempt


def test_an_organisation_that_does_not_exist_is_not_found(world: World) -> None:
    world.drawn()

    with pytest.raises(NotFoundError):
        history(world, 9999)


def test_a_breach_stands_with_the_membership_that_it_belongs_to(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, None, None, 3, 3))
    drawn = growing(hundred)
    broken = hundred.read(lambda s: breaches_of(s, panel_id=drawn[2], programme_id=hundred.programme))
    assert broken

    shown = history(hundred, broken[0].organisation_id)

    assert [(one.year, [breach.rule for breach in one.breaches]) for one in shown.memberships] == [
        (2028, ["holiday"]),
        (2026, []),
    ]
    with pytest.raises(NotFoundError):
        hundred.read(lambda s: breaches_of(s, panel_id=drawn[2], programme_id=99))


def test_organisations_are_found_by_part_of_their_name_with_what_they_were_asked(world: World) -> None:
    world.launched()

    everybody, some, nobody = listed(world), listed(world, "charity 0000"), listed(world, "100%")

    assert (everybody.total, everybody.pages, len(everybody.lines)) == (60, 2, 50)
    assert (some.total, nobody.total) == (10, 0)
    asked = {line.id: (line.minutes, line.invitations, line.panels) for line in some.lines}
    drawn = members(world, world.panel_id)
    assert asked == {one: (15, 1, 1) if one in drawn else (0, 0, 0) for one in asked}
    assert [line.name for line in listed(world, page=99).lines] == [
        line.name for line in listed(world, page=2).lines
    ]


def test_a_link_shows_on_both_sides_and_is_kept_once(world: World) -> None:
    world.drawn()

    def link(predecessor: int, successor: int, *, kind: str = "merged", day: date = date(2026, 5, 1)) -> None:
        with world.database.writing() as session:
            link_organisations(
                session,
                predecessor_id=predecessor,
                successor_id=successor,
                kind=kind,
                happened_on=day,
                source="The register",
                context=world.context(),
            )

    link(1, 2)

    (onward,), (back,) = history(world, 1).links, history(world, 2).links
    assert (onward.other_id, onward.onward, back.other_id, back.onward) == (2, True, 1, False)
    with pytest.raises(ConflictError):
        link(1, 2)
    link(2, 3)
    for wrong in ((1, 1), (3, 1)):
        with pytest.raises(InvalidError, match="cannot become what it came from"):
            link(*wrong)
    with pytest.raises(InvalidError) as caught:
        link(4, 5, kind="vanished", day=date(2027, 1, 1))
    assert len(caught.value.faults) == 2
    with pytest.raises(NotFoundError):
        link(4, 999)


def test_the_panels_of_a_strand_say_how_many_stayed_and_since_when(hundred: World) -> None:
    drawn = [draw(hundred, year) for year in (2026, 2027, 2028)]

    years = hundred.read(
        lambda s: panel_years(s, programme_id=hundred.programme, strand=Strand.ANNUAL_SURVEY)
    )

    held = [members(hundred, panel_id) for panel_id in drawn]
    assert [(one.year, one.voluntary, one.public) for one in years] == [
        (year, 20, 0) for year in (2026, 2027, 2028)
    ]
    assert [one.kept for one in years] == [None, len(held[0] & held[1]), len(held[1] & held[2])]
    assert years[0].members_of == ((2026, 20),)
    assert dict(years[2].members_of) == {
        year: size
        for year, size in (
            (2026, len(held[2] & held[0])),
            (2027, len((held[2] & held[1]) - held[0])),
            (2028, len(held[2] - held[1] - held[0])),
        )
        if size
    }


def test_organisations_stand_where_one_looks_a_name_up_whatever_its_capitals(world: World) -> None:
    world.opened()
    with world.database.writing() as session:
        first, second, third = session.scalars(select(Organisation).order_by(Organisation.id).limit(3))
        first.name, second.name, third.name = "QQ ZEBRA", "Qq able", "qq Monk"

    assert [line.name for line in listed(world, "qq").lines] == ["Qq able", "qq Monk", "QQ ZEBRA"]
