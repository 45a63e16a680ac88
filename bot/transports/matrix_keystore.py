"""Keeps the keys of Matrix's encryption, sealed; nio's own store has names in the clear.

Who is in which room is who subscribes, and the devices of all of them stand here. Of an item the file shows
its kind and a keyed hash of its name. The keys are derived from the passphrase, and so from Vigil's key.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nio.crypto import (
    DeviceStore,
    GroupSessionStore,
    InboundGroupSession,
    OlmAccount,
    OlmDevice,
    OutgoingKeyRequest,
    Session,
    SessionStore,
    TrustState,
)
from nio.store import DefaultStore

from storage.clock import now_utc
from storage.vault import Vault

FILE = "keys.db"
LOOK_BACK = timedelta(days=30)
"""A message that came longer ago is not read any more: nobody waits for its answer."""
_TABLE = """CREATE TABLE IF NOT EXISTS items (
    owner TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (owner, kind, name)) WITHOUT ROWID"""
_PURPOSE = "matrix key"
_CLEAR = (".db", ".db-journal", ".trusted_devices", ".blacklisted_devices", ".ignored_devices")
"""How the files end in which nio kept the same."""


class SealedStore:
    """What nio's client and its encryption ask of a store (`nio.store.MatrixStore`), for one device.

    What an earlier device has left is of no use any more, and goes. What nio had kept of this device in the
    clear is taken over, and goes as well.
    """

    def __init__(self, user: str, device: str, folder: str, passphrase: str, name: str = "") -> None:
        self.withheld: frozenset[tuple[str, str]] = frozenset()
        """The devices, as (user, device id), that are given no key this time."""
        self._key = passphrase
        self._vault = Vault.from_secret(hashlib.sha256(b"vigil matrix keys\0" + passphrase.encode()).digest())
        self._owner = self._vault.trace("owner", user, device)
        file = Path(folder) / (name or FILE)
        file.touch(mode=0o600)
        self._file = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.execute(_TABLE)
        self._file.execute("DELETE FROM items WHERE owner != ?", (self._owner,))
        self._take_over(user, device, Path(folder))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def load_account(self) -> OlmAccount | None:
        """The device's own keys; None where there are none yet."""
        for body in self._all("account"):
            return OlmAccount.from_pickle(body["pickle"].encode(), self._key, body["shared"])
        return None

    def save_account(self, account: OlmAccount) -> None:
        """Keep the device's own keys."""
        self._put("account", "", {"pickle": account.pickle(self._key).decode(), "shared": account.shared})

    def load_sessions(self) -> SessionStore:
        """The channels with one other device each."""
        found = SessionStore()
        for body in self._all("olm"):
            made, used = (datetime.fromisoformat(body[name]) for name in ("made", "used"))
            found.add(body["sender"], Session.from_pickle(body["pickle"].encode(), made, self._key, used))
        return found

    def save_session(self, curve_key: str, session: Session) -> None:
        """Keep a channel, as it is now."""
        body = {
            "sender": curve_key,
            "pickle": session.pickle(self._key).decode(),
            "made": session.creation_time.isoformat(),
            "used": session.use_time.isoformat(),
        }
        self._put("olm", session.id, body)

    def load_inbound_group_sessions(self) -> GroupSessionStore:
        """What opens messages in rooms. What is older than we look back goes: each restart makes new ones."""
        found, least = GroupSessionStore(), (now_utc().date() - LOOK_BACK).isoformat()
        for body in self._all("megolm"):
            if body["day"] < least:
                self._drop("megolm", body["id"])
                continue
            found.add(
                InboundGroupSession.from_pickle(
                    body["pickle"].encode(),
                    body["signer"],
                    body["sender"],
                    body["room"],
                    self._key,
                    body["chain"],
                )
            )
        return found

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Keep what opens the messages of one sender in one room."""
        body = {
            "pickle": session.pickle(self._key).decode(),
            "signer": session.ed25519,
            "sender": session.sender_key,
            "room": session.room_id,
            "chain": session.forwarding_chain,
            "id": session.id,
            "day": now_utc().date().isoformat(),
        }
        self._put("megolm", session.id, body)

    def load_device_keys(self) -> DeviceStore:
        """The devices of everybody with whom the bot shares an encrypted room."""
        found = DeviceStore()
        for body in self._all("device"):
            keys, trust = body["keys"], TrustState[body["trust"]]
            found.add(OlmDevice(body["user"], body["device"], keys, body["name"], body["deleted"], trust))
        return found

    def save_device_keys(self, device_keys: Mapping[str, Mapping[str, OlmDevice]]) -> None:
        """Keep devices, by user and device id."""
        self._put_devices([one for devices in device_keys.values() for one in devices.values()])

    def load_encrypted_rooms(self) -> set[str]:
        """The rooms that are encrypted."""
        return {body["room"] for body in self._all("room")}

    def save_encrypted_rooms(self, rooms: Iterable[str]) -> None:
        """Remember that these are."""
        self._put_many(("room", room, {"room": room}) for room in rooms)

    def delete_encrypted_room(self, room: str) -> None:
        """Forget a room that was left."""
        self._drop("room", room)

    def load_outgoing_key_requests(self) -> dict[str, OutgoingKeyRequest]:
        """Which keys others were asked for."""
        return {body["request_id"]: OutgoingKeyRequest(**body) for body in self._all("request")}

    def add_outgoing_key_request(self, key_request: OutgoingKeyRequest) -> None:
        """Remember that a key was asked for."""
        body = {
            name: getattr(key_request, name) for name in ("request_id", "session_id", "room_id", "algorithm")
        }
        self._put("request", key_request.request_id, body)

    def remove_outgoing_key_request(self, key_request: OutgoingKeyRequest) -> None:
        """It has come, or is not needed any more."""
        self._drop("request", key_request.request_id)

    def is_device_verified(self, device: OlmDevice) -> bool:
        """Whether somebody has compared the keys of the device."""
        return device.trust_state is TrustState.verified

    def is_device_blacklisted(self, device: OlmDevice) -> bool:
        """Whether the device receives nothing."""
        return (device.user_id, device.device_id) in self.withheld

    def is_device_ignored(self, device: OlmDevice) -> bool:
        """Whether it is of no account that nobody has verified the device."""
        return device.trust_state is TrustState.ignored

    def ignore_devices(self, devices: list[OlmDevice]) -> None:
        """It is of no account that nobody has verified these."""
        for one in devices:
            one.trust_state = TrustState.ignored
        self._put_devices(devices)

    def note(self, kind: str, name: str) -> dict[str, Any] | None:
        """What else was kept of a room or a person; None where nothing was."""
        of = (self._owner, kind, self._vault.trace(kind, name))
        row = self._file.execute(
            "SELECT body FROM items WHERE owner = ? AND kind = ? AND name = ?", of
        ).fetchone()
        return self._opened(kind, row[0]) if row else None

    def keep_note(self, kind: str, name: str, body: dict[str, Any]) -> None:
        """Keep this, in the place of what was there."""
        self._put(kind, name, body)

    def drop_note(self, kind: str, name: str) -> None:
        """Forget it."""
        self._drop(kind, name)

    def _opened(self, kind: str, sealed: bytes) -> dict[str, Any]:
        return dict(json.loads(self._vault.open(sealed, f"{_PURPOSE} {kind}")))

    def _put_devices(self, devices: Iterable[OlmDevice]) -> None:
        rows = []
        for one in devices:
            body = {
                "user": one.user_id,
                "device": one.device_id,
                "keys": one.keys,
                "name": one.display_name or "",
                "deleted": one.deleted,
                "trust": one.trust_state.name,
            }
            rows.append(("device", f"{one.user_id}\0{one.device_id}", body))
        self._put_many(rows)

    def _all(self, kind: str) -> Iterator[dict[str, Any]]:
        rows = self._file.execute("SELECT body FROM items WHERE owner = ? AND kind = ?", (self._owner, kind))
        for (body,) in rows.fetchall():
            yield self._opened(kind, body)

    def _put(self, kind: str, name: str, body: dict[str, Any]) -> None:
        self._put_many([(kind, name, body)])

    def _put_many(self, items: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        rows = [
            (
                self._owner,
                kind,
                self._vault.trace(kind, name),
                self._vault.seal(json.dumps(body), f"{_PURPOSE} {kind}"),
            )
            for kind, name, body in items
        ]
        if len(rows) == 1:
            self._file.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", rows[0])
        elif rows:
            self._file.execute("BEGIN")
            self._file.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", rows)
            self._file.execute("COMMIT")

    def _drop(self, kind: str, name: str) -> None:
        of = (self._owner, kind, self._vault.trace(kind, name))
        self._file.execute("DELETE FROM items WHERE owner = ? AND kind = ? AND name = ?", of)

    def _take_over(self, user: str, device: str, folder: Path) -> None:
        """What nio's own store had kept of this device; its files are removed once all of it is here."""
        before = folder / f"{user}_{device}.db"
        if before.exists() and self.load_account() is None:
            old = DefaultStore(user, device, str(folder), self._key)
            account = old.load_account()
            if account is not None:
                for sender, sessions in old.load_sessions().items():
                    for session in sessions:
                        self.save_session(sender, session)
                for session in old.load_inbound_group_sessions():
                    self.save_inbound_group_session(session)
                self.save_device_keys(dict(old.load_device_keys().items()))
                self.save_encrypted_rooms(old.load_encrypted_rooms())
                for request in old.load_outgoing_key_requests().values():
                    self.add_outgoing_key_request(request)
                self.save_account(account)  # last: until it is here, the old file counts
            old.database.close()
        for end in _CLEAR:
            (folder / f"{user}_{device}{end}").unlink(missing_ok=True)
