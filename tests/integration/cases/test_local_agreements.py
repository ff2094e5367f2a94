"""What a launch fixes of local agreements: those of a case's area, as the register was known then."""

from collections.abc import Iterable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import at
from survey_app.models.agreements import Agreement, EntryKind, Level
from survey_app.models.cases.casework import Case, CaseAgreement
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import NewEntry
from survey_app.services.cases.agreements import nearest
from survey_app.services.organisations import areas as stays
from survey_app.services.organisations.areas import NewStay
from survey_app.services.places.areas import find_area, load_shipped
from survey_app.services.programmes import registry
from survey_app.services.responses import pinned
from tests.fixtures.every_kind import WITH_REGISTER, opened_with_every_kind
from tests.fixtures.world import DATES, World, kept

BEGAN = DATES.opens_on.replace(year=2020)


def agreement(world: World, title: str, areas: Iterable[str], stage: str = "in place") -> int:
    with world.database.writing() as session:
        made = registry.add_agreement(
            session, programme_id=world.programme, title=title, name="Compact", level=Level.LOCAL,
            context=world.context(),
        )  # fmt: skip
        covered = [find_area(session, code) for code in areas]
        entries = [NewEntry(kind=EntryKind.STAGE, what=stage, began_on=BEGAN, source="it")] + [
            NewEntry(kind=EntryKind.AREA, what=one.name, area_id=one.id, began_on=BEGAN, source="it")
            for one in covered
        ]
        for entry in entries:
            register.add_entry(session, agreement_id=made, new=entry, context=world.context())
    return made


def charities(session: Session) -> list[int]:
    """The VCOs of the panel, by their ids."""
    drawn = (
        select(PanelMember.organisation_id).join(Organisation).where(Organisation.sector == Sector.VOLUNTARY)
    )
    return list(session.scalars(drawn.order_by(PanelMember.organisation_id)))


@kept
def launched_with_local_agreements(world: World) -> World:
    """VCOs 1 and 2 of the panel are of Adur and of Kent; the register has agreements there and elsewhere."""
    world.drawn(bodies=4, charities=16)
    with world.database.writing() as session:
        load_shipped(session, context=world.context())
        for one, code in zip(charities(session), ("ADU", "KEN"), strict=False):
            new = NewStay(organisation_id=one, area_id=find_area(session, code).id, source="it")
            stays.put_in_area(session, new=new, context=world.context())
    agreement(world, "West Sussex Compact", ["WSX"], "being developed")
    agreement(world, "Adur Compact", ["ADU"])
    agreement(world, "Adur Covenant", ["ADU"], "planned")
    agreement(world, "Kent Compact", ["KEN", "ASF"])
    return opened_with_every_kind(world, text=WITH_REGISTER)


@pytest.fixture
def world(world: World) -> World:
    return launched_with_local_agreements(world)


def asked(world: World) -> list[list[str]]:
    """The titles of what cases of VCOs are asked about, by organisation."""
    rows = world.read(
        lambda session: session.execute(
            select(Case.organisation_id, Agreement.title)
            .join(CaseAgreement, CaseAgreement.case_id == Case.id)
            .join(Agreement, Agreement.id == CaseAgreement.agreement_id)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .where(Organisation.sector == Sector.VOLUNTARY)
            .order_by(Case.organisation_id, CaseAgreement.position)
        ).all()
    )
    of: dict[int, list[str]] = {}
    for organisation_id, title in rows:
        of.setdefault(organisation_id, []).append(title)
    return list(of.values())


def test_a_case_is_asked_about_the_common_agreement_and_those_of_its_area_the_nearest_first(
    world: World,
) -> None:
    common = "England Compact"

    assert asked(world)[:3] == [
        [common, "Adur Compact", "West Sussex Compact"],
        [common, "Kent Compact"],
        [common],
    ]  # fmt: skip


def test_what_the_register_learns_after_the_launch_changes_no_case(world: World) -> None:
    before = asked(world)

    agreement(world, "Second Adur Compact", ["ADU"])
    world.move_to(at(DATES.opens_on, 12))

    assert asked(world) == before


def test_questions_are_worded_with_the_agreements_of_the_case_and_repeated_over_them(world: World) -> None:
    with world.database.reading() as session:
        case_id = session.scalar(select(Case.id).where(Case.organisation_id == charities(session)[0]))
        known = pinned.agreements_of_case(session, case_id or 0)

    questionnaire = pinned.about(WITH_REGISTER, pinned.labels_of(known))

    texts = [q.text for section in questionnaire.sections for q in section.questions]
    titles = ("England Compact", "Adur Compact", "West Sussex Compact")
    assert [text for text in texts if "How far" in text] == [f"How far is the {one}?" for one in titles]


def test_two_areas_that_lie_in_each_other_end_the_search() -> None:
    assert nearest(frozenset({1}), {1: frozenset({2}), 2: frozenset({1})}, []) == []
