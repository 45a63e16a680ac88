"""What the Bot API refuses, in its own words: one name for each kind that a bot has to tell apart.

The words are those of the open server (tdlib/telegram-bot-api, `Client.cpp`) and of TDLib below it;
what only Telegram's closed servers say (marked so) is as users of other bots have reported it.
"""

from typing import Any


class RefusedError(Exception):
    """The Bot API says no: an error code, its words, and parameters such as retry_after."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters: dict[str, Any] = parameters


def bad_request(words: str, **parameters: int) -> RefusedError:
    """400, in these words. As the server does, a small letter begins them, but not an error's NAME."""
    if words[1:2] != "_" and not words[1:2].isupper():
        words = words[:1].lower() + words[1:]
    return RefusedError(400, f"Bad Request: {words}", **parameters)


def forbidden(words: str) -> RefusedError:
    """403, in these words."""
    return RefusedError(403, f"Forbidden: {words}")


def conflict(words: str) -> RefusedError:
    """409, in these words."""
    return RefusedError(409, f"Conflict: {words}")


def too_many(seconds: int) -> RefusedError:
    """429: wait so long."""
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


# 403: nothing can be sent there (any more)


def blocked() -> RefusedError:
    """The person has blocked the bot."""
    return forbidden("bot was blocked by the user")


def deactivated() -> RefusedError:
    """The person's account has ended."""
    return forbidden("user is deactivated")


def never_started() -> RefusedError:
    """The person exists, but never wrote to the bot."""
    return forbidden("bot can't initiate conversation with a user")


def kicked(kind: str = "supergroup") -> RefusedError:
    """The bot was thrown out of a group, supergroup or channel."""
    return forbidden(f"bot was kicked from the {kind} chat")


def not_a_member(kind: str = "supergroup") -> RefusedError:
    """The bot has left, or never was in, a group, supergroup or channel."""
    return forbidden(f"bot is not a member of the {kind} chat")


def group_deleted() -> RefusedError:
    """The group was deleted."""
    return forbidden("the group chat was deleted")


# 400: the chat or the thread


def chat_not_found() -> RefusedError:
    """No such chat, or none that the bot knows."""
    return bad_request("chat not found")


def peer_id_invalid() -> RefusedError:
    """Telegram itself does not take the chat's id (closed server)."""
    return bad_request("PEER_ID_INVALID")


def group_deactivated() -> RefusedError:
    """The group is no more, as older servers say it."""
    return bad_request("group chat was deactivated")


def migrated(to: int) -> RefusedError:
    """The group became a supergroup, which has another id."""
    return bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=to)


def thread_not_found() -> RefusedError:
    """The topic is not there (any more)."""
    return bad_request("message thread not found")


def topic_closed() -> RefusedError:
    """The topic is closed, and the bot may not write there all the same (closed server)."""
    return bad_request("TOPIC_CLOSED")


def no_right_to_send(what: str = "text messages") -> RefusedError:
    """The group's admins do not let the bot send text messages, photos or documents."""
    return bad_request(f"not enough rights to send {what} to the chat")


def no_right_to_post() -> RefusedError:
    """In a channel only admins with the right to post may write."""
    return bad_request("need administrator rights in the channel chat")
