"""Letters: a template and plain values -> an e-mail that reads well as plain text."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


def write_letter(
    template: str, *, to: str, sender: str, message_id: str, now: datetime, values: Mapping[str, object]
) -> EmailMessage:
    """One letter. The first line of the template is the subject.

    Raises:
        ValueError: the address cannot stand in a header.
    """
    text = _environment().get_template(f"{template}.txt").render(values)
    subject, _, body = text.partition("\n")
    letter = EmailMessage()
    letter["Subject"] = " ".join(subject.split())
    letter["From"] = _address(sender)
    letter["To"] = _address(to)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body.strip() + "\n", cte="quoted-printable")
    return letter


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    if address.count("@") != 1:
        raise ValueError(f"{text!r} is no e-mail address")
    return Address(name, addr_spec=address)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text needs no escaping; a value that is missing is a fault and not a blank.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
