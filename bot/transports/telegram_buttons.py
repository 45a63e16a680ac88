"""Turns choices into Telegram's inline buttons, and a pressed button back into its command.

What a client sends as pressed need not be what stands on the button (Bot API, CallbackQuery). So the
data begins with a seal over chat, topic and command: forged, or pressed in another chat, it means nothing.
The topic stands in it, because of an old message Telegram tells no more than the chat.
"""

import base64
import hmac
import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.newest import Newest
from bot.render.clean import one_line
from bot.render.message import Choice

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
_TOPIC = re.compile(r"([0-9]{0,19})([+*])")
"""What stands between seal and command: the topic's number, nothing for the chat as a whole, and "*" where
the answer takes the message's place. A command begins with another sign, and so does what earlier versions
put there, which named no topic."""
_TURNS = "*"
_SHORT, _LETTERS = "`", string.ascii_letters
_PHRASES = (
    *("/for -100", "/settings id:", "/settings ", "/subscribe ", "/unsubscribe id:", "/unsubscribe "),
    *("/digest ", "/quiet ", "/statement ", "/search ", "/latest ", " countries", " letters", " country:"),
    *(" -country:", " kind:", " -kind:", " urgency:", " digest:", "from:", "lang:", "clock:", "/for "),
)
"""What buttons are full of: in a long one each is two signs, the second of which is its letter in this order.
Only added to at the end: buttons that stand in chats mean what they did."""
Trace = Callable[[str], str]
"""A keyed hash of a text, in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a button means, and for which topic of its chat."""

    command: str
    thread: int | None = None
    is_placed: bool = False
    """Whether the button says where it stands; those of earlier versions do not."""
    turns: bool = False
    """Whether what answers it takes the place of the message that bears it."""


class Buttons:
    """Seals commands with `trace`; remembers those too long for it, the newest `capacity`, in memory only.

    The long ones are a person's own words, so they are never written down; after a restart such a button
    answers `/expired`. Without a `trace` that outlives the program, so does any other.
    """

    def __init__(self, trace: Trace | None = None, capacity: int = 5000) -> None:
        self._trace = trace or _of_this_run()
        self._commands: Newest[str, tuple[int, Meant]] = Newest(capacity)

    def keyboard(
        self, choices: tuple[tuple[Choice, ...], ...], chat: int, thread: int | None = None
    ) -> InlineKeyboardMarkup | None:
        """The rows of buttons for a message to `chat`, or a topic of it; None if there are none."""
        rows: list[list[InlineKeyboardButton]] = []
        left = MOST_BUTTONS
        for row in choices:
            buttons = [self._button(choice, chat, thread) for choice in row[:left] if choice.command]
            left -= len(buttons)
            if buttons:
                rows.append(buttons)
        return InlineKeyboardMarkup(rows) if rows else None

    def pressed(self, data: str, chat: int) -> Meant:
        """What somebody in `chat` meant by pressing a button with this `callback_data`."""
        if data.startswith(_MARK):
            owner, meant = self._commands.get(data) or (chat, Meant(EXPIRED))
            return meant if owner == chat else Meant(EXPIRED)
        seal, rest = _bytes(data[:_SEAL]), data[_SEAL:]
        if hmac.compare_digest(seal, self._sealed(chat, rest).encode()) and (topic := _TOPIC.match(rest)):
            thread = int(topic[1]) if topic[1] else None
            command = lengthened(rest[topic.end() :])
            return Meant(command, thread, is_placed=True, turns=topic[2] == _TURNS)
        is_ours = hmac.compare_digest(seal, self._sealed_before(chat, rest).encode())
        return Meant(rest if is_ours else EXPIRED)

    def _button(self, choice: Choice, chat: int, thread: int | None) -> InlineKeyboardButton:
        return InlineKeyboardButton(label_of(choice), callback_data=self._data(choice, chat, thread))

    def _data(self, choice: Choice, chat: int, thread: int | None) -> str:
        command = choice.command
        before = f"{'' if thread is None else thread}{_TURNS if choice.turns else '+'}"
        for placed in (before + command, before + shortened(command)):
            if _SEAL + len(_bytes(placed)) <= LONGEST_DATA and not _HALVES.search(command):
                return self._sealed(chat, placed) + placed
        token = _MARK + secrets.token_urlsafe(16)
        self._commands.put(token, (chat, Meant(command, thread, is_placed=True, turns=choice.turns)))
        return token

    def _sealed(self, chat: int, placed: str) -> str:
        return self._seal(f"{chat} placed {_bytes(placed).hex()}")

    def _sealed_before(self, chat: int, command: str) -> str:
        """As earlier versions did."""
        return self._seal(f"{chat} {_bytes(command).hex()}")

    def _seal(self, text: str) -> str:
        """Never with `_MARK` in it."""
        digest = bytes.fromhex(self._trace(text))
        return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")


def label_of(choice: Choice) -> str:
    """What stands on the button; a label of nothing is its command."""
    return one_line(choice.label).strip() or choice.command.split()[0]


def shortened(command: str) -> str:
    """The command with what buttons are full of cut short; as it is where that could be misread."""
    if _SHORT in command or not any(map(command.startswith, _PHRASES)):
        return command
    for number, phrase in enumerate(_PHRASES):
        command = command.replace(phrase, f"{_SHORT}{_LETTERS[number]}")
    return command


def lengthened(short: str) -> str:
    """The command that was cut short; any other as it is."""
    if not short.startswith(_SHORT):
        return short
    for number, phrase in enumerate(_PHRASES):
        short = short.replace(f"{_SHORT}{_LETTERS[number]}", phrase)
    return short


def _of_this_run() -> Trace:
    key = secrets.token_bytes(32)
    return lambda text: hmac.new(key, text.encode(), "sha256").hexdigest()


def _bytes(text: str) -> bytes:
    """As UTF-8, whatever it is: half of a pair of surrogates is no character, and no reason to fail."""
    return text.encode("utf-8", "surrogatepass")
