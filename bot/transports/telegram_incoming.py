"""Reads Telegram's updates: who said or pressed what, and which of it is meant for us."""

from dataclasses import dataclass, field, replace

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    Update,
    User,
)

from bot.transports.chats import Moved, News, Removed, Returned
from bot.transports.telegram_outcome import address_of

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "inline_query", "message_reaction")
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
_OUTSIDE = (ChatMember.BANNED, ChatMember.LEFT)


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
    file: str = field(default="", repr=False)
    """What Telegram calls the file that was sent with it, or in place of any words; "" for none."""
    size: int = 0
    """Its bytes, as far as Telegram tells."""
    greets: bool = False
    """Whether nobody wrote it: the bot was let in, and says what it is."""

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
    adrift: bool = False
    """Whether Telegram does not tell any more in which topic of its chat the message stands."""


@dataclass(frozen=True, slots=True)
class Left:
    """A person has blocked the bot."""

    address: str = field(repr=False)
    update: int = 0
    """As in Said."""


@dataclass(frozen=True, slots=True)
class Became:
    """What has become of a group or channel."""

    news: News
    person: int | None = field(default=None, repr=False)
    """Who did it; None where nobody is told of."""
    update: int = 0
    """As in Said."""
    greeting: Said | None = field(default=None, repr=False)
    """Of a group where the bot may speak now: what is to be said if it never could before."""


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody has reacted to a message in a chat, or has taken that back; who, nobody keeps."""

    address: str = field(repr=False)
    message: int
    change: int
    """1, or -1 where no reaction is left."""
    person: int | None = field(repr=False)
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


Meant = Said | Pressed | Left | Became | Reacted | Asked
"""What an update can mean to us."""


def read(update: Update, username: str) -> Meant | None:  # noqa: PLR0911 - a table, a line each
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
    if update.message_reaction:
        reacted = _reacted(update.message_reaction)
        return reacted and replace(reacted, update=update.update_id)
    if update.my_chat_member:
        changed = _membership(update.my_chat_member)
        return changed and replace(changed, update=update.update_id)
    if update.message:
        moved = _moved(update.message)
        if moved:
            return replace(moved, update=update.update_id)
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
    if message.chat.type == Chat.PRIVATE and (sent := _sent(message)):
        return sent
    if not message.text or sender is None or not (group or message.chat.type == Chat.PRIVATE):
        return None
    as_group = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    if message.is_automatic_forward or (sender.is_bot and not as_group):
        return None
    if message.forward_origin is not None and message.text.startswith("/"):
        return None  # shown to us, not said to us
    text = own_command(message.text, username)
    if text is None or (group and not text.startswith("/")):
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    return _line(text, message.chat, thread, sender, speaks_for_group=as_group)


def _sent(message: Message) -> Said | None:
    """A picture, or another file, that a person sent, with what they wrote below it.

    Of several that were sent together only the one with words is meant.
    """
    sender = message.from_user
    file = message.photo[-1] if message.photo else message.document
    if file is None or sender is None or sender.is_bot or message.forward_origin is not None:
        return None
    if message.media_group_id and not message.caption:
        return None
    said = _line(message.caption or "", message.chat, None, sender, speaks_for_group=False)
    return replace(said, file=file.file_id, size=file.file_size or 0)


def _pressed(query: CallbackQuery) -> Pressed | None:
    message = query.message
    if message is None or not query.data:
        return None
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread = message.message_thread_id if isinstance(message, Message) and in_topic else None
    said = _line(query.data, message.chat, thread, query.from_user, speaks_for_group=False)
    adrift = not isinstance(message, Message) and message.chat.type == Chat.SUPERGROUP
    is_post = message.chat.type == Chat.CHANNEL
    return Pressed(query.id, message.message_id, said, channel=is_post, adrift=adrift)


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


def _membership(change: ChatMemberUpdated) -> Said | Left | Became | None:
    """What it means that the bot's own standing in a chat has changed."""
    chat, before, after = change.chat, change.old_chat_member, change.new_chat_member
    if is_outside(after):
        if chat.type == Chat.PRIVATE:
            return Left(address_of(chat.id))
        return Became(Removed(address_of(chat.id)), change.from_user.id)
    if chat.type == Chat.PRIVATE or not _may_speak(after, chat.type):
        return None
    if is_outside(before) or (chat.type == Chat.CHANNEL and before.status != after.status):
        return _greeting(chat, change.from_user)
    if _may_speak(before, chat.type):
        return None
    greeting = None if chat.type == Chat.CHANNEL else _greeting(chat, change.from_user)
    return Became(Returned(address_of(chat.id)), change.from_user.id, greeting=greeting)


def is_outside(member: ChatMember) -> bool:
    """Whether somebody is not in the chat: who is restricted may be either."""
    return member.status in _OUTSIDE or (isinstance(member, ChatMemberRestricted) and not member.is_member)


def _may_speak(member: ChatMember, kind: str) -> bool:
    if kind == Chat.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return not isinstance(member, ChatMemberRestricted) or member.can_send_messages


def _greeting(chat: Chat, sender: User) -> Said:
    """As if somebody had asked what we are: in the group, or, of a channel, in the chat of who let us in."""
    if chat.type == Chat.CHANNEL:
        private = Chat(sender.id, Chat.PRIVATE)
        return _line(f"/for {chat.id} /settings", private, None, sender, speaks_for_group=False)
    return replace(_line("/start", chat, None, sender, speaks_for_group=False), greets=True)


def _moved(message: Message) -> Became | None:
    """A group that became a supergroup, told in either of the two."""
    if message.migrate_to_chat_id:
        return Became(Moved(address_of(message.chat.id), address_of(message.migrate_to_chat_id)))
    if message.migrate_from_chat_id:
        return Became(Moved(address_of(message.migrate_from_chat_id), address_of(message.chat.id)))
    return None


def _reacted(change: MessageReactionUpdated) -> Reacted | None:
    """The first reaction of a person to a message, or that they have none any more."""
    before, after = bool(change.old_reaction), bool(change.new_reaction)
    if before == after:
        return None
    person = change.user.id if change.user else None
    return Reacted(address_of(change.chat.id), change.message_id, 1 if after else -1, person)
