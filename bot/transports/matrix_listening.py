"""Follows what happens in the account's rooms, and remembers how far everything was handled.

nio's own loop counts as seen what it has only put into memory; here what a killed program had not answered
comes again at the next start.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from nio import (
    InviteMemberEvent,
    MegolmEvent,
    PowerLevelsEvent,
    RoomCreateEvent,
    RoomMemberEvent,
    RoomMessage,
    SyncResponse,
)
from sqlalchemy.exc import SQLAlchemyError

from bot.transports.matrix_answering import Answering
from bot.transports.matrix_following import Following
from bot.transports.matrix_invitations import Invitations
from bot.transports.matrix_outcome import FAILURES, TOKEN_REFUSED, NoRoom, Refused, Stumbled
from bot.transports.matrix_power import Power
from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_server import Author, Homeserver
from bot.transports.matrix_session import Session, Store
from bot.transports.matrix_verifying import Verifying
from bot.transports.pauses import pauses
from jobs.allowance import Allowance

log = structlog.get_logger()

TRIES = 3
"""How often what cannot be read is asked for again."""
UNREAD_IN_ONE = 2
UNREAD_IN_ALL = 60
"""How often within an hour a room, or all of them, are told that something could not be read."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears what, besides those who answer."""

    verifying: Verifying
    following: Following
    invitations: Invitations
    power: Power


@dataclass(frozen=True, slots=True)
class Chats:
    """Who hears what becomes of rooms, each with the id of the event that told so.

    `gone`: the bot was put out of the room of this address. `returned`: it was let in there, perhaps again;
    answers whether anything was known about it.
    """

    gone: Callable[[str, str], Awaitable[None]]
    returned: Callable[[str, str], Awaitable[bool]]


