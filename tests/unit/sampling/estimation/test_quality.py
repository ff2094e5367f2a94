"""Response rates by AAPOR's definitions."""

import pytest

from sampling.errors import SamplingError
from sampling.estimation.quality import OutcomeCounts, response_rates


def test_the_published_vector_gives_the_published_rates() -> None:
    rates = response_rates(OutcomeCounts(I=4, P=2, R=1, NC=1, O=1, UH=1, UO=1), e=0.9).rates

    ours = [round(rates[f"RR{i}"] or 0, 3) for i in range(1, 7)]
    assert ours == [0.364, 0.545, 0.370, 0.556, 0.444, 0.667]


def test_the_other_rates_follow_their_definitions() -> None:
    rates = response_rates(OutcomeCounts(I=4, P=2, R=1, NC=1, O=1, UH=1, UO=1), e=0.5).rates

    expected = {
        "COOP1": 4 / 8, "COOP2": 6 / 8, "COOP3": 4 / 7, "COOP4": 6 / 7,
        "REF1": 1 / 11, "REF2": 1 / 10, "REF3": 1 / 9,
        "CON1": 8 / 11, "CON2": 8 / 10, "CON3": 8 / 9,
    }  # fmt: skip
    assert {name: rates[name] for name in expected} == pytest.approx(expected)


def test_a_rate_of_nobody_is_null() -> None:
    assert set(response_rates(OutcomeCounts(), e=1).rates.values()) == {None}


def test_weighted_counts_are_allowed() -> None:
    rates = response_rates(OutcomeCounts(I=40.5, R=9.5), e=0, e_method="all known").rates

    assert rates["RR5"] == pytest.approx(0.81)


def test_a_share_of_eligible_outside_nought_to_one_is_refused() -> None:
    with pytest.raises(SamplingError, match=r"e = 1\.2"):
        response_rates(OutcomeCounts(I=1), e=1.2)
