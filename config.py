"""Settings: read from the environment once, checked at start, documented here and nowhere else.

`Settings.from_environment` reports every fault at once. Secrets have no default:
`compact settings keys` prints fresh ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, urlsplit

SHORTEST_SECRET = 32
ON_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
# By field: the least and the most, and what another number would do.
LIMITS = {
    "smtp_port": (1, 65_535, "there is no other port"),
    "disclosure_threshold": (2, 1_000, "a number resting on one reply shows that reply"),
    "back_check_percent": (0, 100, "there are no more calls than all"),
    "worker_wake_seconds": (1, 3_600, "a round is late by as much"),
    "session_hours": (1, 168, "a sign-in that nobody uses ends after this"),
    "session_max_hours": (1, 168, "a sign-in ends after this, used or not"),
    "keep_letter_addresses_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "keep_notes_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "keep_drafts_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "keep_ended_contacts_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "keep_list_rows_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "keep_answers_days": (0, 36_500, "nothing is kept for longer than a hundred years"),
    "trusted_proxies": (0, 10, "with a number too high a visitor can pretend to be another"),
}


class SettingsError(Exception):
    """One or more settings are missing or wrong; `faults` names each and its remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings need attention:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults


def setting(variable: str, doc: str, default: Any = MISSING, *, secret: bool = False) -> Any:
    """A field of Settings that is read from the environment variable `variable`."""
    metadata = {"variable": variable, "doc": doc, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between one installation and another."""

    secret_key: str = setting("SECRET_KEY", "Signs sign-in cookies and forms.", secret=True)
    prn_key: str = setting(
        "PRN_KEY", "Makes permanent random numbers. Never change it: a new key is a new sample.", secret=True
    )
    link_key: str = setting(
        "LINK_KEY", "Makes the pseudonyms that hold answers apart from names. Never change it.", secret=True
    )
    code_key: str = setting(
        "CODE_KEY", "Makes access codes. A new key makes every code already sent useless.", secret=True
    )
    data_key: str = setting("DATA_KEY", "Encrypts contact details and the keys of rounds.", secret=True)
    data_key_before: str = setting(
        "DATA_KEY_BEFORE",
        "The DATA_KEY before this one, until `compact keys rotate` has sealed everything anew.",
        "",
        secret=True,
    )
    backup_key: str = setting(
        "BACKUP_KEY",
        "Seals backups; left empty, DATA_KEY does, and once it is rotated older backups need the one before.",
        "",
        secret=True,
    )
    database_url: str = setting(
        "DATABASE_URL",
        "Where the data is: sqlite:///file, or for many machines "
        "postgresql://user:password@host/name?sslmode=verify-full.",
        "sqlite:///compact-monitor.sqlite",
    )
    base_url: str = setting(
        "BASE_URL", "The address that letters give to respondents.", "http://127.0.0.1:8000"
    )
    product: str = setting("PRODUCT_NAME", "The name on screens and reports.", "Compact Monitor")
    agreement: str = setting("AGREEMENT_NAME", "What the agreement is called after the word the.", "Compact")
    controller: str = setting(
        "CONTROLLER",
        "Who is responsible for the data, as the privacy page names them.",
        "the organisation that wrote to you",
    )
    contact_email: str = setting("CONTACT_EMAIL", "Where respondents can write for help.", "")
    contact_telephone: str = setting("CONTACT_TELEPHONE", "Where respondents can call for help.", "")
    lawful_basis: str = setting(
        "LAWFUL_BASIS",
        "The lawful basis, as the privacy page says it after “Our lawful basis is”.",
        "a task in the public interest (UK GDPR, Article 6(1)(e))",
    )
    mail_channel: str = setting("MAIL_CHANNEL", "How letters leave: folder or smtp.", "folder")
    mail_folder: str = setting("MAIL_FOLDER", "Where the folder channel writes .eml files.", "outbox")
    mail_from: str = setting(
        "MAIL_FROM", "The sender of letters.", "Compact Monitor <survey@compact-monitor.invalid>"
    )
    smtp_host: str = setting("SMTP_HOST", "The mail server, for the smtp channel.", "127.0.0.1")
    smtp_port: int = setting("SMTP_PORT", "The mail server's port.", 587)
    smtp_user: str = setting("SMTP_USER", "The name to sign in to the mail server, if it asks.", "")
    smtp_password: str = setting("SMTP_PASSWORD", "The password for SMTP_USER.", "", secret=True)
    smtp_tls: bool = setting(
        "SMTP_TLS", "Whether the mail connection is encrypted (STARTTLS): yes or no.", True
    )
    destruction_log: str = setting(
        "DESTRUCTION_LOG",
        "A file outside the database that says which answers were destroyed; a restore reads it.",
        "destructions.log",
    )
    keep_letter_addresses_days: int = setting(
        "KEEP_LETTER_ADDRESSES_DAYS",
        "Days after a round's close for which the addresses of its letters are kept; 0: for good.",
        365,
    )
    keep_notes_days: int = setting(
        "KEEP_NOTES_DAYS",
        "Days after a round's close for which notes on cases are kept; 0: for good.",
        365,
    )
    keep_drafts_days: int = setting(
        "KEEP_DRAFTS_DAYS",
        "Days after a round's close for which unsaved pages are kept; 0: for good.",
        30,
    )
    keep_ended_contacts_days: int = setting(
        "KEEP_ENDED_CONTACTS_DAYS",
        "Days for which names, telephones and postal addresses of ended contacts are kept; 0: for good.",
        365,
    )
    keep_list_rows_days: int = setting(
        "KEEP_LIST_ROWS_DAYS",
        "Days for which rows set aside, and what lists said of people, are kept; 0: for good.",
        365,
    )
    keep_answers_days: int = setting(
        "KEEP_ANSWERS_DAYS",
        "Days after a round's close when `compact retention preview` says that its answers can go; 0: never.",
        1_825,
    )
    disclosure_threshold: int = setting(
        "DISCLOSURE_THRESHOLD", "The fewest replies a published number may rest on.", 10
    )
    back_check_percent: int = setting(
        "BACK_CHECK_PERCENT",
        "Of the calls of each interviewer that sent answers, how many in a hundred somebody else asks about, "
        "and two at least in a round; 0: none.",
        10,
    )
    worker_wake_seconds: int = setting(
        "WORKER_WAKE_SECONDS", "How often a worker looks for work that is due.", 15
    )
    session_hours: int = setting("SESSION_HOURS", "How long a sign-in lasts without use.", 8)
    session_max_hours: int = setting(
        "SESSION_MAX_HOURS", "How long a sign-in lasts at most, used or not.", 12
    )
    secure_cookies: bool = setting(
        "SECURE_COOKIES", "Send cookies over https only: yes or no. Say no only on 127.0.0.1.", True
    )
    trusted_proxies: int = setting(
        "TRUSTED_PROXIES", "How many reverse proxies of yours stand before the web process.", 0
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check every setting.

        Raises:
            SettingsError: with one line for each setting that is missing or wrong.
        """
        values: dict[str, Any] = {}
        faults: list[str] = []
        for each in fields(cls):
            variable = each.metadata["variable"]
            try:
                values[each.name] = _value(each, environment.get(variable))
            except ValueError as fault:
                faults.append(f"{variable}: {fault}")
        if not faults:
            faults = _faults(values)
        if faults:
            raise SettingsError(faults)
        return cls(**values)


def documented() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, in order, for the documents and the command."""
    return [
        (
            each.metadata["variable"],
            "required" if each.default is MISSING else str(each.default),
            each.metadata["doc"],
        )
        for each in fields(Settings)
    ]


def _value(each: Field[Any], text: str | None) -> Any:
    if text is None or text == "":
        if each.default is MISSING:
            raise ValueError("is not set; `compact settings keys` prints fresh keys")
        return each.default
    if each.type is bool:
        return _yes_or_no(text)
    if each.type is int:
        return _whole_number(text)
    if each.metadata["secret"] and each.default is MISSING and len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"is shorter than {SHORTEST_SECRET} characters; `compact settings keys` prints fresh keys"
        )
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() in {"yes", "true", "1", "on"}:
        return True
    if text.lower() in {"no", "false", "0", "off"}:
        return False
    raise ValueError(f"is {text!r}; say yes or no")


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"is {text!r}; give a whole number")
    return int(text)


def _faults(values: Mapping[str, Any]) -> list[str]:
    faults = []
    if not values["database_url"].startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        faults.append("DATABASE_URL: begins with neither sqlite: nor postgresql:")
    faults.extend(_open_connections(values))
    if values["mail_channel"] not in {"folder", "smtp"}:
        faults.append(f"MAIL_CHANNEL: is {values['mail_channel']!r}; say folder or smtp")
    faults += [*_faults_of_address(values["base_url"]), *_faults_of_sender(values["mail_from"])]
    for name, (least, most, why) in LIMITS.items():
        if not least <= values[name] <= most:
            faults.append(f"{name.upper()}: is {values[name]}; give {least} to {most}: {why}")
    return faults


def _open_connections(values: Mapping[str, Any]) -> list[str]:
    """Faults of connections that would carry answers or passwords over a network unencrypted."""
    faults = []
    database = urlsplit(values["database_url"])
    checked = parse_qs(database.query).get("sslmode") == ["verify-full"]
    if database.scheme.startswith("postgresql") and not checked and not _is_here(database.hostname):
        faults.append("DATABASE_URL: the database is on another machine; add ?sslmode=verify-full")
    if values["mail_channel"] == "smtp" and not values["smtp_tls"] and not _is_here(values["smtp_host"]):
        faults.append("SMTP_TLS: the mail server is on another machine; say yes")
    if values["base_url"].lower().startswith("https:") and not values["secure_cookies"]:
        faults.append("SECURE_COOKIES: the BASE_URL is https; say yes, or cookies can be read on the way")
    return faults


def _is_here(host: str | None) -> bool:
    """Whether `host` is this machine: none given is a socket in a folder."""
    return not host or host in ON_THIS_MACHINE


def _faults_of_address(base_url: str) -> Iterator[str]:
    """Codes and answers go to this address, so it is encrypted unless it stays on the machine."""
    try:
        address = urlsplit(base_url)
        host = address.hostname
    except ValueError:
        address, host = urlsplit(""), None
    if address.scheme not in {"http", "https"} or not host:
        yield "BASE_URL: is no web address; begin it with https:// and the name of the site"
    elif address.scheme == "http" and not _is_here(host):
        yield f"BASE_URL: is {base_url}, which anybody on the way can read; begin it with https://"


def _faults_of_sender(sender: str) -> Iterator[str]:
    _, address = parseaddr(sender)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or " " in address or "\n" in sender or "\r" in sender:
        yield f"MAIL_FROM: {sender!r} is no sender; write it like Compact Monitor <survey@example.org>"
