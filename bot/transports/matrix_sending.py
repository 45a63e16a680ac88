"""Sends, edits and withdraws messages in Matrix rooms, in parts where one is too long.

The transaction id of each event is made from room, act and part alone, so that a repetition, also one after a
kill, is the same event (Client-Server API, "Transaction identifiers"). Nothing secret gets into the log.
"""

import hashlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.newest import Newest
from bot.render.matrix import Part, commands_of, parts
from bot.render.message import Message
from bot.transports.matrix_choices import Choices
from bot.transports.matrix_outcome import FAILURES, PASSING, NoRoom, Outcomes, Refused
from bot.transports.matrix_pictures import Pictures
from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_server import Homeserver
from jobs.outcome import Outcome, Rejected, RetryLater, Sent
from storage.records import Picture

log = structlog.get_logger()

AFTER_START = 2.0
"""Seconds until the rooms are probably known."""
_NOT_YET = RetryLater(AFTER_START, "the rooms are not known yet", everyone=True, guessed=True)
_MESSAGE = "m.room.message"
_REMEMBERED = 8
"""Messages that are not written anew: an alert or two, in the languages of those who are told."""
_Version = tuple[str, ...]
"""The event ids of a part: its first version and every edit of it."""


@dataclass(slots=True)
class _Act:
    """The parts of one message on their way, and the events of those that were sent."""

    parts: tuple[Part, ...]
    sent: list[str] = field(default_factory=list)
    picture: Picture | None = None
    is_shown: bool = False
    """Whether there is nothing to do about its picture any more."""


