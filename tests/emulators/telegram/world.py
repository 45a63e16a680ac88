"""All chats and people of the emulated Telegram, and who may do what there."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.emulators.telegram.chats import GENERAL_TOPIC, Chat, Message, Standing
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.refusals import (
    blocked,
    chat_not_found,
    deactivated,
    group_deleted,
    kicked,
    migrated,
    never_started,
    no_right_to_post,
    no_right_to_send,
    not_a_member,
    thread_not_found,
    topic_closed,
)

NEEDED_TO_SEND = {
    "text messages": "can_send_messages",
    "documents": "can_send_documents",
    "photos": "can_send_photos",
}
"""What is sent, in the words of the refusal -> the right for it."""


class Access(IntEnum):
    """What a request wants of a chat, as the Bot API server grades it (`check_chat_access`)."""

    READ = 0
    READ_MEMBERS = 1
    EDIT = 2
    WRITE = 3


@dataclass(slots=True)
class Query:
    """A question to the bot that it has to answer: a pressed button, or words typed after its name."""

    asked_at: float
    person: int
    answer: dict[str, Any] | None = None


@dataclass(slots=True)
class World:
    """Everything there is. `bot` is the bot's own account as the Bot API shows it."""

    bot: dict[str, Any]
    clock: Clock
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    presses: dict[str, str | None] = field(default_factory=dict)
    """Id of each press -> the text, or the link, that it was answered with; None while it was not."""
    inline: dict[str, Query] = field(default_factory=dict)
    """Id of each inline query -> who asked, and the parameters of the answer."""
    menus: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """(scope, language) -> the commands; see `methods.menus` for how a scope is written."""
    described: dict[tuple[str, str], str] = field(default_factory=dict)
    """("description" or "short_description", language) -> what the bot says of itself."""
    files: dict[str, Any] = field(default_factory=dict)
    """Id of each file that was uploaded -> the file."""

    @property
    def commands(self) -> dict[str, list[dict[str, str]]]:
        """Language ("" is everybody else's) -> the menu of the default scope."""
        return {language: menu for (scope, language), menu in self.menus.items() if scope == "default"}

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
        return self.chats.setdefault(number, Chat(number, f"Person {number}", members={number}))

    def find(self, written: str) -> Chat:
        """The chat meant by a chat_id: a number, or the @name of a public supergroup or channel."""
        for chat in self.chats.values():
            if chat.username and written.lower() == f"@{chat.username.lower()}":
                return chat
        try:
            number = int(written)
        except ValueError:
            raise chat_not_found() from None
        chat_or_none = self.chats.get(number)
        if chat_or_none is None:
            raise never_started() if number in self.people else chat_not_found()
        return chat_or_none

    def check(self, chat: Chat, wanted: Access) -> None:
        """Refuse what the bot may not do there, as the Bot API server does before it asks Telegram."""
        if chat.kind == "private":
            if wanted >= Access.EDIT and chat.ended:
                raise deactivated()
            if wanted >= Access.EDIT and not chat.bot.inside:
                raise blocked()
        elif chat.kind == "group":
            self._check_group(chat, Access.WRITE if wanted is Access.READ_MEMBERS else wanted)
        elif chat.bot.status == "kicked":
            raise kicked(chat.kind)
        elif not chat.bot.inside and (wanted >= Access.EDIT or not chat.username):
            raise not_a_member(chat.kind)

    def _check_group(self, chat: Chat, wanted: Access) -> None:
        if wanted < Access.EDIT:
            return
        if chat.moved_to is not None:
            raise migrated(chat.moved_to)
        if chat.ended:
            raise group_deleted()
        if chat.bot.status == "kicked":
            raise kicked(chat.kind)
        if not chat.bot.inside:
            raise not_a_member(chat.kind)

    def thread(self, chat: Chat, thread: int) -> int | None:
        """The topic that a message goes to; refuses one that is not there.

        Where there are no topics (in a group that is no forum) the server passes the number over.
        """
        if not thread or (chat.kind != "private" and not chat.forum):
            return None
        if thread == GENERAL_TOPIC or thread not in chat.topics:
            raise thread_not_found()
        return thread

    def may_send(self, chat: Chat, what: str, thread: int | None) -> None:
        """Refuse what the chat's admins do not let the bot send, and a closed topic."""
        if chat.kind == "channel":
            if not chat.bot.may("can_post_messages"):
                raise no_right_to_post()
        elif not chat.bot.may(NEEDED_TO_SEND[what]):
            raise no_right_to_send(what)
        closed = chat.topics.get(thread or GENERAL_TOPIC) == "closed"
        if closed and not chat.bot.may("can_manage_topics"):
            raise topic_closed()

    def next_id(self, chat: Chat) -> int:
        """Message ids count per chat, with people's messages among them."""
        return len(chat.messages) + 1

    def add(self, chat: Chat, message: Message) -> Message:
        """Put a message into the chat."""
        chat.messages.append(message)
        return message

    def standing(self, chat: Chat, person: int) -> Standing:
        """What somebody is in a chat."""
        if person == self.bot["id"]:
            return chat.bot
        if person in chat.admins:
            return Standing("administrator", frozenset({"can_manage_chat"}))
        return Standing("member" if person in chat.members else "left")
