"""The rules of the cycle: how often a strand comes, what its opening hangs on, and what cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.stages import CycleError
from scheduler.strands import WORDS, Strand

# Years between two rounds of a strand: the shortest and the longest that the agreement's cycle knows.
CADENCES: Mapping[Strand, tuple[int, int]] = {
    Strand.ANNUAL_SURVEY: (1, 1),
    Strand.ANNUAL_REVIEW: (1, 1),
    Strand.FOCUS_GROUPS: (1, 2),
    Strand.DEEP_REVIEW: (2, 5),
    Strand.LOCAL_SURVEY: (1, 5),
    Strand.COMMISSIONED_STUDY: (1, 10),
}
# A strand of which there may be several series, told apart by their titles.
TITLED = frozenset({Strand.LOCAL_SURVEY, Strand.COMMISSIONED_STUDY})
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Anchor(StrEnum):
    """What of another round an opening waits for."""

    CLOSE = "close"
    RELEASE = "release"


class Policy(StrEnum):
    """How far the worker takes a round by itself."""

    PROPOSE = "propose"
    PREPARE = "prepare"
    RUN = "run"


@dataclass(frozen=True)
class OnDay:
    """Opens on the first working day from a day of the year."""

    month: int
    day: int


@dataclass(frozen=True)
class After:
    """Opens weeks after a round of another strand, that of its own slot or of `years_before` it."""

    strand: Strand
    anchor: Anchor
    weeks: int
    years_before: int = 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One series of rounds; `title` tells local and commissioned ones apart."""

    strand: Strand
    every: int
    first_year: int
    opens: OnDay | After
    title: str = ""
    last_year: int | None = None
    policy: Policy = Policy.PREPARE
    active: bool = True


def rule_faults(rule: Rule) -> list[str]:
    """Every reason why a rule cannot be followed, in a coordinator's words."""
    return [*_cadence_faults(rule), *_year_faults(rule), *_opening_faults(rule)]


def _cadence_faults(rule: Rule) -> Iterator[str]:
    shortest, longest = CADENCES[rule.strand]
    if shortest <= rule.every <= longest:
        return
    may = (
        "comes every year"
        if longest == 1
        else f"may come every {shortest} to {longest} years"
        if shortest > 1
        else f"may come every year, or at most {longest} years apart"
    )
    yield f"{_spoken_strand(rule)} {may}, not every {rule.every}."


def _spoken_strand(rule: Rule) -> str:
    return f"The strand “{WORDS[rule.strand]}”"


def _year_faults(rule: Rule) -> Iterator[str]:
    if not FIRST_YEAR <= rule.first_year <= LAST_YEAR:
        yield f"Give a first year between {FIRST_YEAR} and {LAST_YEAR}, not {rule.first_year}."
    if rule.last_year is not None and not rule.first_year <= rule.last_year <= LAST_YEAR:
        yield f"The last year, {rule.last_year}, has to be {rule.first_year} or later, to {LAST_YEAR}."
    if rule.strand in TITLED and not rule.title.strip():
        yield f"{_spoken_strand(rule)} can have several series: give this one a title."


def _opening_faults(rule: Rule) -> Iterator[str]:
    opens = rule.opens
    if isinstance(opens, After):
        if opens.strand is rule.strand:
            yield f"{_spoken_strand(rule)} cannot wait for itself."
        if not 0 <= opens.weeks <= 104:
            yield f"Give 0 to 104 weeks, not {opens.weeks}."
        if not 0 <= opens.years_before <= 5:
            yield f"A round follows one of its year or of up to 5 years before, not {opens.years_before}."
        return
    if (opens.month, opens.day) == (2, 29):
        yield "29 February comes only every fourth year. Choose 28 February or 1 March."
        return
    try:
        date(2001, opens.month, opens.day)
    except ValueError:
        yield f"There is no day {opens.day} in month {opens.month}. Give a day that every year has."


def check_rules(rules: Sequence[Rule]) -> None:
    """Let rules pass that can be followed together.

    Raises:
        CycleError: a rule has a fault, two are of one series, or rules wait for one another in a ring.
    """
    for rule in rules:
        for fault in rule_faults(rule):
            raise CycleError(fault)
    series = [(rule.strand, rule.title) for rule in rules]
    for strand, title in series:
        if series.count((strand, title)) > 1:
            raise CycleError(f"Two rules are for “{title or WORDS[strand]}”. Keep one.")
    waits = {rule.strand: rule.opens.strand for rule in rules if isinstance(rule.opens, After)}
    for strand in waits:
        seen = [strand]
        while (following := waits.get(seen[-1])) is not None:
            if following in seen:
                ring = " waits for ".join(WORDS[one] for one in (*seen, following))
                raise CycleError(f"No round could ever open: {ring}. Give one of them a day of the year.")
            seen.append(following)


def usual_rules(start: int, *, opens: OnDay = OnDay(3, 1)) -> tuple[Rule, ...]:
    """The cycle that the report describes, from its first year: survey, review, groups, deep review."""
    survey, review = Strand.ANNUAL_SURVEY, Strand.ANNUAL_REVIEW
    return (
        Rule(strand=survey, every=1, first_year=start, opens=opens),
        Rule(strand=review, every=1, first_year=start, opens=After(survey, Anchor.RELEASE, 6)),
        Rule(
            strand=Strand.FOCUS_GROUPS,
            every=2,
            first_year=start + 1,
            opens=After(review, Anchor.CLOSE, 17, years_before=1),
        ),
        Rule(
            strand=Strand.DEEP_REVIEW,
            every=3,
            first_year=start + 1,
            opens=After(review, Anchor.CLOSE, 26, years_before=1),
        ),
    )
