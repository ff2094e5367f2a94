"""The derived state "live and well-rounded": a rule that can be read, and changed with a reason.

Source: Craig et al. (2005), The paradox of Compacts: the summary of chapter 4 says how many were "operating a
live and well-rounded Compact", and the recommendations that a signed one be reviewed regularly. The report
gives no definition; this one is ours. It is no score: it is met or not.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError
from survey_app.models.agreements import RegisterRule
from survey_app.services.agreements.compiled import AgreementState, Party
from survey_app.services.agreements.vocabulary import CodeState, Field, Flag, Standing
from survey_app.services.audit import AuditContext, record

LIVE = "live and well-rounded"
_DEAD = frozenset({Flag.STALLED, Flag.UNSIGNED, Flag.REDUNDANT})
MAX_CODES, MAX_YEARS = 10, 20


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What an agreement in place needs to be live and well-rounded.

    `min_codes` counts codes of practice, as documents or inside the main text; a review counts for
    `review_years` years; `both_sectors`: somebody of each has signed.
    """

    min_codes: int = 1
    review_years: int = 3
    both_sectors: bool = True

    @property
    def in_words(self) -> str:
        """The rule, as screens and files print it."""
        codes = f"at least {self.min_codes} code{'s' * (self.min_codes != 1)} of practice"
        signed = "signed by both sectors, " if self.both_sectors else ""
        years = f"{self.review_years} year{'s' * (self.review_years != 1)}"
        return (
            f"in place, {signed}with {codes}, reviewed or begun in the last {years}, "
            "not stalled, unsigned or becoming redundant"
        )


def lacks(rule: Rule, agreement: AgreementState, *, day: date) -> list[str]:
    """What an agreement in place lacks on a day; empty where it is live and well-rounded."""
    return list(_lacks(rule, agreement, day))


def _lacks(rule: Rule, agreement: AgreementState, day: date) -> Iterator[str]:
    if agreement.standing is not Standing.IN_PLACE:
        yield "it is not in place"
    yield from (f"it is {flag.value}" for flag in sorted(agreement.flags & _DEAD))
    codes = [state for state in agreement.codes.values() if state is not CodeState.DEVELOPING]
    if len(codes) < rule.min_codes:
        yield f"it has {len(codes)} of {rule.min_codes} codes of practice"
    if rule.both_sectors and not _both(agreement.parties):
        yield "it is not signed by both sectors"
    if _years_before(day, rule.review_years) >= (agreement.looked_at or date.min):
        yield f"nobody has reviewed it for {rule.review_years} years"


def _both(parties: tuple[Party, ...]) -> bool:
    voluntary = {party.entry.field is Field.VOLUNTARY for party in parties if party.signed}
    return voluntary == {True, False}


def _years_before(day: date, years: int) -> date:
    # The 29th of February is the 28th in most other years.
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def rule_of(session: Session, *, programme_id: int) -> tuple[Rule, str]:
    """The rule that counts in a programme, and why it is so."""
    newest = select(RegisterRule).where(RegisterRule.programme_id == programme_id)
    row = session.scalar(newest.order_by(RegisterRule.id.desc()).limit(1))
    return (Rule(**row.criteria), row.reason) if row else (Rule(), "As the program ships it.")


def change_rule(session: Session, *, rule: Rule, reason: str, context: AuditContext) -> None:
    """Let another rule count from now on; what was published under the old one stays.

    Raises:
        InvalidError: no reason, or numbers that no agreement could meet.
    """
    faults = [] if reason.strip() else ["Say why the rule changes."]
    if not 0 <= rule.min_codes <= MAX_CODES:
        faults.append(f"Codes of practice: enter a number from 0 to {MAX_CODES}.")
    if not 1 <= rule.review_years <= MAX_YEARS:
        faults.append(f"Years: enter a number from 1 to {MAX_YEARS}.")
    if faults or context.programme_id is None:
        raise InvalidError("This rule cannot be set.", tuple(faults))
    row = RegisterRule(programme_id=context.programme_id, criteria=asdict(rule), reason=reason.strip())
    row.recorded_at, row.recorded_by = context.now, context.actor
    session.add(row)
    session.flush()
    record(session, context, "rule of the register changed", "register_rule", row.id, **asdict(rule))
