"""E-mail addresses, read in one place: entered or brought by a list as when a letter is sent.

What is accepted can stand in a letter and be handed to any mail server. So the part before the @ is plain
ASCII without quotes (a server need not take more: RFC 6531), and a domain in other letters is written in
its ASCII form. Source: RFC 5321, 4.1.2 and 4.5.3.1; RFC 5322, 3.4.1; RFC 1035, 2.3.1.
"""

import re
import unicodedata
from email.headerregistry import Address
from email.utils import parseaddr

MAX_ADDRESS, MAX_LOCAL, MAX_LABEL = 254, 64, 63
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_MENTIONED = re.compile(r"<?[^\s<>@]+@[^\s<>@,;:]+>?")
EXAMPLE = "write it like name@charity.org.uk"


class AddressFault(ValueError):  # noqa: N818 - a fact about one address
    """What is wrong with an address, in words that go on from it: "has no @; write it like ..."."""


def read_address(text: str) -> Address:
    """The address that a text is, its domain in ASCII.

    Raises:
        AddressFault: it is none that a letter can be sent to.
    """
    local, domain = _parts(text)
    _check_local(local)
    ascii_domain = _checked_domain(domain)
    if len(local) + 1 + len(ascii_domain) > MAX_ADDRESS:
        raise AddressFault(f"is longer than {MAX_ADDRESS} characters")
    return Address(username=local, domain=ascii_domain)


def fault_of(text: str) -> str:
    """What keeps a letter from being sent to this address, in words that go on from it; empty for nothing."""
    try:
        read_address(text)
    except AddressFault as fault:
        return str(fault)
    return ""


def refusal_of(text: str) -> str:
    """The same as a sentence for whoever typed it; empty where the address is sound."""
    fault = fault_of(text)
    return fault and f"The email address {text[:60]!r} {fault}."


def read_sender(text: str) -> Address:
    """The sender of letters: an address, alone or as `Name <address>`.

    Raises:
        AddressFault: it has no address that letters can come from.
    """
    name, address = parseaddr(text)
    sender = read_address(address)
    if any(not letter.isprintable() for letter in name):
        raise AddressFault("has a character in its name that cannot be printed")
    return Address(name, username=sender.username, domain=sender.domain)


def without_addresses(text: str) -> str:
    """The same words without the addresses in them, as mail servers put them into their answers."""
    return _MENTIONED.sub("(address)", text)


def _parts(text: str) -> tuple[str, str]:
    if len(text) > 2 * MAX_ADDRESS:
        raise AddressFault(f"is longer than {MAX_ADDRESS} characters")
    if text.count("@") > 1:
        raise AddressFault("holds more than one address; give one here, and add the other as another contact")
    if "<" in text or ">" in text:
        raise AddressFault("has more beside the address; give the address alone")
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        raise AddressFault("has a space, a line break or an invisible character in it; remove it")
    local, at, domain = text.partition("@")
    if not at:
        raise AddressFault(f"has no @; {EXAMPLE}")
    return local, domain


def _check_local(local: str) -> None:
    if not local:
        raise AddressFault(f"has nothing before the @; {EXAMPLE}")
    if len(local) > MAX_LOCAL:
        raise AddressFault(f"has more than {MAX_LOCAL} characters before the @")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressFault("has a dot too many before the @")
    for letter in local.replace(".", ""):
        if not _ATOM.fullmatch(letter):
            raise AddressFault(f"has {letter!r} before the @, which mail servers need not take")


def _checked_domain(domain: str) -> str:
    if not domain:
        raise AddressFault(f"has nothing after the @; {EXAMPLE}")
    for letter in domain:
        # The codec takes a dash or a quotation mark of a word processor for a letter of some language.
        if letter not in ".-" and unicodedata.category(letter)[0] not in "LMN":
            raise AddressFault(f"has {letter!r} after the @, which no domain has")
    try:
        labels = domain.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        raise AddressFault(f"has {domain[:60]!r} after the @, which is no name of a domain") from None
    if len(labels) < 2:
        raise AddressFault(f"has no dot after the @; {EXAMPLE}")
    if labels[-1].isdigit() or not all(
        _LABEL.fullmatch(label) and len(label) <= MAX_LABEL for label in labels
    ):
        raise AddressFault(f"has {domain[:60]!r} after the @, which is no name of a domain")
    return ".".join(labels)
