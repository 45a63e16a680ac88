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
from bot.render.matrix import parts
from bot.render.message import Message
from bot.transports.conversing import Page, command_in, log_failure, patiently
from bot.transports.inbox import Inbox
from bot.transports.matrix_choices import EXPIRED, Choices
from bot.transports.matrix_incoming import File, Listener, Picked, Said, read
from bot.transports.matrix_outcome import NoRoom
from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_sending import Sending, versions_of
from bot.transports.matrix_server import Homeserver
from bot.transports.newest import Newest
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

    async def close(self, seconds: float) -> None:
        """Let the answers under way come to their end for so long, then drop the rest."""
        await self._inbox.close(seconds)

    def take(self, room: str, event: Any) -> asyncio.Task[None] | None:  # noqa: ANN401 - nio has no types
        """Read the event and put what it asks for in its room's queue; None if nothing is to be done."""
        direct = self._rooms.is_direct(room)
        meant = read(event, Listener(self._server.user, self._rooms.own_name(room), direct))
        if meant is None or event.event_id in self._taken:
            return None
        page = ""
        if isinstance(meant, Picked):
            page = meant.below or self._choices.newest(room)
            said = self._picked(room, meant, page, direct=direct)
        else:
            said = meant
        if said is None:
            return None
        sure = self._callbacks.is_sure(room, event)
        task = self._inbox.add(
            room, said.person, lambda: self._respond(room, said, page, direct=direct, sure=sure)
        )
        if task is None:
            log.warning("somebody sends more than can be answered; the rest is dropped")
        else:
            self._taken.put(event.event_id, True)
        return task

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
            messages = (
                await self._callbacks.answer(self._request(room, said, direct=direct, sure=sure))
            ).messages
        except NoRoom:
            return
        except Exception as error:  # noqa: BLE001 - one failing command must not stop the others
            log_failure(error)
            messages = (self._callbacks.apology(self._callbacks.language),)
        if page and len(messages) == 1 and await self._turn_page(room, said, page, messages[0]):
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
