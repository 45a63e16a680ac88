"""The bot's part in a verification by short authentication strings ("Short Authentication String (SAS)").

Pure: contents of events in, contents of events out. The other side begins, we answer:
request -> ready, start -> accept, key -> key (both now show the same pictures), mac -> mac and done.

That we say "they match" proves nothing to anybody: somebody in the middle would say the same. What protects
is that a person compares the pictures with those that *this* program shows elsewhere. So nothing is
concluded here from a verification: no device, and no person, is trusted more after it.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import vodozemac
from nio.crypto import Sas as Pictures

from bot.transports.matrix_signing import canonical

METHOD = "m.sas.v1"
PREFIX = "m.key.verification."
_AGREEMENT = "curve25519-hkdf-sha256"
_HASH = "sha256"
_MAC = "hkdf-hmac-sha256.v2"
_OLD_MAC = "hkdf-hmac-sha256"
"""As libolm encodes it; clients from before 2023 know no other."""
_INFO = "MATRIX_KEY_VERIFICATION_"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: an account, its device, and the public keys that it vouches for, by key id."""

    user: str
    device: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What both sides have to see alike: seven pictures with their English names, and three numbers."""

    pictures: tuple[tuple[str, str], ...]
    numbers: tuple[int, ...]


class Cancelled(Exception):
    """The verification ends here: the code, and a word, that are told to the other side."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


Event = tuple[str, dict[str, Any]]
"""Its type without the common beginning, and its content but for what says which verification it is of."""


@dataclass
class Verification:
    """One verification that another device has asked for; `id` is its transaction, or its request's event.

    `take` raises Cancelled for what may not come, or not be so.
    """

    id: str
    ours: Side
    theirs: Side
    shown: Shown | None = None
    over: bool = False
    """Whether we have said all that we have to say."""
    _start: dict[str, Any] | None = None
    _sas: vodozemac.Sas = field(default_factory=vodozemac.Sas)
    _secret: vodozemac.EstablishedSas | None = None
    _mac: str = ""

    def ready(self) -> Event:
        """Our answer to a request."""
        return "ready", {"from_device": self.ours.device, "methods": [METHOD]}

    def take(self, kind: str, content: Mapping[str, Any]) -> list[Event]:
        """What we answer to an event of theirs, by its type without the common beginning."""
        match kind:
            case "start":
                return [self._accept(content)]
            case "key":
                return [self._exchange(content)]
            case "mac":
                return self._confirm(content)
            case "done" | "request":
                return []
        raise Cancelled("m.unexpected_message", f"{kind} was not expected")

    def _accept(self, start: Mapping[str, Any]) -> Event:
        if self._start is not None:
            raise Cancelled("m.unexpected_message", "it has begun already")
        if start.get("method") != METHOD:
            raise Cancelled("m.unknown_method", "only m.sas.v1 is known here")
        macs = _list(start, "message_authentication_codes")
        self._mac = _MAC if _MAC in macs else _OLD_MAC
        strings = [one for one in ("decimal", "emoji") if one in _list(start, "short_authentication_string")]
        if (
            self._mac not in macs
            or _AGREEMENT not in _list(start, "key_agreement_protocols")
            or _HASH not in _list(start, "hashes")
            or "decimal" not in strings
        ):
            raise Cancelled("m.unknown_method", "no way to compare that both know")
        self._start = dict(start)
        digest = hashlib.sha256((self._own_key + canonical(start)).encode()).digest()
        return "accept", {
            "method": METHOD,
            "commitment": b64encode(digest).decode().rstrip("="),
            "key_agreement_protocol": _AGREEMENT,
            "hash": _HASH,
            "message_authentication_code": self._mac,
            "short_authentication_string": strings,
        }

    def _exchange(self, content: Mapping[str, Any]) -> Event:
        if self._start is None or self._secret is not None:
            raise Cancelled("m.unexpected_message", "a key was not expected")
        key = str(content.get("key"))
        try:
            self._secret = self._sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(key))
        except (ValueError, vodozemac.KeyException, vodozemac.SasException) as error:
            raise Cancelled("m.invalid_message", "that is no key") from error
        sides = (
            f"{self.theirs.user}|{self.theirs.device}|{key}",
            f"{self.ours.user}|{self.ours.device}|{self._own_key}",
        )
        strings = self._secret.bytes("|".join((f"{_INFO}SAS", *sides, self.id)))
        pictures = tuple(Pictures.emoji[one] for one in strings.emoji_indices)
        self.shown = Shown(pictures, tuple(strings.decimals))
        return "key", {"key": self._own_key}

    def _confirm(self, content: Mapping[str, Any]) -> list[Event]:
        """Say for which keys of ours we stand, once theirs are in order."""
        if self._secret is None or self.over:
            raise Cancelled("m.unexpected_message", "nothing was to be confirmed yet")
        told = content.get("mac")
        if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
            raise Cancelled("m.invalid_message", "that confirms nothing")
        wanted = self._macs(self.theirs, self.ours, {**dict.fromkeys(told, ""), **self.theirs.keys}, told)
        known = [one for one in told if one in self.theirs.keys]
        if not known or content.get("keys") != wanted[1] or any(told[one] != wanted[0][one] for one in known):
            raise Cancelled("m.key_mismatch", "the keys are others than they should be")
        self.over = True
        macs, keys = self._macs(self.ours, self.theirs, self.ours.keys, self.ours.keys)
        return [("mac", {"mac": macs, "keys": keys}), ("done", {})]

    def _macs(
        self, sender: Side, receiver: Side, keys: Mapping[str, str], named: Mapping[str, str]
    ) -> tuple[dict[str, str], str]:
        """The code of each named key, and the one of their list."""
        assert self._secret is not None  # noqa: S101 - asked for afterwards only
        coded = self._secret.calculate_mac if self._mac == _MAC else self._secret.calculate_mac_invalid_base64
        info = f"{_INFO}MAC{sender.user}{sender.device}{receiver.user}{receiver.device}{self.id}"
        macs = {name: coded(keys[name], f"{info}{name}") for name in named}
        return macs, coded(",".join(sorted(named)), f"{info}KEY_IDS")

    @property
    def _own_key(self) -> str:
        return str(self._sas.public_key.to_base64())


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    return found if isinstance(found, list) else []
