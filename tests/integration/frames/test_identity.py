"""The same organisation under another spelling of its identifier, list or name, on both engines."""

from datetime import date

import pytest
from sqlalchemy import func, select

from survey_app.models.frames.lists import SourceList
from survey_app.models.frames.snapshots import FrameCell
from survey_app.models.organisations import Organisation
from survey_app.services.frames import snapshots
from survey_app.services.frames.editions import Renumbered, RenumberedError
from survey_app.services.organisations import history
from tests.fixtures.world import World

JULY = date(2026, 7, 1)
ZEROS = "source_id,name,region,income_band\n"


def count(world: World, table: type[object]) -> int:
    return world.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def test_noughts_that_a_spreadsheet_took_off_are_asked_about(
    world: World,
) -> None:
    world.founded()
    world.imported("Register", f"{ZEROS}0212345,Alpha,London,0\n1100000,Beta,London,0\n", dated=JULY)
    lost = f"{ZEROS}212345,Alpha,London,0\n1100000,Beta,London,0\n"

    with pytest.raises(RenumberedError, match="1 organisation seems") as caught:
        world.imported("Register", lost)
    assert caught.value.faults == ("212345 is new and 0212345 is gone: Alpha.",)
    assert count(world, SourceList) == 1

    world.imported("Register", lost, renumbered=Renumbered.SAME)
    assert count(world, Organisation) == 2
    # The next edition, with its noughts again, is of the same organisations too.
    world.imported("Register", f"{ZEROS}0212345,Alpha,London,0\n", dated=date(2026, 8, 2))
    assert count(world, Organisation) == 2


def test_identifiers_that_only_look_renumbered_may_be_others(world: World) -> None:
    world.founded()
    world.imported("Register", f"{ZEROS}007,Alpha,London,0\n", dated=JULY)

    world.imported("Register", f"{ZEROS}7,Gamma,London,0\n", renumbered=Renumbered.OTHER)

    assert count(world, Organisation) == 2


def test_lists_and_identifiers_are_the_same_in_any_spelling(world: World) -> None:
    world.founded()
    world.imported("Charities", f"{ZEROS}SC001,Alpha,London,0\n", dated=JULY)

    world.imported(" charities\u200b", f"{ZEROS}sc001\ufeff,Alpha,London,0\n")

    assert count(world, Organisation) == 1
    assert set(world.read(lambda s: s.scalars(select(SourceList.name)).all())) == {"Charities"}


def test_a_renamed_organisation_is_met_under_both_names_and_shown_under_the_newest(world: World) -> None:
    world.founded()
    world.imported("Register", f"{ZEROS}1,Old Name,London,0\n2,Older,London,0\n", dated=JULY)
    world.imported("Register", f"{ZEROS}1,New Name,London,0\n2,Older,London,0\n")

    for text in ("new name", "Old Name"):
        listed = world.read(lambda s, text=text: history.organisations(s, year=2026, text=text))
        assert [line.name for line in listed.lines] == ["New Name"]


@pytest.mark.parametrize(
    ("text", "met"), [("Tŷ", 2), ("ty", 2), ("école", 1), ("O'Neill", 1), ("age concern  hull", 2), ("%", 0)]
)
def test_names_are_met_in_any_case_with_and_without_accents(world: World, text: str, met: int) -> None:
    world.founded()
    names = (
        "CYMDEITHAS TŶ GŴYR",
        "Cymdeithas Tŷ Gŵyr",
        "ÉCOLE FRANÇAISE TRUST",
        "O’Neill’s Trust",
        "Age Concern\u00a0Hull",
        "Age Concern Hull",
    )
    rows = "".join(f"{number},{name},London,0\n" for number, name in enumerate(names))
    world.imported("Register", ZEROS + rows)

    assert world.read(lambda s: history.organisations(s, year=2026, text=text)).total == met


def test_kinds_of_body_make_one_stratum_in_whatever_spelling(world: World) -> None:
    world.founded()
    rows = ["1,A,Local authority", "2,B,local authority", "3,C,Harbour Board", "4,D,harbour board"]
    text = "".join(f"{row},London,current\n" for row in rows)
    world.imported("Bodies", "source_id,name,body_type,region,status\n" + text)

    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 1), context=world.context())

    cells = world.read(lambda s: s.execute(select(FrameCell.band, FrameCell.pop_size)).all())
    assert sorted(cells) == [("Harbour Board", 2), ("local authority", 2)]
