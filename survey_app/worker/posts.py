"""The kinds of letters that lie in the one outbox: what a worker asks of each as it hands letters over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from config import Settings
from survey_app.clock import Clock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.audit import AuditContext
from survey_app.services.cases.letters import NOTICES
from survey_app.services.fieldwork import leases, letters, marks, new_codes
from survey_app.services.fieldwork.leases import Claimed, Held, Hold
from survey_app.services.fieldwork.letters import Addressee
from survey_app.services.reviews.mailing import posting
from survey_app.services.reviews.mailing.posting import Errand, Reached


class Whom(Protocol):
    """Whom a letter goes to; `waits`: a second person has yet to agree to the address."""

    @property
    def waits(self) -> bool: ...


H = TypeVar("H", bound=Held)
W = TypeVar("W", bound=Whom)


class Post(Protocol[H, W]):
    """One kind of letters: claimed, held, addressed, written, marked."""

    def claim(self, session: Session, hold: Hold) -> list[H]: ...

    def renew(self, session: Session, group: Sequence[H], hold: Hold) -> list[H]: ...

    def whom(self, batch: Sequence[H]) -> Mapping[int, W]: ...

    def may_leave(self, claimed: H, whom: W) -> bool: ...

    def written(self, claimed: H, whom: W) -> EmailMessage: ...

    def mark_sent(self, session: Session, claimed: H, whom: W, now: datetime) -> bool: ...

    def holds(self, session: Session, claimed: H, whom: W, hold: Hold) -> bool: ...


@dataclass(frozen=True)
class _Post:
    """What every post works with."""

    database: Database
    keys: Keyring
    settings: Settings
    clock: Clock


@dataclass(frozen=True)
class ToSeats(_Post):
    """Letters to the seats of cases."""

    def claim(self, session: Session, hold: Hold) -> list[Claimed]:
        return leases.claim_due(session, hold=hold)

    def renew(self, session: Session, group: Sequence[Claimed], hold: Hold) -> list[Claimed]:
        return leases.renew(session, group=group, hold=hold)

    def whom(self, batch: Sequence[Claimed]) -> Mapping[int, Addressee]:
        """Whom letters go to, with new codes where they move to another address before a start."""
        with self.database.reading() as session:
            known = letters.addressees(session, self.keys, batch=batch)
        moving = letters.to_renew(batch, known)
        if not moving:
            return known
        with self.database.writing() as session:
            context = AuditContext("worker", self.clock.now())
            new_codes.renew_moved(session, self.keys, moving=moving, context=context)
            session.flush()
            return letters.addressees(session, self.keys, batch=batch)

    def may_leave(self, claimed: Claimed, whom: Addressee) -> bool:
        """Whether a letter leaves once answers were sent: one about a new code says so, without a code."""
        asked_for = claimed.template == new_codes.TEMPLATE and claimed.to is not None
        return not whom.answered or asked_for or claimed.template in NOTICES

    def written(self, claimed: Claimed, whom: Addressee) -> EmailMessage:
        now = self.clock.now()
        return letters.letter_for(self.keys, self.settings, claimed=claimed, addressee=whom, now=now)

    def mark_sent(self, session: Session, claimed: Claimed, whom: Addressee, now: datetime) -> bool:
        return marks.mark_sent(session, claimed=claimed, addressee=whom, now=now)

    def holds(self, session: Session, claimed: Claimed, whom: Addressee, hold: Hold) -> bool:
        return leases.hold_on(session, claimed=claimed, generation=whom.seat.generation, hold=hold)


@dataclass(frozen=True)
class OfReviews(_Post):
    """Letters about the sessions and actions of reviews, which no seat has."""

    def claim(self, session: Session, hold: Hold) -> list[Errand]:
        return posting.claim_due(session, hold=hold)

    def renew(self, session: Session, group: Sequence[Errand], hold: Hold) -> list[Errand]:
        return posting.renew(session, group=group, hold=hold)

    def whom(self, batch: Sequence[Errand]) -> Mapping[int, Reached]:
        with self.database.reading() as session:
            now = self.clock.now()
            return posting.reached(session, self.keys, self.settings, batch=batch, now=now)

    def may_leave(self, claimed: Errand, whom: Reached) -> bool:
        return True

    def written(self, claimed: Errand, whom: Reached) -> EmailMessage:
        return posting.letter_for(self.settings, errand=claimed, reached=whom, now=self.clock.now())

    def mark_sent(self, session: Session, claimed: Errand, whom: Reached, now: datetime) -> bool:
        return posting.mark_sent(session, errand=claimed, now=now)

    def holds(self, session: Session, claimed: Errand, whom: Reached, hold: Hold) -> bool:
        return bool(posting.renew(session, group=[claimed], hold=hold))
