"""What would follow if the rules of a cycle were others: in numbers, then round by round."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from scheduler.cycle import Cycle, Occurrence, derive
from scheduler.rules import OnDay, Rule, check_rules, usual_rules
from scheduler.stages import CycleError, Stage
from scheduler.strands import Strand
from scheduler.timetable import spoken
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.audit import AuditContext
from survey_app.services.cycle.derived import YEARS, known_rounds
from survey_app.services.cycle.rules import rules_of

# So many rounds are named one by one; the numbers count all.
NAMED = 12
Key = tuple[Strand, str, int]


def consequences(session: Session, *, changed: Sequence[Rule], context: AuditContext) -> tuple[str, ...]:
    """What would follow if these rules came in place of those of their series, or beside them.

    Raises:
        InvalidError: they cannot be followed, by themselves or with the others.
    """
    kept = [one.rule for one in rules_of(session, context.programme_id or 0)]
    series = {(rule.strand, rule.title) for rule in changed}
    after = [rule for rule in kept if (rule.strand, rule.title) not in series] + list(changed)
    try:
        check_rules(after)
    except CycleError as fault:
        raise InvalidError(str(fault)) from None
    return tuple(_follows(_cycle(session, kept, context), _cycle(session, after, context)))


def consequences_of_usual(
    session: Session, *, start: int, opens: OnDay, context: AuditContext
) -> tuple[str, ...]:
    """What would follow if the usual cycle were set.

    Raises:
        InvalidError: as `consequences`.
    """
    return consequences(session, changed=usual_rules(start, opens=opens), context=context)


def _cycle(session: Session, rules: Sequence[Rule], context: AuditContext) -> Cycle:
    today = london_date(context.now)
    return derive(
        rules,
        known_rounds(session, context.programme_id or 0),
        today=today,
        first_year=today.year,
        years=YEARS,
        calendar=england(),
    )


def _follows(before: Cycle, after: Cycle) -> Iterator[str]:
    was, will = _to_come(before), _to_come(after)
    gone = [one for key, one in was.items() if key not in will]
    new = [one for key, one in will.items() if key not in was]
    moved = [
        (was[key], one)
        for key, one in will.items()
        if key in was and was[key].dates.opens_on != one.dates.opens_on
    ]
    yield (
        f"Of the rounds of ten years that are still to be planned, {len(new)} are new, {len(gone)} come no "
        f"more, {len(moved)} open on another day and {len(will) - len(new) - len(moved)} stay."
    )
    said = [
        *(f"{one.name} comes and opens on {spoken(one.dates.opens_on)}." for one in new),
        *(f"{one.name}, to open on {spoken(one.dates.opens_on)}, comes no more." for one in gone),
        *(
            f"{one.name} opens on {spoken(one.dates.opens_on)} instead of {spoken(old.dates.opens_on)}."
            for old, one in moved
        ),
    ]
    yield from said[:NAMED]
    if len(said) > NAMED:
        yield f"And {len(said) - NAMED} more."
    yield from _there(after)
    yield from after.gaps


def _to_come(cycle: Cycle) -> dict[Key, Occurrence]:
    return {(one.strand, one.title, one.slot): one for one in cycle.occurrences if one.round_id is None}


def _there(after: Cycle) -> Iterator[str]:
    """What becomes of the rounds that are there: those that have begun go on, plans stay until withdrawn."""
    for one in after.occurrences:
        if one.stage is None or one.stage.is_over:
            continue
        if one.stage is not Stage.PLANNED:
            yield f"{one.name} has begun and goes on as it is."
        elif one.is_left_over:
            yield f"{one.name} is planned and waits for you to decide: withdraw it, or launch it yourself."
        else:
            yield f"{one.name} is planned and keeps its days, and how far the worker takes it."
