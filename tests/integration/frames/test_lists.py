"""Lists brought in and frames made of them, on both engines."""

import hmac
import json
from datetime import date
from time import process_time
from uuid import UUID, uuid5

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from sampling.frame import Sector
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.contacts import Contact
from survey_app.models.frames.lists import QuarantinedRow, SourceList, SourceRecord
from survey_app.models.frames.snapshots import FrameCell, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.services.frames import snapshots
from survey_app.services.frames.lists import FaultyListError, ListDescription, import_list
from survey_app.services.frames.rows import others_of, rows_aside
from tests.fixtures.world import World, public_bodies, voluntary

HEADER = "source_id,name,region,income_band,classification,local_authority,register_status,email\n"
SOUND = "1,First,London,under 10k,sport,Area 1,registered,first@charities.invalid\n"


def count(world: World, table: type[object]) -> int:
    return world.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"source_id,name\n1,First\n", "lacks the columns income_band, region"),
        (b"source_id;name;region;income_band\n1;First;London;0\n", "commas are needed"),
        ((HEADER + SOUND.replace("First", "Caf\u00e9")).encode("latin-1"), "Row 2 holds the byte 0xe9"),
        (b"PK\x03\x04" + bytes(100), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "Excel workbook"),
        ((HEADER + SOUND).encode("utf-16"), "not UTF-8"),
        ((HEADER + SOUND).encode() + b"\x00", "zero bytes"),
        ((HEADER + '1,"First,London,0\n').encode(), "no sound CSV"),
        (HEADER.encode(), "holds no organisation"),
        (HEADER.replace("email", "name").encode() + SOUND.encode(), "'name' is there twice"),
    ],
    ids=[
        "empty",
        "columns",
        "semicolons",
        "latin-1",
        "xlsx",
        "xls",
        "utf-16",
        "zero",
        "quote",
        "bare",
        "twice",
    ],
)
def test_a_file_that_is_no_list_is_refused_and_leaves_nothing(
    world: World, content: bytes, said: str
) -> None:
    world.founded()

    with pytest.raises(InvalidError, match=said):
        world.imported("Charities", content, quarantine=True)

    assert (count(world, SourceList), count(world, Organisation)) == (0, 0)


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("one@charities.invalid; two@charities.invalid", "holds more than one address"),
        ("Jo Bird <jo@charities.invalid>", "give the address alone"),
        ("jo..bird@charities.invalid", "a dot too many"),
        ("nobody", "has no @"),
    ],
)
def test_an_address_that_no_letter_can_be_sent_to_is_a_fault_of_its_row(
    world: World, email: str, said: str
) -> None:
    world.founded()
    row = f"2,Second,London,0,,,,{email}\n"

    with pytest.raises(FaultyListError) as caught:
        world.imported("Charities", HEADER + SOUND + row)
    report = world.imported("Charities", HEADER + SOUND + row, quarantine=True)

    assert caught.value.faults[0].startswith("row 3, email")
    assert said in caught.value.faults[0]
    assert (report.imported, report.quarantined, count(world, Contact)) == (1, 1, 1)


def test_every_fault_is_named_by_row_column_and_value_and_nothing_is_imported(world: World) -> None:
    world.founded()
    rows = ["1,Again,London,0,,,,", "2,,Wessex,plenty,,,,", "3,Short", f"4,{'x' * 401},London,0,,,,"]

    with pytest.raises(FaultyListError) as caught:
        world.imported("Charities", HEADER + SOUND + "\n".join(rows) + "\n")

    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "row 3, source_id '1'",
        "row 4, name",
        "row 4, region 'Wessex'",
        "row 4, income_band 'plenty'",
        "row 5, row",
        f"row 6, name '{'x' * 60}'",
    ]
    assert count(world, Organisation) == 0


def test_faulty_rows_can_be_set_aside_with_their_reasons(world: World) -> None:
    world.founded()

    with pytest.raises(FaultyListError, match="Every row is at fault"):
        world.imported("Charities", HEADER + "2,Second,Wessex,0,,,,\n", quarantine=True)
    report = world.imported("Charities", HEADER + SOUND + "2,Second,Wessex,0,,,,\n", quarantine=True)

    assert (report.imported, report.quarantined) == (1, 1)
    (aside,) = world.read(lambda s: rows_aside(s, world.keys, list_id=1))
    assert aside.row_number == 3
    assert "Wessex" in aside.faults[0]
    assert aside.fields["name"] == "Second"


def test_twenty_thousand_faulty_rows_are_set_aside_within_seconds(embedded_world: World) -> None:
    embedded_world.founded()
    rows = "".join(f"{number},,Wessex,plenty,,,,\n" for number in range(20_000))

    begun = process_time()
    report = embedded_world.imported(
        "Charities", HEADER + SOUND + rows.replace("1,,", "one,,", 1), quarantine=True
    )

    # Looking every row up among all faults took more than a minute.
    assert process_time() - begun < 25
    assert report.quarantined == 20_000
    last = embedded_world.read(
        lambda s: s.scalars(select(QuarantinedRow).order_by(QuarantinedRow.row_number.desc())).first()
    )
    assert last is not None
    assert [fault.split(":")[0] for fault in last.faults] == [
        "row 20002, name",
        "row 20002, region",
        "row 20002, income_band",
    ]