class Sending:
    """What `bot.announce.Transport` asks for, by one account.

    `powerless` hears of a room where an urgent call could not mention everybody.
    `reference` is the room, then each part with all of its versions: "!room $first,$edit,+$second". What
    stands between commas can be looked for (`storage.references`). Earlier versions wrote a space for ",+".
    """

    def __init__(
        self,
        server: Homeserver,
        rooms: Rooms,
        choices: Choices,
        powerless: Callable[[str], None],
        pictures: Pictures | None = None,
    ) -> None:
        """`powerless` hears of a room that we may not call; `pictures` shows those of messages, or none."""
        self._server = server
        self._pictures = pictures
        self._rooms = rooms
        self._choices = choices
        self._powerless = powerless
        self._outcomes = Outcomes()
        self._acts: Newest[tuple[str, str], _Act] = Newest(1000)
        """Begun and not finished, by address and key."""
        self._last: deque[tuple[Message, tuple[Part, ...]]] = deque(maxlen=_REMEMBERED)

    async def send(
        self,
        address: str,
        message: Message,
        key: str,
        under: str = "",
        *,
        answers: bool = False,
        called: tuple[str, ...] = (),
    ) -> Outcome:
        """Send every part that the same act has not sent before, the first as a reply to `under`.

        What `answers` somebody makes no sound, but for those `called`. The picture is the last part. No event
        with a picture is without a sound, so that what has to be silent goes without.
        """

        async def act(room: str, begun: _Act) -> list[_Version]:
            rings = not message.silent and not answers
            start = _Start(0, under, rings or bool(called), rings and message.pressing, called)
            await self._send_rest(room, begun, key, start)
            if answers:
                self._choices.answered(room, begun.sent[len(begun.parts) - 1])
            if rings or answers:
                await self._show(room, begun, key)
            return [(one,) for one in begun.sent]

        return await self._whole(address, key, message, act)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Replace the parts, send those that are missing, redact those too many."""
        try:
            shown_in, shown = versions_of(reference)
        except ValueError:
            return Rejected("not the reference of a Matrix message")
        if not shown:
            return Rejected("nothing is left of the message")

        async def act(_: str, begun: _Act) -> list[_Version]:
            for versions in shown:
                if not await self._server.is_there(shown_in, versions[0]):
                    raise _Deleted
            changed = []
            for place, (versions, part) in enumerate(zip(shown, begun.parts, strict=False)):
                txn = _txn(shown_in, key, f"edit {place}")
                event = await self._server.say(shown_in, _MESSAGE, part.edit(versions[0]), txn)
                self._choices.offer(shown_in, versions[0], part.commands)
                changed.append(versions if event in versions else (*versions, event))
            await self._send_rest(shown_in, begun, key, _Start(len(shown)))
            # From below, so that a reader never sees a hole in the middle.
            for versions in reversed(shown[len(begun.parts) :]):
                await self._redact(shown_in, versions, key)
            return [*changed, *((one,) for one in begun.sent)]

        return await self._whole(address, key, message, act, shown_in)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """Redact every part and every version of it: a redaction leaves earlier edits readable otherwise."""
        del address, instead  # nothing grows too old to be redacted
        try:
            room, shown = versions_of(reference)
        except ValueError:
            return Rejected("not the reference of a Matrix message")
        if not self._server.synced:
            return _NOT_YET
        try:
            for versions in reversed(shown):
                await self._redact(room, versions, key)
        except (Refused, NoRoom, *FAILURES) as error:
            return self._outcomes.of(error, room)
        return Sent("")

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Redact every version, then send the message anew: of a redacted event no edit is shown."""
        outcome = await self.withdraw(address, reference, message, f"{key}:away")
        return (
            await self.send(address, replace(message, silent=True), key)
            if isinstance(outcome, Sent)
            else outcome
        )

    async def recall(self, room: str, event: str) -> None:
        """Learn again which choices stand below a message of ours that was sent before the program began.

        Raises what the homeserver refuses, or does.
        """
        self._choices.offer(room, event, commands_of(await self._server.own_content(room, event)))

    async def ping(self) -> Outcome:
        """Ask who we are (Client-Server API, whoami)."""
        if not self._server.synced:
            return _NOT_YET
        try:
            await self._server.ping()
        except (Refused, *FAILURES) as error:
            return self._outcomes.of(error, "")
        return Sent("")

    async def _whole(
        self,
        address: str,
        key: str,
        message: Message,
        act: Callable[[str, _Act], Awaitable[list[_Version]]],
        room: str = "",
    ) -> Outcome:
        """Do the act from where its last attempt stopped, and say what became of it."""
        if not self._server.synced:
            return _NOT_YET
        begun = self._acts.get((address, key))
        if begun is None or not begun.sent:
            # Once a part has gone out the others are those drawn with it, whatever `message` is now.
            begun = _Act(self._written(message), picture=message.picture)
        if not begun.parts:
            return Rejected("the message is empty")
        self._acts.put((address, key), begun)
        try:
            room = room or await self._rooms.room(address)
            versions = await act(room, begun)
        except _Deleted:
            return Rejected("its reader has deleted it")
        except (Refused, NoRoom, *FAILURES) as error:
            outcome = self._outcomes.of(error, room or address)
            if isinstance(outcome, RetryLater) and begun.sent:
                return replace(outcome, perhaps=True)
            return outcome
        self._acts.drop((address, key))
        return Sent(f"{room} {',+'.join(map(','.join, versions))}")

    def _written(self, message: Message) -> tuple[Part, ...]:
        """The parts of a message; one that goes to many rooms is the same object, and written once."""
        for known, made in self._last:
            if known is message:
                return made
        made = parts(message)
        self._last.append((message, made))
        return made

    async def _send_rest(self, room: str, begun: _Act, key: str, start: "_Start") -> None:
        """Send the parts behind those that are there, but for those that were sent already."""
        for place, part in enumerate(begun.parts[start.after :]):
            if place < len(begun.sent):
                continue
            first = place == 0
            content = part.content(rings=start.rings and first)
            calls = first and start.calls and not self._rooms.is_direct(room)
            if calls and self._rooms.may_call_all(room):
                content["m.mentions"] = {"room": True}
            elif first and start.called:
                content["m.mentions"] = {"user_ids": list(start.called)}
            above = _first_of(start.under, room) if first else ""
            if above:
                content["m.relates_to"] = {"m.in_reply_to": {"event_id": above}}
            txn = _txn(room, key, f"part {place + start.after}")
            event = await self._server.say(room, _MESSAGE, content, txn)
            begun.sent.append(event)
            self._choices.offer(room, event, part.commands)
            if calls and not self._rooms.may_call_all(room):
                self._powerless(room)

    async def _show(self, room: str, begun: _Act, key: str) -> None:
        """Send the picture below the words. One that the homeserver refuses holds nothing up."""
        if begun.picture is None or begun.is_shown or self._pictures is None:
            return
        try:
            content = await self._pictures.content(begun.picture, room)
            if content is not None:
                content["m.relates_to"] = {"m.in_reply_to": {"event_id": begun.sent[0]}}
                begun.sent.append(await self._server.say(room, _MESSAGE, content, _txn(room, key, "picture")))
        except Refused as refused:
            if refused.code in PASSING or refused.status >= 500:
                raise
            log.warning("matrix.picture_refused", code=refused.code)
        begun.is_shown = True

    async def _redact(self, room: str, versions: _Version, key: str) -> None:
        """The newest first, so that no older one is shown in its place."""
        for event in reversed(versions):
            await self._server.redact(room, event, _txn(room, key, f"redact {event}"))
        self._choices.withdraw(room, versions[0])


class _Deleted(Exception):
    """Somebody took the message away."""


@dataclass(frozen=True, slots=True)
class _Start:
    """After how many parts the sending begins, under what, whether it rings, calls everybody, or some."""

    after: int
    under: str = ""
    rings: bool = False
    calls: bool = False
    called: tuple[str, ...] = ()


def versions_of(reference: str) -> tuple[str, tuple[_Version, ...]]:
    """The room and the parts of a message; none of what was withdrawn. Else raises ValueError."""
    room, *shown = reference.replace(",+", " ").split(" ")
    versions = tuple(tuple(part.split(",")) for part in shown)
    if reference and not (
        room.startswith("!") and all(one.startswith("$") for part in versions for one in part)
    ):
        raise ValueError("not a reference")
    return room, versions


def names_of(room: str, event: str) -> tuple[str, str]:
    """How a reference may name the event: as the first part of its message, or as a later one."""
    return f"{room} {event}", f"+{event}"


def _first_of(reference: str, room: str) -> str:
    """The event that begins the message of this reference, where it stands in this room."""
    try:
        shown_in, versions = versions_of(reference)
    except ValueError:
        return ""
    return versions[0][0] if versions and shown_in == room else ""


def _txn(room: str, key: str, step: str) -> str:
    """A transaction id that tells nothing of what it is made from."""
    return "vigil" + hashlib.sha256(f"{room}\0{key}\0{step}".encode()).hexdigest()[:40]
