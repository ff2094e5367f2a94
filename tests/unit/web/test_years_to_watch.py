"""Which of the ten years are named: every strand at once, a ceiling near or passed, a core grown old."""

from datetime import date

from sampling.frame import Sector
from scheduler.cycle import Occurrence, derive
from scheduler.rules import OnDay, usual_rules
from scheduler.strands import Strand
from scheduler.working_days import england
from survey_app.web.staff.cycle.watching import years_to_watch

YEARS = range(2027, 2037)
STRANDS = (Strand.ANNUAL_SURVEY, Strand.ANNUAL_REVIEW, Strand.FOCUS_GROUPS, Strand.DEEP_REVIEW)
NO_CEILING = dict.fromkeys(Sector)


def usual() -> tuple[Occurrence, ...]:
    rules = usual_rules(2027, opens=OnDay(3, 1))
    return derive(rules, [], today=date(2026, 12, 1), first_year=2027, calendar=england()).occurrences


def test_the_years_that_hold_every_strand_are_named_together() -> None:
    rounds = usual()
    full = [year for year in YEARS if {one.strand for one in rounds if one.slot == year} == set(STRANDS)]
    assert full

    said = years_to_watch(
        YEARS, rounds=rounds, strands=STRANDS, most={}, ceilings=NO_CEILING, core_since=None
    )

    assert len(said) == 1
    assert all(str(year) in said[0] for year in full)
    assert said[0].endswith("every strand at once.")
    assert not [year for year in set(YEARS) - set(full) if str(year) in said[0]]


def test_no_year_stands_out_where_each_holds_all_there_is() -> None:
    surveys = [one for one in usual() if one.strand is Strand.ANNUAL_SURVEY]

    assert not years_to_watch(
        YEARS, rounds=surveys, strands=STRANDS[:1], most={}, ceilings=NO_CEILING, core_since=None
    )


def test_a_year_in_which_the_ceiling_is_near_or_passed_is_named_with_its_minutes() -> None:
    most = {2027: {Sector.PUBLIC: 47, Sector.VOLUNTARY: 48}, 2028: {Sector.PUBLIC: 61, Sector.VOLUNTARY: 0}}
    ceilings = dict.fromkeys(Sector, 60)

    said = years_to_watch(YEARS, rounds=(), strands=(), most=most, ceilings=ceilings, core_since=None)

    assert said == [
        "In 2027 one voluntary organisation could be asked for 48 of its 60 minutes.",
        "In 2028 one public body could be asked for 61 minutes: 60 is the most.",
    ]


def test_the_year_in_which_the_core_is_five_years_old_is_named() -> None:
    said = [
        years_to_watch(YEARS, rounds=(), strands=(), most={}, ceilings=NO_CEILING, core_since=since)
        for since in (date(2026, 9, 1), date(2010, 9, 1))
    ]

    assert [one[:29] for one in said[0]] == ["2031 has the questions of the"]
    assert said[1] == []
