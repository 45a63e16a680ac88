"""Turns choices into Telegram's inline buttons, and a pressed button back into its command.

What a client sends as pressed need not be what stands on the button (Bot API, CallbackQuery). So the
data begins with a seal over chat and command: forged, or pressed in another chat, it means nothing.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.render.clean import one_line
from bot.render.message import Choice
from bot.transports.newest import Newest

LONGEST_DATA = 64
"""Bytes of callback_data (Bot API, InlineKeyboardButton)."""
MOST_BUTTONS = 100
EXPIRED = "/expired"
"""The command that answers a button whose meaning is not known any more."""
_MARK = "~"
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which no JSON carries as they are."""
_SEAL = 11
"""Characters of a seal: eight bytes in base64. Whoever guesses is told only that a button is too old."""
Trace = Callable[[str], str]
"""A keyed hash of a text, in hexadecimal digits."""


class Buttons:
    """Seals commands with `trace`; remembers those too long for it, the newest `capacity`, in memory only.

    The long ones are a person's own words, so they are never written down; after a restart such a button
    answers `/expired`. Without a `trace` that outlives the program, so does any other.
    """

    def __init__(self, trace: Trace | None = None, capacity: int = 5000) -> None:
        self._trace = trace or _of_this_run()
        self._commands: Newest[str, tuple[int, str]] = Newest(capacity)

    def keyboard(self, choices: tuple[tuple[Choice, ...], ...], chat: int) -> InlineKeyboardMarkup | None:
        """The rows of buttons for a message to `chat`; None if there are none."""
        rows: list[list[InlineKeyboardButton]] = []
        left = MOST_BUTTONS
        for row in choices:
            buttons = [self._button(choice, chat) for choice in row[:left] if choice.command]
            left -= len(buttons)
            if buttons:
                rows.append(buttons)
        return InlineKeyboardMarkup(rows) if rows else None

    def command(self, data: str, chat: int) -> str:
        """What the person in `chat` meant by pressing a button with this `callback_data`."""
        if data.startswith(_MARK):
            owner, command = self._commands.get(data) or (chat, EXPIRED)
            return command if owner == chat else EXPIRED
        seal, command = data[:_SEAL], data[_SEAL:]
        is_ours = hmac.compare_digest(_bytes(seal), self._seal(command, chat).encode())
        return command if is_ours else EXPIRED

    def _button(self, choice: Choice, chat: int) -> InlineKeyboardButton:
        label = one_line(choice.label).strip() or choice.command.split()[0]
        return InlineKeyboardButton(label, callback_data=self._data(choice.command, chat))

    def _data(self, command: str, chat: int) -> str:
        if _SEAL + len(_bytes(command)) <= LONGEST_DATA and not _HALVES.search(command):
            return self._seal(command, chat) + command
        token = _MARK + secrets.token_urlsafe(16)
        self._commands.put(token, (chat, command))
        return token

    def _seal(self, command: str, chat: int) -> str:
        """Never with `_MARK` in it."""
        digest = bytes.fromhex(self._trace(f"{chat} {_bytes(command).hex()}"))
        return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")


def _of_this_run() -> Trace:
    key = secrets.token_bytes(32)
    return lambda text: hmac.new(key, text.encode(), "sha256").hexdigest()


def _bytes(text: str) -> bytes:
    """As UTF-8, whatever it is: half of a pair of surrogates is no character, and no reason to fail."""
    return text.encode("utf-8", "surrogatepass")
