"""Signatures of bodies that are no more: carried over to a successor only when somebody confirms it (R17)."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from survey_app.errors import InvalidError
from survey_app.models.agreements import Agreement, EntryKind, Precision
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import Entry, NewEntry, known
from survey_app.services.audit import AuditContext


@dataclass(frozen=True)
class Successor:
    """A body that took the place of another, and since when."""

    id: int
    name: str
    since: date


@dataclass(frozen=True, kw_only=True)
class Lapsed:
    """A signature that binds nobody until somebody says who signs in its place, if anybody does."""

    entry: Entry
    agreement: str
    successors: tuple[Successor, ...]

    @property
    def ended_on(self) -> date:
        """The first day without the body."""
        return min(one.since for one in self.successors)


def lapsed(session: Session, *, programme_id: int, today: date) -> list[Lapsed]:
    """The signatures of a programme whose body is no more, by the title of their agreement."""
    chosen = select(Agreement.id, Agreement.title).where(Agreement.programme_id == programme_id)
    titles = {
        agreement_id: title for agreement_id, title in session.execute(chosen.order_by(Agreement.title))
    }
    became = _became(session)
    entries = register.entries_of(session, list(titles))
    now = max((entry.recorded_at for entry in entries), default=None)
    held = [one for one in known(entries, by=now) if one.held_on(today)] if now else []
    waiting = [
        Lapsed(entry=one, agreement=titles[one.agreement_id], successors=became[one.organisation_id])
        for one in held
        if one.kind is EntryKind.SIGNATORY and one.organisation_id in became
    ]
    return sorted(waiting, key=lambda one: (one.agreement.casefold(), one.entry.id))


def lapsed_entry(session: Session, *, entry_id: int, programme_id: int, today: date) -> Lapsed:
    """One of them.

    Raises:
        InvalidError: somebody has said already what became of it, or its body is still there.
    """
    for one in lapsed(session, programme_id=programme_id, today=today):
        if one.entry.id == entry_id:
            return one
    raise InvalidError("This signature does not wait for anybody: look at the agreement again.")


def carry_over(
    session: Session, *, one: Lapsed, successor_id: int, since: date, source: str, context: AuditContext
) -> int:
    """Enter that a successor has confirmed a signature, with its department; the id of the new entry.

    Raises:
        InvalidError: no such successor, or what the register refuses.
        TakenError: somebody else said so in the meantime.
    """
    successor = next((other for other in one.successors if other.id == successor_id), None)
    if successor is None:
        raise InvalidError("Choose the body that took its place.")
    _end(session, one, f"Carried over to {successor.name}, which confirmed it", context)
    new = NewEntry(
        kind=EntryKind.SIGNATORY, what=successor.name, state=one.entry.state, organisation_id=successor.id,
        field=one.entry.field, department=one.entry.department, began_on=since, precision=Precision.DAY,
        source=source, reason=f"In the place of {one.entry.what}",
    )  # fmt: skip
    return register.add_entry(session, agreement_id=one.entry.agreement_id, new=new, context=context)


def let_end(session: Session, *, one: Lapsed, reason: str, context: AuditContext) -> None:
    """Enter that a signature ended with its body: no successor takes it over.

    Raises:
        InvalidError: no reason, or what the register refuses.
        TakenError: somebody else said so in the meantime.
    """
    if not reason.strip():
        raise InvalidError("Say why no successor takes it over.")
    _end(session, one, reason, context)


def _end(session: Session, one: Lapsed, reason: str, context: AuditContext) -> None:
    old = {name: getattr(one.entry, name) for name in NewEntry.__dataclass_fields__}
    ended = replace(NewEntry(**old), ended_on=one.ended_on, reason=reason)
    register.correct_entry(session, entry_id=one.entry.id, new=ended, context=context)


def _became(session: Session) -> dict[int | None, tuple[Successor, ...]]:
    """What followed each body that is no more, by its id."""
    body = aliased(Organisation)
    rows = session.execute(
        select(OrganisationLink.predecessor_id, body.id, body.name, OrganisationLink.happened_on)
        .join(body, body.id == OrganisationLink.successor_id)
        .order_by(OrganisationLink.predecessor_id, body.name)
    )
    became: dict[int | None, tuple[Successor, ...]] = {}
    for predecessor, body_id, name, happened_on in rows:
        became[predecessor] = (*became.get(predecessor, ()), Successor(body_id, name, happened_on))
    return became
