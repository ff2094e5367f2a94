"""The burden ledger: what is entered, when, and how much may be asked, on both engines."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case
from survey_app.services.burden import ledger as burden_ledger
from survey_app.services.burden.ledger import Contribution, Rule
from survey_app.services.responses.saving import Save
from tests.fixtures.world import DATES, World

INVITED = {BurdenKind.INVITATION: 1, BurdenKind.MINUTES_ASKED: 1}


def ledger(world: World, organisation_id: int | None = None) -> list[BurdenEntry]:
    query = select(BurdenEntry).order_by(BurdenEntry.day)
    if organisation_id is not None:
        query = query.where(BurdenEntry.organisation_id == organisation_id)
    return world.read(lambda s: list(s.scalars(query)))


def cases(world: World) -> list[Case]:
    return world.read(lambda s: list(s.scalars(select(Case).order_by(Case.id))))


def test_a_launch_enters_an_invitation_and_its_minutes_for_every_case_on_the_day_of_the_opening(
    world: World,
) -> None:
    world.launched()

    entries = ledger(world)

    assert {
        organisation: Counter(entry.kind for entry in entries if entry.organisation_id == organisation)
        for organisation in {entry.organisation_id for entry in entries}
    } == {case.organisation_id: Counter(INVITED) for case in cases(world)}
    assert {entry.day for entry in entries} == {DATES.opens_on}
    assert {(entry.year, entry.strand, entry.round_id) for entry in entries} == {
        (2026, Strand.ANNUAL_SURVEY, world.round_id)
    }
    assert {entry.minutes for entry in entries if entry.kind is BurdenKind.MINUTES_ASKED} == {15}


def test_making_the_cases_again_enters_nothing_twice(world: World) -> None:
    world.launched()

    world.tick()

    assert len(ledger(world)) == 2 * len(cases(world))


def test_a_reminder_is_entered_when_it_has_left_and_not_before(world: World) -> None:
    world.opened()
    assert BurdenKind.REMINDER not in {entry.kind for entry in ledger(world)}

    world.move_to(at(DATES.first_reminder_on, 9))

    reminded = [entry for entry in ledger(world) if entry.kind is BurdenKind.REMINDER]
    assert len(reminded) == len(cases(world))
    assert {entry.day for entry in reminded} == {DATES.first_reminder_on}


def test_a_letter_that_could_not_be_sent_is_no_reminder(world: World) -> None:
    world.opened()

    def refuse(letter: object) -> None:
        raise ConnectionResetError("the line broke")

    world.post.refuse = refuse
    world.move_to(at(DATES.first_reminder_on, 9))

    assert BurdenKind.REMINDER not in {entry.kind for entry in ledger(world)}


def test_sent_answers_enter_the_minutes_of_the_questionnaire_and_nothing_of_the_answers(world: World) -> None:
    world.opened()
    world.clock.advance_to(at(DATES.opens_on + timedelta(days=3), 22))
    case = cases(world)[0]
    with world.database.writing() as session:
        answer_all(
            session,
            world.keys,
            case_id=case.id,
            rng=np.random.default_rng(1),
            save=Save(now=world.clock.now()),
        )

    world.settle()

    given = [entry for entry in ledger(world) if entry.kind is BurdenKind.MINUTES_ANSWERED]

    assert [(entry.organisation_id, entry.minutes, entry.day, entry.note) for entry in given] == [
        (case.organisation_id, 15, DATES.opens_on + timedelta(days=3), "")
    ]


def test_the_order_of_the_ledger_says_nothing_of_the_order_of_its_entries(world: World) -> None:
    world.launched()

    by_key = sorted(ledger(world), key=lambda entry: entry.id)

    entered = [entry.organisation_id for entry in by_key]
    assert len(entered) == 80
    assert entered != sorted(entered)


def test_a_rule_holds_until_it_is_changed_and_the_change_is_audited_once(world: World) -> None:
    world.founded()
    wanted = Rule(Sector.VOLUNTARY, 45, None, 2, 4)
    assert world.read(burden_ledger.rules)[Sector.VOLUNTARY] == burden_ledger.USUAL[Sector.VOLUNTARY]

    for _ in range(2):
        with world.database.writing() as session:
            burden_ledger.change_rule(session, rule=wanted, context=world.context())

    assert world.read(burden_ledger.rules) == {
        Sector.VOLUNTARY: wanted,
        Sector.PUBLIC: burden_ledger.USUAL[Sector.PUBLIC],
    }
    audited = world.read(
        lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == "burden rule changed")).all()
    )
    assert [row.detail for row in audited] == [
        {
            "max_minutes": "90 to 45",
            "max_invitations": "3 to None",
            "term_years": "3 to 2",
            "holiday_years": "3 to 4",
        }
    ]


def test_a_rule_that_cannot_be_kept_is_refused_with_every_reason(world: World) -> None:
    world.founded()
    wrong = Rule(Sector.VOLUNTARY, 0, -1, 0, 21)

    with world.database.writing() as session, pytest.raises(InvalidError) as caught:
        burden_ledger.change_rule(session, rule=wrong, context=world.context())

    assert len(caught.value.faults) == 4
    assert world.read(burden_ledger.rules) == burden_ledger.USUAL


def test_a_focus_group_is_entered_by_hand_in_the_year_of_its_day(world: World) -> None:
    world.drawn()
    given = Contribution(1, "focus_group", "focus_groups", date(2025, 11, 3), 120, "travel included")

    with world.database.writing() as session:
        burden_ledger.note_contribution(session, given=given, context=world.context())

    (entry,) = ledger(world)
    assert (entry.kind, entry.year, entry.minutes, entry.round_id, entry.note) == (
        BurdenKind.FOCUS_GROUP,
        2025,
        120,
        None,
        "travel included",
    )


def test_an_entry_by_hand_that_cannot_be_true_is_refused_with_every_reason(world: World) -> None:
    world.drawn()
    wrong = Contribution(1, "invitation", Strand.ANNUAL_SURVEY, date(2027, 1, 1), -5, "x" * 201)

    with world.database.writing() as session, pytest.raises(InvalidError) as caught:
        burden_ledger.note_contribution(session, given=wrong, context=world.context())
    sound = replace(wrong, organisation_id=9999, kind="other", day=date(2026, 1, 1), minutes=5, note="")
    with world.database.writing() as session, pytest.raises(NotFoundError):
        burden_ledger.note_contribution(session, given=sound, context=world.context())

    assert len(caught.value.faults) == 4
    assert ledger(world) == []
