"""The rules of a programme's cycle, as they are kept: one a series."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.rules import After, OnDay, Rule, check_rules, usual_rules
from scheduler.stages import CycleError
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.cycle import CycleRule
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record

# Lists change slowly; half a year more than the survey's own rhythm.
USUAL_VALID_MONTHS = 18
MAX_VALID_MONTHS = 120
# The work that looks ahead, once a day for each programme.
PROGRAMME, LOOK_AHEAD = "programme", "cycle"


@dataclass(frozen=True)
class KeptRule:
    """A rule with its key, and how many months after its date a list may still be drawn from."""

    id: int
    rule: Rule
    lists_valid_months: int = USUAL_VALID_MONTHS


def rules_of(session: Session, programme_id: int) -> list[KeptRule]:
    """Every rule of a programme, in the order in which they were made."""
    rows = session.scalars(
        select(CycleRule).where(CycleRule.programme_id == programme_id).order_by(CycleRule.id)
    )
    return [_kept(row) for row in rows]


def rule_of(session: Session, *, rule_id: int, programme_id: int) -> KeptRule:
    """One rule of a programme.

    Raises:
        NotFoundError: no such rule in it.
    """
    row = session.get(CycleRule, rule_id)
    if row is None or row.programme_id != programme_id:
        raise NotFoundError("rule of the cycle", rule_id)
    return _kept(row)


def set_rule(
    session: Session,
    *,
    rule: Rule,
    lists_valid_months: int = USUAL_VALID_MONTHS,
    context: AuditContext,
) -> None:
    """Set the rule of a series, new or changed; rounds that have begun stay as they are. Audited.

    Raises:
        InvalidError: the rule cannot be followed, by itself or with the others.
    """
    programme_id = context.programme_id or 0
    kept = rules_of(session, programme_id)
    others = [one.rule for one in kept if (one.rule.strand, one.rule.title) != (rule.strand, rule.title)]
    _check([*others, rule], lists_valid_months)
    row = session.scalar(
        select(CycleRule).where(
            CycleRule.programme_id == programme_id,
            CycleRule.strand == rule.strand,
            CycleRule.title == rule.title,
        )
    )
    if row is None:
        row = CycleRule(programme_id=programme_id, strand=rule.strand, title=rule.title)
    _fill(row, rule, lists_valid_months, context)
    session.add(row)
    session.flush()
    record(
        session, context, "cycle rule set", "cycle_rule", row.id,
        strand=rule.strand.value, every=rule.every, policy=rule.policy.value, active=rule.active,
    )  # fmt: skip
    look_ahead_now(session, context)


def set_usual(session: Session, *, start: int, opens: OnDay, context: AuditContext) -> None:
    """Set the cycle that the report describes, for a programme that has none.

    Raises:
        InvalidError: the day is not in every year, or the year cannot be.
    """
    for rule in usual_rules(start, opens=opens):
        set_rule(session, rule=rule, context=context)


def look_ahead_now(session: Session, context: AuditContext) -> None:
    """Let the worker look at the cycle of the programme as soon as it can; from then on it does so daily."""
    jobs.reschedule(
        session,
        kind=LOOK_AHEAD,
        subject_kind=PROGRAMME,
        subject_id=context.programme_id or 0,
        due_at=context.now,
        context=context,
    )


def _check(rules: list[Rule], lists_valid_months: int) -> None:
    try:
        check_rules(rules)
    except CycleError as fault:
        raise InvalidError(str(fault)) from None
    if not 1 <= lists_valid_months <= MAX_VALID_MONTHS:
        raise InvalidError(
            f"Lists may be valid for 1 to {MAX_VALID_MONTHS} months, not {lists_valid_months}."
        )


def _fill(row: CycleRule, rule: Rule, lists_valid_months: int, context: AuditContext) -> None:
    opens = rule.opens
    row.every, row.first_year, row.last_year = rule.every, rule.first_year, rule.last_year
    on_day = opens if isinstance(opens, OnDay) else None
    after = opens if isinstance(opens, After) else None
    row.opens_month, row.opens_day = (on_day.month, on_day.day) if on_day else (None, None)
    row.after_strand, row.after_anchor = (after.strand, after.anchor) if after else (None, None)
    row.after_weeks, row.years_before = (after.weeks, after.years_before) if after else (0, 0)
    row.policy, row.active, row.lists_valid_months = rule.policy, rule.active, lists_valid_months
    row.changed_at, row.changed_by = context.now, context.actor


def _kept(row: CycleRule) -> KeptRule:
    opens: OnDay | After
    if row.after_strand is not None and row.after_anchor is not None:
        opens = After(row.after_strand, row.after_anchor, row.after_weeks, row.years_before)
    else:
        opens = OnDay(row.opens_month or 1, row.opens_day or 1)
    rule = Rule(
        strand=row.strand,
        every=row.every,
        first_year=row.first_year,
        opens=opens,
        title=row.title,
        last_year=row.last_year,
        policy=row.policy,
        active=row.active,
    )
    return KeptRule(row.id, rule, row.lists_valid_months)
