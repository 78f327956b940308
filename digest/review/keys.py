"""Secrets: how they are made, and what is kept of them, which is never the secret itself.

Links and sessions are 256 random bits, kept as their SHA-256: nobody can guess them, so nothing
slower is needed. Passphrases are chosen by people and kept as scrypt with a salt each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from dataclasses import dataclass

from digest.errors import InputError, TooManyAttempts

SHORTEST, LONGEST = 12, 256  # characters of a passphrase
WORK = 2**15  # scrypt's n: 32 MiB and a quarter of a second
# Guesses must not take the processors from those who work, nor the threads: two are looked at, a
# few wait, and the others are refused, wherever they come from.
_turn, _room = threading.Semaphore(2), threading.Semaphore(8)
_BUSY = 60  # seconds


@dataclass(frozen=True, slots=True)
class Lock:
    """What is kept of a passphrase; ``work`` is what a guess costs."""

    salt: bytes
    hash: bytes
    work: int

    def opens(self, passphrase: str) -> bool:
        """Whether this is the passphrase; takes as long when it is not.

        Raises:
            TooManyAttempts: too many others try at this moment.
        """
        if not _room.acquire(blocking=False):
            raise TooManyAttempts(_BUSY)
        try:
            return hmac.compare_digest(self.hash, _scrypt(passphrase, self.salt, self.work))
        finally:
            _room.release()


def nobodys(work: int) -> Lock:
    """A lock that no passphrase opens, to spend the time that a real one takes."""
    return Lock(bytes(16), bytes(32), work)


def locked(passphrase: str, work: int) -> Lock:
    """The lock of a new passphrase.

    Raises:
        InputError: it is too short or too long.
    """
    if not SHORTEST <= len(_normal(passphrase)) <= LONGEST:
        raise InputError(
            f"a passphrase has {SHORTEST} to {LONGEST} characters: take four or five words that "
            "belong together for you alone"
        )
    salt = secrets.token_bytes(16)
    return Lock(salt, _scrypt(passphrase, salt, work), work)


def new_token() -> str:
    """256 random bits for a link or a cookie, 43 characters."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _scrypt(passphrase: str, salt: bytes, work: int) -> bytes:
    secret = _normal(passphrase)[:LONGEST].encode()
    with _turn:
        return hashlib.scrypt(secret, salt=salt, n=work, r=8, p=3, maxmem=2**26, dklen=32)


def _normal(passphrase: str) -> str:
    """The same passphrase from every keyboard."""
    normal = unicodedata.normalize("NFKC", passphrase).strip()
    return normal.encode("utf-8", "replace").decode()
