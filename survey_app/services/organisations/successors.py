"""What became of organisations: merged, replaced or split, with the day and how we know."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import in_words, london_date
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.services.audit import AuditContext, record

KINDS = ("merged", "replaced", "split")
MAX_SOURCE_LENGTH = 400


def link_organisations(
    session: Session,
    *,
    predecessor_id: int,
    successor_id: int,
    kind: str,
    happened_on: date,
    source: str,
    context: AuditContext,
) -> int:
    """Note what one organisation became; its id. Random numbers stay: the survivor of a merger keeps its own.

    Raises:
        InvalidError: an unknown kind, a day to come, no source, or an organisation that becomes itself.
        NotFoundError: no such organisation.
        TakenError: this was noted already.
    """
    source = source.strip()
    faults = _faults(kind, happened_on, source, london_date(context.now))
    if successor_id in _came_from(session, predecessor_id):
        faults.append("An organisation cannot become what it came from, nor itself.")
    if faults:
        raise InvalidError("The link was not kept.", tuple(faults))
    for one in (predecessor_id, successor_id):
        if session.get(Organisation, one) is None:
            raise NotFoundError("organisation", one)
    link = OrganisationLink(
        predecessor_id=predecessor_id,
        successor_id=successor_id,
        kind=kind,
        happened_on=happened_on,
        source=source,
        recorded_at=context.now,
        recorded_by=context.actor,
    )
    with session.begin_nested():
        session.add(link)
    about = {"successor": successor_id, "kind": kind}
    record(session, context, "organisations linked", "organisation", predecessor_id, **about)
    return link.id


def _faults(kind: str, happened_on: date, source: str, today: date) -> list[str]:
    faults = []
    if kind not in KINDS:
        faults.append(f"{kind!r} is not one of {', '.join(KINDS)}.")
    if happened_on > today:
        faults.append(f"The day, {in_words(happened_on)}, is still to come.")
    if not 1 <= len(source) <= MAX_SOURCE_LENGTH:
        faults.append(f"Say how we know, in 1 to {MAX_SOURCE_LENGTH} characters.")
    return faults


def _came_from(session: Session, organisation_id: int) -> set[int]:
    """An organisation with all that it came from."""
    predecessors: set[int] = set()
    ahead = {organisation_id}
    while ahead:
        predecessors |= ahead
        before = session.scalars(
            select(OrganisationLink.predecessor_id).where(OrganisationLink.successor_id.in_(ahead))
        )
        ahead = set(before) - predecessors
    return predecessors
