"""The report's published counts of agreements, and what each of them counts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

import pytest

from survey_app.models.agreements import EntryKind, Level
from survey_app.services.agreements.compiled import AgreementState, Entry, Party, compiled, known
from survey_app.services.agreements.counts import Districts, StateOfPlay, state_of_play
from survey_app.services.agreements.rules import Rule, lacks
from survey_app.services.agreements.vocabulary import CodeState, Field, Flag, SignatoryState, Standing

DAY = date(2003, 6, 30)
MOMENT = datetime(2003, 6, 30, tzinfo=UTC)
ENTRY = Entry(
    id=1, agreement_id=1, kind=EntryKind.STAGE, what=Standing.IN_PLACE, began_on=date(2001, 4, 1),
    recorded_at=datetime(2002, 1, 1, tzinfo=UTC), source="a letter",
)  # fmt: skip


def agreement(number: int, areas: set[int], standing: Standing = Standing.IN_PLACE) -> AgreementState:
    return AgreementState(
        id=number, title=f"Agreement {number}", level=Level.LOCAL, standing=standing, flags=frozenset(),
        areas=frozenset(areas), parties=(), codes={}, champions=(), looked_at=date(2001, 4, 1),
    )  # fmt: skip


def health(state: SignatoryState) -> tuple[Party, ...]:
    entry = replace(ENTRY, kind=EntryKind.SIGNATORY, what="Trust", state=state, field=Field.HEALTH)
    return (Party(entry=entry, unconfirmed=False),)


def the_report() -> StateOfPlay:
    """The 98 authorities of the report's 96 localities, as chapter 4 describes their agreements.

    Sixteen counties have an agreement or are developing one. Two districts under their counties' agreements
    were sampled beside their counties; all other districts of these counties were not.
    """
    numbers = count(1)
    counties = set(range(1, 17))
    districts = {county: {1000 + 10 * county + n for n in range(5)} for county in counties}
    wholes = {district: {county} for county, inside in districts.items() for district in inside}
    sampled = {min(districts[1]), min(districts[2])}
    agreements = []
    for county in sorted(counties):
        inside = sorted(districts[county])[: 5 if county <= 8 else 2 if county <= 11 else 0]
        standing = Standing.IN_PLACE if county <= 10 else Standing.DEVELOPING
        agreements.append(agreement(next(numbers), {county, *inside}, standing))
    # Ten counties and two districts of the 49 are there; 37 unitary authorities and districts are left.
    agreements += [agreement(next(numbers), {100 + n}) for n in range(37)]
    agreements += [agreement(next(numbers), {200 + n}, Standing.DEVELOPING) for n in range(21)]
    none = {300 + n for n in range(22)}
    agreements += [agreement(next(numbers), {300 + n}, Standing.PLANNED) for n in range(2)]
    agreements = described(agreements)
    authorities = counties | sampled | {100 + n for n in range(37)} | {200 + n for n in range(21)} | none
    return state_of_play(agreements, authorities=authorities, counties=counties, wholes=wholes)


def described(agreements: list[AgreementState]) -> list[AgreementState]:
    """The same with codes, health bodies and flags as the report counts them."""
    own, main = {"funding": CodeState.OWN}, {"funding": CodeState.MAIN}
    numbered = list(enumerate(agreements))
    in_place = [n for n, one in numbered if one.standing is Standing.IN_PLACE and len(one.areas) == 1]
    developing = [n for n, one in numbered if one.standing is Standing.DEVELOPING]
    changes: dict[int, dict[str, object]] = {n: {"codes": own} for n in in_place[:18]}
    changes |= {n: {"codes": main} for n in in_place[18:21]}
    for n in in_place[21:33]:
        changes[n] = {"parties": health(SignatoryState.SIGNED)}
    changes[in_place[33]] = {"flags": frozenset({Flag.HEALTH_ONLY}), "parties": health(SignatoryState.SIGNED)}
    for n in developing[:8]:
        changes[n] = {"parties": health(SignatoryState.INVOLVED)}
    changes[developing[8]] = {"flags": frozenset({Flag.HEALTH_ONLY})}
    changes |= {n: {"flags": frozenset({Flag.REWORKED})} for n in developing[9:11]}
    changes |= {n: {"flags": frozenset({Flag.STALLED})} for n in developing[11:17]}
    changes[len(agreements) - 1] = {"codes": own}
    return [replace(one, **changes.get(n, {})) for n, one in enumerate(agreements)]  # type: ignore[arg-type]


def test_the_reports_49_27_and_22_count_authorities_and_its_96_localities() -> None:
    play = the_report()

    parts = (Standing.IN_PLACE, Standing.DEVELOPING, Standing.NONE)
    assert [play.by_authority[part] for part in parts] == [49, 27, 22]
    assert [play.by_locality[part] for part in parts] == [47, 27, 22]
    assert (sum(play.by_locality.values()), play.by_agreement[Standing.IN_PLACE], play.planned) == (96, 47, 2)
    assert play.reconciliation == (
        "98 authorities in 96 localities: 2 of them share the agreement of their county, which is counted "
        "too. 49 authorities with an agreement in place, under 47 agreements."
    )


def test_of_sixteen_counties_eight_include_all_districts_and_three_some() -> None:
    assert the_report().counties == {Districts.ALL: 8, Districts.MIXED: 3, Districts.NONE: 5}


def test_eighteen_of_those_in_place_have_a_code_and_one_authority_has_codes_alone() -> None:
    play = the_report()

    assert (play.with_code, play.in_main_text, play.codes_only) == (18, 3, 1)


def test_health_bodies_signed_twelve_were_involved_in_eight_and_have_two_of_their_own() -> None:
    play = the_report()

    assert (play.health_signed, play.health_involved, play.health_separate) == (12, 8, 2)


def test_an_agreement_that_one_health_body_signed_is_not_counted_again_for_one_that_was_involved() -> None:
    parties = health(SignatoryState.SIGNED) + health(SignatoryState.INVOLVED)
    both = replace(agreement(1, {1}), parties=parties)

    play = state_of_play([both], authorities={1}, counties=set(), wholes={})

    assert (play.health_signed, play.health_involved) == (1, 0)


def test_of_those_being_developed_two_are_reworked_and_six_stalled() -> None:
    play = the_report()

    assert (play.flagged[Flag.REWORKED], play.flagged[Flag.STALLED]) == (2, 6)


def test_a_district_with_an_agreement_of_its_own_is_a_locality_of_its_own() -> None:
    county, district = agreement(1, {1, 2}), agreement(2, {2})

    play = state_of_play([county, district], authorities={1, 2}, counties={1}, wholes={2: {1}})

    assert (play.shared, play.by_locality[Standing.IN_PLACE], play.by_agreement[Standing.IN_PLACE]) == (
        0,
        2,
        2,
    )


def test_an_agreement_over_many_areas_is_counted_once() -> None:
    play = state_of_play([agreement(1, {1, 2, 3})], authorities={1, 2, 3}, counties=set(), wholes={})

    assert (play.by_agreement[Standing.IN_PLACE], play.by_authority[Standing.IN_PLACE]) == (1, 3)


def state(*entries: Entry, day: date = DAY, gone: dict[int, date] | None = None) -> AgreementState:
    return compiled(entries, agreement_id=1, title="One", level=Level.LOCAL, day=day, gone=gone or {})


def test_the_latest_stage_of_the_day_counts_and_later_ones_do_not() -> None:
    later = replace(ENTRY, id=2, what=Standing.ENDED, began_on=date(2003, 7, 1))

    assert state(ENTRY, later).standing is Standing.IN_PLACE
    assert state(ENTRY, later, day=date(2003, 7, 1)).standing is Standing.ENDED
    assert state(ENTRY, day=date(2001, 3, 31)).standing is Standing.NONE


def test_what_was_known_at_a_moment_is_not_rewritten_by_a_later_note() -> None:
    corrected = replace(
        ENTRY, id=2, what=Standing.DEVELOPING, replaces_id=1, recorded_at=datetime(2003, 9, 1, tzinfo=UTC)
    )

    assert [entry.id for entry in known([ENTRY, corrected], by=MOMENT)] == [1]
    assert [entry.id for entry in known([ENTRY, corrected], by=datetime(2003, 9, 1, tzinfo=UTC))] == [2]


def test_what_was_taken_back_is_no_more() -> None:
    void = replace(ENTRY, id=2, replaces_id=1, void=True)

    assert known([ENTRY, void], by=MOMENT) == []


def test_a_signature_binds_nobody_once_its_body_is_no_more() -> None:
    signed = replace(
        ENTRY, id=2, kind=EntryKind.SIGNATORY, what="Trust", state=SignatoryState.SIGNED, organisation_id=7
    )

    before, after = (state(ENTRY, signed, day=day, gone={7: DAY}) for day in (date(2003, 6, 29), DAY))

    assert ([one.signed for one in before.parties], [one.signed for one in after.parties]) == (
        [True],
        [False],
    )


SIGNED_BY_CVS = replace(
    ENTRY, kind=EntryKind.SIGNATORY, what="CVS", state=SignatoryState.SIGNED, field=Field.VOLUNTARY
)
SOUND = replace(
    agreement(1, {1}),
    codes={"funding": CodeState.MAIN},
    parties=(*health(SignatoryState.SIGNED), Party(entry=SIGNED_BY_CVS, unconfirmed=False)),
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"standing": Standing.DEVELOPING}, ["it is not in place"]),
        ({"flags": frozenset({Flag.STALLED})}, ["it is stalled"]),
        ({"codes": {}}, ["it has 0 of 1 codes of practice"]),
        ({"parties": health(SignatoryState.SIGNED)}, ["it is not signed by both sectors"]),
        ({"looked_at": date(2000, 6, 30)}, ["nobody has reviewed it for 3 years"]),
    ],
)
def test_the_rule_of_live_and_well_rounded_says_what_is_missing(
    change: dict[str, object], said: list[str]
) -> None:
    assert lacks(Rule(), replace(SOUND, **change), day=DAY) == said  # type: ignore[arg-type]