def test_text_is_kept_as_it_was_typed_even_where_a_spreadsheet_would_calculate(world: World) -> None:
    world.founded()
    typed = "=HYPERLINK(1)+\u00c9glise \u2014 \u4f60\u597d"

    world.imported("Charities", "\ufeff" + HEADER + SOUND.replace("First", typed))

    assert world.read(lambda s: s.scalar(select(Organisation.name))) == typed


def test_an_undescribed_list_is_told_all_that_it_lacks(world: World) -> None:
    world.founded()
    world.imported("Charities", voluntary(3))
    bare = ListDescription("Charities", " ", date(2027, 1, 1), "", "All of England")

    with world.database.writing() as session, pytest.raises(InvalidError) as caught:
        import_list(
            session,
            world.keys,
            content=voluntary(3).encode(),
            file_name="v.csv",
            description=bare,
            context=world.context(),
        )

    assert [fault.split()[0:3] for fault in caught.value.faults] == [
        ["Say", "the", "list's"],
        ["Say", "the", "list's"],
        ["The", "list's", "date,"],
    ]


def test_a_later_edition_keeps_who_stays_brings_births_and_drops_who_is_left_out(world: World) -> None:
    world.founded()
    second, third = (SOUND.replace("1,First", f"{n},Other").replace("first@", f"o{n}@") for n in (2, 3))
    world.imported("Charities", HEADER + SOUND + second)
    world.imported("Bodies", public_bodies(2))
    before = world.read(lambda s: dict(s.execute(select(Organisation.uuid, Organisation.prn)).all()))
    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 1), context=world.context())

    moved = SOUND.replace("London", "North East").replace("first@", "new@")
    world.imported("Charities", HEADER + moved + third, dated=date(2026, 8, 20))

    with world.database.writing() as session:
        frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 21), context=world.context())
    page = world.read(lambda s: snapshots.frame_page(s, frame_id=frame_id, programme_id=1))
    assert page.in_scope[Sector.VOLUNTARY] == 2
    assert page.since == snapshots.FrameChange(1, date(2026, 8, 1), come=1, gone=1, moved=1)
    assert [line.dated for line in page.lists if line.name == "Charities"] == [date(2026, 8, 20)]
    after = world.read(lambda s: dict(s.execute(select(Organisation.uuid, Organisation.prn)).all()))
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    lookups = world.read(lambda s: set(s.scalars(select(Contact.email_lookup))))
    assert world.keys.lookup("new@charities.invalid") in lookups
    assert world.keys.lookup("first@charities.invalid") not in lookups


@pytest.mark.parametrize(
    ("dated", "text", "said"),
    [
        (None, voluntary(3), "give its later date"),
        (date(2020, 1, 1), voluntary(3), "give its later date"),
        (date(2026, 8, 20), public_bodies(3), "holds voluntary organisations"),
    ],
    ids=["same date", "earlier date", "other sector"],
)
def test_what_is_no_later_edition_of_its_list_is_refused_and_changes_nothing(
    world: World, dated: date | None, text: str, said: str
) -> None:
    world.founded()
    world.imported("Charities", voluntary(3))

    with pytest.raises(InvalidError, match=said):
        world.imported("Charities", text, dated=dated)

    assert (count(world, SourceList), count(world, Organisation)) == (1, 3)


def test_an_address_is_kept_sealed_and_nowhere_else(world: World) -> None:
    world.founded()

    world.imported("Charities", HEADER + SOUND)

    contact = world.read(lambda s: s.scalars(select(Contact)).one())
    fields = world.read(lambda s: s.scalars(select(SourceRecord.fields)).one())
    address = world.keys.decrypt(contact.email_sealed, contact.seal_context)
    assert address == "first@charities.invalid"
    assert b"first@" not in contact.email_sealed
    assert contact.email_lookup == world.keys.lookup("FIRST@charities.invalid ")
    assert "email" not in fields


PEOPLE = (
    "source_id,name,region,income_band,E-mail,Chair's name,telephone\n"
    "1,First,London,0,jo@first.invalid,Jo Bird,0161 496 0000\n"
    "2,Second,jo@second.invalid,0,,Al Crow,0161 496 0001\n"
)


def test_nothing_about_people_lies_in_clear_whatever_its_column_is_called(world: World) -> None:
    world.founded()

    world.imported("Charities", PEOPLE, quarantine=True)

    record = world.read(lambda s: s.scalars(select(SourceRecord)).one())
    aside = world.read(lambda s: s.scalars(select(QuarantinedRow)).one())
    kept = (
        json.dumps([record.fields, aside.faults]).encode() + (record.others_sealed or b"") + aside.row_sealed
    )
    for words in (
        b"jo@first",
        b"Jo Bird",
        b"jo@second",
        b"Al Crow",
        b"0161 496",
    ):  # longer than sealed noise repeats
        assert words not in kept
    assert others_of(world.keys, record) == {
        "E-mail": "jo@first.invalid", "Chair's name": "Jo Bird", "telephone": "0161 496 0000",
    }  # fmt: skip
    (read,) = world.read(lambda s: rows_aside(s, world.keys, list_id=aside.source_list_id))
    assert (read.fields["region"], "jo@second.invalid" in read.faults[0]) == ("jo@second.invalid", True)


