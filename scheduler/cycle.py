"""The cycle: which round of which strand comes when, and why; pure, from rules and what is known.

A rule says how often a strand comes and what its opening hangs on: a day of the year, or another round.
The slot of a round is the year it counts for; moving its days changes no slot, so nothing comes twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.rules import LAST_YEAR, After, Anchor, Rule, check_rules
from scheduler.stages import Stage
from scheduler.strands import SURVEYS, WORDS, Strand
from scheduler.timetable import RoundDates, release_after, spoken, usual_timetable
from scheduler.working_days import WorkingDays

YEARS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class KnownRound:
    """A round that is there: `slot` is the year it counts for, `released_on` when its results came out."""

    id: int
    strand: Strand
    slot: int
    number: int
    stage: Stage
    dates: RoundDates
    title: str = ""
    released_on: date | None = None

    @property
    def has_begun(self) -> bool:
        return self.stage not in (Stage.PLANNED, Stage.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One round of the cycle, there or to come; `because` says why it stands where it does.

    `waits_for` is what has not been yet, `blocked` why it cannot go on by itself; both may be empty.
    One that is left over was planned, and the cycle as it is now has no round there.
    """

    strand: Strand
    slot: int
    number: int
    dates: RoundDates
    because: str
    title: str = ""
    waits_for: str = ""
    blocked: str = ""
    round_id: int | None = None
    stage: Stage | None = None
    is_left_over: bool = False

    @property
    def is_survey(self) -> bool:
        return self.strand in SURVEYS

    @property
    def name(self) -> str:
        return f"{self.title or WORDS[self.strand]} {self.slot}"


@dataclass(frozen=True)
class Cycle:
    """The occurrences in order of their opening, and sentences on what cannot be derived."""

    occurrences: tuple[Occurrence, ...]
    gaps: tuple[str, ...]


Key = tuple[Strand, str, int]


def derive(
    rules: Sequence[Rule],
    known: Collection[KnownRound],
    *,
    today: date,
    first_year: int,
    years: int = YEARS_SHOWN,
    calendar: WorkingDays,
) -> Cycle:
    """The rounds with slots in `years` years from `first_year`: those that are there, and those to come.

    Rounds that are there keep their days. A series goes on from the last that has begun, so a changed
    cadence moves none of those; a slot whose round was withdrawn is not filled again.
    """
    check_rules(rules)
    return _Deriving(rules, known, today, range(first_year, first_year + years), calendar).cycle()


