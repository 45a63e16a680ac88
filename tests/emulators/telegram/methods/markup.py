"""Buttons under a message: read, checked, and refused as the Bot API server, TDLib or Telegram does."""

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Button
from tests.emulators.telegram.refusals import RefusedError, bad_request

MOST_BUTTONS = 100
LONGEST_CALLBACK_DATA = 64
_KINDS = (
    "url", "callback_data", "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat", "login_url", "web_app", "copy_text",
)  # fmt: skip
"""What a button can do, in the order in which the server looks for it."""
_MAY_BE_EMPTY = frozenset(_KINDS) - {"url", "callback_data"}

Buttons = tuple[tuple[Button, ...], ...]


def buttons(call: Call) -> Buttons:
    """The inline keyboard of a request; other keyboards are taken, and not kept."""
    markup = call.json("reply_markup", "reply keyboard markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    return read(markup)


def read(markup: dict[str, Any]) -> Buttons:
    """The rows of an inline keyboard."""
    rows = markup.get("inline_keyboard") or []
    if not isinstance(rows, list):
        raise bad_request('Field "inline_keyboard" must be of type Array')
    if any(not isinstance(row, list) for row in rows):
        raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return tuple(tuple(_button(one) for one in row) for row in rows if row)


def check(rows: Buttons) -> None:
    """What is noticed only when the message is sent."""
    for button in (button for row in rows for button in row):
        if not button.label:
            raise bad_request("inline keyboard button text must be non-empty")
        if button.kind == "callback_data" and len(str(button.value).encode()) > LONGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        if button.kind == "url":
            _check_url(str(button.value))
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")


def _button(one: Any) -> Button:
    if not isinstance(one, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if "text" not in one:
        raise _unreadable('Can\'t find field "text"')
    for kind in _KINDS:
        if kind in one and (one[kind] or kind in _MAY_BE_EMPTY):
            return Button(str(one["text"]), kind, one[kind])
    raise _unreadable("Text buttons are unallowed in the inline keyboard")


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme in {"tg", "ton"}:
        return
    if parts.scheme not in {"http", "https"}:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if not parts.hostname or "." not in parts.hostname:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _unreadable(words: str) -> RefusedError:
    return bad_request(f"can't parse inline keyboard button: {words}")
