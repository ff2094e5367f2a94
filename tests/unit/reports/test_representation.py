"""How those who replied differ from the frame: in the table of page and PDF, and in the long CSV."""

import csv
import io
from dataclasses import replace

from sampling.frame import Sector
from survey_app.reports.contents import Contents, EarlyAndLate, GroupShare, Representation
from survey_app.reports.digits import as_printed
from survey_app.reports.frozen import from_json, to_json
from survey_app.reports.long_csv import long_csv
from survey_app.reports.round_summary.layout import Table
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.reports.round_summary.tables import published_tables
from tests.unit.reports import sample

TIMING = EarlyAndLate(early=1_200, late=954, tested=41, clear=2, apart=0.0312)
VOLUNTARY = Representation(
    sector=Sector.VOLUNTARY,
    design_effect=1.3456,
    r_indicator=0.8123,
    r_adjusted=0.8345,
    partial=(("region", 0.0312), ("group", 0.0871)),
    groups=(
        GroupShare("region", "London", 0.1812, 0.1499, 0.1812),
        GroupShare("group", "Under £10,000 and 1 more", 0.4187, 0.3512, 0.4187),
    ),
    timing=TIMING,
)
PUBLIC = Representation(
    sector=Sector.PUBLIC, design_effect=1.0, r_indicator=None, r_adjusted=None, partial=(), groups=()
)


def represented(*each: Representation) -> Contents:
    return as_printed(replace(sample.contents(), representation=each or (VOLUNTARY, PUBLIC)))


def table(contents: Contents) -> Table:
    beside = published_tables(contents).represented
    assert beside is not None
    return beside


def numbers(contents: Contents) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(sector, group, statistic) -> number and mark, of the lines about replies."""
    rows = csv.DictReader(io.StringIO(long_csv(contents)))
    return {
        (row["sector"], row["group"], row["statistic"]): (row["estimate"], row["mark"])
        for row in rows
        if row["table"] in ("Replies beside the frame", "Quality of the replies")
    }


def test_groups_as_weighted_stand_beside_the_frame() -> None:
    groups = {group.heading: group.rows for group in table(represented()).groups}

    assert groups["Voluntary organisations, by region"][0].cells == ("18", "15", "18")
    by_income = groups["Voluntary organisations, by yearly income"][0]
    assert (by_income.label, by_income.cells) == ("Under £10,000 and 1 more", ("42", "35", "42"))


def test_it_says_what_weights_cost_how_evenly_they_replied_and_what_the_late_say() -> None:
    said = " ".join(table(represented()).notes)

    assert "as if 1.35 times fewer had replied (design effect)" in said
    assert "R-indicator 0.81, 0.83 without what chance adds" in said
    assert "region 0.03 and yearly income 0.09" in said
    assert "1,200 replied before the day of the first reminder, 954 from then on" in said
    assert "On half of the 41 questions that can be compared their shares are 3 points apart or less" in said
    assert "they clearly differ on 2" in said


def test_counts_of_early_and_late_that_are_too_few_are_not_told_and_nothing_else_tells_them() -> None:
    scarce = replace(VOLUNTARY, timing=EarlyAndLate(early=None, late=None, tested=3, clear=0, apart=None))
    contents = represented(scarce)

    assert any("[c] replied before the day of the first reminder, [c]" in n for n in table(contents).notes)
    printed = numbers(contents)
    assert printed["Voluntary organisations", "all", "replies before the first reminder"] == ("", "c")
    assert ("Voluntary organisations", "all", "early beside late: middle distance") not in printed


def test_the_long_csv_has_what_the_table_says() -> None:
    printed = numbers(represented())
    name = "Voluntary organisations"

    assert printed[name, "London", "share of the replies, before calibration"] == ("15", "")
    assert printed[name, "all", "R-indicator"] == ("0.81", "")
    assert printed[name, "all", "partial R-indicator, yearly income"] == ("0.09", "")
    assert printed[name, "all", "early beside late: middle distance"] == ("3", "")
    assert printed["Public bodies", "all", "R-indicator"] == ("", "x")


def test_page_and_pdf_show_the_table_and_a_release_of_before_has_none() -> None:
    assert "Those who replied beside the list" in summary_html(represented())
    assert published_tables(sample.contents()).represented is None
    assert "Those who replied beside" not in summary_html(sample.contents())


def test_it_is_stored_and_read_again_with_no_digit_more() -> None:
    stored = from_json(to_json(represented()))

    assert stored == represented()
    assert stored.representation[0].timing == replace(TIMING, apart=0.03)
