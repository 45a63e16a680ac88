"""Cross-signing (Client-Server API, "Cross-signing"): the keys of an account, and what they have signed.

An account's master key signs its self-signing key, and that signs its devices: who trusts the first trusts
all devices, also those that come later. The keys are made here; nothing here asks a homeserver.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SEED = 32
_USAGES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class Identity:
    """The three private keys of an account, as seeds of ed25519 by usage."""

    seeds: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def new(cls) -> "Identity":
        """Keys that nobody has had before."""
        return cls({usage: os.urandom(_SEED) for usage in _USAGES})

    @classmethod
    def from_text(cls, text: str) -> "Identity":
        """As `text` wrote it; raises ValueError for anything else."""
        read = json.loads(text)
        if not isinstance(read, dict) or set(read) != set(_USAGES):
            raise ValueError("no cross-signing keys")
        return cls({usage: b64decode(seed, validate=True) for usage, seed in read.items()})

    def text(self) -> str:
        """All of it, to be sealed."""
        return json.dumps({usage: b64encode(seed).decode() for usage, seed in self.seeds.items()})

    def public(self, usage: str) -> str:
        """The public key of this usage, in base64 without padding."""
        return _unpadded(self._key(usage).public_key().public_bytes_raw())

    def published(self, user: str) -> dict[str, Any]:
        """The body of `POST keys/device_signing/upload`."""
        made: dict[str, Any] = {}
        for usage in _USAGES:
            public = self.public(usage)
            key = {"user_id": user, "usage": [usage], "keys": {f"ed25519:{public}": public}}
            made[f"{usage}_key"] = key if usage == "master" else self._signed(key, user, "master")
        return made

    def device(self, keys: Mapping[str, Any], user: str) -> dict[str, Any]:
        """The published keys of one's own device with the signature of the self-signing key."""
        return self._signed(keys, user, "self_signing")

    def _signed(self, keys: Mapping[str, Any], user: str, usage: str) -> dict[str, Any]:
        signature = _unpadded(self._key(usage).sign(_signable(keys)))
        bare = {name: value for name, value in keys.items() if name != "unsigned"}
        return {**bare, "signatures": {user: {f"ed25519:{self.public(usage)}": signature}}}

    def _key(self, usage: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seeds[usage])


@dataclass(frozen=True, slots=True)
class Owner:
    """What is known of one account: its master key ("" for none), and the devices that it has signed."""

    master: str = ""
    devices: frozenset[str] = frozenset()


def owner(answer: Mapping[str, Any], user: str) -> Owner:
    """What a homeserver's answer to `POST keys/query` says of a user, as far as signatures bear it out."""
    master = _only_key(_of(answer, "master_keys", user), user)
    signing = _of(answer, "self_signing_keys", user)
    signer = _only_key(signing, user)
    if not master or not signer or not is_signed(signing, user, master):
        return Owner(master)
    devices = _of(answer, "device_keys", user)
    return Owner(
        master,
        frozenset(
            name
            for name, keys in devices.items()
            if isinstance(keys, dict)
            and (keys.get("user_id"), keys.get("device_id")) == (user, name)
            and is_signed(keys, user, signer)
        ),
    )


def is_signed(keys: Mapping[str, Any], user: str, public: str) -> bool:
    """Whether the key of this user, of which the public part is given, has signed the object."""
    try:
        signature = _bytes(keys["signatures"][user][f"ed25519:{public}"])
        Ed25519PublicKey.from_public_bytes(_bytes(public)).verify(signature, _signable(keys))
    except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature):
        return False
    return True


def canonical(content: Mapping[str, Any]) -> str:
    """JSON as it is signed and hashed (appendix "Canonical JSON")."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def grouped(key: str) -> str:
    """A key as people compare it: in groups of four."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _of(answer: Mapping[str, Any], name: str, user: str) -> dict[str, Any]:
    users = answer.get(name)
    found = users.get(user) if isinstance(users, dict) else None
    return found if isinstance(found, dict) else {}


def _only_key(key: Mapping[str, Any], user: str) -> str:
    """The public part of a cross-signing key that is this user's; "" where there is none."""
    keys = key.get("keys")
    if key.get("user_id") != user or not isinstance(keys, dict) or len(keys) != 1:
        return ""
    (name, public), *_ = keys.items()
    return str(public) if name == f"ed25519:{public}" else ""


def _signable(keys: Mapping[str, Any]) -> bytes:
    bare = {name: value for name, value in keys.items() if name not in ("signatures", "unsigned")}
    return canonical(bare).encode()


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), validate=True)
