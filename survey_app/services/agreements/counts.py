"""The state of play: counts that say what they count, and the line that reconciles them. Pure.

Three units, never mixed (R14, R15). An *authority* is an area that is counted by itself. A *locality* is an
authority, save that a district which shares the agreement of its own county, where the county is counted
too, is one locality with it. An *agreement* is counted once, however many areas it covers.

Source: Craig et al. (2005), The paradox of Compacts, chapter 4 and its footnote 4: 49 in place, 27 being
developed, 22 none add to 98, of 96 localities, because two districts stand under their counties' agreements.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from survey_app.services.agreements.compiled import AgreementState
from survey_app.services.agreements.vocabulary import CodeState, Field, Flag, SignatoryState, Standing

RANKS = {standing: rank for rank, standing in enumerate(Standing)}


class Districts(StrEnum):
    """How many of a county's districts are in its agreement."""

    ALL = "all districts"
    MIXED = "some districts"
    NONE = "no district"


@dataclass(frozen=True, kw_only=True)
class StateOfPlay:
    """Counts of one day. Those by authority and by locality have three parts that add up to all of them.

    `planned` are those of `none` that have plans. `with_code` and the next two count authorities; `health`
    counts agreements.
    """

    by_authority: Mapping[Standing, int]
    by_locality: Mapping[Standing, int]
    by_agreement: Mapping[Standing, int]
    planned: int
    flagged: Mapping[Flag, int]
    shared: int
    with_code: int
    in_main_text: int
    codes_only: int
    counties: Mapping[Districts, int]
    health_signed: int
    health_involved: int
    health_separate: int

    @property
    def reconciliation(self) -> str:
        """How the counts hang together, as the line below the table."""
        authorities, localities = sum(self.by_authority.values()), sum(self.by_locality.values())
        in_place, agreements = self.by_authority[Standing.IN_PLACE], self.by_agreement[Standing.IN_PLACE]
        first = f"{_councils(authorities)} in {_many(localities, 'locality', 'localities')}"
        why = (
            f": {self.shared} of them share the agreement of their county, which is counted too"
            if self.shared
            else ""
        )
        return (
            f"{first}{why}. {_councils(in_place)} with an agreement in place, under "
            f"{_many(agreements, 'agreement', 'agreements')}."
        )


def _councils(count: int) -> str:
    return _many(count, "authority", "authorities")


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def state_of_play(
    agreements: Sequence[AgreementState],
    *,
    authorities: Set[int],
    counties: Set[int],
    wholes: Mapping[int, Set[int]],
) -> StateOfPlay:
    """Count agreements over areas on one day.

    Args:
        agreements: as they were on the day.
        authorities: the ids of the areas that are counted.
        counties: those of them that are counties.
        wholes: what each area lay in on the day, by the area's id.
    """
    covering = {area: [one for one in agreements if area in one.areas] for area in authorities}
    standing = {area: _furthest(ones) for area, ones in covering.items()}
    shared = {area for area in authorities if _shares(area, covering, standing, wholes, authorities)}
    counted = [one for one in agreements if one.areas & authorities]
    in_place = [area for area in authorities if standing[area] is Standing.IN_PLACE]
    return StateOfPlay(
        by_authority=_by_standing(standing.values()),
        by_locality=_by_standing(standing[area] for area in authorities - shared),
        by_agreement=_by_standing(one.standing for one in counted),
        planned=sum(one is Standing.PLANNED for one in standing.values()),
        flagged=Counter(flag for area in authorities for flag in _flags(covering[area], standing[area])),
        shared=len(shared),
        with_code=sum(_best(covering[area]).has_code for area in in_place),
        in_main_text=sum(_in_main_text(_best(covering[area])) for area in in_place),
        codes_only=sum(
            any(one.has_code for one in covering[area])
            for area in authorities
            if standing[area].counted_as is Standing.NONE
        ),
        counties=_counties(covering, standing, counties & authorities, wholes),
        health_signed=sum(_health(one, SignatoryState.SIGNED) for one in counted),
        health_involved=sum(
            _health(one, SignatoryState.INVOLVED) and not _health(one, SignatoryState.SIGNED)
            for one in counted
        ),
        health_separate=sum(Flag.HEALTH_ONLY in one.flags for one in counted),
    )


def _by_standing(standings: Iterable[Standing]) -> Mapping[Standing, int]:
    counted = Counter(standing.counted_as for standing in standings)
    return {part: counted[part] for part in (Standing.IN_PLACE, Standing.DEVELOPING, Standing.NONE)}


def _best(covering: Sequence[AgreementState]) -> AgreementState:
    # Of two alike the one over fewer areas: a district's own stands before its county's.
    return min(covering, key=lambda one: (RANKS[one.standing], len(one.areas), one.id))


def _furthest(covering: Sequence[AgreementState]) -> Standing:
    return _best(covering).standing if covering else Standing.NONE


def _shares(
    area: int,
    covering: Mapping[int, Sequence[AgreementState]],
    standing: Mapping[int, Standing],
    wholes: Mapping[int, Set[int]],
    authorities: Set[int],
) -> bool:
    """Whether an area is one locality with its county: the agreement that counts is of both."""
    if standing[area].counted_as is Standing.NONE:
        return False
    own = _best(covering[area])
    return any(own.areas >= {whole} for whole in wholes.get(area, frozenset()) & authorities)


def _flags(covering: Sequence[AgreementState], standing: Standing) -> Set[Flag]:
    return _best(covering).flags if covering and standing.counted_as is not Standing.NONE else frozenset()


def _in_main_text(agreement: AgreementState) -> bool:
    return CodeState.MAIN in agreement.codes.values() and not agreement.has_code


def _counties(
    covering: Mapping[int, Sequence[AgreementState]],
    standing: Mapping[int, Standing],
    counties: Set[int],
    wholes: Mapping[int, Set[int]],
) -> Mapping[Districts, int]:
    """Counties with an agreement in place or being developed, by whether their districts are in it."""
    counted: Counter[Districts] = Counter()
    for county in counties:
        if standing[county].counted_as is not Standing.NONE:
            districts = {area for area, above in wholes.items() if county in above}
            inside = districts & _best(covering[county]).areas
            counted[_districts(len(inside), len(districts))] += 1
    return {part: counted[part] for part in Districts}


def _districts(inside: int, all_of_them: int) -> Districts:
    if not inside:
        return Districts.NONE
    return Districts.ALL if inside == all_of_them else Districts.MIXED


def _health(agreement: AgreementState, state: SignatoryState) -> bool:
    """Whether a health body has this state, in an agreement that is not with health bodies alone."""
    if Flag.HEALTH_ONLY in agreement.flags:
        return False
    parties = [party for party in agreement.parties if party.entry.field is Field.HEALTH]
    if state is SignatoryState.SIGNED:
        return any(party.signed for party in parties)
    return any(party.entry.state == state for party in parties)
