"""The key that is kept outside the database: enciphers what endangers, finds it by a keyed hash.

A seized database without the key tells neither who subscribes nor what they look for (DESIGN,
promise 6). Two keys are derived from the one in the file, so that a lookup hash can never be
used to decipher: AES-256-GCM (NIST SP 800-38D) for texts, HMAC-SHA256 (RFC 2104) for lookups.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
_BLOCK = 32


class WrongKey(Exception):
    """The key does not belong to this database, or what it should decipher was altered."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens short texts; `purpose` binds a sealed text to the column it stands in."""

    _seal: bytes
    _find: bytes

    @classmethod
    def from_secret(cls, secret: bytes) -> "Vault":
        """A vault from 32 secret bytes; raises ValueError for any other length."""
        if len(secret) != 32:
            raise ValueError("the key must be 32 bytes, written in base64")
        return cls(_derive(secret, b"vigil seal 1"), _derive(secret, b"vigil find 1"))

    def seal(self, text: str, purpose: str) -> bytes:
        """`text` enciphered; the same text gives another result each time, padded to 32 bytes."""
        raw = text.encode()
        padded = len(raw).to_bytes(4, "big") + raw
        padded += b"\x00" * (-len(padded) % _BLOCK)
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + AESGCM(self._seal).encrypt(nonce, padded, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> str:
        """What `seal` was given; raises WrongKey if the key, the purpose or the bytes differ."""
        if sealed[:1] != _VERSION:
            raise WrongKey("a sealed text has an unknown form")
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            padded = AESGCM(self._seal).decrypt(nonce, body, purpose.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: too short to be one at all
            raise WrongKey("the key does not open what this database holds") from error
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()

    def trace(self, *parts: str) -> str:
        """A keyed hash (hex) under which the parts can be found again, and not guessed without the key."""
        return hmac.new(self._find, "\x00".join(parts).encode(), hashlib.sha256).hexdigest()

    def check(self) -> str:
        """What a database, or a backup of it, keeps to recognise its key by."""
        return self.trace("vigil key check")


def read_or_make_key(path: Path) -> bytes:
    """The 32 bytes in the key file; makes the file (mode 0600) where there is none.

    Raises ValueError when the file does not hold 32 bytes in base64.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return parse_key(path.read_text(encoding="ascii", errors="replace"))
    secret = os.urandom(32)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def parse_key(text: str) -> bytes:
    """32 bytes from their base64 form; raises ValueError for anything else."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the key is not base64") from error
    if len(secret) != 32:
        raise ValueError("the key must be 32 bytes, written in base64")
    return secret


def _derive(secret: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret)
