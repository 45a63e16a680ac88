"""Translates what Telegram answers to sending, editing and deleting into the outcomes of `jobs.outcome`."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.transports.telegram_request import FloodError, NeverSentError, ServerTroubleError
from bot.transports.telegram_tokens import without_chats, without_tokens
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Uncertain
from jobs.pace import Place

AFTER_NO_CONNECTION = 5.0
AFTER_SERVER_TROUBLE = 15.0
AFTER_REFUSED_TOKEN = 300.0
"""Seconds."""
GROUP_PER_MINUTE = 20
"""Messages to one group (FAQ for bots, "How can I message all of my bot's subscribers at once?")."""

_UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "bot is not a member",
    "not enough rights to send",
    "have no rights to send",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "need administrator rights",
    "channel_private",
    "user_is_blocked",
)
"""Bad Requests that are about the chat and not about the message (wording of the Bot API server)."""
_LOST_TOPIC = ("topic_closed", "topic_deleted", "topic_id_invalid", "message thread not found")
_STAYS = ("message can't be deleted", "message_delete_forbidden")
_NOT_THERE = ("message to edit not found", "message to delete not found", "message_id_invalid")


class NowhereError(TelegramError):
    """Nothing may be sent to a topic, nor to the group's general one: both are closed, or gone."""


def address_of(chat: int, thread: int | None = None) -> str:
    """A chat, or one topic of it, as the text that stands for it everywhere else: "-100123/7"."""
    return str(chat) if thread is None else f"{chat}/{thread}"


def chat_and_thread(address: str) -> tuple[int, int | None]:
    """The reverse of `address_of`. An address that is none raises ValueError."""
    chat, slash, thread = address.partition("/")
    return int(chat), int(thread) if slash else None


def place_of(address: str) -> Place:
    """Where Telegram counts: in a chat with all of its topics; in groups and channels by the minute, too."""
    chat, _ = chat_and_thread(address)
    return Place(str(chat), crowd=chat < 0)


def is_shown_already(error: BadRequest) -> bool:
    """Whether an edit would have changed nothing."""
    return "message is not modified" in str(error).lower()


def is_not_there(error: BadRequest) -> bool:
    """Whether the message to edit or delete was deleted before."""
    return any(words in str(error).lower() for words in _NOT_THERE)


def is_without_words(error: BadRequest) -> bool:
    """Whether the message to edit is a picture, which has no text to be changed."""
    return "no text in the message to edit" in str(error).lower()


def cannot_be_deleted(error: BadRequest) -> bool:
    """Whether Telegram keeps the message: a bot's own can be deleted for 48 hours (deleteMessage)."""
    return any(words in str(error).lower() for words in _STAYS)


def is_lost_topic(error: BadRequest) -> bool:
    """Whether the topic was closed or deleted; the rest of the group can be written to."""
    return any(words in str(error).lower() for words in _LOST_TOPIC)


def is_unreadable_markup(error: BadRequest) -> bool:
    """Whether the text would be taken without its markup."""
    return "parse entities" in str(error).lower()


def outcome_of(error: TelegramError, address: str = "0") -> Outcome:  # noqa: PLR0911 - a table, a line each
    """What an error means for a message at `address`, whether it was to be sent, edited or deleted.

    Without an address, for a question about the account itself.

    BadRequest and TimedOut are NetworkErrors in python-telegram-bot, hence the order. A 504, a broken
    connection or no answer leaves open whether the message went out; other 5xx do not: while
    Telegram is down it answers so for hours, and giving up then would lose every message.
    """
    chat, thread = chat_and_thread(address)
    detail = without_chats(without_tokens(str(error)))
    match error:
        case FloodError(seconds=seconds):
            return RetryLater(seconds, detail, everyone=chat >= 0)
        case ChatMigrated(new_chat_id=new):
            return Migrated(address_of(new, thread))
        case Forbidden() | NowhereError():
            return Gone(detail)
        case InvalidToken():
            why = "Telegram refused the bot token"
            return RetryLater(AFTER_REFUSED_TOKEN, why, everyone=True, guessed=True, ours=True)
        case BadRequest():
            unreachable = any(words in detail.lower() for words in _UNREACHABLE)
            return Gone(detail) if unreachable else Rejected(detail)
        case NeverSentError():
            return RetryLater(AFTER_NO_CONNECTION, detail, everyone=True, guessed=True)
        case ServerTroubleError(code=code) if code != 504:
            return RetryLater(AFTER_SERVER_TROUBLE, detail, everyone=True, guessed=True)
        case _:
            return Uncertain(detail)
