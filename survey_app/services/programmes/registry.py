"""Programmes and the agreements that they watch."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError
from survey_app.models.agreements import Agreement
from survey_app.models.programmes import Programme
from survey_app.services.audit import AuditContext, record

NATIONAL_CODE = "england"
# A programme's identity is derived from its code: an installation that is made again with the same keys
# gives the same pseudonyms. The migration that brought it in derives it so too.
IDENTITIES = uuid.UUID("0d0f6ad4-8f0e-5d5b-8a44-5f3a4b0a6c17")


@dataclass(frozen=True)
class ProgrammeView:
    """A programme as screens and commands know it."""

    id: int
    code: str
    name: str


def programme_uuid(code: str) -> str:
    """The identity of the programme with this code."""
    return str(uuid.uuid5(IDENTITIES, code))


def ensure_national(session: Session, *, agreement: str, context: AuditContext) -> ProgrammeView:
    """The national programme with its agreement, made when it is not there yet."""
    programme = session.scalar(select(Programme).where(Programme.code == NATIONAL_CODE))
    if programme is None:
        programme = Programme(
            uuid=programme_uuid(NATIONAL_CODE),
            code=NATIONAL_CODE,
            name="England",
            kind="national",
            agreement_word=agreement,
            created_at=context.now,
        )
        session.add(programme)
        session.flush()
        session.add(
            Agreement(
                programme_id=programme.id,
                title=f"{programme.name} {agreement}",
                name=agreement,
                in_force_from=None,
                in_force_to=None,
            )
        )
        record(session, context, "programme made", "programme", programme.id)
    return ProgrammeView(programme.id, programme.code, programme.name)


def find_programme(session: Session, code: str = NATIONAL_CODE) -> ProgrammeView:
    """One programme by its code.

    Raises:
        NotFoundError: there is none; `compact frame import` and `compact people add` make the national one.
    """
    programme = session.scalar(select(Programme).where(Programme.code == code))
    if programme is None:
        raise NotFoundError("programme", code)
    return ProgrammeView(programme.id, programme.code, programme.name)


def agreements_of(session: Session, programme_id: int) -> list[tuple[int, str]]:
    """Id and name of each agreement that a programme's cases are asked about."""
    rows = session.execute(
        select(Agreement.id, Agreement.name)
        .where(Agreement.programme_id == programme_id)
        .order_by(Agreement.id)
    )
    return [(agreement_id, name) for agreement_id, name in rows]
