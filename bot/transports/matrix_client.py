"""nio's client, but for what it would lose: keys that did not arrive, cross-signing, a store without names.

nio counts a room's key as given out even where the homeserver did not take it for some devices, which then
read nothing; here the message waits. Its own verification knows neither today's hashes nor rooms: it is off.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    ErrorResponse,
    KeysQueryResponse,
    ShareGroupSessionResponse,
)
from nio.crypto import OlmDevice
from nio.exceptions import EncryptionError

from bot.transports.matrix_devices import NO_CHANNEL, WITHHELD, Devices
from bot.transports.matrix_keystore import SealedStore
from bot.transports.matrix_outcome import Refused, answered
from bot.transports.matrix_session import Store
from storage.clock import now_utc


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
        """Open the store once the device is known."""
        if self.store is not None:
            self.store.close()
        super().load_store()
        self.olm.handle_key_verification = lambda _event: None

    async def keys_query(self) -> KeysKnown | ErrorResponse:
        """As nio does, and learn who has signed which device."""
        method, path, data = Api.keys_query(self.access_token, self.users_for_key_query)
        answer = await self._send(KeysKnown, method, path, data)
        if isinstance(answer, KeysKnown):
            for user in self._devices.learn(answer.whole, self.store):
                self._renew_keys_of_rooms_with(user)
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

    def _renew_keys_of_rooms_with(self, user: str) -> None:
        """Who was confirmed by now gets the next key; who is confirmed no more does not."""
        if not self._devices.strict or user == self.user_id:
            return
        for name, room in self.rooms.items():
            if room.encrypted and user in room.users:
                self.invalidate_outbound_session(name)
