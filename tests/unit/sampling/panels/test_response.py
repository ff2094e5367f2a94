"""The share expected to answer: last year's, steadied by the classes around it."""

import pytest

from sampling.errors import SamplingError
from sampling.panels.response import expected_response

WIDER = {"a": "region", "b": "region", "c": "elsewhere", "region": "all", "elsewhere": "all"}


def expected(asked: dict[str, int], replied: dict[str, int], **more: float) -> dict[str, float]:
    return expected_response("abc", asked, replied, wider=WIDER, default={"all": 0.4}, **more)


def test_without_a_last_round_the_default_is_expected() -> None:
    assert expected({}, {}) == pytest.approx({"a": 0.4, "b": 0.4, "c": 0.4})


def test_a_stratum_moves_from_its_class_to_its_own_share_as_it_grows() -> None:
    small = expected({"a": 10, "b": 1000}, {"a": 10, "b": 500})["a"]
    large = expected({"a": 10_000, "b": 1000}, {"a": 10_000, "b": 500})["a"]

    assert 0.5 < small < 0.7 < large < 1


def test_shares_are_those_of_the_formula() -> None:
    everybody = (30 + 20 * 0.4) / (100 + 20)
    region = (30 + 20 * everybody) / (100 + 20)

    rates = expected({"a": 20, "b": 80}, {"a": 10, "b": 20})

    assert rates["a"] == pytest.approx((10 + 20 * region) / 40)
    assert rates["c"] == pytest.approx(everybody)


def test_a_class_in_which_nobody_answered_still_expects_somebody() -> None:
    assert expected({"a": 10**9}, {}, weight=1.0)["a"] == 0.01


@pytest.mark.parametrize(
    ("asked", "replied", "wider", "message"),
    [
        ({"a": 1}, {"a": 2}, {}, "2 answers to 1"),
        ({}, {}, {"a": "b", "b": "a"}, "circle"),
        ({}, {}, {"a": "unheard of"}, "default"),
    ],
)
def test_what_cannot_be_is_refused(
    asked: dict[str, int], replied: dict[str, int], wider: dict[str, str], message: str
) -> None:
    with pytest.raises(SamplingError, match=message):
        expected_response(["a"], asked, replied, wider=wider, default={"all": 0.4})


def test_a_weight_of_nought_is_refused() -> None:
    with pytest.raises(SamplingError, match="weight"):
        expected({}, {}, weight=0.0)
