"""What the register of agreements says to an indicator on a day: counts, and among what. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from survey_app.services.agreements.compiled import AgreementState
from survey_app.services.agreements.overview import Overview
from survey_app.services.agreements.vocabulary import (
    NATIONAL_CODES,
    ChampionSector,
    CodeState,
    Field,
    Standing,
)
from survey_app.services.logs.measures import Figure

AUTHORITIES, IN_PLACE = "authorities, each counted once", "agreements in place"


def register_figures(indicator: str, seen: Overview) -> tuple[Figure, ...]:
    """What the register said of an indicator on the day of the overview; nothing where it says nothing."""
    count = COUNTS.get(indicator)
    return count(seen) if count else ()


def _in_place(seen: Overview) -> list[AgreementState]:
    return [one for one in seen.agreements if one.standing is Standing.IN_PLACE]


def _stages(seen: Overview) -> tuple[Figure, ...]:
    every = sum(seen.play.by_authority.values())
    return tuple(
        Figure(label=standing.value.capitalize(), number=number, of=every, base=AUTHORITIES)
        for standing, number in seen.play.by_authority.items()
    )


def _signatories(seen: Overview) -> tuple[Figure, ...]:
    signed = [party for one in seen.agreements for party in one.parties if party.signed]
    voluntary = sum(party.entry.field is Field.VOLUNTARY for party in signed)
    base = "signatures, a body counted once for each agreement"
    return (
        Figure(label="Signatures that stand", number=len(signed)),
        Figure(label="Of the voluntary and community sector", number=voluntary, of=len(signed), base=base),
    )


def _codes(seen: Overview) -> tuple[Figure, ...]:
    agreements = _in_place(seen)
    return tuple(
        Figure(
            label=f"Code on {code}",
            number=sum(one.codes.get(code) in (CodeState.OWN, CodeState.MAIN) for one in agreements),
            of=len(agreements),
            base=IN_PLACE,
        )
        for code in NATIONAL_CODES
    )


def _local_codes(seen: Overview) -> tuple[Figure, ...]:
    agreements = _in_place(seen)
    extra = sum(bool(one.codes.keys() - set(NATIONAL_CODES)) for one in agreements)
    return (Figure(label="With a code beyond the five", number=extra, of=len(agreements), base=IN_PLACE),)


def _where_codes_are(seen: Overview) -> tuple[Figure, ...]:
    authorities = seen.play.by_authority[Standing.IN_PLACE]
    base = "authorities with an agreement in place"
    return (
        Figure(label="Documents of their own", number=seen.play.with_code, of=authorities, base=base),
        Figure(label="Inside the main text", number=seen.play.in_main_text, of=authorities, base=base),
    )


def _champions(seen: Overview) -> tuple[Figure, ...]:
    agreements = _in_place(seen)
    both = sum({entry.what for entry in one.champions} >= set(ChampionSector) for one in agreements)
    return (Figure(label="With a champion in each sector", number=both, of=len(agreements), base=IN_PLACE),)


def _reviewed(seen: Overview) -> tuple[Figure, ...]:
    agreements = _in_place(seen)

    def since(years: int) -> int:
        first: date = seen.day - timedelta(days=365 * years)
        return sum(one.looked_at is not None and one.looked_at > first for one in agreements)

    return tuple(
        Figure(label=label, number=since(years), of=len(agreements), base=IN_PLACE)
        for label, years in (
            ("Reviewed or begun within a year", 1),
            ("Reviewed or begun within two years", 2),
        )
    )


COUNTS: Mapping[str, Callable[[Overview], tuple[Figure, ...]]] = {
    "INP-1.5": _champions,
    "PRO-2.1": _codes,
    "PRO-3.3": _reviewed,
    "OUT-1.1": _stages,
    "OUT-1.2": _signatories,
    "BAS-2.1": _stages,
    "SUP-03": _local_codes,
    "SUP-04": _where_codes_are,
}
