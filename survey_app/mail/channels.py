"""How letters leave: to a mail server, or into a folder that a person can look into.

A fault is either the letter's or the server's. What a server says of one address is the letter's. That it
cannot be reached, hangs, drops the connection, or takes no letter of this sender is its own, and costs no
letter anything.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Protocol, Self

from survey_app.mail.addresses import without_addresses

# Seconds that one step of the conversation may take.
TIMEOUT = 30
# About the address or the mailbox of one recipient (RFC 3463, 3.2 and 3.3); 1.7 and 1.8 are about the sender.
_OF_THE_ADDRESS = re.compile(r"[45]\.(1\.(?![78]\b)\d+|2\.\d+)\b")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
NO_SUCH_MAILBOX = (550, 551, 553)
SERVICE_ENDS = 421


class Undeliverable(Exception):  # noqa: N818 - a fact about one letter
    """A letter was not taken. Trying a `final` one again would not help.

    `own` says that it is surely because of the letter; else a server that says so to all of them is at fault.
    """

    def __init__(self, words: str, *, final: bool = True, own: bool = True) -> None:
        super().__init__(without_addresses(words))
        self.final, self.own = final, own


class MailFault(Exception):  # noqa: N818 - a fact about the way that letters take
    """The mail server, or the way to it, fails; no letter is at fault."""

    def __init__(self, words: str) -> None:
        super().__init__(without_addresses(words))


class Channel(Protocol):
    """Anything that takes letters; opened once for several.

    `repeatable` says that a letter which is handed over again is there once all the same.
    """

    @property
    def repeatable(self) -> bool: ...

    def __enter__(self) -> Self:
        """Open it.

        Raises:
            MailFault: it does not open now.
        """

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, letter: EmailMessage) -> None:
        """Hand one letter over.

        Raises:
            Undeliverable: this letter was not taken.
            MailFault: no letter can be handed over now; the channel has to be opened anew.
        """


@dataclass(frozen=True)
class Folder:
    """A folder of .eml files, named by Message-ID: sending again writes the same file again."""

    path: Path
    repeatable: ClassVar[bool] = True

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise MailFault(f"The folder for letters cannot be made: {fault.strerror}.") from fault
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, letter: EmailMessage) -> None:
        name = "".join(c for c in str(letter["Message-ID"]).split("@")[0] if c.isalnum() or c in "._-")
        content = letter.as_bytes()
        try:
            (self.path / f"{name}.eml").write_bytes(content)
        except OSError as fault:
            raise MailFault(f"The folder for letters cannot be written to: {fault.strerror}.") from fault


class Smtp:
    """A mail server, over one connection for several letters; encrypted unless settings say no."""

    repeatable = False

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str = "",
        password: str = "",
        tls: bool = True,
        timeout: float = TIMEOUT,
    ) -> None:
        self.host, self.port = host, port
        self.user, self.password, self.tls = user, password, tls
        self.timeout = timeout
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._open()
        # A name or a password in other letters than ASCII is a ValueError.
        except (OSError, smtplib.SMTPException, ValueError) as fault:
            self._close()
            raise MailFault(f"The mail server {self.host} did not let us in: {_said(fault)}") from fault
        return self

    def _open(self) -> None:
        self._server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.tls:
            self._server.starttls(context=ssl.create_default_context())
        if self.user:
            self._server.login(self.user, self.password)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def send(self, letter: EmailMessage) -> None:
        if self._server is None:
            raise MailFault("The mail connection is not open.")
        try:
            self._server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refused(*next(iter(refusal.recipients.values()))) from None
        except smtplib.SMTPDataError as refusal:
            raise _refused(refusal.smtp_code, refusal.smtp_error, of_content=True) from None
        except smtplib.SMTPNotSupportedError as fault:
            raise Undeliverable(str(fault)) from None
        except smtplib.SMTPSenderRefused as fault:
            raise MailFault(f"The mail server refuses the sender: {_said(fault)}") from None
        except (OSError, smtplib.SMTPException) as fault:
            raise MailFault(f"The connection to the mail server broke off: {_said(fault)}") from fault


def _refused(code: int, answer: bytes | str, *, of_content: bool = False) -> Undeliverable | MailFault:
    """Answers from 500 are for good, those from 400 are for now (RFC 5321, 4.2.1)."""
    words = _answer(code, answer)
    if code == SERVICE_ENDS:
        return MailFault(f"The mail server ended the connection: {words}")
    enhanced = _ENHANCED.search(words)
    own = bool(_OF_THE_ADDRESS.search(words))
    if enhanced is None and not of_content:
        own = code in NO_SUCH_MAILBOX
    return Undeliverable(words, final=code >= 500, own=own)


def _said(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _answer(fault.smtp_code, fault.smtp_error)
    # smtplib says of a server that hangs that it closed the connection.
    if isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError):
        return "it did not answer in time."
    return str(fault) or type(fault).__name__


def _answer(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(words.split())}"
