"""What is wrong with a letter is kept with it; what is wrong with the mail server costs no letter a try."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.errors import HeaderParseError
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update

from survey_app.clock import at
from survey_app.mail.channels import Channel, Smtp, Undeliverable
from survey_app.models.cases.casework import Case, Seat, SeatOutcome
from survey_app.models.outbox import Message
from survey_app.services.cases import casework
from survey_app.services.cases.seats import SeatKey
from survey_app.services.fieldwork import new_codes, outbox
from survey_app.services.fieldwork.outbox import OutboxView
from survey_app.worker.outbox import MAX_REFUSED, send_due
from tests.fixtures.mail_server import DROPS, HANGS, MailServer
from tests.fixtures.world import DATES, World

OPENING = at(DATES.opens_on, 9)
ONE = "body-003@bodies.invalid"
LETTERS = 40


def over(server: MailServer) -> Callable[[], Channel]:
    # Who does not wait until a server has taken a letter would send the letter again.
    timeout = 0.3 if HANGS in server.instead.values() else 30
    return lambda: Smtp("127.0.0.1", server.port, tls=False, timeout=timeout)


@pytest.fixture
def morning(embedded_world: World) -> World:
    """The morning of the opening; no letter has left."""
    embedded_world.launched()
    embedded_world.clock.advance_to(OPENING)
    return embedded_world


def states(world: World) -> Counter[str]:
    return world.read(lambda s: Counter(s.scalars(select(Message.state))))


def tries(world: World) -> int:
    return world.read(lambda s: sum(s.scalars(select(Message.attempts))))


def standing(world: World) -> OutboxView:
    return world.read(outbox.view)


def only(address: str, fault: Exception) -> Callable[[EmailMessage], None]:
    """A mail channel's fault at the letters to one address."""

    def refuse(letter: EmailMessage) -> None:
        if letter["To"] == address:
            raise fault

    return refuse


