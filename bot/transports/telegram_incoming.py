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
    MessageReactionCountUpdated,
    MessageReactionUpdated,
    Update,
    User,
)

from bot.transports.chats import Moved, News, Reactions, Removed, Returned
from bot.transports.telegram_outcome import address_of

ALLOWED_UPDATES = (
    "message",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "message_reaction",
    "message_reaction_count",
)
UNREADABLE = "/wordless"
"""The command that answers what is no text."""
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
    addressed: bool = True
    """Whether it is meant for us alone: in a group a command that does not name us may be another bot's."""
    album: str = ""
    """Which of several pictures sent at once it stands for."""

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
    turns: bool = False
    """Whether the answer takes the place of the message."""
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
    """Somebody has reacted to a message in a chat, or has taken that back; in a channel, how many have."""

    reactions: Reactions
    person: int | None = field(default=None, repr=False)
    """Whose budget it is; None of a channel, where Telegram tells of many at once."""
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
    if update.message_reaction_count:
        counted = _counted(update.message_reaction_count)
        return counted and replace(counted, update=update.update_id)
    if update.my_chat_member:
        changed = _membership(update.my_chat_member)
        return changed and replace(changed, update=update.update_id)
    if update.message:
        became = _moved(update.message) or _opened(update.message)
        if became:
            return replace(became, update=update.update_id)
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
    if sender is None or not (group or message.chat.type == Chat.PRIVATE):
        return None
    as_group = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    if message.is_automatic_forward or (sender.is_bot and not as_group):
        return None
    if not message.text:
        return None if group else _sent(message) or _unreadable(message, sender)
    if _is_shown(message, message.text, username):
        return None
    text = own_command(message.text, username)
    if text is None or (group and not text.startswith("/")):
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    said = _line(text, message.chat, thread, sender, speaks_for_group=as_group)
    return replace(said, addressed=not group or text != message.text)


def _is_shown(message: Message, text: str, username: str) -> bool:
    """Whether it is shown to us and not said to us: a command passed on, what we offered in inline mode."""
    ours = message.via_bot is not None and message.via_bot.username == username
    return ours or (message.forward_origin is not None and text.startswith("/"))


def _unreadable(message: Message, sender: User) -> Said | None:
    """A picture, a voice, a place; not what Telegram itself tells in a chat, such as a pinned message."""
    if not message.effective_attachment:
        return None
    said = _line(UNREADABLE, message.chat, None, sender, speaks_for_group=False)
    return replace(said, album=message.media_group_id or "")


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
    if chat.type == Chat.PRIVATE:  # told only of who blocks the bot, or lets it in again (Bot API, Update)
        private = address_of(chat.id)
        return Left(private) if is_outside(after) else Became(Returned(private))
    if is_outside(after):
        return Became(Removed(address_of(chat.id)), change.from_user.id)
    if not _may_speak(after, chat.type):
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


def _opened(message: Message) -> Became | None:
    """A topic, or the general one, that may be written to again: so may all that could not be for it."""
    if message.forum_topic_reopened or message.general_forum_topic_unhidden:
        return Became(Returned(address_of(message.chat.id)))
    return None


def _reacted(change: MessageReactionUpdated) -> Reacted | None:
    """The first reaction of a person to a message, or that they have none any more."""
    before, after = bool(change.old_reaction), bool(change.new_reaction)
    if before == after:
        return None
    who = change.user or change.actor_chat
    one = Reactions(address_of(change.chat.id), str(change.message_id), 1 if after else -1)
    return Reacted(one, who.id if who else change.chat.id)


def _counted(change: MessageReactionCountUpdated) -> Reacted | None:
    """How many reactions a post has; of who they are from Telegram tells nothing there."""
    if change.chat.type != Chat.CHANNEL:
        return None
    count = sum(one.total_count for one in change.reactions)
    return Reacted(Reactions(address_of(change.chat.id), str(change.message_id), count, whole=True))
