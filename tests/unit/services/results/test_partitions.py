"""What a sector is divided into: every case in one group, few in none, and no two groups nearly the same."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from sampling.frame import Sector
from sampling.strata import Stratum
from sampling.vocabulary import NO, NOT_KNOWN, YES
from survey_app.models.cases.casework import Outcome
from survey_app.services.results.partitions import MIN_ASKED, Partition, partitions_of
from survey_app.services.results.replies import Reply, RoundReplies


def _case(band: str, *, public: bool = False, rural: str = NOT_KNOWN, region: str = "London") -> Reply:
    sector = Sector.PUBLIC if public else Sector.VOLUNTARY
    return Reply(
        stratum=Stratum(sector, region, band),
        pop_size=100,
        design_weight=1.0,
        outcome=Outcome.COMPLETE,
        values={},
        unit="",
        region=region,
        band=band,
        rural=rural,
    )


def _partitions(sector: Sector, cases: Iterable[Reply]) -> dict[str, Partition]:
    rows = tuple(cases)
    sizes = Counter(row.own for row in rows)
    replies = RoundReplies(rows, {}, sizes, sizes)
    return {each.name: each for each in partitions_of(replies, sector)}


def test_kinds_of_which_few_were_asked_are_joined_with_those_like_them() -> None:
    counts = {"police": 20, "fire": 25, "NHS trust": 60, "local authority": 90, "NHS commissioner": 40}
    cases = [_case(kind, public=True) for kind, count in counts.items() for _ in range(count)]

    kinds = _partitions(Sector.PUBLIC, cases)["kind"]

    assert "Fire and police" in kinds.labels
    assert min(np.bincount(kinds.group)) >= MIN_ASKED
    assert np.bincount(kinds.group).sum() == len(cases)


def test_incomes_of_which_few_were_asked_join_the_next() -> None:
    counts = {"0": 10, "under 10k": 25, "10k-100k": 50, "100k-1m": 50, NOT_KNOWN: 40}
    cases = [_case(band) for band, count in counts.items() for _ in range(count)]

    incomes = _partitions(Sector.VOLUNTARY, cases)["income"]

    assert incomes.labels[:2] == ("Income not known", "No income and under £10,000")


def test_who_is_rural_is_left_out_where_few_are() -> None:
    def with_rural(count: int) -> dict[str, Partition]:
        cases = [_case("10k-100k", rural=YES) for _ in range(count)]
        return _partitions(Sector.VOLUNTARY, [*cases, *(_case("10k-100k", rural=NO) for _ in range(60))])

    assert with_rural(MIN_ASKED)["rural"].labels == ("Rural", "Urban")
    assert "rural" not in with_rural(MIN_ASKED - 1)


def test_a_partition_whose_group_is_nearly_that_of_another_is_left_out() -> None:
    """The lone police body is joined to the departments; less the national bodies, it would stand alone."""
    cases = [_case("central department", public=True) for _ in range(40)]
    cases += [_case("local authority", public=True) for _ in range(60)]
    cases += [_case("NHS trust", public=True) for _ in range(60)]

    same = _partitions(Sector.PUBLIC, cases)
    near = _partitions(Sector.PUBLIC, [*cases, _case("police", public=True)])

    assert same["level"].labels == ("National bodies", "Local and regional bodies")
    assert "Police and central department" in near["kind"].labels
    assert "level" not in near


def test_cases_of_the_other_sector_are_in_no_group() -> None:
    cases = [_case("local authority", public=True), *(_case("10k-100k") for _ in range(40))]

    regions = _partitions(Sector.PUBLIC, cases)["region"]

    assert regions.group.tolist() == [0] + [-1] * 40
