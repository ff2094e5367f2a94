"""How letters leave: to a mail server, or into a folder that a person can look into."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Protocol, Self


class Undeliverable(Exception):  # noqa: N818 - a fact about one letter
    """The letter was refused for good; trying again would not help."""


class Channel(Protocol):
    """Anything that takes letters; opened once for a batch.

    `repeatable` says that a letter which is handed over again is there once all the same.
    """

    @property
    def repeatable(self) -> bool: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, letter: EmailMessage) -> None:
        """Hand one letter over.

        Raises:
            Undeliverable: refused for good.
            OSError, smtplib.SMTPException: not taken now; try again later.
        """


@dataclass(frozen=True)
class Folder:
    """A folder of .eml files, named by Message-ID: sending again writes the same file again."""

    path: Path
    repeatable: ClassVar[bool] = True

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, letter: EmailMessage) -> None:
        name = "".join(c for c in str(letter["Message-ID"]).split("@")[0] if c.isalnum() or c in "._-")
        (self.path / f"{name}.eml").write_bytes(letter.as_bytes())


class Smtp:
    """A mail server, over one connection for a batch; encrypted unless settings say no."""

    repeatable = False

    def __init__(self, host: str, port: int, *, user: str = "", password: str = "", tls: bool = True) -> None:
        self.host, self.port = host, port
        self.user, self.password, self.tls = user, password, tls
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._server = smtplib.SMTP(self.host, self.port, timeout=30)
        if self.tls:
            self._server.starttls(context=ssl.create_default_context())
        if self.user:
            self._server.login(self.user, self.password)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def send(self, letter: EmailMessage) -> None:
        if self._server is None:
            raise OSError("the mail connection is not open")
        try:
            self._server.send_message(letter)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
            if _is_final(refusal):
                raise Undeliverable(str(refusal)) from None
            raise


def _is_final(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Answers from 500 are for good, those from 400 are for now (RFC 5321, 4.2.1)."""
    if isinstance(refusal, smtplib.SMTPDataError):
        return refusal.smtp_code >= 500
    return all(code >= 500 for code, _ in refusal.recipients.values())
