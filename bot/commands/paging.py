"""The ways between the pages of a list: back and on, and back from where there is nothing any more."""

from collections.abc import Callable

from bot.commands.command import paragraph, reply
from bot.commands.request import Reply
from bot.render.message import Block, Choice
from bot.speech import Speech

Page = Callable[[int], str]
"""The command that shows a page, by its number."""


def beside(page: int, pages: int, shows: Page, speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """Return the row of ways to the pages before and after this one of so many; no row where there is none.

    What they are called is what can be typed instead (`bot.commands.following`).
    """
    ways = [Choice(speech.t("Back"), shows(page - 1))] if page > 1 else []
    ways += [Choice(speech.t("More"), shows(page + 1))] if page < pages else []
    return (tuple(ways),) if ways else ()


def beyond(title: Block, pages: int, shows: Page, speech: Speech) -> Reply:
    """Return the answer where a page is asked for after the last of so many: the way back to that one."""
    back = ((Choice(speech.t("Back"), shows(pages)),),) if pages else ()
    return reply(title, paragraph(speech.t("There are no more pages.")), choices=back)
