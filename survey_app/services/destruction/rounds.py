"""Destroying the answers of a round: its key first, then whatever is sealed under it or points at an answer.

Who was asked and who answered stays, and so do published figures. The key goes in one short transaction, with
a line in the log outside the database; the rows go in batches after it, so that nobody who answers another
round waits. `Database.scrub` then takes the bytes out of the file.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from sqlalchemy import Column, Table, delete, func, select, update
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.errors import ConflictError
from survey_app.models.base import Base, table
from survey_app.models.cases.casework import AddedCase, Case, CaseEvent
from survey_app.models.files import FileSeal, StoredFile
from survey_app.models.jobs import Job
from survey_app.models.keys import MaterialKey
from survey_app.models.responses import Response
from survey_app.models.results import ReleaseRound
from survey_app.models.rounds import Round
from survey_app.services import jobs, material
from survey_app.services.audit import AuditContext, record
from survey_app.services.destruction.log import Destroyed

BATCH = 500
Write = Callable[[Destroyed], None]


def has_key(session: Session, round_id: int) -> bool:
    """Whether there is anything to destroy: a key, and not destroyed yet."""
    return _key(session, round_id) is not None


def count_answers(session: Session, round_id: int) -> int:
    """How many questionnaires of a round hold answers, sent or not."""
    query = select(func.count()).select_from(Response).where(Response.round_id == round_id)
    return session.scalar(query) or 0


def check_no_freezing(session: Session, round_id: int) -> None:
    """Let pass while no results are being worked out from the round's answers.

    Raises:
        ConflictError: they are.
    """
    of_round = select(ReleaseRound.release_id).where(ReleaseRound.round_id == round_id)
    at_work = select(Job.id).where(
        Job.subject_kind == jobs.RELEASE,
        Job.subject_id.in_(of_round),
        Job.kind == "freeze",
        Job.state == jobs.WAITING,
    )
    if session.scalar(at_work.limit(1)) is not None:
        raise ConflictError("Results are being worked out from these answers. Wait, or stop that work.")


def destroy_some(session: Session, *, round_id: int, who: str, write: Write, context: AuditContext) -> int:
    """One step of destroying a round's answers; how many pieces went, and 0 when nothing is left.

    Args:
        who: who asked and who agreed, for the log and the audit trail.
        write: puts a line into the log outside the database; it fails before anything is destroyed.
    """
    if has_key(session, round_id):
        check_no_freezing(session, round_id)
        _destroy_key(session, round_id, who, write, context)
        return 1
    return (
        _delete_answers(session, round_id)
        or _delete_by_seat(session, round_id)
        or _delete_notes(session, round_id)
    )


def destroy_again(session: Session, *, lines: Iterable[Destroyed], context: AuditContext) -> list[str]:
    """Destroy in a restored database whatever the log says was destroyed; the titles of its rounds.

    All in one transaction: nobody works in a database that is being restored. `Database.scrub` follows it.
    """
    titles = []
    for line in lines:
        round_ = session.scalar(select(Round).where(Round.uuid == line.round))
        if round_ is None or not has_key(session, round_.id):
            continue
        who = f"{line.who}, on {line.day.isoformat()}"
        while destroy_some(session, round_id=round_.id, who=who, write=_written_before, context=context):
            pass
        titles.append(round_.title)
    return titles


def _written_before(_line: Destroyed) -> None:
    return None


def _destroy_key(session: Session, round_id: int, who: str, write: Write, context: AuditContext) -> None:
    """With the key, every file that is sealed under it goes: this year's bundle, and next year's."""
    answers = count_answers(session, round_id)
    sealed = select(FileSeal.file_id).where(FileSeal.material_key_id == _key(session, round_id))
    files = list(session.scalars(sealed))
    material.destroy_material(session, subject_kind=material.ROUND, subject_id=round_id, context=context)
    session.execute(delete(FileSeal).where(FileSeal.file_id.in_(files)))
    session.execute(delete(StoredFile).where(StoredFile.id.in_(files)))
    record(
        session, context, "answers destroyed", "round", round_id, by=who, answers=answers, files=len(files)
    )
    session.flush()
    write(Destroyed(session.get_one(Round, round_id).uuid, london_date(context.now), who))


def _key(session: Session, round_id: int) -> int | None:
    return session.scalar(
        select(MaterialKey.id).where(
            MaterialKey.subject_kind == material.ROUND,
            MaterialKey.subject_id == round_id,
            MaterialKey.wrapped.is_not(None),
        )
    )


def _delete_answers(session: Session, round_id: int) -> int:
    ids = list(session.scalars(select(Response.id).where(Response.round_id == round_id).limit(BATCH)))
    for dependant, column in pointing_at_answers():
        session.execute(delete(dependant).where(column.in_(ids)))
    session.execute(delete(table(Response)).where(Response.id.in_(ids)))
    return len(ids)


def pointing_at_answers() -> Iterable[tuple[Table, Column[Any]]]:
    """The tables whose rows belong to a response, those that others point at last."""
    for each in reversed(Base.metadata.sorted_tables):
        for column in each.columns:
            if any(key.column is Response.__table__.c.id for key in column.foreign_keys):
                yield each, cast(Column[Any], column)


# What staff wrote about people, with the column that says of which case.
NOTES = (
    (CaseEvent, CaseEvent.note_sealed, CaseEvent.case_id),
    (AddedCase, AddedCase.note_sealed, AddedCase.case_id),
    (AddedCase, AddedCase.referrer_note_sealed, AddedCase.case_id),
)


def _delete_notes(session: Session, round_id: int) -> int:
    """Take the notes out of the rows that stay, all at once: there are some to a case."""
    of_round = select(Case.id).where(Case.round_id == round_id)
    deleted = 0
    for model, note, case_id in NOTES:
        gone = session.execute(
            update(table(model)).where(case_id.in_(of_round), note.is_not(None)).values({note.key: None})
        )
        deleted += gone.rowcount  # type: ignore[attr-defined]
    return deleted


def kept_by_seat() -> list[Table]:
    """The tables beside the answers themselves whose rows stand under the pseudonym of a seat."""
    needed = {"round_id", "seat_pseudonym"}
    return [
        each
        for each in Base.metadata.sorted_tables
        if needed <= set(each.columns.keys()) and each is not Response.__table__
    ]


def _delete_by_seat(session: Session, round_id: int) -> int:
    """Who came in, what was typed and never sent: some rows of one table."""
    for each in kept_by_seat():
        (key,) = each.primary_key
        ids = list(session.scalars(select(key).where(each.c.round_id == round_id).limit(BATCH)))
        if ids:
            session.execute(delete(each).where(key.in_(ids)))
            return len(ids)
    return 0
