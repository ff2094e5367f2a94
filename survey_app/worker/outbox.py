"""The outbox at work: letters that are due are handed over one by one, each marked as soon as it left.

Claim, commit, work, commit. Just before a letter leaves its lease is renewed, and its case and its code are
looked at again; its address was read at the most two seconds before. What is wrong with one letter is kept
with it, and the others go. What is wrong with the mail server costs no letter a try: the connection is
opened anew, and a server that takes nothing is left alone for a while (`services.fieldwork.outbox`). Which
of the two it is shows in whether others are taken.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Generic, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Settings
from survey_app.clock import Clock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.errors import CompactError, WrongKeyError
from survey_app.mail.addresses import AddressFault, read_sender
from survey_app.mail.channels import Channel, MailFault, Undeliverable
from survey_app.services import timekeeping
from survey_app.services.fieldwork import leases, marks, outbox
from survey_app.services.fieldwork.leases import Held, Hold
from survey_app.worker import passes
from survey_app.worker.posts import H, OfReviews, Post, ToSeats, W

log = logging.getLogger(__name__)
# So many letters in a row that were refused or put off, and none taken: it is the server. Of letters at which
# the connection broke off, three in a row are enough.
MAX_REFUSED, MAX_BROKEN = 10, 3
# So many letters are read at a time, with whom they go to; what was read is true for so long.
READ_TOGETHER, STALE_AFTER = 20, timedelta(seconds=2)
# The fault of the way that letters take: a closed socket, a server that hangs, a key that is another.
NO_LETTERS_FAULT = (MailFault, WrongKeyError, OSError)
Ready = tuple[H, W]


class Sender(Protocol):
    """What hands letters over, and the name under which it holds leases: a worker."""

    @property
    def database(self) -> Database: ...
    @property
    def keys(self) -> Keyring: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def channel(self) -> Callable[[], Channel]: ...
    @property
    def report(self) -> Callable[[str, int, int], None]: ...
    @property
    def name(self) -> str: ...
    @property
    def lease(self) -> timedelta: ...


def send_due(sender: Sender, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send the letters that are due, while the outbox and the mail server let it; the number that left."""
    try:
        domain = read_sender(sender.settings.mail_from).domain
    except AddressFault as fault:
        _stand_still(sender, f"MAIL_FROM {fault}.", [])
        return 0
    with sender.database.reading() as session:
        if not leases.are_due(session, now=sender.clock.now()):
            return 0
    passes.settle_before_letters(sender.database, sender.keys, now=sender.clock.now())
    parts = (sender.database, sender.keys, sender.settings, sender.clock)
    sent = _sent(_Go(sender, ToSeats(*parts), domain), stopping)
    # Where the server is at fault, the next of these claims nothing.
    return sent + _sent(_Go(sender, OfReviews(*parts), domain), stopping)


def _sent(go: "_Go[H, W]", stopping: Callable[[], bool]) -> int:
    while not (stopping() or go.over) and (batch := go.claimed()):
        go.send(deque(batch), stopping)
    go.settle(cut_short=stopping())
    return go.sent


def _stand_still(sender: Sender, fault: str, untaken: Sequence[Held]) -> None:
    log.warning("no letter leaves: %s", fault)
    with sender.database.writing() as session:
        now = sender.clock.now()
        outbox.note_fault(session, fault=fault, now=now)
        leases.give_back(session, claimed=untaken, now=now, fault=fault)


