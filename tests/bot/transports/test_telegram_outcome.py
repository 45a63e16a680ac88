"""Telegram's errors: which of them end an edit or a deletion well."""

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError, TimedOut

from bot.transports.telegram_outcome import (
    cannot_be_deleted,
    is_not_there,
    is_shown_already,
    is_unreadable_markup,
    outcome_of,
)
from bot.transports.telegram_request import FloodError, NeverSentError, ServerTroubleError
from jobs.outcome import Gone, Migrated, Rejected, RetryLater, Uncertain

CANNOT_BE_WRITTEN_TO = (
    "need administrator rights in the channel chat",
    "not enough rights to send text messages to the chat",
    "have no rights to send a message",
    "CHAT_ADMIN_REQUIRED",
    "CHAT_SEND_PLAIN_FORBIDDEN",
    "CHAT_WRITE_FORBIDDEN",
    "CHANNEL_PRIVATE",
    "Chat not found",
)
PREDICATES = (is_shown_already, is_not_there, cannot_be_deleted, is_unreadable_markup)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("Message is not modified: specified new message content and reply markup are", is_shown_already),
        ("Message to edit not found", is_not_there),
        ("Message to delete not found", is_not_there),
        ("MESSAGE_ID_INVALID", is_not_there),
        ("Message can't be deleted", cannot_be_deleted),
        ("Message can't be deleted for everyone", cannot_be_deleted),
        ("Can't parse entities: unexpected end tag at byte offset 5", is_unreadable_markup),
        ("Message can't be edited", None),
        ("Message is too long", None),
        ("Chat not found", None),
        ("Message thread not found", None),
    ],
)
def test_every_wording_means_one_thing(words: str, means: object) -> None:
    """No error is taken for two, and what is none of these stays an error."""
    assert [one for one in PREDICATES if one(BadRequest(words))] == ([means] if means else [])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadRequest("Message can't be edited"), Rejected("Message can't be edited")),
        (BadRequest("Chat not found"), Gone("Chat not found")),
        (TimedOut("no answer in time"), Uncertain("no answer in time")),
        (NetworkError("the connection broke"), Uncertain("the connection broke")),
        (NeverSentError("no connection"), RetryLater(5, "no connection", everyone=True, guessed=True)),
        (ServerTroubleError(500), RetryLater(15, "the server answered 500", everyone=True, guessed=True)),
        (ServerTroubleError(504), Uncertain("the server answered 504")),
        (FloodError(7), RetryLater(7, "too many messages")),
        (Forbidden("bot was kicked"), Gone("bot was kicked")),
        (ChatMigrated(-1005), Migrated("-1005/7")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_the_narrower_error_comes_first(error: TelegramError, expected: object) -> None:
    """BadRequest, TimedOut and ours are NetworkErrors to the library: each still has its own outcome."""
    assert outcome_of(error, "-5/7") == expected


@pytest.mark.parametrize("words", CANNOT_BE_WRITTEN_TO)
def test_a_chat_that_cannot_be_written_to_is_gone_and_its_messages_are_kept(words: str) -> None:
    """It is the chat and not the message: what is Rejected would be lost for good, for nobody keeps it."""
    assert outcome_of(BadRequest(words), "-1009876543210") == Gone(words)
