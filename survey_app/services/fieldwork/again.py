"""Letters that failed, sent again: one, several, or all of a round, each with its Message-ID."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import note_contact
from survey_app.services.rounds.lifecycle import RoundView


def send_again(
    session: Session, *, round_view: RoundView, letters: Collection[int] | None, context: AuditContext
) -> int:
    """Let failed letters of a round be tried again, those named or all; how many. Audited.

    Whoever has answered meanwhile is not written to: that is looked at when a letter leaves.

    Raises:
        InvalidError: no letter is named.
        StageError: the round is not open.
        ConflictError: none of them is failed any more.
    """
    if letters is not None and not letters:
        raise InvalidError("Choose at least one letter to send again.")
    if round_view.stage is not Stage.OPEN:
        raise StageError(f"{round_view.title} is {round_view.stage}: letters are sent while it is open.")
    of_round = select(Case.id).where(Case.round_id == round_view.id)
    if round_view.ended_on is not None:
        of_round = of_round.where(Case.answers_until > round_view.ended_on)
    which: list[ColumnElement[bool]] = [Message.state == "failed", Message.case_id.in_(of_round)]
    if letters is not None:
        which.append(Message.id.in_(letters))
    rows = session.execute(
        update(Message)
        .where(*which)
        .values(
            state="waiting",
            attempts=0,
            connections_lost=0,
            put_off_since=None,
            failure="",
            leased_by="",
            lease_until=context.now,
            lease_number=Message.lease_number + 1,
        )
        .returning(Message.case_id, Message.template)
        .execution_options(synchronize_session=False)
    ).all()
    if not rows:
        raise ConflictError("These letters are not failed any more. Look at the list again.")
    for case_id, template in rows:
        kind = f"{template} to be sent again"
        note_contact(session, case_id=case_id or 0, kind=kind, actor=context.actor, now=context.now)
    record(session, context, "letters sent again", "round", round_view.id, count=len(rows))
    return len(rows)
