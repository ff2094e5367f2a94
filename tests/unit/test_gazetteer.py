"""The areas that ship: what registers of others say, with what is corrected."""

from datetime import date

import pytest

from survey_app.models.places import AreaKind
from survey_app.services.places.gazetteer import Place, shipped

PLACES = {place.code: place for place in shipped()}


def test_every_authority_of_england_is_there_with_those_that_were_replaced() -> None:
    kinds = [place.kind for place in shipped()]

    assert {kind: kinds.count(kind) for kind in AreaKind if kind in kinds} == {
        AreaKind.COUNTRY: 1,
        AreaKind.REGION: 9,
        AreaKind.COMBINED: 15,
        AreaKind.COUNTY: 34,
        AreaKind.DISTRICT: 241,
        AreaKind.UNITARY: 65,
        AreaKind.METROPOLITAN: 36,
        AreaKind.LONDON_BOROUGH: 33,
    }


def test_each_authority_lies_in_one_region_and_each_district_in_one_county() -> None:
    regions = {place.code for place in shipped() if place.kind is AreaKind.REGION}
    counties = {place.code for place in shipped() if place.kind is AreaKind.COUNTY}

    below = [place for place in shipped() if place.kind not in (AreaKind.COUNTRY, AreaKind.REGION)]
    assert {len(regions & set(place.wholes)) for place in below} == {1}
    districts = [place for place in below if place.kind is AreaKind.DISTRICT]
    assert {len(counties & set(place.wholes)) for place in districts} == {1}


def test_what_ended_is_followed_on_that_very_day_whichever_day_its_source_gives() -> None:
    gaps = [
        (place.code, successor)
        for place in shipped()
        for successor in place.successors
        if PLACES[successor].began_on != place.ended_on
    ]

    assert gaps == []
    assert PLACES["POL"].ended_on == date(2019, 4, 1)  # the source says 31 March
    assert PLACES["CMA"].ended_on == date(2023, 4, 1)  # and 1 April here


def test_the_days_on_which_a_register_was_begun_are_no_beginnings() -> None:
    assert PLACES["BKM"].began_on is None
    assert not [place for place in shipped() if place.began_on and place.began_on.year == 2005]


@pytest.mark.parametrize(
    ("code", "successors"),
    [("CMA", ("CBD", "WAF")), ("NTH", ("NNT", "WNT")), ("cheshire-county-to-2009", ("CHE", "CHW"))],
)
def test_a_county_that_was_split_is_followed_by_more_than_one(code: str, successors: tuple[str, ...]) -> None:
    assert PLACES[code].successors == successors


def test_a_boundary_that_changed_leaves_its_older_code_with_the_area() -> None:
    assert PLACES["GAT"].gss == ("E08000037", "E08000020")
    assert PLACES["SHF"].gss == ("E08000019", "E08000039")


def test_no_code_of_a_boundary_is_of_two_areas() -> None:
    codes = [code for place in shipped() for code in place.gss]

    assert len(codes) == len(set(codes))


def test_seven_counties_and_their_districts_became_nine_authorities_in_2009() -> None:
    ended = [place for place in shipped() if place.ended_on == date(2009, 4, 1)]

    assert (len(ended), len({code for place in ended for code in place.successors})) == (44, 9)
    assert all(isinstance(place, Place) for place in ended)
