"""A sealed file: a line that says what it is, then pieces of a compressed stream, each sealed in its place.

AES-256-GCM by piece, as STREAM does (Hoang, Reyhanitabar, Rogaway, Vizar 2015): a piece that was changed,
moved or left out, and an end that was cut off, are all refused. The line is authenticated with each piece.
"""

import gzip
import hashlib
import hmac
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.errors import InvalidError

MAGIC = "compact-backup"
PIECE = 1 << 20
MAX_HEAD = 4096
TAG, PREFIX = 16, 7
NO_BACKUP = "This is no backup of this product, or it is not whole."


@contextmanager
def writing(file: IO[bytes], secret: str, about: dict[str, str]) -> Iterator[IO[bytes]]:
    """A stream that is sealed into `file` under `secret`; `about` can be read by anybody."""
    head = json.dumps({MAGIC: 1, "salt": os.urandom(16).hex(), **about}).encode() + b"\n"
    file.write(head)
    pieces = _Pieces(file, AESGCM(_key(secret, head)), head)
    with gzip.GzipFile(fileobj=pieces, mode="wb", compresslevel=3, mtime=0) as stream:
        yield cast(IO[bytes], stream)
    pieces.end()


@contextmanager
def reading(file: IO[bytes], secret: str) -> Iterator[tuple[dict[str, Any], IO[bytes]]]:
    """What a sealed file is about, and the stream in it.

    Raises:
        InvalidError: it is no such file, it is damaged or cut off, or was sealed under another key; also
            while the stream is read.
    """
    head = file.readline(MAX_HEAD)
    about = about_of(head)
    pieces = io.BufferedReader(_Opened(file, AESGCM(_key(secret, head)), head), PIECE)
    with gzip.GzipFile(fileobj=pieces, mode="rb") as stream:
        yield about, cast(IO[bytes], stream)


def about_of(head: bytes) -> dict[str, Any]:
    """What the first line of a sealed file says.

    Raises:
        InvalidError: it is no such line.
    """
    try:
        about = json.loads(head)
    except ValueError:
        raise InvalidError(NO_BACKUP) from None
    if not isinstance(about, dict) or about.get(MAGIC) != 1:
        raise InvalidError(NO_BACKUP)
    return about


def _key(secret: str, head: bytes) -> bytes:
    return hmac.new(secret.encode(), b"backup|" + head, hashlib.sha256).digest()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([last])


class _Pieces(io.RawIOBase):
    """Takes a stream, and writes it sealed, a piece at a time; the last is marked as such."""

    def __init__(self, file: IO[bytes], cipher: AESGCM, head: bytes) -> None:
        self._file, self._cipher, self._head = file, cipher, head
        self._prefix, self._number, self._held = os.urandom(PREFIX), 0, bytearray()
        file.write(self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        while len(self._held) > PIECE:
            self._seal(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(content)

    def end(self) -> None:
        self._seal(bytes(self._held), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self._head))
        self._number += 1


class _Opened(io.RawIOBase):
    """Gives the stream back, having looked at each piece before it gives any of it."""

    def __init__(self, file: IO[bytes], cipher: AESGCM, head: bytes) -> None:
        self._file, self._cipher, self._head = file, cipher, head
        self._prefix, self._number = file.read(PREFIX), 0
        self._next = file.read(PIECE + TAG)
        self._open = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if not self._open and self._next:
            self._open = self._piece()
        count = min(len(into), len(self._open))
        into[:count] = self._open[:count]
        self._open = self._open[count:]
        return count

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE + TAG)
        nonce = _nonce(self._prefix, self._number, last=not self._next)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, sealed, self._head)
        except InvalidTag:
            where = (
                "It was sealed under another key, or is damaged." if self._number == 1 else "It is damaged."
            )
            raise InvalidError(f"This backup cannot be read. {where} Nothing was changed.") from None
