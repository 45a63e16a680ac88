"""The life of an appeal is told as it is lived: two admins on different transports, and a reader."""

import asyncio

from tests.life import PAGE, lived


def test_the_page_is_true() -> None:
    """Written anew by `python -m tests.life`, it would be the same."""
    assert PAGE.read_text(encoding="utf-8") == asyncio.run(lived())