def test_a_fault_of_the_database_tells_nothing_of_what_was_to_be_written(world: World) -> None:
    with pytest.raises(DBAPIError) as caught, world.database.writing() as session:
        session.execute(text("INSERT INTO nowhere (email) VALUES (:email)"), {"email": "jo@first.invalid"})

    assert "jo@first" not in str(caught.value)


def test_the_same_list_gives_the_same_random_numbers_on_any_machine(world: World) -> None:
    world.founded()
    world.imported("Charities", voluntary(5))

    numbers = world.read(lambda s: {row.uuid: row.prn for row in s.scalars(select(Organisation))})

    # Identities are made of list and identifier; the number is the first 53 bits of the HMAC.
    namespace = UUID("5d7c1a52-6f0b-5c0e-9f7e-0d6f2f1b8a11")
    expected = {}
    for n in range(5):
        identity = str(uuid5(namespace, f"Charities|V{n:05}"))
        digest = hmac.new(world.settings.prn_key.encode(), identity.encode(), "sha256").digest()
        expected[identity] = (int.from_bytes(digest[:8]) >> 11) / 2**53
    assert numbers == expected


def test_the_frame_counts_what_is_in_scope_and_says_what_is_not(world: World) -> None:
    world.founded()
    bodies = public_bodies(8).replace("county council,North West,current", "county council,North West,closed")
    world.imported("Public bodies", bodies)
    charities = HEADER + SOUND + "2,first,,,,,registered,\n3,Third,London,0,,,removed,\n"
    world.imported("Charities", charities)
    with world.database.writing() as session:
        frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())

    page = world.read(lambda s: snapshots.frame_page(s, frame_id=frame_id, programme_id=world.programme))

    assert (page.number, page.organisations) == (1, 11)
    assert page.in_scope == {Sector.PUBLIC: 7, Sector.VOLUNTARY: 2}
    assert page.out_of_scope == (("no longer exists", 1), ("removed from the register", 1)) or (
        page.out_of_scope == (("removed from the register", 1), ("no longer exists", 1))
    )
    assert page.columns[-1] == "voluntary organisations"
    assert sum(page.totals) == sum(sum(row) for _, row in page.by_region) == 9
    assert dict(page.gaps) == {
        "no region": 1,
        "voluntary organisations with no income": 1,
        "voluntary organisations with no class of work": 1,
    }
    assert [times for _, times in page.same_names] == [2]
    assert [line.rows for line in page.lists] == [8, 3]


def test_a_frame_of_nothing_is_refused_and_one_of_another_programme_is_not_shown(world: World) -> None:
    world.founded()
    with world.database.writing() as session, pytest.raises(InvalidError, match="Import one first"):
        snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())
    world.imported("Charities", voluntary(2))
    with world.database.writing() as session:
        frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())

    with world.database.reading() as session, pytest.raises(NotFoundError):
        snapshots.frame_page(session, frame_id=frame_id, programme_id=world.programme + 1)


def test_a_frame_counts_its_organisations_in_scope_by_what_strata_are_made_of(world: World) -> None:
    world.founded()
    header = HEADER.strip() + ",rural_urban,bme_led\n"
    lines = [
        "1,A,London,under 10k,sport,Area 1,registered,,Urban,yes",
        "2,B,London,under 10k,arts,Area 2,registered,,Urban with rural areas,yes",
        "3,C,London,under 10k,sport,Area 1,registered,,Sparse and rural,",
        "4,D,London,under 10k,sport,Area 1,removed,,Urban,no",
        "5,E,,,sport,Area 1,registered,,,no",
    ]
    world.imported("Charities", header + "\n".join(lines))

    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())

    cells = world.read(lambda s: s.scalars(select(FrameCell)).all())
    assert {(c.region, c.band, c.rural, c.bme_led): c.pop_size for c in cells} == {
        ("London", "under 10k", "no", "yes"): 2,
        ("London", "under 10k", "yes", ""): 1,
        ("", "", "", "no"): 1,
    }
    entries = world.read(lambda s: s.scalars(select(FrameEntry).order_by(FrameEntry.name)).all())
    assert [entry.frame_cell_id is None for entry in entries] == [False, False, False, True, False]


def test_a_flag_that_is_neither_yes_nor_no_nor_empty_is_a_fault(world: World) -> None:
    world.founded()
    text = HEADER.strip() + ",bme_led\n1,A,London,under 10k,sport,Area 1,registered,,maybe\n"

    with pytest.raises(FaultyListError, match="bme_led 'maybe': is not one of yes, no"):
        world.imported("Charities", text)
