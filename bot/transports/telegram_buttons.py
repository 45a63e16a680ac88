"""Turns choices into Telegram's inline buttons, and a pressed button back into its command."""

import secrets

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


class Buttons:
    """Remembers commands too long for a button, the newest `capacity` of them, in memory only.

    They are a person's own words, so they are never written down; after a restart such a button
    answers `/expired`.
    """

    def __init__(self, capacity: int = 5000) -> None:
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
        if not data.startswith(_MARK):
            return data
        owner, command = self._commands.get(data) or (chat, EXPIRED)
        return command if owner == chat else EXPIRED

    def _button(self, choice: Choice, chat: int) -> InlineKeyboardButton:
        label = one_line(choice.label).strip() or choice.command.split()[0]
        return InlineKeyboardButton(label, callback_data=self._data(choice.command, chat))

    def _data(self, command: str, chat: int) -> str:
        if len(command.encode()) <= LONGEST_DATA and not command.startswith(_MARK):
            return command
        token = _MARK + secrets.token_urlsafe(16)
        self._commands.put(token, (chat, command))
        return token
