"""Keys and what is made with them. Nothing here knows a table or a screen."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.errors import DestroyedError

# Crockford's base 32: no I, L, O or U, so that a code read over the telephone or
# from a smudged letter has one spelling.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
CODE_LENGTH = 12
NONCE = 12


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation, each for one purpose.

    `data_key_before` opens what is not sealed under `data_key` yet, while one replaces the other.
    """

    prn_key: str = field(repr=False)
    link_key: str = field(repr=False)
    code_key: str = field(repr=False)
    data_key: str = field(repr=False)
    data_key_before: str = field(default="", repr=False)

    def unit_pseudonym(self, programme: str, strand: str, organisation: str, unit: str = "") -> str:
        """The name under which the answers about an organisation, or a unit of it, are matched.

        It is the same in every round of a programme's strand. Programme and organisation are their uuids.
        """
        return _keyed(self.link_key, f"unit|{programme}|{strand}|{organisation}|{unit}").hex()[:32]

    def seat_pseudonym(self, round_: str, seat: str) -> str:
        """The name under which the answers of one seat are held, by the uuids of its round and its own."""
        return _keyed(self.link_key, f"seat|{round_}|{seat}").hex()[:32]

    def moments_key(self, round_key: bytes) -> bytes:
        """The key of the days and times of a round's answers: it takes LINK_KEY and the round's own key."""
        return _keyed(self.link_key, f"moments|{round_key.hex()}")

    def access_code(self, holder: str, generation: int) -> str:
        """The code of a seat, as KX4M-20VB-9QZT; derived, so that a reminder can repeat it.

        It has 55 bits, and a last symbol by which a slip is known from a guess.
        """
        symbols = self._code_symbols(holder, generation)[:-1]
        return _grouped(symbols + check_symbol(symbols))

    def code_behind(self, holder: str, generation: int, code_hash: str) -> str | None:
        """The code that is stored as `code_hash`; None where this key makes another.

        Codes from before the check symbol stay as they were sent.
        """
        before = _grouped(self._code_symbols(holder, generation))
        made = (self.access_code(holder, generation), before)
        return next((code for code in made if hmac.compare_digest(self.code_hash(code), code_hash)), None)

    def _code_symbols(self, holder: str, generation: int) -> str:
        number = int.from_bytes(_keyed(self.code_key, f"code|{holder}|{generation}")[:8]) >> 4
        return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))

    def code_hash(self, code: str) -> str:
        """What is stored of a code, and looked up."""
        return _keyed(self.code_key, f"hash|{normal_code(code)}").hex()

    def sitting_hash(self, words: str) -> str:
        """What is stored of a sitting: of its random word and of all that its cookie says."""
        return _keyed(self.code_key, f"sitting|{words}").hex()

    def lookup(self, value: str) -> str:
        """A keyed hash by which an encrypted value (an e-mail address) can be found."""
        return _lookup(self.data_key, value)

    def lookups(self, value: str) -> tuple[str, ...]:
        """Every hash by which the value may be stored while a key replaces another; the newest first."""
        keys = (self.data_key, self.data_key_before) if self.rotates else (self.data_key,)
        return tuple(_lookup(key, value) for key in keys)

    @property
    def rotates(self) -> bool:
        """Whether a key replaces another, so that both are in use."""
        return bool(self.data_key_before)

    def audit_seal(self, text: str) -> str:
        """What makes a row of the audit trail fast; LINK_KEY is never replaced, so that it can be checked."""
        return _keyed(self.link_key, f"audit row|{text}").hex()

    def audit_sign(self, text: str) -> str:
        """A signature of this installation (Ed25519), in hexadecimal."""
        return self._signing_key.sign(text.encode()).hex()

    def audit_signed(self, text: str, signature: str) -> bool:
        """Whether `audit_sign` made this signature of this text."""
        try:
            self._signing_key.public_key().verify(bytes.fromhex(signature), text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    @cached_property
    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(_keyed(self.link_key, "audit signature"))

    def encrypt(self, plain: str, context: str) -> bytes:
        """Encrypt under the installation's key; `context` (whose, what) must be given again to read it."""
        return seal(self._sealing_key, plain.encode(), context)

    def decrypt(self, sealed: bytes, context: str) -> str:
        """Read what `encrypt` wrote."""
        return self.unwrap(sealed, context).decode()

    def wrap(self, key: bytes, context: str) -> bytes:
        """Encrypt another key, so that it may be stored."""
        return seal(self._sealing_key, key, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Read what `wrap` wrote, or what it wrote under the key before."""
        try:
            return unseal(self._sealing_key, wrapped, context)
        except DestroyedError:
            if not self.rotates:
                raise
            return unseal(_keyed(self.data_key_before, "seal"), wrapped, context)

    def resealed(self, sealed: bytes, context: str) -> bytes | None:
        """The same under `data_key`; None where it is sealed under that already.

        Raises:
            DestroyedError: it is sealed under neither.
        """
        try:
            unseal(self._sealing_key, sealed, context)
        except DestroyedError:
            return self.wrap(self.unwrap(sealed, context), context)
        return None

    def fingerprints(self) -> dict[str, str]:
        """By what each key is known again, by the name of its setting; no key can be made from it."""
        keys = {
            "PRN_KEY": self.prn_key,
            "LINK_KEY": self.link_key,
            "CODE_KEY": self.code_key,
            "DATA_KEY": self.data_key,
        }
        return {name: _keyed(key, f"fingerprint|{name}").hex() for name, key in keys.items()}

    @cached_property
    def _sealing_key(self) -> bytes:
        return _keyed(self.data_key, "seal")


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return AESGCM.generate_key(256)


def new_token() -> str:
    """A random word for a cookie or a link: 256 bits, so that nobody guesses one."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of such a word; nobody comes from here to the word."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal(key: bytes, plain: bytes, context: str) -> bytes:
    """AES-256-GCM with a random nonce in front; `context` is authenticated with it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def padded(plain: bytes, block: int) -> bytes:
    """JSON filled up with spaces to a multiple of `block` bytes, so that its length says little of it."""
    return plain + b" " * (-len(plain) % block)


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """Undo `seal`.

    Raises:
        DestroyedError: the key is not the one it was sealed with, or the context differs.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())
    except InvalidTag:
        raise DestroyedError("This material cannot be read with the keys of this installation.") from None


def normal_code(text: str) -> str:
    """A code as people type it -> as it was made: case, spaces, hyphens and look-alikes do not matter."""
    kept = "".join(symbol for symbol in text.upper() if symbol.isascii() and symbol.isalnum())
    return kept.translate(LOOKALIKES)


def is_slip(text: str) -> bool:
    """Whether a typed code cannot be one: a symbol is wrong or missing, or two have changed places."""
    code = normal_code(text)
    known = len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)
    return not known or check_symbol(code[:-1]) != code[-1]


def check_symbol(symbols: str) -> str:
    """The last symbol of a code: a sum over the field of 32 elements, each place with a weight of its own.

    Any one wrong symbol and any two neighbours exchanged change it, as in a Reed-Solomon code.
    """
    total = 0
    for symbol in symbols:
        total = _times_two(total ^ ALPHABET.index(symbol))
    return ALPHABET[total]


def _times_two(element: int) -> int:
    # The field is made by x^5 + x^2 + 1.
    return (element << 1) ^ 0b100101 if element & 16 else element << 1


def _grouped(symbols: str) -> str:
    return "-".join(symbols[place : place + 4] for place in range(0, CODE_LENGTH, 4))


_hasher = PasswordHasher()
# Checked when nobody has the name that was typed, so that both answers take as long.
_NOBODY = _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """argon2id with the library's parameters, which it raises over the years."""
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; takes as long when nothing is stored."""
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def _lookup(key: str, value: str) -> str:
    return _keyed(key, f"lookup|{value.strip().casefold()}").hex()


def _keyed(key: str, text: str) -> bytes:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
