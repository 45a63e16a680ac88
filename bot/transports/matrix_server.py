"""What we ask of a homeserver, through matrix-nio: each question once, in bounded time, its errors raised.

nio repeats a question by itself for ever where it is let; here the deliverer and the listener decide.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping
from enum import Enum
from typing import Any
from urllib.parse import quote

from nio import DummyEvent, ErrorResponse, Event, MatrixRoom, MegolmEvent, RoomKeyRequest, SyncResponse
from nio.crypto.attachments import decrypt_attachment
from nio.exceptions import EncryptionError, GroupEncryptionError

from bot.transports.matrix_client import Client
from bot.transports.matrix_devices import Devices
from bot.transports.matrix_keystore import SealedStore
from bot.transports.matrix_outcome import NoRoom, Refused, Stumbled, answered
from bot.transports.matrix_session import Session, Store
from jobs.allowance import Allowance

WITHIN = 30.0
"""Seconds that one question may take, with all the keys that have to be fetched for it."""
FULL_WITHIN = 300.0
"""Seconds that the state of all rooms may take."""
FILE_WITHIN = 90.0
"""Seconds that a picture may take on its way."""
LONG_POLL = 25_000
"""Milliseconds that the homeserver may hold a sync open."""
RENEWED_BY_ONE = 5
RENEWED_BY_ALL = 200
"""How often within an hour one person, or all together, may have the keys of their rooms renewed."""
_V3 = "/_matrix/client/v3"
FILTER: dict[str, Any] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {"account_data": {"types": []}, "ephemeral": {"types": []}, "timeline": {"limit": 50}},
}


class Author(Enum):
    """Who wrote an event."""

    CLAIMED = "not enciphered: whoever the homeserver says"
    NOBODY = "enciphered, by no device of theirs"
    KNOWN = "enciphered, by a device of theirs that they have not confirmed"
    CONFIRMED = "enciphered, by a device that they have confirmed"


class Homeserver:
    """One account's client. `user` is its full name once it is logged in."""

    def __init__(self, homeserver: str, user: str, store: Store, devices: Devices) -> None:
        # They log addresses and what people said; what matters is told by us.
        for name in ("nio", "peewee"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._devices = devices
        self._client = Client(homeserver, user, store, devices, WITHIN)
        self._turns: dict[str, asyncio.Lock] = {}
        """One event at a time in each room, so that they keep their order and share keys once."""
        self._renewals = Allowance(RENEWED_BY_ONE, RENEWED_BY_ALL)
        self._tending: asyncio.Task[None] | None = None
        self._plain: set[str] = set()
        """Rooms that are surely not encrypted; once one is, nio knows by the sync that tells so."""
        self.synced = False
        """Whether the rooms are known."""

    @property
    def user(self) -> str:
        """The account's full name, as @vigil:example.org."""
        return str(self._client.user_id)

    @property
    def rooms(self) -> dict[str, MatrixRoom]:
        """The rooms that the bot is in, once `synced`."""
        return self._client.rooms  # type: ignore[no-any-return]

    async def restore(self, session: Session) -> None:
        """Go on as the device that the session names. Raises Refused where it is known no more."""
        self._client.restore_login(session.user, session.device, session.token)
        await _asked(self._client.whoami())

    async def identify(self, token: str) -> Session:
        """The session that a configured token belongs to."""
        self._client.access_token = token
        answer = await _asked(self._client.whoami())
        session = Session(answer.user_id, answer.device_id or "", token)
        self._client.restore_login(session.user, session.device, session.token)
        return session

    async def log_in(self, password: str, device_name: str, device: str = "") -> Session:
        """A new session, of a known device where one is named."""
        self._client.device_id = device or None
        self._client.access_token = ""
        answer = await _asked(self._client.login(password, device_name))
        return Session(answer.user_id, answer.device_id, answer.access_token)

    async def sync(self, since: str, *, full: bool) -> SyncResponse:
        """What happened since, at once with `full` state, else as soon as something does.

        Raises Refused, what stands in the way, or Stumbled.
        """
        timeout = 0 if full else LONG_POLL
        # nio passes over what ends where it has been: what it stumbled on, or a state without news.
        before = self._client.next_batch = "" if full else since
        asked = self._client.sync(timeout, FILTER, since=since or None, full_state=full or None)
        try:
            answer = await _asked(asked, FULL_WITHIN if full else WITHIN + LONG_POLL / 1000)
        except Exception as error:
            if self._client.next_batch != before:
                raise Stumbled(str(self._client.next_batch)) from error
            raise
        await self._tend_keys()
        if full:
            self._plain |= {name for name, room in self.rooms.items() if not room.encrypted}
        self.synced = True
        return answer

    async def say(self, room: str, kind: str, content: dict[str, Any], txn: str) -> str:
        """Send an event, enciphered where the room is; its id. The same transaction id is the same event."""
        async with self._turns.setdefault(room, asyncio.Lock()):
            if room not in self.rooms:
                raise NoRoom
            if self.rooms[room].encrypted:
                await self._tend_keys()
            elif room not in self._plain:
                await self._assure_plain(room)
            try:
                answer = await _asked(self._client.room_send(room, kind, content, tx_id=txn))
            except GroupEncryptionError:  # a sync has just made the key a thing of the past
                answer = await _asked(self._client.room_send(room, kind, content, tx_id=txn))
            return str(answer.event_id)

    async def _assure_plain(self, room: str) -> None:
        """Raises EncryptionError for a room that is encrypted, though no sync has told so yet.

        One that is just being made comes in pieces, and what is said in between must not go in the clear.
        """
        try:
            await _asked(self._client.room_get_state_event(room, "m.room.encryption"))
        except Refused as refused:
            if refused.code != "M_NOT_FOUND":
                raise
            self._plain.add(room)
        else:
            raise EncryptionError("the room is encrypted, and its keys are not known yet")

    def is_ciphered(self, room: str) -> bool:
        """Whether what is said in the room is enciphered, as far as we know. Raises NoRoom."""
        if room not in self.rooms:
            raise NoRoom
        return bool(self.rooms[room].encrypted)

    async def upload(
        self, data: bytes, kind: str, name: str, *, ciphered: bool
    ) -> tuple[str, dict[str, Any]]:
        """Hand over a file; where it is, and the keys that open it where it is `ciphered`."""
        shown_kind, shown_name = ("application/octet-stream", None) if ciphered else (kind, name)
        asked = self._client.upload(
            lambda *_: data, shown_kind, shown_name, encrypt=ciphered, filesize=len(data)
        )
        async with asyncio.timeout(FILE_WITHIN):
            answer, keys = await asked
        if isinstance(answer, ErrorResponse):
            raise Refused(answer)
        return str(answer.content_uri), dict(keys or {})

    async def download(self, uri: str, keys: dict[str, Any] | None, most: int) -> bytes | None:
        """A file that somebody sent, opened with its keys; None for one that has more bytes than `most`."""
        answer = await _asked(self._client.download(uri), FILE_WITHIN)
        body = bytes(answer.body)
        if len(body) > most:
            return None
        if keys is None:
            return body
        return bytes(decrypt_attachment(body, keys["key"]["k"], keys["hashes"]["sha256"], keys["iv"]))

    async def redact(self, room: str, event: str, txn: str) -> None:
        """Take the event's content away, also from those who look for it. One that is not there is gone."""
        try:
            await _asked(self._client.room_redact(room, event, tx_id=txn))
        except Refused as refused:
            if refused.code != "M_NOT_FOUND":
                raise

    async def ask(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """The HTTP status, and the answer as JSON, to what nothing else here asks."""
        async with asyncio.timeout(WITHIN):
            status, answer = await self._client.ask(method, path, body)
        return status, answer if isinstance(answer, dict) else {}

    async def _answered(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        async with asyncio.timeout(WITHIN):
            status, answer = await self._client.ask(method, path, body)
        if status >= 400:
            raise Refused(ErrorResponse.from_dict(answer))
        return answer

    async def publish_keys(self) -> None:
        """The device's own keys are known to the homeserver from now on."""
        if self._client.should_upload_keys:
            await self._tend_keys()

    @property
    def notes(self) -> SealedStore:
        """Where it is remembered, sealed, what a room was told."""
        store: SealedStore = self._client.store
        return store

    @property
    def device(self) -> str:
        """The id of the device."""
        return str(self._client.device_id)

    @property
    def fingerprint(self) -> str:
        """The device's public key, as people compare it."""
        return str(self._client.olm.account.identity_keys["ed25519"])

    def shares_room(self, user: str) -> bool:
        """Whether the user is in a room that the bot is in."""
        return any(user in room.users for room in self.rooms.values())

    async def keys_of(self, user: str, device: str) -> dict[str, str]:
        """The public keys that a device may vouch for, by key id: its own, and its owner's; {} if unknown."""
        if device not in self._client.device_store[user] or not self._devices.master_of(user):
            self._client.olm.users_for_key_query.add(user)
            await self._tend_keys()
        known = self._client.device_store[user].get(device)
        if known is None or known.deleted:
            return {}
        master = self._devices.master_of(user)
        return {f"ed25519:{device}": known.ed25519, **({f"ed25519:{master}": master} if master else {})}

    async def tell_device(self, kind: str, user: str, device: str, content: dict[str, Any]) -> None:
        """Send one device something, not enciphered."""
        async with asyncio.timeout(WITHIN):
            await self._client.to_devices(kind, {user: {device: content}})

    def author(self, event: Any) -> Author:  # noqa: ANN401 - nio has no types
        """How well it is known that who seems to have written an event has: a homeserver could have, too."""
        if not getattr(event, "decrypted", False):
            return Author.CLAIMED
        devices = self._client.device_store.active_user_devices(event.sender)
        writer = next((one for one in devices if one.curve25519 == event.sender_key), None)
        if writer is None:
            return Author.NOBODY
        return Author.CONFIRMED if self._devices.is_confirmed(writer) else Author.KNOWN

    async def is_there(self, room: str, event: str) -> bool:
        """Whether the event can be read, and was not redacted by somebody."""
        try:
            answer = await _asked(self._client.room_get_event(room, event))
        except Refused as refused:
            if refused.code == "M_NOT_FOUND":
                return False
            raise
        return "redacted_because" not in answer.event.source.get("unsigned", {})

    async def own_content(self, room: str, event: str) -> Mapping[str, Any]:
        """What a message of ours says, as its newest edit has it; nothing of one that is another's, or gone.

        In an encrypted room one that this device has enciphered, for as long as its keys are kept: anything
        else the homeserver could have written.
        """
        path = f"/_matrix/client/v1/rooms/{quote(room)}/relations/{quote(event)}/m.replace?limit=1"
        try:
            answer = await _asked(self._client.room_get_event(room, event))
            edits = (await self._answered("GET", path)).get("chunk", [])
        except Refused as refused:
            if refused.code in ("M_NOT_FOUND", "M_FORBIDDEN"):
                return {}
            raise
        content = self._own(room, answer.event)
        for edit in edits if content else ():
            changed = self._own(room, Event.parse_event(edit)).get("m.new_content")
            content = changed if isinstance(changed, dict) else content
        return content

    def _own(self, room: str, event: Any) -> Mapping[str, Any]:  # noqa: ANN401 - nio has no types
        opened = event
        if isinstance(event, MegolmEvent):
            event.room_id = room
            try:
                opened = self._client.decrypt_event(event)
            except EncryptionError:
                return {}
        is_ours = opened.sender == self.user and (opened.verified or not self.is_ciphered(room))
        return dict(opened.source.get("content", {})) if is_ours else {}

    async def join(self, room: str, via: str = "") -> None:
        """Accept an invitation, or go in where the door is open; `via` is a server that knows the room."""
        known = f"?via={quote(via)}&server_name={quote(via)}" if via else ""
        await self._answered("POST", f"{_V3}/join/{quote(room)}{known}", {})

    async def state(self, room: str) -> list[dict[str, Any]]:
        """The state events of a room that the bot is in."""
        found = await self._answered("GET", f"{_V3}/rooms/{quote(room)}/state")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def leave(self, room: str) -> None:
        """Leave, or refuse an invitation."""
        await _asked(self._client.room_leave(room))

    async def make_direct(self, user: str) -> str:
        """A new enciphered room with one person, who is invited."""
        ciphered = {
            "type": "m.room.encryption",
            "state_key": "",
            "content": {"algorithm": "m.megolm.v1.aes-sha2"},
        }
        asked = self._client.room_create(is_direct=True, invite=[user], initial_state=[ciphered])
        return str((await _asked(asked)).room_id)

    async def ping(self) -> None:
        """Only ask; raises what stands in the way."""
        await _asked(self._client.whoami())

    async def close(self) -> None:
        """End the connections; the device stays logged in."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        await self._client.close()
        if self._client.store is not None:
            self._client.store.close()

    def mends(self, event: Any) -> None:  # noqa: ANN401 - nio has no types
        """Where a to-device event shows that somebody's device lacks a key of ours, the next one is another.

        Its client has made a new channel to us (m.dummy: Client-Server API, "Recovering from undecryptable
        messages"), or asks for the key. Without that it would read nothing for a week, or a hundred messages.
        """
        asks = isinstance(event, RoomKeyRequest) and event.sender_key == self._own_key
        lost = asks or isinstance(event, DummyEvent)
        if lost and self.shares_room(event.sender) and self._renewals.takes(event.sender, time.monotonic()):
            self._client.renew_keys_of_rooms_with(event.sender)

    @property
    def _own_key(self) -> str:
        return str(self._client.olm.account.identity_keys["curve25519"])

    async def _tend_keys(self) -> None:
        """What nio's own loop does between two syncs: keys are sent, asked for and claimed.

        Once for all rooms that want it at the same time.
        """
        for _ in range(2):  # what was under way may have begun before what is needed was known
            if not self._wants_tending():
                return
            begun = self._tending is None or self._tending.done()
            if self._tending is None or begun:
                self._tending = asyncio.create_task(self._tend())
            await asyncio.shield(self._tending)
            if begun:
                return

    def _wants_tending(self) -> bool:
        client = self._client
        wants = client.should_upload_keys or client.should_query_keys or client.should_claim_keys
        return bool(wants or client.outgoing_to_device_messages)

    async def _tend(self) -> None:
        client = self._client
        if client.should_upload_keys:
            await _asked(client.keys_upload())
        if client.should_query_keys:
            await _asked(client.keys_query())
        if client.should_claim_keys:
            await _asked(client.keys_claim(client.get_users_for_key_claiming()))
        async with asyncio.timeout(WITHIN):
            await client.send_to_device_messages()


async def _asked(question: Awaitable[Any], seconds: float = WITHIN) -> Any:  # noqa: ANN401 - nio has no types
    # Not wait_for: in Python 3.11 it may swallow that we are told to stop.
    async with asyncio.timeout(seconds):
        return answered(await question)