class Listening:
    """The stream of one account's news."""

    def __init__(
        self,
        server: Homeserver,
        rooms: Rooms,
        answering: Answering,
        ears: Ears,
        store: Store,
        chats: Chats,
    ) -> None:
        self._server = server
        self._rooms = rooms
        self._answering = answering
        self._ears = ears
        self._store = store
        self._chats = chats
        self._let_in: set[str] = set()
        """Rooms whose invitation was accepted, until a sync has told of them."""
        self._unread = Allowance(UNREAD_IN_ONE, UNREAD_IN_ALL)
        self._since = ""
        self._stumbles = 0
        self._anew = False
        self._open: deque[tuple[str, tuple[asyncio.Task[None], ...]]] = deque()
        """For each answer of the homeserver that is not handled yet, where it ends and what handles it."""

    async def begin(self, session: Session) -> None:
        """Learn the rooms, and take up what came since the last stop; at the first start, nothing."""
        self.session = session
        self._since = self._since or self._store.since(session)
        known = bool(self._since)
        self._handle(await self._news(full=True), new=known)

    async def look(self, session: Session) -> None:
        """Learn the rooms and nothing else: whoever sends only leaves the news to the listener."""
        del session  # from the beginning, so that nothing counts as received
        answer = await self._server.sync("", full=True)
        for room, news in answer.rooms.join.items():
            self._rooms.learn(room, [*news.state, *news.timeline.events])

    async def run(self) -> None:
        """Follow until cancelled; failures are logged, waited out and never raised."""
        waits, failing = pauses(), False
        while True:
            try:
                answer = await self._news(full=False)
                if failing:
                    log.info("the matrix homeserver answers again")
                waits, failing = pauses(), False
                self._handle(answer, new=True)
                self.confirm()
            except (Refused, Stumbled, *FAILURES) as error:
                failing = True
                await asyncio.sleep(report(error, next(waits)))
            except Exception as error:  # noqa: BLE001 - whatever it is, the bot must go on listening
                failing = True
                log.error("reading from matrix failed", error=type(error).__name__)  # noqa: TRY400 - may quote a room
                await asyncio.sleep(next(waits))

    async def _news(self, *, full: bool) -> SyncResponse:
        """What happened since. What the library cannot read, however often, is passed over.

        Else one event would make us deaf for good. The rooms are learnt anew after it.
        """
        try:
            answer = await self._server.sync(self._since, full=full or self._anew)
        except Stumbled as stumbled:
            self._stumbles += 1
            if self._stumbles >= TRIES:
                log.error("matrix.passed_over", remedy="report this fault of Vigil, with what stands above")  # noqa: TRY400 - told above
                self._since, self._stumbles, self._anew = stumbled.after, 0, True
            raise
        self._stumbles, self._anew = 0, False
        return answer

    def confirm(self) -> None:
        """Remember what has been handled; what has not comes again at the next start."""
        handled = ""
        while self._open and all(task.done() and not task.cancelled() for task in self._open[0][1]):
            handled, _ = self._open.popleft()
        if handled:
            self._store.keep_since(self.session, handled)

    def _handle(self, answer: SyncResponse, *, new: bool) -> None:
        tasks: list[asyncio.Task[None] | None] = []
        for event in answer.to_device_events:
            self._server.mends(event)
        if new:
            tasks += [self._ears.verifying.hears(event.source) for event in answer.to_device_events]
        for room, invitation in answer.rooms.invite.items():
            tasks.append(self._invited(room, invitation.invite_state))
        for room, news in answer.rooms.join.items():
            state, events = news.state, news.timeline.events
            self._rooms.learn(room, [*state, *events])
            # Also what was there at the start: a kill may have come between a room's end and its heir.
            tasks += [self._ears.following.sees(room, event.source) for event in [*state, *events]]
            if any(_is_of_power(event) for event in [*state, *events]):
                self._ears.power.look(room)
            if new:
                tasks += self._heard(room, events)
            if room in self._let_in:
                self._let_in.discard(room)
                tasks.append(asyncio.create_task(self._arrived(room, answer.next_batch)))
        for room, news in answer.rooms.leave.items():
            told = next((event.event_id for event in reversed(news.timeline.events)), "")
            tasks.append(asyncio.create_task(self._told_gone(room, told)))
        self._since = answer.next_batch
        self._open.append((answer.next_batch, tuple(task for task in tasks if task is not None)))

    def _heard(self, room: str, events: list[Any]) -> list[asyncio.Task[None] | None]:
        """What was said and done in a room."""
        tasks: list[asyncio.Task[None] | None] = []
        entered = max((place for place, one in enumerate(events) if self._is_our_entry(one)), default=-1)
        for place, event in enumerate(events):
            verifying = self._ears.verifying.hears(event.source, room)
            if verifying or not self._is_readable(room, event, told=place > entered):
                tasks.append(verifying)
            else:
                tasks.append(self._answering.take(room, event))
        # Somebody has to have left: a room that is being made is empty for a moment, too.
        if any(_leaves(event) for event in events):
            tasks.append(self._maybe_deserted(room))
        return tasks

    def _is_readable(self, room: str, event: Any, *, told: bool) -> bool:  # noqa: ANN401 - nio has no types
        """Whether it can be read, and be of whom it seems to be; else the room is told, now and then.

        In an encrypted room a line in the clear may be the homeserver's own. A reaction is never enciphered.
        """
        if not isinstance(event, (RoomMessage, MegolmEvent)) or not self._rooms.is_encrypted(room):
            return True
        if self._server.author(event) in (Author.KNOWN, Author.CONFIRMED):
            return True
        if told and self._answering.is_meant(room, event) and self._unread.takes(room, time.monotonic()):
            self._answering.tell(room, "/unreadable", event.event_id)
        return False

    def _is_our_entry(self, event: Any) -> bool:  # noqa: ANN401 - nio has no types
        """What came before was said among others, and no key of it was for us."""
        ours = isinstance(event, RoomMemberEvent) and event.state_key == self._server.user
        return ours and event.membership == "join"

    def _invited(self, room: str, state: list[Any]) -> asyncio.Task[None] | None:
        """Enter, or refuse; others' invitations stand there too."""
        for event in state:
            ours = isinstance(event, InviteMemberEvent) and event.state_key == self._server.user
            if ours and event.membership == "invite":
                accepted = self._ears.invitations.accepts(room, event.sender, event.content)
                return asyncio.create_task(self._enter(room, accepted=accepted))
        return None

    async def _enter(self, room: str, *, accepted: bool) -> None:
        try:
            if accepted:
                self._let_in.add(room)
                await self._server.join(room)
            else:
                log.warning("an invitation was refused: too many, or not by `invitations`")
                await self._server.leave(room)
        except (Refused, *FAILURES) as error:
            self._let_in.discard(room)
            log.warning("an invitation was not answered", error=type(error).__name__)
        else:
            if accepted:
                await self._ears.following.entered(room)

    def _maybe_deserted(self, room: str) -> asyncio.Task[None] | None:
        return asyncio.create_task(self._desert(room)) if self._rooms.is_deserted(room) else None

    async def _desert(self, room: str) -> None:
        """Nobody is left to read: nothing is sent there any more."""
        await self._told_gone(room, "")
        try:
            await self._server.leave(room)
        except (Refused, *FAILURES) as error:
            log.warning("an empty room was not left", error=type(error).__name__)

    async def _told_gone(self, room: str, event: str) -> None:
        await self._chats.gone(room, event)

    async def _arrived(self, room: str, told: str) -> None:
        """Whoever is known there is written to again; where nobody is, the bot says what it is.

        Not in a room that takes another's place: there it is known.
        """
        if self._ears.invitations.before(room):
            return
        try:
            known = await self._chats.returned(self._rooms.address(room), f"let in {room} {told}")
        except (NoRoom, SQLAlchemyError) as error:
            log.warning("a room that was entered was not greeted", error=type(error).__name__)
            return
        if not known:
            self._answering.tell(room, "/start", told)


def _is_of_power(event: Any) -> bool:  # noqa: ANN401 - nio has no types
    return isinstance(event, (PowerLevelsEvent, RoomCreateEvent))


def _leaves(event: Any) -> bool:  # noqa: ANN401 - nio has no types
    return isinstance(event, RoomMemberEvent) and event.membership in ("leave", "ban")


def report(error: Exception, pause: float) -> float:
    """Log why the homeserver cannot be heard, for an operator, and say how many seconds to wait."""
    if isinstance(error, Stumbled):
        log.error(
            "what came from the matrix homeserver cannot be read",
            error=type(error.__cause__).__name__,
            retry_in=round(pause),
        )
        return pause
    if isinstance(error, Refused):
        if error.code == "M_LIMIT_EXCEEDED":
            pause = max(pause, (error.answer.retry_after_ms or 0) / 1000)
            log.warning("the matrix homeserver asks us to wait", seconds=round(pause))
        elif error.code in TOKEN_REFUSED:
            log.error(
                "the matrix homeserver refuses the session",
                remedy="restart Vigil; with an access_token, put in a valid one",
                retry_in=round(pause),
            )
        else:
            detail = error.code or error.status
            log.warning("the matrix homeserver is in trouble", detail=detail, retry_in=round(pause))
        return pause
    log.warning("the matrix homeserver does not answer", error=type(error).__name__, retry_in=round(pause))
    return pause
