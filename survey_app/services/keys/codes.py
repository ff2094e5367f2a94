"""Another CODE_KEY: taken while no round gives out codes, since every code sent before is of no use then."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.crypto import Keyring
from survey_app.errors import StageError
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.keys.fingerprints import accept_key, check_keys

GIVES_OUT_CODES = (Stage.LAUNCHING, Stage.READY, Stage.PREPARING, Stage.OPEN)


def accept_code_key(session: Session, keys: Keyring, *, context: AuditContext) -> None:
    """Note the CODE_KEY of the settings as the one of this database. Audited.

    Raises:
        StageError: a round is under way, and its codes are out.
        WrongKeyError: another key is not that of this database.
    """
    title = session.scalar(select(Round.title).where(Round.stage.in_(GIVES_OUT_CODES)).limit(1))
    if title is not None:
        raise StageError(f"{title} is under way. Its codes are out, and another CODE_KEY would end them all.")
    accept_key(session, keys, "CODE_KEY")
    check_keys(session, keys)
    record(session, context, "code key replaced", "installation", 1)
