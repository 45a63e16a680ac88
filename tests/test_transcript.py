"""The page of commands shows what the bot says, every command of it, in every language."""

import re

from bot.commands.table import COMMANDS
from bot.render.matrix import parts
from tests.transcript import PAGE, answered, missing, page


def test_the_page_of_commands_is_true() -> None:
    """Written anew by `python -m tests.transcript`, it would be the same."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_command_is_left_out() -> None:
    """A new one is missed here."""
    assert missing() == set()


def test_on_matrix_every_command_is_shown_as_it_is_typed_there() -> None:
    """Of all that the bot answers to all of its commands; clients keep a line that begins with "/"."""
    name = "|".join(command.name for command in COMMANDS)
    shown = "\n".join(
        part.body
        for _, _, chat in answered("matrix", ("en",))
        for message in chat.heard
        for part in parts(message)
    )
    assert re.findall(rf"(?<![\w/“])/(?:{name})\b.*", shown) == []
    assert len(set(re.findall(rf"(?<![\w/“])!({name})\b", shown))) > 15
