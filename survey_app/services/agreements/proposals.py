"""Changes of the register that open sections propose: taken over as an entry, or refused with a reason.

Nothing that was said in confidence comes here: proposals are made of open forms alone
(`responses.open_forms`), which hold none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from instruments.schema import Proposes
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.agreements import Agreement, EntryKind, ProposalState, RegisterProposal
from survey_app.models.base import table
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import NewEntry
from survey_app.services.agreements.vocabulary import WHAT
from survey_app.services.audit import AuditContext, record

# What a question proposes, as a kind of entry.
KINDS = {one: EntryKind[one.name] for one in Proposes}
_PROPOSAL = table(RegisterProposal)
# Why and by whom something is set aside that nobody decided.
SENT_ANEW, BY_NIGHT = "The answers were sent anew.", "the night’s pass"


class DecidedError(ConflictError):
    """Somebody else took a proposal over, or refused it, in the meantime."""

    title = "This was decided in the meantime"

    def __init__(self) -> None:
        super().__init__("Somebody else took it over or refused it. Nothing was changed.")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one answer of an open section says of an agreement.

    `answers` are all questions of the section about it, with what was answered.
    """

    agreement_id: int
    case_id: int
    seat_id: int
    proposes: Proposes
    value: str
    words: str
    answers: Sequence[tuple[str, str]]
    said_by: str
    source: str
    received_on: date


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposed change; `what` is empty where the answer is no word of the register."""

    id: int
    agreement_id: int
    agreement: str
    case_id: int
    kind: EntryKind
    what: str
    answers: tuple[tuple[str, str], ...]
    said_by: str
    source: str
    received_on: date
    state: ProposalState
    reason: str
    decided_by: str

    @property
    def waits(self) -> bool:
        return self.state is ProposalState.WAITING


def propose(session: Session, said: Said) -> None:
    """Let a change wait for a decision, unless the same seat said the same before and it was taken over."""
    kind = KINDS[said.proposes]
    what = _what(kind, said.value, said.words)
    if what and _taken_before(session, said, kind, what):
        return
    session.add(
        RegisterProposal(
            agreement_id=said.agreement_id,
            case_id=said.case_id,
            seat_id=said.seat_id,
            kind=kind,
            what=what,
            said={"answers": [list(one) for one in said.answers]},
            said_by=said.said_by,
            source=said.source[:400],
            received_on=said.received_on,
        )
    )


def _taken_before(session: Session, said: Said, kind: EntryKind, what: str) -> bool:
    """Whether the register holds it already, since the same answer was sent before."""
    same = select(RegisterProposal.id).where(
        RegisterProposal.agreement_id == said.agreement_id,
        _from_seat(said.case_id, said.seat_id),
        RegisterProposal.kind == kind,
        RegisterProposal.what == what,
        RegisterProposal.state == ProposalState.TAKEN,
    )
    return session.scalar(same.limit(1)) is not None


def _from_seat(case_id: int, seat_id: int) -> ColumnElement[bool]:
    """What a seat said; of proposals that came before seats were kept, what its case did."""
    unknown = RegisterProposal.seat_id.is_(None) & (RegisterProposal.case_id == case_id)
    return (RegisterProposal.seat_id == seat_id) | unknown


def _what(kind: EntryKind, value: str, words: str) -> str:
    """The register's word for an option (`in_place`: in place), or what was written where any will do."""
    known = WHAT[kind]
    if known is None:
        return " ".join(words.split())[:200]
    spelled = {one.value.replace(" ", "_"): one.value for one in known}
    return (spelled | {one.name.lower(): one.value for one in known}).get(value, "")


def proposals(
    session: Session, *, programme_id: int, agreement_id: int | None = None, waiting: bool = False
) -> list[Proposal]:
    """The proposals of a programme, or of one agreement, by agreement and then by day."""
    chosen = _all(programme_id).order_by(
        func.lower(Agreement.title), RegisterProposal.received_on, RegisterProposal.id
    )
    if agreement_id is not None:
        chosen = chosen.where(RegisterProposal.agreement_id == agreement_id)
    if waiting:
        chosen = chosen.where(RegisterProposal.state == ProposalState.WAITING)
    return [_view(*row) for row in session.execute(chosen)]