@pytest.mark.parametrize(
    "fault",
    [
        UnicodeEncodeError("ascii", "\u00e9", 0, 1, "ordinal not in range"),
        HeaderParseError("a header in the text"),
        RuntimeError("whatever"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_one_letter_raises_is_kept_with_it_and_the_others_go(
    morning: World, fault: Exception
) -> None:
    morning.post.refuse = only(ONE, fault)

    morning.tick()

    (kept,) = morning.read(lambda s: s.scalars(select(Message).where(Message.state != "sent")).all())
    assert (kept.state, type(fault).__name__ in kept.failure) == ("failed", True)
    assert len(morning.sent) == LETTERS - 1
    assert standing(morning).fault == ""


@pytest.mark.parametrize(
    ("step", "answer", "said"),
    [
        ("MAIL", "550 5.7.1 Sender rejected", "refuses the sender: 550"),
        ("MAIL", "451 4.3.0 Try later", "refuses the sender: 451"),
        ("MAIL", DROPS, "broke off"),
        ("RCPT", HANGS, "did not answer in time"),
        ("RCPT", "451 4.3.2 System not accepting messages", "451"),
        ("RCPT", "550 5.7.1 Relaying denied", "550"),
        ("RCPT", "421 4.7.0 Too many", "421"),
        ("DATA", "554 5.7.1 Refused by policy", "554"),
        ("DATA", DROPS, "broke off"),
    ],
)
def test_a_fault_of_the_server_costs_no_letter_a_try_and_stops_the_outbox_for_a_while(
    morning: World, smtp_server: MailServer, step: str, answer: str, said: str
) -> None:
    smtp_server.instead[step] = answer
    morning.tick(over(smtp_server))
    tried = len(smtp_server.attempts)
    stopped = standing(morning)
    morning.tick(over(smtp_server))

    assert (tries(morning), states(morning)) == (0, {"waiting": LETTERS})
    assert len(smtp_server.attempts) == tried <= MAX_REFUSED
    assert said in stopped.fault
    assert stopped.next_try_at == morning.clock.now() + outbox.FIRST_PAUSE

    smtp_server.instead.clear()
    morning.clock.advance_to(OPENING + timedelta(minutes=2))
    morning.tick(over(smtp_server))

    assert (tries(morning), states(morning)) == (0, {"sent": LETTERS})
    assert len(set(smtp_server.message_ids)) == len(smtp_server.letters) == LETTERS
    assert standing(morning).fault == ""


def test_a_server_that_fails_for_days_is_left_alone_for_longer_and_longer(
    morning: World, smtp_server: MailServer
) -> None:
    smtp_server.instead["MAIL"] = "451 4.3.0 Try later"
    pauses = []
    for _ in range(9):
        morning.tick(over(smtp_server))
        next_try = standing(morning).next_try_at
        assert next_try is not None
        pauses.append((next_try - morning.clock.now()) / timedelta(minutes=1))
        morning.clock.advance_to(next_try)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert standing(morning).faulty_since == OPENING
    assert tries(morning) == 0


def test_a_letter_at_which_the_server_drops_the_connection_holds_up_no_other(
    morning: World, smtp_server: MailServer
) -> None:
    smtp_server.refusals[ONE] = DROPS

    morning.tick(over(smtp_server))

    assert len(smtp_server.letters) == LETTERS - 1
    assert (tries(morning), states(morning)) == (0, {"sent": LETTERS - 1, "waiting": 1})


def test_letters_that_the_server_puts_off_one_by_one_are_tries_of_theirs(
    morning: World, smtp_server: MailServer
) -> None:
    for n in (3, 7, 11):
        smtp_server.refusals[f"body-{n:03}@bodies.invalid"] = "451 4.7.1 Greylisted"

    morning.tick(over(smtp_server))

    assert (tries(morning), len(smtp_server.letters)) == (3, LETTERS - 3)
    assert standing(morning).fault == ""


def test_a_fault_is_kept_without_the_address(morning: World, smtp_server: MailServer) -> None:
    smtp_server.refusals[ONE] = f"550 5.1.1 <{ONE}>: no such mailbox"

    morning.tick(over(smtp_server))

    (kept,) = morning.read(lambda s: s.scalars(select(Message).where(Message.state == "failed")).all())
    assert (ONE in kept.failure, "no such mailbox" in kept.failure) == (False, True)


def first_time(do: Callable[[], None]) -> Callable[[EmailMessage], None]:
    """Something that happens while the first letter is handed over."""
    pending: Iterator[Callable[[], None]] = iter([do])

    def refuse(_letter: EmailMessage) -> None:
        next(pending, lambda: None)()

    return refuse


def test_a_pause_by_hand_lets_only_the_letter_in_hand_leave(morning: World) -> None:
    def pause() -> None:
        with morning.database.writing() as session:
            outbox.pause(session, context=morning.context())

    morning.post.refuse = first_time(pause)
    morning.tick()
    morning.wait(timedelta(hours=3))
    assert len(morning.sent) == 1
    assert standing(morning).paused_by == "coordinator@compact.invalid"

    with morning.database.writing() as session:
        outbox.resume(session, context=morning.context())
    morning.tick()

    assert states(morning) == {"sent": LETTERS}
    assert len(morning.sent) == LETTERS


def test_what_one_worker_sees_of_the_server_costs_no_letter_of_another_a_try(morning: World) -> None:
    tried: list[EmailMessage] = []

    def refuse(letter: EmailMessage) -> None:
        tried.append(letter)
        if len(tried) == 4:
            with morning.database.writing() as session:
                outbox.note_fault(session, fault="451 to everybody", now=morning.clock.now())
        raise Undeliverable("451 4.3.2 not now", final=False, own=False)

    morning.post.refuse = refuse
    morning.tick()

    assert (len(tried), tries(morning), states(morning)) == (4, 0, {"waiting": LETTERS})


def test_a_worker_that_is_stopped_before_it_shows_whose_fault_it_is_charges_no_letter(morning: World) -> None:
    tried: list[EmailMessage] = []

    def refuse(letter: EmailMessage) -> None:
        tried.append(letter)
        raise Undeliverable("451 4.3.2 not now", final=False, own=False)

    morning.tick(lambda: Smtp("127.0.0.1", 1, tls=False))
    morning.clock.advance_to(OPENING + timedelta(minutes=2))
    morning.post.refuse = refuse
    send_due(morning.worker(), stopping=lambda: len(tried) >= 4)

    assert (len(tried), tries(morning), states(morning)) == (4, 0, {"waiting": LETTERS})


def test_whoever_refuses_while_letters_leave_is_not_written_to(morning: World) -> None:
    last = morning.read(lambda s: s.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one())

    def refuse() -> None:
        with morning.database.writing() as session:
            casework.record_outcome(
                session, morning.keys, case_id=last.id, outcome="refused", note="", context=morning.context()
            )
            # As if nobody had withdrawn it: the outcome is what counts.
            session.execute(update(Message).where(Message.case_id == last.id).values(state="waiting"))

    morning.post.refuse = first_time(refuse)
    morning.tick()

    assert len(morning.sent) == LETTERS - 1
    assert states(morning) == {"sent": LETTERS - 1, "withdrawn": 1}


def test_whoever_gets_a_new_code_while_letters_leave_is_written_that_one(
    morning: World,
) -> None:
    seat = morning.read(lambda s: s.scalars(select(Seat).order_by(Seat.id).limit(1).offset(5)).one())

    def renew() -> None:
        with morning.database.writing() as session:
            key = SeatKey(seat.id, seat.uuid, seat.case_id)
            new_codes.renew_moved(session, morning.keys, moving=[key], context=morning.context())

    morning.post.refuse = first_time(renew)
    morning.tick()

    code = morning.keys.access_code(seat.uuid, 2)
    assert states(morning) == {"sent": LETTERS}
    assert sum(code in letter.get_content() for letter in morning.sent) == 1


def test_a_seat_that_is_done_is_not_written_to_whatever_the_outbox_says(morning: World) -> None:
    with morning.database.writing() as session:
        session.execute(update(Seat).where(Seat.case_id == 1).values(outcome=SeatOutcome.COMPLETE))

    morning.tick()

    assert states(morning) == {"sent": LETTERS - 1, "withdrawn": 1}


def test_a_message_id_is_under_the_senders_domain_and_stays_when_the_sender_changes(morning: World) -> None:
    morning.post.refuse = only(ONE, ConnectionResetError("gone"))
    morning.tick()
    before = {str(letter["Message-ID"]) for letter in morning.sent}
    tried = morning.read(lambda s: s.scalars(select(Message).where(Message.state == "waiting")).one())
    morning.post.refuse = lambda letter: None
    morning.settings = type(morning.settings)(
        **{**vars(morning.settings), "mail_from": "Another <other@another.invalid>"}
    )
    morning.clock.advance_to(OPENING + timedelta(minutes=10))
    morning.tick()

    assert all(one.endswith("@compact-monitor.invalid>") for one in before)
    assert str(morning.sent[-1]["Message-ID"]) == tried.message_id
    assert tried.message_id.endswith("@compact-monitor.invalid>")


def test_a_sender_that_is_no_address_stops_the_outbox_and_fails_no_letter(morning: World) -> None:
    morning.settings = type(morning.settings)(**{**vars(morning.settings), "mail_from": "Nobody"})

    morning.tick()

    assert (tries(morning), states(morning)) == (0, {"waiting": LETTERS})
    assert "MAIL_FROM has no @" in standing(morning).fault
