"""Addresses: what is accepted can be sent to any mail server, and what cannot is refused in words."""

import io
import string
from datetime import UTC, datetime
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from survey_app.mail.addresses import (
    AddressFault,
    fault_of,
    read_address,
    read_sender,
    refusal_of,
    without_addresses,
)
from survey_app.mail.letters import write_letter
from tests.unit.test_mail import values

SPECIAL = "@.,;:<>()[]\\\"' \t\r\n\x00+-_%!\u00e9\u200b\ufeff\uff20\u3002\ud800/=?"
ODD = st.text(st.sampled_from(string.ascii_letters + string.digits + SPECIAL), max_size=40) | st.text(
    max_size=90
)
NEARLY = st.builds("{}@{}.{}".format, ODD, ODD, ODD)


def letter_to(address: str) -> EmailMessage:
    return write_letter(
        "invitation",
        to=address,
        sender="Compact Monitor <survey@compact.invalid>",
        message_id="<one@compact.invalid>",
        now=datetime(2026, 9, 7, 8, tzinfo=UTC),
        values=values(),
    )


def as_sent(letter: EmailMessage) -> list[str]:
    """The recipients of a letter that was written down as `smtplib` does for a server of ASCII only."""
    written = io.BytesIO()
    BytesGenerator(written, policy=SMTP.clone(utf8=False)).flatten(letter)
    head = written.getvalue().partition(b"\r\n\r\n")[0]
    assert head.count(b"\r\nTo: ") == 1
    assert b"\r\nBcc:" not in head
    return [address for _, address in getaddresses([str(letter["To"])])]


@hypothesis_settings(max_examples=400)
@given(address=ODD | NEARLY)
@example("a@b.invalid\r\nBcc: c@d.invalid")
@example("a@b.invalid, c@d.invalid")
@example("Jo Bird <jo@charity.invalid>")
@example('"jo bird"@charity.invalid')
@example("jo@[127.0.0.1]")
@example("jo@caf\u00e9.invalid")
@example("jo@\u2100.invalid")
@example("jo@x\u3002invalid")
@example("\ud800@b.invalid")
@example("a@\ud800.invalid")
@example("=?utf-8?q?a?=@b.invalid")
def test_what_is_accepted_can_be_sent_and_what_cannot_is_refused_in_words(address: str) -> None:
    if fault := fault_of(address):
        assert fault[0].islower()
        assert fault[-1].isalnum() or fault[-1] in "@,"
        with pytest.raises(AddressFault):
            letter_to(address)
        return
    parsed = read_address(address)
    assert str(parsed).isascii()
    assert as_sent(letter_to(address)) == [str(parsed)]
    assert fault_of(str(parsed)) == ""


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "has no @"),
        ("jo at charity.invalid", "has a space"),
        ("@charity.invalid", "nothing before the @"),
        ("jo@", "nothing after the @"),
        ("jo@charity", "no dot after the @"),
        ("jo@one.invalid; al@two.invalid", "more than one address"),
        ("Jo Bird <jo@charity.invalid>", "give the address alone"),
        ("jo..bird@charity.invalid", "a dot too many"),
        ('"jo"@charity.invalid', "before the @, which mail servers need not take"),
        ("jos\u00e9@charity.invalid", "'\u00e9' before the @"),
        ("jo@char_ity.invalid", "'_' after the @"),
        ("jo@charity.invalid.", "no name of a domain"),
        ("jo@127.0.0.1", "no name of a domain"),
        ("j" * 65 + "@charity.invalid", "more than 64 characters"),
        ("jo@" + "charity." * 32 + "invalid", "longer than 254"),
        ("jo@charity.invalid\u200b", "invisible character"),
        ("jo@charity.invalid\u2013", "after the @, which no domain has"),
        ("jo@\u2018charity\u2019.invalid", "after the @, which no domain has"),
    ],
)
def test_a_refusal_says_what_is_wrong(address: str, said: str) -> None:
    assert said in fault_of(address)
    assert said in refusal_of(address)


@pytest.mark.parametrize(
    "address",
    ["jo@charity.invalid", "o'neil+survey@sub.charity.invalid", "a@b-c.invalid", "A.B@CHARITY.INVALID"],
)
def test_usual_addresses_are_sound_and_stay_as_they_are(address: str) -> None:
    assert (fault_of(address), refusal_of(address), str(read_address(address))) == ("", "", address)


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert str(read_address("jo@caf\u00e9.invalid")) == "jo@xn--caf-dma.invalid"


def test_a_sender_may_have_a_name_and_needs_an_address() -> None:
    assert str(read_sender("Compact Monitor <survey@compact.invalid>")).endswith("<survey@compact.invalid>")
    with pytest.raises(AddressFault):
        read_sender("Compact Monitor")


def test_what_a_mail_server_says_is_kept_without_the_address() -> None:
    said = "550 5.1.1 <jo@charity.invalid>: user jo@charity.invalid, unknown"

    assert without_addresses(said) == "550 5.1.1 (address): user (address), unknown"
