"""Which devices of the people in a room may read what is said there: the policy, and whom it is told to.

A device counts as confirmed when its owner's cross-signing keys have signed it. One that is not may be
somebody else's, put among a person's devices by whoever runs their homeserver. With "send" it reads all the
same, and the room is told; with "strict" it gets no keys, and its client learns why (m.room_key.withheld).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from nio.crypto import OlmDevice

from bot.transports.matrix_signing import Owner, owner

WITHHELD = "m.unverified"
NO_CHANNEL = "m.no_olm"
"""Why a device gets no key (Client-Server API, "Reporting that decryption keys are withheld")."""
_NOTE = "told of devices"
_PIN = "owner"


class Notes(Protocol):
    """What is remembered over restarts, sealed."""

    def note(self, kind: str, name: str) -> dict[str, Any] | None:
        """What was kept under this name."""
        ...

    def keep_note(self, kind: str, name: str, body: dict[str, Any]) -> None:
        """Keep it, in the place of what was there."""
        ...


Told = Callable[[str, list[OlmDevice]], None]
"""(room, its devices that are not confirmed and were not told of before)."""


class Devices:
    """What is known of everybody's devices, from the homeserver's answers whose signatures hold."""

    def __init__(self, *, strict: bool, told: Told = lambda _room, _devices: None) -> None:
        self.strict = strict
        self._told = told
        self._owners: dict[str, Owner] = {}
        self._renewed: set[str] = set()
        """Whose identity is another than at first: it was made anew, or is somebody else's."""

    def learn(self, answer: Mapping[str, Any], notes: Notes) -> set[str]:
        """Take in an answer to `POST keys/query`; returns the users of whom something changed."""
        changed = set()
        for user in answer.get("device_keys", {}):
            found = owner(answer, user)
            if found != self._owners.get(user, Owner()):
                changed.add(user)
            self._owners[user] = found
            if not found.master:
                continue
            pinned = notes.note(_PIN, user)
            if pinned is None or pinned["master"] != found.master:
                notes.keep_note(_PIN, user, {"master": found.master})
            if pinned is not None and pinned["master"] != found.master:
                self._renewed.add(user)
        return changed

    def master_of(self, user: str) -> str:
        """The user's public master key; "" where there is none, or it is not known."""
        return self._owners.get(user, Owner()).master

    def is_confirmed(self, device: OlmDevice) -> bool:
        """Whether its owner has signed the device."""
        return device.device_id in self._owners.get(device.user_id, Owner()).devices

    def withheld(self, devices: Iterable[OlmDevice]) -> frozenset[tuple[str, str]]:
        """The devices, as (user, device id), that get no key."""
        if not self.strict:
            return frozenset()
        return frozenset((one.user_id, one.device_id) for one in devices if not self.is_confirmed(one))

    def shared(self, room: str, devices: Iterable[OlmDevice], notes: Notes, today: date) -> None:
        """A key was given out: say, once of each device and once a day, which of these are not confirmed.

        The devices of one whose identity was made anew count among them once more.
        """
        known = notes.note(_NOTE, room) or {"devices": [], "day": ""}
        marks = {self._mark(one): one for one in devices if self._is_doubtful(one)}
        new = [one for mark, one in marks.items() if mark not in known["devices"]]
        if new and known["day"] != today.isoformat():
            body = {"devices": sorted({*known["devices"], *marks}), "day": today.isoformat()}
            notes.keep_note(_NOTE, room, body)
            self._told(room, new)

    def _is_doubtful(self, device: OlmDevice) -> bool:
        return not self.is_confirmed(device) or device.user_id in self._renewed

    def _mark(self, device: OlmDevice) -> str:
        """By what a device was told of: anew where its owner's identity is another."""
        master = self._owners.get(device.user_id, Owner()).master if device.user_id in self._renewed else ""
        return f"{device.user_id} {device.device_id} {master}"
