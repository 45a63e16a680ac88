"""The page of commands shows what the bot says, every command of it, in every language."""

from tests.transcript import PAGE, missing, page


def test_the_page_of_commands_is_true() -> None:
    """Written anew by `python -m tests.transcript`, it would be the same."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_command_is_left_out() -> None:
    """A new one is missed here."""
    assert missing() == set()
