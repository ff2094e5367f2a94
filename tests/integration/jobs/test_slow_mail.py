"""Two workers and a mail server so slow that leases run out: each letter leaves once, on both engines."""

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

from sqlalchemy import select, update

from survey_app.clock import Uptime, at
from survey_app.mail.channels import Smtp, Undeliverable
from survey_app.models.outbox import Message
from survey_app.services.fieldwork import leases, marks
from survey_app.services.fieldwork.leases import Hold
from survey_app.worker.outbox import send_due
from survey_app.worker.wakings import Worker
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import DATES, World

OPENING = at(DATES.opens_on, 9)
SPEED = 2
LETTERS, SECONDS, LEASE = 12, 1.0, timedelta(seconds=3)


class RunningClock:
    """A clock that was set, and runs twice as fast as others."""

    def __init__(self, instant: datetime) -> None:
        self.instant, self.began = instant, time.monotonic()

    def now(self) -> datetime:
        return self.instant + timedelta(seconds=SPEED * (time.monotonic() - self.began))

    def uptime(self) -> Uptime:
        return Uptime("running", SPEED * time.monotonic())


def waiting(world: World) -> int:
    return world.read(lambda s: len(s.scalars(select(Message.id).where(Message.state == "waiting")).all()))


def test_two_workers_at_a_slow_mail_server_send_each_letter_once(
    world: World, smtp_server: MailServer
) -> None:
    world.launched()
    world.clock.advance_to(OPENING)
    with world.database.writing() as session:
        kept = session.scalars(select(Message.id).limit(LETTERS)).all()
        session.execute(update(Message).where(Message.id.not_in(kept)).values(state="withdrawn"))
    world.tick(lambda: Smtp("127.0.0.1", 1, tls=False))
    smtp_server.seconds = SECONDS / SPEED
    clock = RunningClock(OPENING + timedelta(minutes=2))

    def work_along() -> None:
        worker: Worker = replace(
            world.worker(lambda: Smtp("127.0.0.1", smtp_server.port, tls=False)), clock=clock, lease=LEASE
        )
        while waiting(world):
            send_due(worker)
            time.sleep(0.05)

    threads = [Thread(target=work_along) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    times = Counter(smtp_server.message_ids)
    assert (len(times), max(times.values())) == (LETTERS, 1)
    assert world.read(lambda s: Counter(s.scalars(select(Message.state))))["sent"] == LETTERS


def test_who_has_lost_a_lease_marks_nothing(world: World) -> None:
    def claim(worker: str) -> list[leases.Claimed]:
        with world.database.writing() as session:
            return leases.claim_due(session, hold=Hold(worker, "compact.invalid", world.clock.now()))

    world.launched()
    world.clock.advance_to(OPENING)
    world.tick(lambda: Smtp("127.0.0.1", 1, tls=False))
    mine = claim("one")
    world.clock.advance_to(OPENING + timedelta(minutes=6))
    theirs = claim("two")

    with world.database.writing() as session:
        hold = Hold("one", "compact.invalid", world.clock.now())
        assert leases.renew(session, group=mine, hold=hold) == []
        marks.mark_untaken(session, claimed=mine[0], fault=Undeliverable("550"), now=hold.now)
        assert len(leases.renew(session, group=theirs, hold=Hold("two", "compact.invalid", hold.now))) == 40
    assert waiting(world) == len(mine) == 40
