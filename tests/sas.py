"""The one who begins a verification by pictures, written from the specification apart from the bot's part.

Client-Server API, "Short Authentication String (SAS)" and "Key verification framework".
"""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import vodozemac

AGREEMENT = "curve25519-hkdf-sha256"
MAC = "hkdf-hmac-sha256.v2"


def start(device: str) -> dict[str, Any]:
    """The content of the event that begins it."""
    return {
        "from_device": device,
        "method": "m.sas.v1",
        "key_agreement_protocols": [AGREEMENT],
        "hashes": ["sha256"],
        "message_authentication_codes": [MAC, "hkdf-hmac-sha256"],
        "short_authentication_string": ["decimal", "emoji"],
    }


@dataclass
class Beginner:
    """One account on one device, with the keys that it vouches for; `number` is the verification's."""

    user: str
    device: str
    keys: dict[str, str]
    number: str
    other_user: str
    other_device: str
    started: dict[str, Any] = field(default_factory=dict)
    _sas: vodozemac.Sas = field(default_factory=vodozemac.Sas)
    _shared: vodozemac.EstablishedSas | None = None

    @property
    def key(self) -> str:
        """Our part of the agreement."""
        return str(self._sas.public_key.to_base64())

    def meets(self, accept: dict[str, Any], key: str) -> tuple[list[int], tuple[int, ...]]:
        """Check what was promised before the key was shown, and return what people compare."""
        promised = hashlib.sha256((key + _canonical(self.started)).encode()).digest()
        assert accept["commitment"] == b64encode(promised).decode().rstrip("=")
        assert (accept["key_agreement_protocol"], accept["hash"]) == (AGREEMENT, "sha256")
        assert accept["message_authentication_code"] == MAC
        own = self.key
        self._shared = self._sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(key))
        info = "|".join(
            (
                "MATRIX_KEY_VERIFICATION_SAS",
                *(self.user, self.device, own, self.other_user, self.other_device, key, self.number),
            )
        )
        strings = self._shared.bytes(info)
        return list(strings.emoji_indices), tuple(strings.decimals)

    def mac(self) -> dict[str, Any]:
        """What we vouch for."""
        return self._coded(self.user, self.device, self.other_user, self.other_device, self.keys)

    def believes(self, mac: dict[str, Any], keys: dict[str, str]) -> bool:
        """Whether the other side vouches for just these keys."""
        return mac == self._coded(self.other_user, self.other_device, self.user, self.device, keys)

    def _coded(self, *names: Any) -> dict[str, Any]:
        *sides, keys = names
        assert self._shared is not None
        info = "MATRIX_KEY_VERIFICATION_MAC" + "".join(sides) + self.number
        macs = {name: self._shared.calculate_mac(key, info + name) for name, key in keys.items()}
        return {"mac": macs, "keys": self._shared.calculate_mac(",".join(sorted(keys)), info + "KEY_IDS")}


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