def how_many_wait(session: Session, *, programme_id: int) -> int:
    """How many changes wait for a decision."""
    waiting = _all(programme_id).where(RegisterProposal.state == ProposalState.WAITING)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def proposal_of(session: Session, *, proposal_id: int, programme_id: int) -> Proposal:
    """One of them.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.execute(_all(programme_id).where(RegisterProposal.id == proposal_id)).one_or_none()
    if row is None:
        raise NotFoundError("proposal", proposal_id)
    return _view(*row)


def set_aside(session: Session, *, case_id: int, seat_id: int, context: AuditContext) -> None:
    """Let what waits of a seat wait no more: its answers were sent anew, and say again what they propose.

    What others of the same case said goes on waiting. Audited, each by itself.
    """
    waits = _all(context.programme_id or 0).where(
        _from_seat(case_id, seat_id), RegisterProposal.state == ProposalState.WAITING
    )
    for row in session.execute(waits.order_by(RegisterProposal.id)).all():
        one = _view(*row)
        _decide(session, one, ProposalState.REFUSED, SENT_ANEW, None, context, by=BY_NIGHT)


def take_over(session: Session, *, proposal: Proposal, new: NewEntry, context: AuditContext) -> int:
    """Enter what is proposed, as somebody has looked at it and completed it; the id of the entry.

    Raises:
        InvalidError: with all that the register finds wrong with the entry.
        DecidedError: somebody else decided in the meantime.
    """
    if new.kind is not proposal.kind:
        raise InvalidError("Another kind of entry was proposed.")
    entry_id = register.add_entry(session, agreement_id=proposal.agreement_id, new=new, context=context)
    _decide(session, proposal, ProposalState.TAKEN, "", entry_id, context)
    return entry_id


def refuse(session: Session, *, proposal: Proposal, reason: str, context: AuditContext) -> None:
    """Leave the register as it is, and keep why.

    Raises:
        InvalidError: no reason.
        DecidedError: somebody else decided in the meantime.
    """
    if not reason.strip():
        raise InvalidError("Say why it is refused.")
    _decide(session, proposal, ProposalState.REFUSED, reason.strip(), None, context)


def _decide(
    session: Session, one: Proposal, state: ProposalState, reason: str, entry_id: int | None,
    context: AuditContext, *, by: str = "",
) -> None:  # fmt: skip
    decided = session.execute(
        update(_PROPOSAL)
        .where(_PROPOSAL.c.id == one.id, _PROPOSAL.c.state == ProposalState.WAITING)
        .values(
            state=state,
            reason=reason,
            entry_id=entry_id,
            decided_at=context.now,
            decided_by=by or context.actor,
        )
    )
    if decided.rowcount != 1:  # type: ignore[attr-defined]
        raise DecidedError
    act = f"proposed change {state.value}"
    record(session, context, act, "agreement", one.agreement_id, proposal=one.id, kind=one.kind.value)


def _all(programme_id: int) -> Select[RegisterProposal, str]:
    joined = select(RegisterProposal, Agreement.title).join(
        Agreement, Agreement.id == RegisterProposal.agreement_id
    )
    return joined.where(Agreement.programme_id == programme_id)


def _view(row: RegisterProposal, title: str) -> Proposal:
    return Proposal(
        id=row.id, agreement_id=row.agreement_id, agreement=title, case_id=row.case_id, kind=row.kind,
        what=row.what, answers=tuple((question, answer) for question, answer in row.said["answers"]),
        said_by=row.said_by, source=row.source, received_on=row.received_on, state=row.state,
        reason=row.reason, decided_by=row.decided_by,
    )  # fmt: skip