@dataclass
class _Go(Generic[H, W]):
    """One go of a worker over one kind of letters: how many left, what was not taken since one was."""

    sender: Sender
    post: Post[H, W]
    domain: str
    sent: int = 0
    over: bool = False
    refused: list[tuple[H, Undeliverable]] = field(default_factory=list)
    broken: list[tuple[H, str]] = field(default_factory=list)

    def claimed(self) -> list[H]:
        """The next letters, where they may leave now."""
        with self.sender.database.writing() as session:
            hold = self._hold()
            believed = timekeeping.look(session, now=hold.now, uptime=self.sender.clock.uptime())
            if not believed or outbox.view(session).stands_still(hold.now):
                return []
            return self.post.claim(session, hold)

    def _hold(self) -> Hold:
        return Hold(self.sender.name, self.domain, self._now(), self.sender.lease)

    def _now(self) -> datetime:
        return self.sender.clock.now()

    def send(self, batch: deque[H], stopping: Callable[[], bool]) -> None:
        """Hand a batch over, on as many connections as that takes; what could not be tried is given back."""
        while batch and not (self.over or stopping()):
            try:
                with self.sender.channel() as channel:
                    self._hand_over(channel, batch, stopping)
            except NO_LETTERS_FAULT as fault:
                self._stop(str(fault))
            if len(self.refused) >= MAX_REFUSED:
                self._stop(str(self.refused[-1][1]))
            elif len(self.broken) >= MAX_BROKEN:
                self._stop(self.broken[-1][1])
        if batch:
            with self.sender.database.writing() as session:
                leases.give_back(session, claimed=list(batch), now=self._now())

    def _hand_over(self, channel: Channel, batch: deque[H], stopping: Callable[[], bool]) -> None:
        """One by one, or all together where sending one again does no harm; ends where the channel has to."""
        together = len(batch) if channel.repeatable else 1
        while batch and self._goes_on(stopping):
            group = [batch.popleft() for _ in range(min(max(together, READ_TOGETHER), len(batch)))]
            stale_at = self._now() + STALE_AFTER
            ready = deque(self._ready(group, batch))
            closed = self._hand_over_ready(channel, ready, together, stale_at, stopping)
            batch.extendleft(claimed for claimed, _ in reversed(ready))
            if closed:
                return

    def _goes_on(self, stopping: Callable[[], bool]) -> bool:
        return not (self.over or stopping() or len(self.refused) >= MAX_REFUSED)

    def _hand_over_ready(
        self,
        channel: Channel,
        ready: deque[Ready[H, W]],
        together: int,
        stale_at: datetime,
        stopping: Callable[[], bool],
    ) -> bool:
        """Hand over what was read together, as far as that still holds; whether the channel has to close."""
        while ready and self._goes_on(stopping):
            left, rest = self._tried(channel, [ready.popleft() for _ in range(min(together, len(ready)))])
            ready.extendleft(reversed(rest or ()))
            held = self._mark(left, then=ready[0] if ready and self._now() <= stale_at else None)
            if rest is not None or not held:
                return rest is not None
        return False

    def _tried(
        self, channel: Channel, ready: Sequence[Ready[H, W]]
    ) -> tuple[list[Ready[H, W]], Sequence[Ready[H, W]] | None]:
        """Which letters left, and those after the one at which the channel had to be closed."""
        left: list[Ready[H, W]] = []
        for place, (claimed, addressee) in enumerate(ready, start=1):
            try:
                channel.send(self._written(claimed, addressee))
            except NO_LETTERS_FAULT as fault:
                self.broken.append((claimed, str(fault)))
                return left, ready[place:]
            except Undeliverable as fault:
                self._keep(claimed, fault)
            except Exception as fault:
                self._keep(claimed, _unforeseen(claimed, fault))
                return left, ready[place:]
            else:
                left.append((claimed, addressee))
        return left, None

    def _ready(self, group: list[H], batch: deque[H]) -> list[Ready[H, W]]:
        """Those that are still ours and still wanted, with whom they go to; none where none may leave."""
        with self.sender.database.writing() as session:
            hold = self._hold()
            if outbox.view(session).stands_still(hold.now):
                self.over = True
                batch.extendleft(reversed(group))
                # Somebody paused it, or another worker saw that it is the server: no letter pays for that.
                leases.give_back(session, claimed=self._untaken(), now=hold.now)
                return []
            held = self.post.renew(session, group, hold)
        known = self._known(held)
        self._hold_back([claimed for claimed, addressee in known if addressee.waits])
        # Of those who have answered nothing is written, which would stand beside their answers: their lease
        # ends, and a later pass withdraws them.
        return [
            (claimed, addressee)
            for claimed, addressee in known
            if not addressee.waits and self.post.may_leave(claimed, addressee)
        ]

    def _hold_back(self, waiting: Sequence[H]) -> None:
        """Let letters wait for a second person, whether or not anything was answered."""
        if waiting:
            with self.sender.database.writing() as session:
                for claimed in waiting:
                    marks.hold_back(session, claimed=claimed, now=self._now())

    def _known(self, held: Sequence[H]) -> list[Ready[H, W]]:
        """Letters with whom they go to; one of whom that cannot be read is kept with its fault."""
        if not held:
            return []
        try:
            known = self.post.whom(held)
        except SQLAlchemyError:
            raise
        except Exception as fault:
            if len(held) > 1:
                return [one for claimed in held for one in self._known([claimed])]
            self._keep(held[0], _unforeseen(held[0], fault))
            return []
        return [(claimed, known[claimed.id]) for claimed in held]

    def _written(self, claimed: H, addressee: W) -> EmailMessage:
        try:
            return self.post.written(claimed, addressee)
        except WrongKeyError:
            raise
        except (CompactError, AddressFault) as fault:
            raise Undeliverable(_sentence(fault)) from None

    def _keep(self, claimed: H, fault: Undeliverable) -> None:
        """Keep a fault with its letter, or until it shows whether the server says so to all."""
        if not fault.own:
            self.refused.append((claimed, fault))
            return
        with self.sender.database.writing() as session:
            marks.mark_untaken(session, claimed=claimed, fault=fault, now=self._now())

    def _mark(self, left: Sequence[Ready[H, W]], *, then: Ready[H, W] | None) -> bool:
        """Letters that left; so what was not taken before them was the fault of those letters.

        Whether the one after them may leave as it was read: seen and renewed in the same transaction.
        """
        if not left:
            return False
        with self.sender.database.writing() as session:
            now = self._now()
            for claimed, addressee in left:
                if not self.post.mark_sent(session, claimed, addressee, now):
                    log.warning("a letter left after its lease: another worker may send it again")
            self._keep_all(session, now)
            standing = outbox.view(session)
            if standing.faulty_since is not None:
                outbox.note_taken(session)
                standing = outbox.view(session)
            held = then is not None and not standing.stands_still(now) and self._holds(session, then)
        self.sent += len(left)
        self.sender.report("letters", self.sent, 0)
        return held

    def _holds(self, session: Session, ready: Ready[H, W]) -> bool:
        return self.post.holds(session, *ready, self._hold())

    def settle(self, *, cut_short: bool) -> None:
        """Keep with each letter what was wrong with it; where none was taken at all, it was the server.

        A go that was cut short has not seen whose fault it was, and charges nothing.
        """
        if cut_short and (untaken := self._untaken()):
            with self.sender.database.writing() as session:
                leases.give_back(session, claimed=untaken, now=self._now())
        elif self.broken and not self.sent:
            self._stop(self.broken[-1][1])
        elif self.refused or self.broken:
            with self.sender.database.writing() as session:
                self._keep_all(session, self._now(), taken=bool(self.sent))

    def _keep_all(self, session: Session, now: datetime, *, taken: bool = True) -> None:
        """`taken` says that other letters were; else what was refused for good is tried again later."""
        for claimed, fault in self.refused:
            untaken = fault if taken else Undeliverable(str(fault), final=False)
            marks.mark_untaken(session, claimed=claimed, fault=untaken, now=now)
        for claimed, words in self.broken:
            marks.mark_connection_lost(session, claimed=claimed, fault=words, now=now)
        self.refused.clear()
        self.broken.clear()

    def _stop(self, fault: str) -> None:
        """The server is at fault: no letter that it did not take pays for that."""
        self.over = True
        _stand_still(self.sender, fault, self._untaken())

    def _untaken(self) -> list[H]:
        """What was not taken since a letter last was; from now on nobody waits to see whose fault that is."""
        untaken = [claimed for claimed, _ in (*self.refused, *self.broken)]
        self.refused.clear()
        self.broken.clear()
        return untaken


def _unforeseen(claimed: Held, fault: Exception) -> Undeliverable:
    kind = type(fault).__name__
    # Without its words, which may hold the address.
    log.warning("letter %s could not be written or handed over: %s", claimed.id, kind)
    return Undeliverable(f"The letter could not be written or handed over: {kind}: {fault}", own=False)


def _sentence(fault: Exception) -> str:
    return f"The address {fault}." if isinstance(fault, AddressFault) else str(fault)
