"""Lists read strictly, and strata that hold each organisation once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.frame import Sector
from sampling.source_lists import UnreadableListError, read_list
from sampling.strata import collapse_map, stratum_counts, stratum_of
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN, REGIONS

BODIES = "source_id,name,region,body_type,status\n"
CHARITIES = "source_id,name,region,income_band\n"


def read(text: str):  # type: ignore[no-untyped-def]
    return read_list(text.encode(), dated=date(2026, 6, 1))


def test_the_columns_say_which_sector_a_list_is_of() -> None:
    assert read(BODIES + "1,A,London,NHS trust,current\n").entries[0].sector is Sector.PUBLIC
    assert read(CHARITIES + "1,A,London,0\n").entries[0].sector is Sector.VOLUNTARY


@pytest.mark.parametrize(
    ("kind", "status", "in_scope"),
    [
        ("NHS trust", "current", True),
        ("NHS trust", "closed", False),
        ("NHS trust", "listed 2017", False),
        ("central department", "listed 2017", True),
        ("central department", "closed", False),
    ],
)
def test_a_public_body_is_in_scope_while_it_is_known_to_exist(kind: str, status: str, in_scope: bool) -> None:
    entry = read(BODIES + f"1,A,London,{kind},{status}\n").entries[0]

    assert entry.in_scope is in_scope
    assert entry.scope_reason


@pytest.mark.parametrize("status", ["active", "", "listed", "listed lately", "listed 2099", "listed 1066"])
def test_a_status_that_nobody_knows_is_a_fault_and_takes_no_body_out_of_scope(status: str) -> None:
    (fault,) = read(BODIES + f"1,A,London,NHS trust,{status}\n").faults

    assert (fault.row, fault.column) == (2, "status")
    assert "current, former, closed, listed 2017" in fault.message or "between 1900 and 2026" in fault.message


def test_line_ends_blank_rows_a_mark_at_the_start_and_spaces_do_not_matter() -> None:
    plain = read(CHARITIES + "1,A,London,0\n2,B,,\n")

    crooked = read_list(
        b"\xef\xbb\xbf" + (CHARITIES + "\n 1 , A ,London,0\n,,,\n2,B,,\n").replace("\n", "\r\n").encode()
    )

    assert [(e.source_id, e.name) for e in crooked.entries] == [(e.source_id, e.name) for e in plain.entries]
    assert crooked.faults == ()


def test_gaps_are_counted_and_kept() -> None:
    reading = read(CHARITIES + "1,A,,\n2,B,London,\n")

    assert len(reading.entries) == 2
    assert (reading.gaps["region"], reading.gaps["size"]) == (1, 2)


def test_a_quoted_name_may_hold_commas_and_quotes_and_its_lines_are_joined() -> None:
    reading = read(CHARITIES + '1,"Arts, ""Crafts""\nand more",London,0\n')

    assert reading.entries[0].name == 'Arts, "Crafts" and more'


@given(st.binary(max_size=300))
def test_whatever_bytes_come_the_answer_is_a_reading_or_a_reason(content: bytes) -> None:
    for head in (b"", CHARITIES.encode()):
        try:
            reading = read_list(head + content)
        except UnreadableListError:
            continue
        assert reading.entries or reading.faults


@given(
    st.sampled_from(Sector),
    st.sampled_from([*REGIONS, ""]),
    st.sampled_from(["NHS trust", ""]),
    st.sampled_from([*INCOME_BANDS, ""]),
)
def test_an_organisation_is_in_one_stratum_with_gaps_as_bands_of_their_own(
    sector: Sector, region: str, kind: str, size: str
) -> None:
    stratum = stratum_of(sector, region, kind, size)

    assert stratum.region == (region or NOT_KNOWN)
    assert stratum.band == ((kind if sector is Sector.PUBLIC else size) or NOT_KNOWN)
    assert stratum.certainty is (sector is Sector.PUBLIC)
    assert stratum_counts([stratum, stratum]) == {stratum: 2}


def test_a_sparse_stratum_joins_its_region_its_part_of_england_and_then_its_sector() -> None:
    sparse = stratum_of(Sector.VOLUNTARY, "London", "", "10k-100k")

    declared = collapse_map([sparse])

    assert declared[sparse.name] == "vco | London"
    assert declared["vco | London"] == "vco | London and the South"
    assert declared["vco | London and the South"] == "vco"
