"""Letters: a template and plain values -> an e-mail that reads well as plain text."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey_app.mail.addresses import read_address, read_sender


class _Headers(HeaderRegistry):
    """The classes of headers, each made once: the library makes one anew for each header of each letter."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        key = name.lower()
        if key not in self._made:
            self._made[key] = super().__getitem__(name)
        return self._made[key]


# A folded Message-ID is not the same one to every mail server; 998 is what a line may hold (RFC 5322, 2.1.1).
_UNFOLDED = default.clone(max_line_length=998, header_factory=_Headers())
TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


def write_letter(
    template: str, *, to: str, sender: str, message_id: str, now: datetime, values: Mapping[str, object]
) -> EmailMessage:
    """One letter. The first line of the template is the subject.

    Raises:
        AddressFault: it cannot be sent to this address, or from this sender.
    """
    text = _environment().get_template(f"{template}.txt").render(values)
    subject, _, body = text.partition("\n")
    letter = EmailMessage(policy=_UNFOLDED)
    letter["Subject"] = " ".join(subject.split())
    letter["From"] = read_sender(sender)
    letter["To"] = read_address(to)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body.strip() + "\n", cte="quoted-printable")
    return letter


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text needs no escaping; a value that is missing is a fault and not a blank.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
