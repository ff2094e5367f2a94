"""Programmes and the agreements that they watch."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError
from survey_app.models.agreements import Agreement
from survey_app.models.programmes import Programme
from survey_app.services.audit import AuditContext, record

NATIONAL_CODE = "england"


@dataclass(frozen=True)
class ProgrammeView:
    """A programme as screens and commands know it."""

    id: int
    code: str
    name: str


def ensure_national(session: Session, *, agreement: str, context: AuditContext) -> ProgrammeView:
    """The national programme with its agreement, made when it is not there yet."""
    found = session.scalar(select(Programme).where(Programme.code == NATIONAL_CODE))
    if found is None:
        found = Programme(code=NATIONAL_CODE, name="England", kind="national", created_at=context.now)
        session.add(found)
        session.flush()
        session.add(Agreement(programme_id=found.id, name=agreement, in_force_from=None, in_force_to=None))
        record(session, context, "programme made", "programme", found.id)
    return ProgrammeView(found.id, found.code, found.name)


def find_programme(session: Session, code: str = NATIONAL_CODE) -> ProgrammeView:
    """One programme by its code.

    Raises:
        NotFoundError: there is none; `compact frame import` and `compact people add` make the national one.
    """
    found = session.scalar(select(Programme).where(Programme.code == code))
    if found is None:
        raise NotFoundError("programme", code)
    return ProgrammeView(found.id, found.code, found.name)


def agreements_of(session: Session, programme_id: int) -> list[tuple[int, str]]:
    """Id and name of each agreement that a programme's cases are asked about."""
    rows = session.execute(
        select(Agreement.id, Agreement.name)
        .where(Agreement.programme_id == programme_id)
        .order_by(Agreement.id)
    )
    return [(agreement_id, name) for agreement_id, name in rows]
