"""Answers what people write and choose in Matrix rooms, in the order in which each of them did.

event -> Said | Picked -> inbox -> answer -> sending
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog

from bot.commands.request import Reply, Request
from bot.newest import Newest
from bot.render.matrix import parts
from bot.render.message import Message
from bot.transports.chats import Reactions
from bot.transports.conversing import TOLD_FOR, Page, command_in, log_failure, patiently, too_much
from bot.transports.inbox import Inbox, Work
from bot.transports.matrix_choices import EXPIRED, Choices
from bot.transports.matrix_incoming import File, Listener, Picked, Said, read
from bot.transports.matrix_outcome import FAILURES, NoRoom, Refused
from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_seen import Seen
from bot.transports.matrix_sending import Sending, names_of, versions_of
from bot.transports.matrix_server import Homeserver
from jobs.outcome import Gone, Sent
from storage.database import now_utc

log = structlog.get_logger()

NAME = "matrix"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the rest of the program does for the conversations; see MatrixTransport."""

    answer: Callable[[Request], Awaitable[Reply]]
    apology: Callable[[str], Message]
    gone: Callable[[str, str], Awaitable[None]]
    is_sure: Callable[[str, Any], bool]
    """Whether nobody but who seems to have written an event in a room can have done so, where that counts."""
    seen: Callable[[Reactions, str], Awaitable[None]]
    language: str = "en"


