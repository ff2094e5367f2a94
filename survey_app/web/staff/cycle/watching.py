"""Which of the ten years want to be looked at: every strand at once, a ceiling near, a core grown old."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from sampling.frame import Sector
from scheduler.cycle import Occurrence
from scheduler.strands import Strand

# A year in which somebody may be asked for this part of the ceiling leaves little room for anything else.
NEAR = 0.8
# After so many years without a change the questions of the core are worth agreeing anew.
CORE_GROWS_OLD = 5
OF = {Sector.PUBLIC: "public body", Sector.VOLUNTARY: "voluntary organisation"}


def years_to_watch(
    years: range,
    *,
    rounds: Iterable[Occurrence],
    strands: Collection[Strand],
    most: Mapping[int, Mapping[Sector, int]],
    ceilings: Mapping[Sector, int | None],
    core_since: date | None,
) -> list[str]:
    """A sentence for each reason to look at a year."""
    return [
        *_every_strand(years, rounds, strands),
        *_near_the_ceiling(most, ceilings),
        *_old_core(years, core_since),
    ]


def _every_strand(years: range, rounds: Iterable[Occurrence], strands: Collection[Strand]) -> Iterator[str]:
    held = {(one.slot, one.strand) for one in rounds}
    full = [str(year) for year in years if all((year, strand) in held for strand in strands)]
    # Where each year holds all of them, none stands out.
    if full and len(strands) > 1 and len(full) < len(years):
        yield f"{listed(full)} {'holds' if len(full) == 1 else 'hold'} every strand at once."


def _near_the_ceiling(
    most: Mapping[int, Mapping[Sector, int]], ceilings: Mapping[Sector, int | None]
) -> Iterator[str]:
    for year, of_year in most.items():
        for sector, minutes in of_year.items():
            ceiling, could = ceilings[sector], f"In {year} one {OF[sector]} could be asked for"
            if ceiling is not None and minutes > ceiling:
                yield f"{could} {minutes} minutes: {ceiling} is the most."
            elif ceiling and minutes >= NEAR * ceiling:
                yield f"{could} {minutes} of its {ceiling} minutes."


def _old_core(years: range, since: date | None) -> Iterator[str]:
    if since is None or since.year + CORE_GROWS_OLD not in years:
        return
    yield (
        f"{since.year + CORE_GROWS_OLD} has the questions of the core to agree anew, if none changes before:"
        f" it will have run unchanged for {CORE_GROWS_OLD} years."
    )


def listed(words: list[str]) -> str:
    """One, two and three."""
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
