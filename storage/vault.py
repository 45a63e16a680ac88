"""The key that is kept outside the database: enciphers what endangers, finds it by a keyed hash.

A seized database without the key tells neither who subscribes nor what they look for (DESIGN,
promise 6). Three keys are derived from the one that is kept, so that a lookup hash can never be
used to decipher: AES-256-GCM (NIST SP 800-38D) for texts, HMAC-SHA256 (RFC 2104) for lookups, AES-SIV
(RFC 5297) for what has to be opened and compared, too: names that a platform gave to messages.

A fourth, again for hashes, marks what nobody can hash anew once the key is changed, as only its hash was
kept: words that were taken down, what admins did. The first key's is handed on from key to key.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
_BLOCK = 32
_HEIRLOOM = "marks"


class WrongKey(Exception):
    """The key does not belong to this database, or what it should decipher was altered."""


class Sealer(Protocol):
    """What seals, opens and finds: a vault, or whoever knows which one it is at the moment."""

    def seal(self, text: str, purpose: str) -> bytes:
        """As `Vault.seal`."""
        ...

    def open(self, sealed: bytes, purpose: str) -> str:
        """As `Vault.open`."""
        ...

    def trace(self, *parts: str) -> str:
        """As `Vault.trace`."""
        ...

    def mark(self, *parts: str) -> str:
        """As `Vault.mark`."""
        ...

    def seal_alike(self, text: str, purpose: str) -> str:
        """As `Vault.seal_alike`."""
        ...

    def open_alike(self, sealed: str, purpose: str) -> str:
        """As `Vault.open_alike`."""
        ...


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens short texts; `purpose` binds a sealed text to the column it stands in."""

    _seal: bytes = field(repr=False)
    _find: bytes = field(repr=False)
    _mark: bytes = field(repr=False)
    _alike: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> "Vault":
        """A vault from 32 secret bytes; raises ValueError for any other length."""
        if len(secret) != 32:
            raise ValueError("the key must be 32 bytes, written in base64")
        find = _derive(secret, b"vigil find 1")
        alike = _derive(secret, b"vigil alike 1", 64)
        return cls(_derive(secret, b"vigil seal 1"), find, find, alike)

    def seal(self, text: str, purpose: str) -> bytes:
        """`text` enciphered; the same text gives another result each time, padded to 32 bytes."""
        padded = _padded(text)
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
        return _bare(padded)

    def seal_alike(self, text: str, purpose: str) -> str:
        """`text` enciphered, in base64 without a comma: the same text gives the same result each time."""
        sealed = AESSIV(self._alike).encrypt(_padded(text), [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).decode()

    def open_alike(self, sealed: str, purpose: str) -> str:
        """What `seal_alike` was given; raises WrongKey as `open`."""
        try:
            padded = AESSIV(self._alike).decrypt(base64.urlsafe_b64decode(sealed), [purpose.encode()])
        except (InvalidTag, ValueError) as error:
            raise WrongKey("the key does not open what this database holds") from error
        return _bare(padded)

    def trace(self, *parts: str) -> str:
        """A keyed hash (hex) under which the parts can be found again, and not guessed without the key."""
        return _hashed(self._find, parts)

    def mark(self, *parts: str) -> str:
        """As `trace`, and the same under each later key of a database: where the parts are not kept."""
        return _hashed(self._mark, parts)

    def heirloom(self) -> str:
        """What the next key needs to make the same marks, sealed by this one, as text."""
        return base64.b64encode(self.seal(base64.b64encode(self._mark).decode(), _HEIRLOOM)).decode()

    def heir(self, heirloom: str) -> "Vault":
        """This vault, making the marks of an heirloom that it sealed; raises WrongKey for another's."""
        try:
            sealed = base64.b64decode(heirloom, validate=True)
        except ValueError as error:
            raise WrongKey("what the key before this one left is damaged") from error
        return replace(self, _mark=base64.b64decode(self.open(sealed, _HEIRLOOM)))

    def heir_of(self, other: "Vault") -> "Vault":
        """This vault, making the marks of the one before it."""
        return replace(self, _mark=other._mark)  # noqa: SLF001 - one of ours

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


def _hashed(key: bytes, parts: tuple[str, ...]) -> str:
    return hmac.new(key, "\x00".join(parts).encode(), hashlib.sha256).hexdigest()


def _padded(text: str) -> bytes:
    raw = text.encode()
    padded = len(raw).to_bytes(4, "big") + raw
    return padded + b"\x00" * (-len(padded) % _BLOCK)


def _bare(padded: bytes) -> str:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()


def _derive(secret: bytes, label: bytes, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=label).derive(secret)
