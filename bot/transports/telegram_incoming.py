"""Reads Telegram's updates: who said or pressed what, and which of it is meant for us."""

from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User

from bot.transports.telegram_outcome import address_of

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "inline_query")
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a person wrote to us."""

    text: str = field(repr=False)
    chat: int = field(repr=False)
    thread: int | None = field(repr=False)
    person: int = field(repr=False)
    language: str
    group: bool
    speaks_for_group: bool
    """True for an admin who writes in the group's own name, whom nobody can look up."""
    update: int = 0
    """The number of the update that brought it: the same when Telegram brings it again."""

    @property
    def address(self) -> str:
        """Where the answer goes."""
        return address_of(self.chat, self.thread)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that a person pressed under our message."""

    query: str = field(repr=False)
    """The id to answer the press with."""
    message: int
    """The message that the button belongs to."""
    said: Said
    """As if the person had written the button's data."""
    channel: bool = False
    """Under a post, where nobody can be answered."""


@dataclass(frozen=True, slots=True)
class Left:
    """The bot was blocked, or thrown out, or the group was left."""

    address: str = field(repr=False)
    update: int = 0
    """As in Said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person types after the bot's name in some chat of theirs (inline mode)."""

    query: str = field(repr=False)
    """The id to answer with."""
    words: str = field(repr=False)
    offset: str
    """Which page of the offers; "" for the first."""
    person: int = field(repr=False)
    language: str


def read(update: Update, username: str) -> Said | Pressed | Left | Asked | None:
    """What the update means for the bot called `username`; None if it is not for us.

    In a group only commands are, and of these only such as name no other bot.
    """
    if update.callback_query:
        pressed = _pressed(update.callback_query)
        return pressed and replace(pressed, said=replace(pressed.said, update=update.update_id))
    if update.inline_query:
        asked = update.inline_query
        sender = asked.from_user
        return Asked(asked.id, asked.query, asked.offset, sender.id, sender.language_code or "en")
    if update.my_chat_member:
        left = _membership(update.my_chat_member)
        return left and replace(left, update=update.update_id)
    if update.message:
        said = _said(update.message, username)
        return said and replace(said, update=update.update_id)
    return None


def own_command(text: str, username: str) -> str | None:
    """The text with our own name taken from its command; None if it is addressed to another bot."""
    word, space, rest = text.partition(" ")
    first, newline, more = word.partition("\n")
    command, at, name = first.partition("@")
    if not command.startswith("/") or not at:
        return text
    return f"{command}{newline}{more}{space}{rest}" if name.lower() == username.lower() else None


def _said(message: Message, username: str) -> Said | None:
    sender = message.from_user
    group = message.chat.type in _GROUPS
    if not message.text or sender is None or not (group or message.chat.type == Chat.PRIVATE):
        return None
    as_group = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    if message.is_automatic_forward or (sender.is_bot and not as_group):
        return None
    text = own_command(message.text, username)
    if text is None or (group and not text.startswith("/")):
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    return _line(text, message.chat, thread, sender, speaks_for_group=as_group)


def _pressed(query: CallbackQuery) -> Pressed | None:
    message = query.message
    if message is None or not query.data:
        return None
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread = message.message_thread_id if isinstance(message, Message) and in_topic else None
    said = _line(query.data, message.chat, thread, query.from_user, speaks_for_group=False)
    return Pressed(query.id, message.message_id, said, channel=message.chat.type == Chat.CHANNEL)


def _line(text: str, chat: Chat, thread: int | None, sender: User, *, speaks_for_group: bool) -> Said:
    return Said(
        text=text,
        chat=chat.id,
        thread=thread,
        person=sender.id,
        language=sender.language_code or "en",
        group=chat.type in _GROUPS,
        speaks_for_group=speaks_for_group,
    )


def _membership(change: ChatMemberUpdated) -> Left | None:
    if change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT):
        return Left(address_of(change.chat.id))
    return None
