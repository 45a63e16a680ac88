"""Lets people verify the bot from their client: `matrix_sas` answers, and the pictures are shown elsewhere.

A person asks in a room both are in; another device of the bot's own account by to-device messages. Either way
admins see what the client has to show, on the ways by which notices reach them, and so does the log.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.newest import Newest
from bot.transports.matrix_outcome import FAILURES, NoRoom, Refused
from bot.transports.matrix_sas import PREFIX, Cancelled, Event, Shown, Side, Verification
from bot.transports.matrix_server import Homeserver
from jobs.allowance import Allowance

log = structlog.get_logger()

BY_ONE = 3
BY_ALL = 12
"""Verifications within an hour: admins hear of each."""
AT_ONCE = 20
_PATIENCE = 600.0
"""Seconds that a verification may last ("Key verification framework")."""
_REQUEST = "m.key.verification.request"


@dataclass
class _Underway:
    """A verification, how to answer it, and its turn: events are taken in the order in which they came."""

    verification: Verification
    room: str
    """"" where it goes by to-device messages."""
    until: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Verifying:
    """The verifications of one account. `shown` hears what both sides have to see, `told` (room) says why."""

    def __init__(
        self,
        server: Homeserver,
        shown: Callable[[Shown], Awaitable[None]],
        told: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._shown = shown
        self._told = told
        self._clock = clock
        self._allowance = Allowance(BY_ONE, BY_ALL)
        self._underway: Newest[str, _Underway] = Newest(AT_ONCE)
        self.master = ""
        """The account's public master key, once this program has its private part."""

    def hears(self, source: Mapping[str, Any], room: str = "") -> asyncio.Task[None] | None:
        """Take an event of a room, or a to-device one; None if it is no matter of verifying, or of ours."""
        content = source.get("content")
        kind, sender = str(source.get("type")), str(source.get("sender"))
        if not isinstance(content, dict):
            return None
        if kind == "m.room.message" and content.get("msgtype") == _REQUEST:
            kind = _REQUEST
        if not kind.startswith(PREFIX) or (room and sender == self._server.user):
            return None
        if kind == _REQUEST and room and content.get("to") != self._server.user:
            return None
        number = _number(kind, content, str(source.get("event_id")), in_room=bool(room))
        return asyncio.create_task(self._take(kind.removeprefix(PREFIX), sender, content, number, room))

    async def _take(self, kind: str, sender: str, content: dict[str, Any], number: str, room: str) -> None:
        try:
            found = self._underway.get(number)
            begins = kind == "request" or (kind == "start" and not room)
            if found is None and begins:
                found = await self._begun(sender, content, number, room)
            if found is None or not self._is_of(found, sender, room):
                return
            async with found.turn:
                await self._go_on(found, kind, content)
        except (Refused, NoRoom, *FAILURES) as error:
            log.warning("a verification broke off", error=type(error).__name__)

    def _is_of(self, found: _Underway, sender: str, room: str) -> bool:
        """Whether it is the same two in the same place, and in time."""
        them = found.verification.theirs.user
        return (them, found.room) == (sender, room) and self._clock() < found.until

    async def _begun(
        self, sender: str, content: Mapping[str, Any], number: str, room: str
    ) -> _Underway | None:
        """A new one, of a device that is known, within what one may ask for."""
        device = content.get("from_device")
        own = sender == self._server.user
        if not number or not isinstance(device, str) or (own and device == self._server.device):
            return None
        if not own and not room and not self._server.shares_room(sender):
            return None
        keys = await self._server.keys_of(sender, device)
        if not keys or not self._allowance.takes(sender, self._clock()):
            log.warning("a verification was not begun", known=bool(keys))
            return None
        ours = Side(self._server.user, self._server.device, self._own_keys())
        made = _Underway(
            Verification(number, ours, Side(sender, device, keys)), room, self._clock() + _PATIENCE
        )
        self._underway.put(number, made)
        return made

    async def _go_on(self, underway: _Underway, kind: str, content: dict[str, Any]) -> None:
        one = underway.verification
        if kind == "cancel":
            self._underway.drop(one.id)
            return
        try:
            if kind == "request":
                await self._say(underway, one.ready())
                if underway.room:
                    self._told(underway.room, one.id)
                return
            before = one.shown
            answers = one.take(kind, content)
        except Cancelled as cancelled:
            self._underway.drop(one.id)
            await self._say(underway, ("cancel", {"code": cancelled.code, "reason": cancelled.reason}))
            return
        if one.shown and one.shown is not before:
            await self._shown(one.shown)  # before the person can see theirs
        for answer in answers:
            await self._say(underway, answer)
        if one.over and kind == "done":
            self._underway.drop(one.id)

    async def _say(self, underway: _Underway, event: Event) -> None:
        kind, content = event
        one = underway.verification
        if underway.room:
            relation = {"rel_type": "m.reference", "event_id": one.id}
            txn = f"vigil-{kind}-{one.id}"
            await self._server.say(underway.room, PREFIX + kind, {**content, "m.relates_to": relation}, txn)
            return
        message = {**content, "transaction_id": one.id}
        await self._server.tell_device(PREFIX + kind, one.theirs.user, one.theirs.device, message)

    def _own_keys(self) -> dict[str, str]:
        keys = {f"ed25519:{self._server.device}": self._server.fingerprint}
        return {**keys, **({f"ed25519:{self.master}": self.master} if self.master else {})}


def _number(kind: str, content: Mapping[str, Any], event: str, *, in_room: bool) -> str:
    """By what the events of one verification are known."""
    if not in_room:
        found = content.get("transaction_id")
    elif kind == _REQUEST:
        found = event
    else:
        relation = content.get("m.relates_to")
        found = relation.get("event_id") if isinstance(relation, dict) else None
    return found if isinstance(found, str) else ""
