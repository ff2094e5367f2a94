"""Programmes and the agreements that they watch."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.agreements import Agreement, Level
from survey_app.models.programmes import Programme, ProgrammeState
from survey_app.services.audit import AuditContext, record

NATIONAL_CODE = "england"
# A programme's identity is derived from its code: an installation that is made again with the same keys
# gives the same pseudonyms. The migration that brought it in derives it so too.
IDENTITIES = uuid.UUID("0d0f6ad4-8f0e-5d5b-8a44-5f3a4b0a6c17")


CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class ProgrammeView:
    """A programme as screens and commands know it; `agreement_word` is what it calls its agreement."""

    id: int
    code: str
    name: str
    uuid: str
    agreement_word: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class NewProgramme:
    """One locality's programme, below another; the code stands in commands and never changes."""

    code: str
    name: str
    agreement_word: str
    parent_id: int | None = None


def programme_uuid(code: str) -> str:
    """The identity of the programme with this code."""
    return str(uuid.uuid5(IDENTITIES, code))


def ensure_national(session: Session, *, agreement: str, context: AuditContext) -> ProgrammeView:
    """The national programme with its agreement, made when it is not there yet."""
    programme = session.scalar(select(Programme).where(Programme.code == NATIONAL_CODE))
    if programme is None:
        new = NewProgramme(code=NATIONAL_CODE, name="England", agreement_word=agreement)
        programme = _add(session, new, kind="national", context=context)
        add_agreement(
            session,
            programme_id=programme.id,
            title=f"England {agreement}",
            name=agreement,
            level=Level.NATIONAL,
            context=context,
        )
    return _view(programme)


def add_locality(session: Session, *, programme: NewProgramme, context: AuditContext) -> ProgrammeView:
    """Add the programme of one locality.

    Raises:
        InvalidError: a code that is taken or cannot be one, or no name.
        NotFoundError: no such parent.
    """
    faults = list(_faults(session, programme))
    if faults:
        raise InvalidError("This programme cannot be added yet.", tuple(faults))
    if programme.parent_id is not None and session.get(Programme, programme.parent_id) is None:
        raise NotFoundError("programme", programme.parent_id)
    return _view(_add(session, programme, kind="locality", context=context))


def _faults(session: Session, programme: NewProgramme) -> Iterator[str]:
    if not CODE.fullmatch(programme.code):
        yield "Give a code of up to 40 small letters, digits and hyphens that begins with a letter."
    if session.scalar(select(Programme.id).where(Programme.code == programme.code)) is not None:
        yield f"There is a programme {programme.code} already. Choose another code."
    if not 1 <= len(programme.name.strip()) <= 120:
        yield "Give a name of 1 to 120 characters."
    if not 1 <= len(programme.agreement_word.strip()) <= 120:
        yield "Say what it calls its agreement, in 1 to 120 characters: Compact, Covenant."


def _add(session: Session, programme: NewProgramme, *, kind: str, context: AuditContext) -> Programme:
    row = Programme(
        uuid=programme_uuid(programme.code),
        code=programme.code,
        name=programme.name.strip(),
        kind=kind,
        parent_id=programme.parent_id,
        agreement_word=programme.agreement_word.strip(),
        created_at=context.now,
    )
    session.add(row)
    session.flush()
    record(session, replace(context, programme_id=row.id), "programme made", "programme", row.id)
    return row


def set_active(session: Session, *, programme_id: int, active: bool, context: AuditContext) -> None:
    """Close a programme, in which people may look from now on and change nothing, or open it again.

    Raises:
        NotFoundError: no such programme.
    """
    row = session.get(Programme, programme_id, with_for_update=True)
    if row is None:
        raise NotFoundError("programme", programme_id)
    state = ProgrammeState.ACTIVE if active else ProgrammeState.CLOSED
    if row.state is not state:
        row.state = state
        record(
            session,
            context,
            "programme reopened" if active else "programme closed",
            "programme",
            programme_id,
        )


def add_agreement(
    session: Session,
    *,
    programme_id: int,
    title: str,
    name: str,
    level: Level = Level.LOCAL,
    context: AuditContext,
) -> int:
    """Add an agreement that a programme's cases may be asked about; its id.

    Several may have one `name`, the word of sentences (the Compact); each has a `title` of its own.

    Raises:
        InvalidError: no title or name, or another agreement of the programme has this title.
    """
    if not 1 <= len(title.strip()) <= 200 or not 1 <= len(name.strip()) <= 120:
        raise InvalidError("Give a title of 1 to 200 characters, and a name of 1 to 120.")
    taken = select(Agreement.id).where(
        Agreement.programme_id == programme_id, Agreement.title == title.strip()
    )
    if session.scalar(taken) is not None:
        raise InvalidError(f"This programme has an agreement {title.strip()!r} already. Give another title.")
    row = Agreement(
        programme_id=programme_id,
        title=title.strip(),
        name=name.strip(),
        level=level,
    )
    session.add(row)
    session.flush()
    record(session, replace(context, programme_id=programme_id), "agreement added", "agreement", row.id)
    return row.id


def find_programme(session: Session, code: str = NATIONAL_CODE) -> ProgrammeView:
    """One programme by its code.

    Raises:
        NotFoundError: there is none; `compact frame import` and `compact people add` make the national one.
    """
    programme = session.scalar(select(Programme).where(Programme.code == code))
    if programme is None:
        raise NotFoundError("programme", code)
    return _view(programme)


def word_of(session: Session, programme_id: int) -> str:
    """What a programme calls its agreement in sentences, after the word the."""
    return session.get_one(Programme, programme_id).agreement_word


def programmes(session: Session) -> list[ProgrammeView]:
    """Every programme, in the order in which they were made."""
    return [_view(row) for row in session.scalars(select(Programme).order_by(Programme.id))]


def _view(row: Programme) -> ProgrammeView:
    active = row.state is ProgrammeState.ACTIVE
    return ProgrammeView(row.id, row.code, row.name, row.uuid, row.agreement_word, active)


def agreements_of(session: Session, programme_id: int) -> list[tuple[int, str]]:
    """Id and name of each agreement that a programme's cases are asked about."""
    rows = session.execute(
        select(Agreement.id, Agreement.name)
        .where(Agreement.programme_id == programme_id)
        .order_by(Agreement.id)
    )
    return [(agreement_id, name) for agreement_id, name in rows]
