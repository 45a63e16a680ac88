"""The emulator as tests hold it: the server, what its people do, and what its chats have seen."""

import asyncio
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.emulators.telegram.faults import Fault
from tests.emulators.telegram.formatting import found_in
from tests.emulators.telegram.server import Server
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.world import ANONYMOUS_ADMIN, Chat, Message, Version, World

PATIENCE = 5.0
"""Seconds that `until` waits before it fails and shows the conversation."""


class TelegramEmulator:
    """A Telegram of our own on 127.0.0.1, with one bot. `port` 0 takes a free one.

    `limits` makes it count as Telegram does: 30 messages a second, 20 a minute in a group.
    """

    def __init__(self, *, port: int = 0, limits: bool = False) -> None:
        number = 123456789
        self.token = f"{number}:AA{secrets.token_urlsafe(24)}"
        self.username = "emulated_bot"
        self.world = World(
            {
                "id": number,
                "is_bot": True,
                "first_name": "Emulated",
                "username": self.username,
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": False,
            }
        )
        self._changed = asyncio.Event()
        self.updates = Updates(self._changed.set)
        self._server = Server(
            self.token, self.world, self.updates, port=port, limits=limits, changed=self._changed.set
        )

    async def __aenter__(self) -> Self:
        await self._server.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()

    @property
    def api_url(self) -> str:
        """The base of a bot's addresses, up to the token: ends in /bot."""
        return f"http://127.0.0.1:{self._server.port}/bot"

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every request so far: method (in lower case) and parameters."""
        return self._server.calls

    # What goes wrong

    def fail(self, method: str, fault: Fault, *, times: int = 1, chat: int | None = None) -> None:
        """Let the next `times` requests of `method` (to `chat`, if given) fail so."""
        self._server.fail(method, fault, times, chat)

    async def goes_down(self) -> None:
        """Stop listening: connections are refused, but nothing is forgotten."""
        await self._server.close()

    async def comes_back(self) -> None:
        """Listen again, at the same address."""
        await self._server.open()

    # Who is there

    def private(self, person: int) -> Chat:
        """The chat of a person who has started the bot earlier."""
        return self.world.private(person)

    def group(self, number: int, *, admins: set[int] | None = None, topics: set[int] | None = None) -> Chat:
        """A group (negative id) that the bot is in; with `topics`, a forum."""
        kind = "supergroup" if number <= -1_000_000_000_000 or topics else "group"
        chat = Chat(number, f"Group {-number}", kind, admins=admins or set(), forum=bool(topics))
        chat.topics = dict.fromkeys(topics or (), "open")
        for person in chat.admins:
            self.world.person(person)
        self.world.chats[number] = chat
        return chat

    def chat(self, number: int) -> Chat:
        """A chat that is there already."""
        return self.world.chats[number]

    def texts(self, number: int) -> list[str]:
        """What the bot has said in the chat, as it reads now."""
        return [message.text for message in self.said(number)]

    def said(self, number: int) -> list[Message]:
        """The bot's messages in the chat, oldest first, without those it deleted."""
        chat = self.world.chats.get(number)
        return chat.said_by(self.world.bot["id"]) if chat else []

    # What people do

    async def says(
        self,
        chat: int,
        text: str,
        *,
        language: str | None = "en",
        person: int | None = None,
        topic: int | None = None,
        anonymous: bool = False,
    ) -> Message:
        """Somebody writes: in a private chat its person, in a group `person` (1 if not given).

        `anonymous` writes as an admin in the group's own name. What the bot cannot see in a group
        (no command, no mention) it is not told, as with Telegram's privacy mode.
        """
        place = self.world.private(chat) if chat > 0 else self.world.chats[chat]
        author = ANONYMOUS_ADMIN if anonymous else person or (chat if chat > 0 else 1)
        account = self.world.person(author, language)
        if anonymous:
            account |= {"is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        version = Version(text, text, found_in(text))
        message = Message(self.world.next_id(place), author, [version], self.world.tick(), thread=topic)
        self.world.add(place, message)
        shown = self.world.show(place, message)
        if anonymous:
            shown["sender_chat"] = self.world.show_chat(place)
        if chat > 0 or text.startswith("/") or f"@{self.username}" in text:
            self.updates.add("message", shown)
        return message

    async def presses(
        self, chat: int, label: str, *, person: int | None = None, language: str | None = None
    ) -> str:
        """Somebody presses the newest button whose label contains `label`; its press's id."""
        place = self.world.chats[chat]
        for message in reversed(self.said(chat)):
            for row in message.now.buttons:
                for text, data in row:
                    if label in text:
                        return self._press(
                            place, message, data, person or (chat if chat > 0 else 1), language
                        )
        raise AssertionError(f"no button {label!r} in\n{self.transcript(chat)}")

    def _press(self, chat: Chat, message: Message, data: str, person: int, language: str | None) -> str:
        query = str(len(self.world.presses) + 1)
        self.world.presses[query] = None
        content = {
            "id": query,
            "from": self.world.person(person, language),
            "message": self.world.show(chat, message),
            "chat_instance": str(chat.id),
            "data": data,
        }
        self.updates.add("callback_query", content)
        return query

    def blocks(self, person: int) -> None:
        """A person blocks the bot, which is told, and can write there no more."""
        self._bar(self.world.chats[person], "Forbidden: bot was blocked by the user", "kicked")

    def unblocks(self, person: int) -> None:
        """A person lets the bot in again."""
        self._bar(self.world.chats[person], "", "member")

    def kicks(self, group: int) -> None:
        """A group throws the bot out."""
        chat = self.world.chats[group]
        self._bar(chat, f"Forbidden: bot was kicked from the {chat.kind} chat", "kicked")

    def deactivates(self, person: int) -> None:
        """A person's account ends; nobody is told."""
        self.world.chats[person].barred = "Forbidden: user is deactivated"

    def upgrades(self, group: int, supergroup: int) -> Chat:
        """A group becomes a supergroup with another id."""
        before = self.world.chats[group]
        before.moved_to = supergroup
        return self.group(supergroup, admins=before.admins)

    def closes_topic(self, group: int, topic: int) -> None:
        """An admin closes a topic."""
        self.world.chats[group].topics[topic] = "closed"

    def deletes_topic(self, group: int, topic: int) -> None:
        """An admin deletes a topic."""
        del self.world.chats[group].topics[topic]

    def _bar(self, chat: Chat, why: str, status: str) -> None:
        before = "kicked" if chat.barred else "member"
        chat.barred = why
        by = self.world.person(chat.id if chat.kind == "private" else 1)
        content = {
            "chat": self.world.show_chat(chat),
            "from": by,
            "date": self.world.tick(),
            "old_chat_member": self._as_member(before),
            "new_chat_member": self._as_member(status),
        }
        self.updates.add("my_chat_member", content)

    def _as_member(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self.world.bot, "status": status, **until}

    # What they see

    async def until(
        self, chat: int, *, contains: str = "", count: int = 1, patience: float = PATIENCE
    ) -> Message:
        """The newest message of the bot's that contains the text, once there are `count` of such."""
        found: list[Message] = []

        def there() -> bool:
            found[:] = [message for message in self.said(chat) if contains in message.text]
            return len(found) >= count

        await self.until_true(there, f"{contains!r} in chat {chat}", patience, chat)
        return found[-1]

    async def until_true(
        self, there: Callable[[], bool], what: str, patience: float = PATIENCE, chat: int | None = None
    ) -> None:
        """Wait for anything that a request to the server may bring about."""
        end = asyncio.get_running_loop().time() + patience
        while not there():
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), end - asyncio.get_running_loop().time())
            except TimeoutError:
                seen = self.transcript(chat) if chat is not None else ""
                raise AssertionError(f"waited {patience} s in vain for {what}\n{seen}") from None

    async def until_handled(self, patience: float = PATIENCE) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until_true(lambda: not self.updates.pending, "confirmation", patience)

    def transcript(self, number: int) -> str:
        """The conversation as a person would retell it, with buttons and edits."""
        chat = self.world.chats.get(number)
        lines: list[str] = []
        for message in chat.messages if chat else ():
            name = "bot" if message.sender == self.world.bot["id"] else f"person {message.sender}"
            marks = [f"topic {message.thread}"] if message.thread else []
            marks += ["silent"] if message.silent else []
            marks += [f"edited {len(message.versions) - 1}x"] if len(message.versions) > 1 else []
            marks += ["deleted"] if message.deleted else []
            lines.append(f"{name} ({', '.join(marks)}):" if marks else f"{name}:")
            lines += [f"    {line}" for line in message.text.splitlines()]
            lines += ["    " + " ".join(f"[{label}]" for label, _ in row) for row in message.now.buttons]
        return "\n".join(lines)
