"""Strata as they are chosen: everybody in exactly one, thin ones joined, boosts where they can be made."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.errors import DefinitionError, SamplingError
from sampling.frame import Sector
from sampling.panels.stratification import (
    Definition,
    Feature,
    Features,
    Flag,
    assign,
    band_label,
    collapse_sparse,
    define,
    screening_advice,
)
from sampling.strata import BAND_ORDER
from sampling.vocabulary import ENGLISH_REGIONS, INCOME_BANDS, NOT_KNOWN, rural

VCO = Sector.VOLUNTARY
units = st.builds(
    Features,
    st.sampled_from(Sector),
    st.sampled_from(ENGLISH_REGIONS[:3]),
    st.sampled_from(BAND_ORDER),
    st.sampled_from(Flag),
    st.sampled_from(Flag),
)
frames = st.dictionaries(units, st.integers(1, 50), min_size=1)


def vco(band: str, region: str = "London", rural: Flag = Flag.NO) -> Features:
    return Features(VCO, region, band, rural)


@settings(deadline=None)
@given(frame=frames, by=st.sets(st.sampled_from(Feature)), minimum=st.integers(0, 80))
def test_every_unit_has_one_stratum_however_strata_are_chosen_and_joined(
    frame: dict[Features, int], by: set[Feature], minimum: int
) -> None:
    definitions = define(frame, by=by)
    collapsed = collapse_sparse(definitions, frame, minimum=minimum)

    before, after = assign(definitions, frame), assign(collapsed.definitions, frame)

    assert all(collapsed.joined[before[unit].name] == after[unit].name for unit in frame)
    assert all(after[unit].sector is unit.sector for unit in frame)
    assert len({d.stratum.name for d in collapsed.definitions}) == len(collapsed.definitions)
    assert all(len(stratum.band) <= 60 for stratum in after.values())


@settings(deadline=None)
@given(frame=frames, minimum=st.integers(0, 80))
def test_a_stratum_stays_sparse_only_without_a_neighbour(frame: dict[Features, int], minimum: int) -> None:
    by = {Feature.REGION, Feature.BAND}
    collapsed = collapse_sparse(define(frame, by=by), frame, minimum=minimum)

    in_region = Counter(d.regions for d in collapsed.definitions if d.sector is VCO)
    assert all(in_region[(stratum.region,)] == 1 for stratum in collapsed.sparse)


@settings(deadline=None)
@given(frame=frames, minimum=st.integers(0, 80))
def test_joining_does_not_depend_on_the_order_of_the_frame(frame: dict[Features, int], minimum: int) -> None:
    backwards = dict(reversed(frame.items()))

    assert collapse_sparse(define(frame), frame, minimum=minimum) == collapse_sparse(
        define(backwards), backwards, minimum=minimum
    )


def test_the_smallest_joins_the_smaller_neighbour_of_its_own_region() -> None:
    frame = {vco("0"): 40, vco("under 10k"): 3, vco("10k-100k"): 30, vco("under 10k", "South East"): 2}

    collapsed = collapse_sparse(define(frame), frame, minimum=10)

    assert collapsed.joined["vco | London | under 10k"] == "vco | London | under 100k"
    assert [stratum.name for stratum in collapsed.sparse] == ["vco | South East | under 10k"]


def test_public_bodies_are_never_joined() -> None:
    body = Features(Sector.PUBLIC, "London", "fire authority")

    assert collapse_sparse(define([body]), {body: 1}, minimum=10).sparse == ()


def test_joined_bands_have_a_name_that_says_what_they_span() -> None:
    assert band_label(["10k-100k", "100k-1m"]) == "10k-1m"
    assert band_label(["0", "under 10k"]) == "0 to 10k"
    assert band_label(["under 10k", "10k-100k"]) == "under 100k"
    assert band_label([NOT_KNOWN, "0"]) == "0 or not known"
    assert band_label(["10m-100m", "100m+"]) == "10m+"
    assert band_label([NOT_KNOWN]) == NOT_KNOWN
    assert band_label([*INCOME_BANDS]) == band_label([]) == "any income"


def test_a_hole_names_the_features_of_those_left_out() -> None:
    with pytest.raises(DefinitionError, match=r"no stratum takes vco, London, 0, rural: no.*\(7\)") as fault:
        assign(
            [Definition(VCO, ("London",), ("under 10k",))],
            {vco("0"): 7, vco("under 10k"): 2},
        )
    assert list(fault.value.holes.values()) == [7]


def test_an_overlap_names_both_strata() -> None:
    with pytest.raises(DefinitionError, match=r"London \| 0 and vco \| London \| any income both take"):
        assign([Definition(VCO, ("London",), ("0",)), Definition(VCO, ("London",))], {vco("0"): 1})


def test_a_boost_divides_those_known_from_all_others() -> None:
    frame = {vco("0", rural=Flag.YES): 3, vco("0"): 4, vco("0", rural=Flag.NOT_KNOWN): 5}

    strata = assign(define(frame, by={Feature.REGION, Feature.BAND, Feature.RURAL}), frame)

    assert [strata[unit].band for unit in frame] == ["0, rural", "0, elsewhere", "0, elsewhere"]


def test_gaps_are_not_known_and_rural_classes_are_two() -> None:
    assert Features(VCO, NOT_KNOWN, NOT_KNOWN).rural is Flag.NOT_KNOWN
    classes = ("Rural", "Sparse and rural", "Urban with rural areas", "")
    assert [rural(text) for text in classes] == ["yes", "yes", "no", ""]


def test_where_the_flag_is_known_for_most_a_boost_can_be_made() -> None:
    assert (
        screening_advice({Flag.YES: 10, Flag.NO: 50, Flag.NOT_KNOWN: 60}, wanted=5, replies=10, response=0.4)
        is None
    )


def test_where_it_is_unknown_for_most_a_screening_item_is_advised_with_what_it_would_find() -> None:
    advice = screening_advice(
        {Flag.YES: 10, Flag.NO: 90, Flag.NOT_KNOWN: 900}, wanted=60, replies=400, response=0.4
    )

    assert advice is not None
    assert (advice.share, advice.expected_yes, advice.ask) == (pytest.approx(0.1), pytest.approx(40), 1500)


def test_where_nobody_is_known_nothing_can_be_expected() -> None:
    advice = screening_advice({Flag.NOT_KNOWN: 9}, wanted=6, replies=4, response=0.4)

    assert advice is not None
    assert (advice.share, advice.expected_yes, advice.ask) == (None, None, None)


def test_a_minimum_size_below_nought_is_refused() -> None:
    with pytest.raises(SamplingError, match="minimum"):
        collapse_sparse([], {}, minimum=-1)
