"""The chats of the emulated Telegram, the people in them, and everything the bot has said there."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.faults import RefusedError

ANONYMOUS_ADMIN = 1087968824
"""Telegram's account "GroupAnonymousBot", in whose name anonymous admins write."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said at one time. `buttons` are rows of (label, callback data)."""

    text: str
    source: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(slots=True)
class Message:
    """A message of the bot's or of a person's, with every version it had."""

    id: int
    sender: int
    versions: list[Version]
    date: int
    thread: int | None = None
    silent: bool = False
    preview: bool = True
    deleted: bool = False

    @property
    def now(self) -> Version:
        """The latest version."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """What a reader sees."""
        return self.now.text

    @property
    def source(self) -> str:
        """The markup that was sent."""
        return self.now.source

    @property
    def buttons(self) -> list[str]:
        """The labels, row after row."""
        return [label for row in self.now.buttons for label, _ in row]


@dataclass(slots=True)
class Chat:
    """A private chat (positive id, that of its person) or a group (negative)."""

    id: int
    title: str
    kind: str = "private"
    admins: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    """Thread id -> "open" or "closed"; one that was deleted is not there."""
    forum: bool = False
    barred: str = ""
    """Why nothing can be sent: the whole error text, starting with "Forbidden" or "Bad Request"."""
    moved_to: int | None = None
    messages: list[Message] = field(default_factory=list)
    members: dict[int, dict[str, Any]] = field(default_factory=dict)

    def said_by(self, bot: int) -> list[Message]:
        """What the bot has said here and not deleted."""
        return [message for message in self.messages if message.sender == bot and not message.deleted]


@dataclass(slots=True)
class World:
    """All chats, as the Bot API shows them. `bot` is the bot's own account."""

    bot: dict[str, Any]
    clock: int = 1_700_000_000
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    presses: dict[str, str | None] = field(default_factory=dict)
    """Id of each press -> the text it was answered with, None if it was not yet answered."""
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Language ("" is everybody else's) -> the menu."""

    def person(self, number: int, language: str | None = None) -> dict[str, Any]:
        """Somebody's account as the Bot API shows it; made when first spoken of."""
        account = self.people.setdefault(
            number, {"id": number, "is_bot": False, "first_name": f"Person {number}"}
        )
        if language is not None:
            account["language_code"] = language
        return account

    def private(self, number: int) -> Chat:
        """The chat of a person who has started the bot."""
        self.person(number)
        return self.chats.setdefault(number, Chat(number, f"Person {number}"))

    def open_chat(self, number: int) -> Chat:
        """The chat, if the bot may write there; else RefusedError in Telegram's words."""
        chat = self.chats.get(number)
        if chat is None:
            if number in self.people:
                raise RefusedError(403, "Forbidden: bot can't initiate conversation with a user")
            raise RefusedError(400, "Bad Request: chat not found")
        if chat.moved_to is not None:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if chat.barred:
            raise RefusedError(403 if chat.barred.startswith("Forbidden") else 400, chat.barred)
        return chat

    def open_thread(self, chat: Chat, thread: int | None) -> None:
        """Refuse a topic that is closed or is not there."""
        if thread is None:
            return
        if chat.topics.get(thread) is None:
            raise RefusedError(400, "Bad Request: message thread not found")
        if chat.topics[thread] == "closed":
            raise RefusedError(400, "Bad Request: TOPIC_CLOSED")

    def add(self, chat: Chat, message: Message) -> Message:
        """Put a message into the chat."""
        chat.messages.append(message)
        return message

    def next_id(self, chat: Chat) -> int:
        """Message ids count per chat, with people's messages among them."""
        return len(chat.messages) + 1

    def tick(self) -> int:
        """A second later; the time as Telegram writes it."""
        self.clock += 1
        return self.clock

    def show_chat(self, chat: Chat) -> dict[str, Any]:
        """The chat as the Bot API shows it."""
        if chat.kind == "private":
            return {"id": chat.id, "type": "private", "first_name": chat.title}
        forum = {"is_forum": True} if chat.forum else {}
        return {"id": chat.id, "type": chat.kind, "title": chat.title, **forum}

    def show(self, chat: Chat, message: Message) -> dict[str, Any]:
        """The message as the Bot API shows it."""
        sender = self.bot if message.sender == self.bot["id"] else self.person(message.sender)
        shown = {
            "message_id": message.id,
            "from": sender,
            "chat": self.show_chat(chat),
            "date": message.date,
            "text": message.text,
        }
        if message.now.entities:
            shown["entities"] = list(message.now.entities)
        if message.thread is not None:
            shown |= {"message_thread_id": message.thread, "is_topic_message": True}
        if len(message.versions) > 1:
            shown["edit_date"] = message.date + 1
        if message.now.buttons:
            rows = [[{"text": t, "callback_data": d} for t, d in row] for row in message.now.buttons]
            shown["reply_markup"] = {"inline_keyboard": rows}
        return shown
