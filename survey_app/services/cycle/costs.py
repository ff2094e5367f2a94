"""What strands and rounds may cost and did cost, by year; lines add up, and none is ever changed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.rules import FIRST_YEAR, LAST_YEAR
from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.models.cycle import CostKind as CostKind
from survey_app.models.cycle import CostLine
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.rounds import lifecycle

MAX_PENCE = 100_000_000_00
MAX_WHAT = 200


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A sum in pence for a strand and year, or for one of its rounds."""

    kind: CostKind
    strand: Strand
    year: int
    what: str
    pence: int
    round_id: int | None = None


@dataclass(frozen=True)
class Entered:
    """A line as it was entered; `round_title` is empty where it is about no single round."""

    cost: Cost
    round_title: str
    entered_on: date
    entered_by: str


@dataclass(frozen=True)
class Standing:
    """Plan against actual of one strand in one year, or of one round; all in pence."""

    strand: Strand
    year: int
    round_title: str
    budget: int
    cost: int

    @property
    def left(self) -> int:
        return self.budget - self.cost


def enter(session: Session, *, cost: Cost, context: AuditContext) -> None:
    """Enter what was planned or spent; a correction is a line with the difference. Audited.

    Raises:
        InvalidError: no sum, a huge one, no words, a year far away, or a round of another strand.
        NotFoundError: no such round in the programme.
    """
    faults = _faults(cost)
    if cost.round_id is not None:
        one = lifecycle.get_round(session, round_id=cost.round_id, programme_id=context.programme_id)
        if one.strand is not cost.strand or one.year != cost.year:
            faults.append(
                f"{one.title} is a round of another strand or year. Choose both as the round has them."
            )
    if faults:
        raise InvalidError("This cannot be entered.", tuple(faults))
    row = CostLine(
        programme_id=context.programme_id,
        strand=cost.strand,
        year=cost.year,
        round_id=cost.round_id,
        kind=cost.kind,
        what=cost.what.strip(),
        pence=cost.pence,
        entered_at=context.now,
        entered_by=context.actor,
    )
    session.add(row)
    session.flush()
    record(
        session, context, f"{cost.kind.value} entered", "cost_line", row.id,
        strand=cost.strand.value, year=cost.year, pence=cost.pence,
    )  # fmt: skip


def _faults(cost: Cost) -> list[str]:
    faults = []
    if not 0 < abs(cost.pence) <= MAX_PENCE:
        faults.append("Enter a sum of at least a penny, and at most £100 million.")
    if not 1 <= len(cost.what.strip()) <= MAX_WHAT:
        faults.append(f"Say what it is for, in 1 to {MAX_WHAT} characters.")
    if not FIRST_YEAR <= cost.year <= LAST_YEAR:
        faults.append(f"Give a year between {FIRST_YEAR} and {LAST_YEAR}.")
    return faults


def entered(session: Session, programme_id: int) -> list[Entered]:
    """Every line of a programme, the newest first."""
    rows = session.execute(
        select(CostLine, Round.title)
        .outerjoin(Round, Round.id == CostLine.round_id)
        .where(CostLine.programme_id == programme_id)
        .order_by(CostLine.id.desc())
    )
    return [
        Entered(
            Cost(
                kind=row.kind,
                strand=row.strand,
                year=row.year,
                what=row.what,
                pence=row.pence,
                round_id=row.round_id,
            ),
            title or "",
            london_date(row.entered_at),
            row.entered_by,
        )
        for row, title in rows
    ]


def standings(lines: list[Entered]) -> list[Standing]:
    """Plan against actual: of each strand and year, all its rounds included, then of each round by itself."""
    sums: dict[tuple[int, Strand, str], dict[CostKind, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        for title in {"", line.round_title}:
            sums[line.cost.year, line.cost.strand, title][line.cost.kind] += line.cost.pence
    keys = sorted(sums, key=lambda key: (-key[0], list(Strand).index(key[1]), key[2]))
    return [
        Standing(strand, year, title, of[CostKind.BUDGET], of[CostKind.COST])
        for year, strand, title in keys
        for of in [sums[year, strand, title]]
    ]