class _Deriving:
    """One derivation: what is there by its slot, and what was worked out so far."""

    def __init__(
        self,
        rules: Sequence[Rule],
        known: Collection[KnownRound],
        today: date,
        years: range,
        calendar: WorkingDays,
    ) -> None:
        self.rules = {(rule.strand, rule.title): rule for rule in rules if rule.active}
        self.by_strand = {rule.strand: rule for rule in rules if rule.active and not rule.title}
        self.today, self.years, self.calendar = today, years, calendar
        self.there: dict[Key, KnownRound] = {}
        self.known = [one for one in known if one.stage is not Stage.WITHDRAWN]
        self.withdrawn: dict[Key, KnownRound] = {}
        for one in sorted(known, key=lambda one: one.id):
            key = (one.strand, one.title, one.slot)
            if one.stage is Stage.WITHDRAWN:
                self.withdrawn[key] = one
            else:
                self.there[key] = one
        self.worked_out: dict[Key, Occurrence | None] = {}
        self.gaps: list[str] = []

    def cycle(self) -> Cycle:
        occurrences = [self._known(one) for one in self.known if one.slot in self.years]
        for rule in self.rules.values():
            for slot in self._slots(rule):
                if slot in self.years and (occurrence := self._derived(rule, slot)) is not None:
                    occurrences.append(occurrence)
        occurrences.sort(key=lambda one: (one.dates.opens_on, list(Strand).index(one.strand), one.title))
        return Cycle(tuple(occurrences), tuple(dict.fromkeys(self.gaps)))

    def _slots(self, rule: Rule) -> list[int]:
        """The slots of a series that have no round yet, to the last year shown."""
        mine = [one for one in self.there.values() if (one.strand, one.title) == (rule.strand, rule.title)]
        begun = [one.slot for one in mine if one.has_begun]
        first = rule.first_year if not begun else max(max(begun) + rule.every, rule.first_year)
        last = min(self.years.stop - 1, rule.last_year or LAST_YEAR)
        taken = {one.slot for one in mine} | {
            slot for strand, title, slot in self.withdrawn if (strand, title) == (rule.strand, rule.title)
        }
        return [slot for slot in range(first, last + 1, rule.every) if slot not in taken]

    def _known(self, one: KnownRound) -> Occurrence:
        rule = self.rules.get((one.strand, one.title))
        because = "because it was planned for this day"
        waits_for, blocked, left_over = "", "", False
        if not one.has_begun:
            if rule is None or one.slot not in self._planned_slots(rule):
                left_over = True
                because = "because it was planned for this day; the cycle as it is now has no round here"
            elif isinstance(rule.opens, After):
                _, because, waits_for, blocked = self._after(rule.opens, one.slot)
        return Occurrence(
            strand=one.strand,
            slot=one.slot,
            number=one.number,
            dates=one.dates,
            because=because,
            title=one.title,
            waits_for=waits_for,
            blocked=blocked,
            round_id=one.id,
            stage=one.stage,
            is_left_over=left_over,
        )

    def _planned_slots(self, rule: Rule) -> range:
        mine = [
            one.slot
            for one in self.there.values()
            if (one.strand, one.title) == (rule.strand, rule.title) and one.has_begun
        ]
        first = rule.first_year if not mine else max(max(mine) + rule.every, rule.first_year)
        return range(first, LAST_YEAR + 1, rule.every)

    def _derived(self, rule: Rule, slot: int) -> Occurrence | None:
        key = (rule.strand, rule.title, slot)
        if key not in self.worked_out:
            self.worked_out[key] = self._work_out(rule, slot)
        return self.worked_out[key]

    def _work_out(self, rule: Rule, slot: int) -> Occurrence | None:
        if isinstance(rule.opens, After):
            earliest, because, waits_for, blocked = self._after(rule.opens, slot)
            if earliest is None:
                self.gaps.append(f"{rule.title or WORDS[rule.strand]} {slot}: {blocked}")
                return None
        else:
            earliest = date(slot, rule.opens.month, rule.opens.day)
            because, waits_for, blocked = self._because_of_the_day(rule, earliest), "", ""
        return Occurrence(
            strand=rule.strand,
            slot=slot,
            number=self._number(rule, slot),
            dates=usual_timetable(rule.strand, self.calendar.on_or_after(earliest), self.calendar),
            because=because,
            title=rule.title,
            waits_for=waits_for,
            blocked=blocked,
        )

    def _because_of_the_day(self, rule: Rule, day: date) -> str:
        often = "every year" if rule.every == 1 else f"every {rule.every} years"
        working = self.calendar.on_or_after(day)
        moved = "" if working == day else f", which is no working day in {day.year}"
        return f"because it comes {often}, on {day.day} {day:%B}{moved}"

    def _number(self, rule: Rule, slot: int) -> int:
        """The last number of the strand, and from there one for each slot."""
        mine = [one for one in self.there.values() if one.strand is rule.strand]
        last = max((one.number for one in mine), default=0)
        return last + 1 + self._slots(rule).index(slot)

    def _after(self, opens: After, slot: int) -> tuple[date | None, str, str, str]:
        """The earliest day, why, what is waited for, and what blocks."""
        base_slot = slot - opens.years_before
        base = f"the {WORDS[opens.strand].lower()} of {base_slot}"
        key = (opens.strand, "", base_slot)
        known = self.there.get(key)
        if known is not None:
            return self._after_known(opens, known, base)
        if key in self.withdrawn:
            return self._after_withdrawn(opens, self.withdrawn[key], base)
        rule = self.by_strand.get(opens.strand)
        coming = self._derived(rule, base_slot) if rule and base_slot in self._slots(rule) else None
        if coming is None:
            return None, "", "", f"it follows {base}, and the cycle has none"
        day, waited = self._anchor(opens, coming.dates, coming.strand)
        return self._not_yet(opens, day, base, waited)

    def _after_known(self, opens: After, known: KnownRound, base: str) -> tuple[date, str, str, str]:
        if opens.anchor is Anchor.RELEASE and known.released_on is not None:
            because = f"because the results of {base} were published on {spoken(known.released_on)}"
            return known.released_on + timedelta(weeks=opens.weeks), because + _later(opens), "", ""
        if opens.anchor is Anchor.CLOSE and known.stage is Stage.CLOSED:
            because = f"because {base} closed on {spoken(known.dates.closes_on)}"
            return known.dates.closes_on + timedelta(weeks=opens.weeks), because + _later(opens), "", ""
        day, waited = self._anchor(opens, known.dates, known.strand)
        return self._not_yet(opens, day, base, waited)

    def _after_withdrawn(self, opens: After, withdrawn: KnownRound, base: str) -> tuple[date, str, str, str]:
        """The day on which it would have come, whatever its own opening hung on, and a decision to take."""
        day, _ = self._anchor(opens, withdrawn.dates, withdrawn.strand)
        because = f"because {base} would have come then; that was withdrawn"
        blocked = f"{base[0].upper()}{base[1:]} was withdrawn: decide whether this round still has a purpose"
        return day + timedelta(weeks=opens.weeks), because, "", blocked

    def _anchor(self, opens: After, dates: RoundDates, strand: Strand) -> tuple[date, str]:
        if opens.anchor is Anchor.CLOSE:
            return dates.closes_on, "the end"
        return release_after(strand, dates.closes_on, self.calendar), "the results"

    def _not_yet(self, opens: After, day: date, base: str, waited: str) -> tuple[date, str, str, str]:
        """What has not been cannot be waited for in the past: where it is late, today counts for its day."""
        of_base = f"{waited} of {base}"
        if day < self.today:
            because = f"because {of_base} {_are(waited)} late: due on {spoken(day)}"
        else:
            because = f"because {of_base} {_are(waited)} planned for {spoken(day)}"
        return max(day, self.today) + timedelta(weeks=opens.weeks), because + _later(opens), of_base, ""


def _are(waited: str) -> str:
    return "are" if waited.endswith("s") else "is"


def _later(opens: After) -> str:
    if opens.weeks == 0:
        return ""
    return ", and this follows " + ("a week" if opens.weeks == 1 else f"{opens.weeks} weeks") + " later"
