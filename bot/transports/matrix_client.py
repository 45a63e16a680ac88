"""nio's client, but for what it would lose: keys that did not arrive, cross-signing, a store without names.

nio counts a room's key as given out even where the homeserver did not take it for some devices, which then
read nothing; here the message waits. Its own verification knows neither today's hashes nor rooms: it is off.
It takes a count of no one-time keys for no count, and would never publish any again: anybody may use them up.

What a stranger wrote must not stop us either. nio stumbles over some of what it cannot open, and the same
would come again for ever. And it takes what is inside an enciphered event for whatever that says it is, the
power levels of the room or the leaving of a member too, which no homeserver has seen or allowed.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import structlog
from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    ErrorResponse,
    Event,
    KeysQueryResponse,
    KeysUploadResponse,
    MatrixRoom,
    MegolmEvent,
    ShareGroupSessionResponse,
    SyncResponse,
    ToDeviceEvent,
    UnknownEvent,
)
from nio.crypto import OlmDevice
from nio.events import OlmEvent
from nio.exceptions import EncryptionError

from bot.transports.matrix_devices import NO_CHANNEL, WITHHELD, Devices
from bot.transports.matrix_keystore import SealedStore
from bot.transports.matrix_outcome import Refused, answered
from bot.transports.matrix_session import Store
from storage.clock import now_utc

log = structlog.get_logger()

_LAST_KEY = "fallback key"
"""The note that one was published."""
_SAID = ("m.room.message", "m.room.redaction", "m.room.encrypted")
"""Of the events of a room, those that are no state; others have names of their own."""
_NOTHING = "vigil.nothing"
"""What is in the place of an enciphered event that says to be what cannot be enciphered."""


@dataclass
class KeysKnown(KeysQueryResponse):  # type: ignore[misc]  # nio has no types
    """An answer to `POST keys/query` with what nio does not read."""

    whole: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, parsed_dict: dict[Any, Any]) -> "KeysKnown | ErrorResponse":
        """As nio reads it."""
        made = super().from_dict(parsed_dict)
        if isinstance(made, cls):
            made.whole = parsed_dict
        return made


class Client(AsyncClient):  # type: ignore[misc]  # nio has no types
    """One account's client, on one device."""

    def __init__(self, homeserver: str, user: str, kept: Store, devices: Devices, within: float) -> None:
        config = AsyncClientConfig(
            max_limit_exceeded=0,
            max_timeouts=0,
            request_timeout=within,
            pickle_key=kept.pickle_key,
            store=SealedStore,
        )
        super().__init__(homeserver, user, store_path=str(kept.folder), config=config)
        self._devices = devices

    def load_store(self) -> None:
        """Open the store once the device is known; one that is open, of the same device, stays."""
        if self.store is not None:
            if (self.olm.user_id, self.olm.device_id) == (self.user_id, self.device_id):
                return
            self.store.close()
            self.store: Any = None
        super().load_store()
        self.olm.handle_key_verification = lambda _event: None

    def _handle_decrypt_to_device(self, to_device_event: ToDeviceEvent) -> ToDeviceEvent | None:
        try:
            return super()._handle_decrypt_to_device(to_device_event)
        except Exception as error:  # noqa: BLE001 - a stranger's bytes; the same would come again for ever
            log.warning("something sent to the device cannot be read", error=type(error).__name__)
            if isinstance(to_device_event, OlmEvent):
                sender, key = to_device_event.sender, to_device_event.sender_key
                self.olm._mark_device_for_unwedging(sender, key)  # noqa: SLF001 - as nio does for the rest
            return None

    def _handle_timeline_event(
        self, event: Event, room_id: str, room: MatrixRoom, encrypted_rooms: set[str]
    ) -> Event | None:
        if isinstance(event, MegolmEvent):
            return self._opened(event, room_id)
        if not _is_state(event.source) and _is_of_state(event.source.get("type")):
            return None
        return super()._handle_timeline_event(event, room_id, room, encrypted_rooms)

    def _opened(self, event: MegolmEvent, room: str) -> Event | None:
        event.room_id = room
        try:
            opened = self.olm.decrypt_megolm_event(event)
        except Exception as error:  # noqa: BLE001 - as above
            if not isinstance(error, EncryptionError):
                log.warning("something said in a room cannot be read", error=type(error).__name__)
            return None
        if _is_state(opened.source) or _is_of_state(opened.source.get("type")):
            known = {name: event.source[name] for name in ("event_id", "sender", "origin_server_ts")}
            return UnknownEvent({**known, "type": _NOTHING, "content": {}}, _NOTHING)
        return opened

    async def parse_body(self, transport_response: aiohttp.ClientResponse) -> dict[Any, Any]:
        """As nio does, but for what we said ourselves: to read it again costs as much as to send it."""
        body = await super().parse_body(transport_response)
        rooms = body.get("rooms") if "next_batch" in body else None
        joined = rooms.get("join") if isinstance(rooms, dict) else None
        for room in joined.values() if isinstance(joined, dict) else ():
            timeline = room.get("timeline") if isinstance(room, dict) else None
            if isinstance(timeline, dict) and isinstance(timeline.get("events"), list):
                timeline["events"] = [one for one in timeline["events"] if not self._is_our_word(one)]
        return dict(body)

    def _is_our_word(self, event: Any) -> bool:  # noqa: ANN401 - JSON
        ours = isinstance(event, dict) and event.get("sender") == self.user_id
        return ours and not _is_state(event) and event.get("type") in _SAID

    async def keys_upload(self) -> KeysUploadResponse | ErrorResponse:
        """As nio does; but kept before it is given away, for what is given and not kept opens nothing.

        With a key for when all others are used up (Client-Server API, "One-time and fallback keys"), anew
        where it may have served.
        """
        content = self.olm.share_keys()
        if not self.olm.uploaded_key_count or self.store.note(_LAST_KEY, "") is None:
            content["fallback_keys"] = self._last_key()
        self.olm.save_account()
        method, path, data = Api.keys_upload(self.access_token, content)
        answer = await self._send(KeysUploadResponse, method, path, data)
        if isinstance(answer, KeysUploadResponse) and "fallback_keys" in content:
            self.store.keep_note(_LAST_KEY, "", {})
        return answer

    def _last_key(self) -> dict[str, Any]:
        account = self.olm.account._account  # noqa: SLF001 - nio knows no fallback keys
        account.generate_fallback_key()
        made = {}
        for name, key in account.fallback_key.items():
            content = {"key": key.to_base64(), "fallback": True}
            signed = {self.user_id: {f"ed25519:{self.device_id}": self.olm.sign_json(content)}}
            made[f"signed_curve25519:{name}"] = {**content, "signatures": signed}
        return made

    def _handle_olm_events(self, response: SyncResponse) -> None:
        super()._handle_olm_events(response)
        left = response.device_key_count.signed_curve25519
        if left is not None:
            self.olm.uploaded_key_count = left

    async def keys_query(self) -> KeysKnown | ErrorResponse:
        """As nio does, and learn who has signed which device."""
        method, path, data = Api.keys_query(self.access_token, self.users_for_key_query)
        answer = await self._send(KeysKnown, method, path, data)
        if isinstance(answer, KeysKnown):
            for user in self._devices.learn(answer.whole, self.store):
                if self._devices.strict:  # who was confirmed by now gets the next key, and who was does not
                    self.renew_keys_of_rooms_with(user)
        return answer

    async def share_group_session(
        self, room_id: str, ignore_unverified_devices: bool = True
    ) -> ShareGroupSessionResponse:
        """Give a room's new key to all devices that may have it. Raises Refused where one did not get it."""
        del ignore_unverified_devices  # `Devices` decides
        users = list(self.rooms[room_id].users)
        missing = self.get_missing_sessions(room_id)
        if missing:
            answered(await self.keys_claim(missing))
        devices = [one for user in users for one in self.device_store.active_user_devices(user)]
        self.store.withheld = self._devices.withheld(devices)
        shares = self.olm.share_group_session_parallel(room_id, users, ignore_unverified_devices=True)
        try:
            for answer in await asyncio.gather(*(self._share(room_id, *one) for one in shares)):
                answered(answer)
        except BaseException:
            # nio may count as given what was not: the next attempt begins with another key.
            self.olm.outbound_group_sessions.pop(room_id, None)
            raise
        session = self.olm.outbound_group_sessions.get(room_id)
        if session is None:
            raise EncryptionError("somebody came or left meanwhile")
        session.shared = True
        await self._say_what_is_withheld(room_id, session.id, devices)
        others = [one for one in devices if one.user_id != self.user_id]
        self._devices.shared(room_id, others, self.store, now_utc().date())
        return ShareGroupSessionResponse(room_id, session.users_shared_with)

    async def _share(self, room: str, devices: set[tuple[str, str]], messages: dict[str, Any]) -> Any:  # noqa: ANN401 - nio has no types
        method, path, data = Api.to_device(self.access_token, "m.room.encrypted", messages, uuid4())
        return await self._send(ShareGroupSessionResponse, method, path, data, response_data=(room, devices))

    async def _say_what_is_withheld(self, room: str, session: str, devices: list[OlmDevice]) -> None:
        """So that a client says why it cannot read, and does not ask for the key again and again."""
        told: dict[str, dict[str, Any]] = {}
        for one in devices:
            withheld = (one.user_id, one.device_id) in self.store.withheld
            if one.device_id == self.device_id or not (
                withheld or self.olm.session_store.get(one.curve25519) is None
            ):
                continue
            told.setdefault(one.user_id, {})[one.device_id] = {
                "algorithm": "m.megolm.v1.aes-sha2",
                "code": WITHHELD if withheld else NO_CHANNEL,
                "reason": "its owner has not confirmed the device" if withheld else "no key to reach it by",
                "sender_key": self.olm.account.identity_keys["curve25519"],
                **({"room_id": room, "session_id": session} if withheld else {}),
            }
        if told:
            await self.to_devices("m.room_key.withheld", told)

    async def to_devices(self, kind: str, messages: dict[str, dict[str, Any]]) -> None:
        """Send each device, by user and device id, its content. Raises Refused."""
        path = f"/_matrix/client/v3/sendToDevice/{kind}/{uuid4()}"
        status, answer = await self.ask("PUT", path, {"messages": messages})
        if status >= 400:
            raise Refused(ErrorResponse.from_dict(answer))

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """What nio has no words for: the HTTP status, and the answer as JSON ({} where it is none)."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.access_token}"}
        data = None if body is None else json.dumps(body)
        answer = await self.send(method, path, data, headers)
        try:
            return answer.status, json.loads(await answer.read())
        except ValueError:
            return answer.status, {}

    def renew_keys_of_rooms_with(self, user: str) -> None:
        """What is said next in the encrypted rooms that the user is in goes by another key."""
        if user == self.user_id:
            return
        for name, room in self.rooms.items():
            if room.encrypted and user in room.users:
                self.invalidate_outbound_session(name)


def _is_state(source: Mapping[str, Any]) -> bool:
    return "state_key" in source


def _is_of_state(kind: object) -> bool:
    """Whether only state has this name."""
    return isinstance(kind, str) and kind.startswith("m.room.") and kind not in _SAID
