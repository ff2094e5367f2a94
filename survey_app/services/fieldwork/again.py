"""Letters that failed, sent again: one, several, all of a round, or those to an address that was corrected.

Each keeps its Message-ID, and leaves after the next night's pass: a letter to another address is refused
where answers were begun, and before the pass that would tell whoever sends it again.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import note_contact
from survey_app.services.organisations.contacts import addresses_of
from survey_app.services.responses.settling import next_night
from survey_app.services.rounds.lifecycle import RoundView


def send_again(
    session: Session, *, round_view: RoundView, letters: Collection[int] | None, context: AuditContext
) -> int:
    """Let failed letters of a round be tried again at night, those named or all; how many. Audited.

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
    which: list[ColumnElement[bool]] = [Message.case_id.in_(of_round)]
    if letters is not None:
        which.append(Message.id.in_(letters))
    count = _tried_again(session, which, context)
    if not count:
        raise ConflictError("These letters are not failed any more. Look at the list again.")
    record(session, context, "letters sent again", "round", round_view.id, count=count)
    return count


def reached_at(session: Session, keys: Keyring, *, organisation_id: int) -> str:
    """What tells the address that letters to an organisation go to now; empty where there is none."""
    address = addresses_of(session, keys, [organisation_id]).get(organisation_id)
    return address.lookup if address else ""


def send_to_corrected(
    session: Session, keys: Keyring, *, organisation_id: int, before: str, context: AuditContext
) -> int:
    """Where letters to an organisation go elsewhere than `before`, let those that failed be tried at night.

    How many: those of open rounds, and none that was to go to one address and no other. Audited.
    """
    if reached_at(session, keys, organisation_id=organisation_id) in ("", before):
        return 0
    of_open_rounds = (
        select(Case.id)
        .join(Round, Round.id == Case.round_id)
        .where(
            Case.organisation_id == organisation_id,
            Round.stage == Stage.OPEN,
            or_(Round.ended_on.is_(None), Case.answers_until > Round.ended_on),
        )
    )
    which = [Message.case_id.in_(of_open_rounds), Message.address_sealed.is_(None)]
    count = _tried_again(session, which, context)
    if count:
        record(session, context, "letters sent again", "organisation", organisation_id, count=count)
    return count


def _tried_again(session: Session, which: Sequence[ColumnElement[bool]], context: AuditContext) -> int:
    night = next_night(context.now)
    rows = session.execute(
        update(Message)
        .where(Message.state == "failed", *which)
        .values(
            state="waiting",
            attempts=0,
            connections_lost=0,
            put_off_since=None,
            failure="",
            leased_by="",
            due_at=night,
            lease_until=night,
            lease_number=Message.lease_number + 1,
        )
        .returning(Message.case_id, Message.template)
        .execution_options(synchronize_session=False)
    ).all()
    for case_id, template in rows:
        kind = f"{template} to be sent again"
        note_contact(session, case_id=case_id or 0, kind=kind, actor=context.actor, now=context.now)
    return len(rows)