class Answering:
    """The conversations of one account. `take` starts the handling of an event and returns its task."""

    def __init__(
        self, server: Homeserver, rooms: Rooms, sending: Sending, choices: Choices, callbacks: Callbacks
    ) -> None:
        self._server = server
        self._rooms = rooms
        self._sending = sending
        self._choices = choices
        self._callbacks = callbacks
        self._inbox = Inbox()
        self._pages: Newest[tuple[str, str], Page] = Newest(5000)
        """By room and the event that bears the choices, so that pages turn in place."""
        self._taken: Newest[str, bool] = Newest(5000)
        """Events that a homeserver brings a second time are not answered again."""
        self._seen = Seen()
        self._told: Newest[str, float] = Newest(1000)
        """When a person was last told that they ask too much."""

    async def close(self, seconds: float) -> None:
        """Let the answers under way come to their end for so long, then drop the rest."""
        await self._inbox.close(seconds)

    def take(self, room: str, event: Any) -> asyncio.Task[None] | None:  # noqa: ANN401 - nio has no types
        """Read the event and put what it asks for in its room's queue; None if nothing is to be done."""
        if event.event_id in self._taken:
            return None
        direct = self._rooms.is_direct(room)
        meant = read(event, Listener(self._server.user, self._rooms.own_name(room), direct))
        if meant is None:
            return self._reacted(room, event)
        person = meant.said.person if isinstance(meant, Picked) else meant.person
        work = self._work(room, meant, direct=direct, sure=self._callbacks.is_sure(room, event))
        if work is None:
            return None
        task = self._inbox.add(room, person, work)
        if task is None:
            return self._overrun(room, person)
        self._taken.put(event.event_id, True)
        return task

    def _reacted(self, room: str, event: Any) -> asyncio.Task[None] | None:  # noqa: ANN401 - nio has no types
        """A reaction that chooses nothing, or one that is taken back: a person has seen it, or has not."""
        change = self._seen.change(room, event)
        if change is None or event.sender == self._server.user:
            return None
        self._taken.put(event.event_id, True)
        message, count = change
        # A budget of its own: whoever reacts to much may ask for something all the same.
        return self._inbox.add(
            f"reactions {room}",
            ("reacts", event.sender),
            lambda: self._count(room, message, count, event.event_id),
        )

    async def _count(self, room: str, message: str, count: int, cause: str) -> None:
        try:
            address = self._rooms.address(room)
            for name in names_of(room, message):
                await self._callbacks.seen(Reactions(address, name, count), f"{cause} {name}")
        except Exception as error:  # noqa: BLE001 - nothing depends on it
            log_failure(error)

    def _work(self, room: str, meant: Said | Picked, *, direct: bool, sure: bool) -> Work | None:
        """What is to be done about it; None for a number that means nothing here."""
        if isinstance(meant, Said):
            return lambda: self._respond(room, meant, "", direct=direct, sure=sure)
        if meant.below and not self._choices.knows(room, meant.below):
            return lambda: self._recall(room, meant, direct=direct, sure=sure)
        page = meant.below or self._choices.newest(room)
        said = self._picked(room, meant, page, direct=direct)
        if said is None:
            return None
        return lambda: self._respond(room, said, page, direct=direct, sure=sure)

    async def _recall(self, room: str, picked: Picked, *, direct: bool, sure: bool) -> None:
        """A number of a message that this program does not know: perhaps of ours, from before its start."""
        try:
            await self._sending.recall(room, picked.below)
        except (Refused, NoRoom, *FAILURES) as error:
            log.warning("the choices of a message are not known", error=type(error).__name__)
        said = self._picked(room, picked, picked.below, direct=direct)
        if said is not None:
            await self._respond(room, said, picked.below, direct=direct, sure=sure)

    def _overrun(self, room: str, person: str) -> asyncio.Task[None] | None:
        """Somebody asks faster than can be answered: they are told, once in a while."""
        now = asyncio.get_running_loop().time()
        if now - self._told.get(person, -TOLD_FOR) < TOLD_FOR:
            return None
        self._told.put(person, now)
        log.warning("somebody sends more than can be answered; the rest is dropped")
        said = Said("", person, f"too much {now}")
        message = too_much(self._callbacks.language)
        return self._inbox.add(room, None, lambda: self._say(room, said, message, 0, ()))

    def is_meant(self, room: str, event: Any) -> bool:  # noqa: ANN401 - nio has no types
        """Whether an event is for us, as far as it can be read; in a direct room everything is."""
        if event.sender == self._server.user:
            return False
        direct = self._rooms.is_direct(room)
        return (
            direct or read(event, Listener(self._server.user, self._rooms.own_name(room), direct)) is not None
        )

    def tell(self, room: str, command: str, cause: str = "", called: tuple[str, ...] = ()) -> None:
        """Say, without having been asked, what the command stands for: once for the same words and cause.

        Those `called` are mentioned, so that their clients ring.
        """
        said = Said(command, "", f"told {command} {cause}")
        direct = self._rooms.is_direct(room)
        self._inbox.add(room, None, lambda: self._respond(room, said, "", direct=direct, called=called))

    def _picked(self, room: str, picked: Picked, page: str, *, direct: bool) -> Said | None:
        """The command behind a number. A number that nothing stands behind is a line like any other."""
        command = self._choices.below(room, page, picked.number)
        if command is not None:
            return replace(picked.said, text=command)
        if picked.reaction:
            return None  # perhaps of somebody else's message
        if picked.below and direct:
            return replace(picked.said, text=EXPIRED)
        return picked.said if direct else None

    async def _respond(
        self,
        room: str,
        said: Said,
        page: str,
        *,
        direct: bool,
        sure: bool = True,
        called: tuple[str, ...] = (),
    ) -> None:
        try:
            reply = await self._callbacks.answer(self._request(room, said, direct=direct, sure=sure))
        except NoRoom:
            return
        except Exception as error:  # noqa: BLE001 - one failing command must not stop the others
            log_failure(error)
            reply = Reply((self._callbacks.apology(self._callbacks.language),), aside=not direct)
        messages = reply.messages
        turns = page and len(messages) == 1 and not reply.aside
        if turns and await self._turn_page(room, said, page, messages[0]):
            return
        for number, message in enumerate(messages):
            await self._say(room, said, message, number, called)

    def _request(self, room: str, said: Said, *, direct: bool, sure: bool) -> Request:
        return Request(
            text=said.text,
            transport=NAME,
            address=self._rooms.address(room),
            now=now_utc(),
            language=self._callbacks.language,
            group=not direct,
            person="" if direct else self._rooms.alone_with(said.person),
            may_manage=direct or self._rooms.may_manage(room, said.person),
            is_sure=sure,
            id=said.event,
            attached=partial(self._fetch, said.file) if said.file else None,
        )

    async def _fetch(self, file: File, most: int) -> bytes | None:
        """The file that was sent; None for one that is larger."""
        return None if file.size > most else await self._server.download(file.uri, file.keys, most)

    async def _turn_page(self, room: str, said: Said, shown: str, message: Message) -> bool:
        """Show the next page in place of the last, where the message answered the same command.

        Not where it needs more parts than there are: the rest would stand far from its beginning.
        """
        page = self._pages.get((room, shown))
        if page is None or page.command != command_in(said.text) or message.picture is not None:
            return False
        if len(parts(message)) > len(versions_of(page.reference)[1]):
            return False
        key = f"page {said.event}"
        _, outcome = await patiently(room, lambda to: self._sending.edit(to, page.reference, message, key))
        if isinstance(outcome, Sent):
            self._remember(room, said, outcome)
        return isinstance(outcome, Sent)

    async def _say(
        self, room: str, said: Said, message: Message, number: int, called: tuple[str, ...]
    ) -> None:
        """Send one answer. Its key is the question's, so that one that is asked again is answered once."""
        key = f"answer {number} {said.event}"
        _, outcome = await patiently(
            room, lambda to: self._sending.send(to, message, key, answers=True, called=called)
        )
        match outcome:
            case Sent():
                self._remember(room, said, outcome)
            case Gone():
                await self._callbacks.gone(room, "")
            case _:
                log.warning("an answer was not delivered", outcome=type(outcome).__name__)

    def _remember(self, room: str, said: Said, sent: Sent) -> None:
        last = versions_of(sent.reference)[1][-1][0]
        self._choices.answered(room, last)
        self._pages.put((room, last), Page(command_in(said.text), sent.reference))
