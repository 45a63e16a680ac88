"""The console transport: the same voice as in the chats, in a terminal or a pipe."""

import asyncio
from io import StringIO

from rich.console import Console

from bot.commands.request import Reply, Request
from bot.render.message import Choice, Heading, Message, Paragraph, Span
from bot.transports.console import ADDRESS, ConsoleTransport
from jobs.outcome import Sent
from tests.builders import NOON

ALERT = Message((Heading((Span("URGENT · China"),)), Paragraph((Span("Nine people."),))))


class Bot:
    """Answers with what it heard, and offers two choices."""

    def __init__(self) -> None:
        self.heard: list[Request] = []

    async def answer(self, request: Request) -> Reply:
        """Repeat the line."""
        self.heard.append(request)
        choices = ((Choice("One", "/one"), Choice("Two", "/two")),)
        return Reply((Message((Paragraph((Span(f"heard {request.text}"),)),), choices),))


def opened() -> tuple[ConsoleTransport, Bot, StringIO]:
    """A console that writes into memory."""
    bot, out = Bot(), StringIO()
    console = Console(file=out, width=80)
    return ConsoleTransport(bot.answer, "ko", console=console, now=lambda: NOON), bot, out


async def test_an_alert_is_printed_in_a_frame_and_counts_as_sent() -> None:
    """The reference is the delivery's own key: the same again for the same alert."""
    transport, _, out = opened()
    assert await transport.send(ADDRESS, ALERT, "delivery-1") == Sent("delivery-1")
    assert "╭─ URGENT · China ─" in out.getvalue()
    assert (transport.name, transport.idempotent) == ("console", True)


async def test_piped_lines_are_shown_before_their_answers() -> None:
    """A transcript can be read: the line, then what was said to it; blank lines are nothing."""
    transport, bot, out = opened()
    await transport.chat(["/latest\n", "\n", "camps\n"])
    assert [request.text for request in bot.heard] == ["/latest", "camps"]
    assert out.getvalue().startswith("> /latest\nheard /latest\n")
    assert bot.heard[0] == Request("/latest", "console", ADDRESS, NOON, "ko")


async def test_a_number_chooses_what_was_offered() -> None:
    """The choice is shown as the command it stands for; other numbers are words."""
    transport, bot, out = opened()
    await transport.chat(["2", "/latest", "2", "3"])
    assert [request.text for request in bot.heard] == ["2", "/latest", "/two", "3"]
    assert "> /two" in out.getvalue()


async def test_quit_ends_the_chat() -> None:
    """What follows is not asked any more."""
    transport, bot, _ = opened()
    await transport.chat(["/one", "/QUIT", "/two"])
    assert [request.text for request in bot.heard] == ["/one"]


async def test_a_silent_pipe_holds_nobody_up() -> None:
    """Alerts are delivered while the chat waits for its next line."""
    transport, _, out = opened()
    loop = asyncio.get_running_loop()
    rung: asyncio.Future[None] = loop.create_future()

    def lines() -> object:
        # Runs in a thread: gives its line only after the alert was sent on the loop.
        asyncio.run_coroutine_threadsafe(asyncio.wait_for(rung, 30), loop).result()
        yield "/latest"

    chatting = asyncio.create_task(transport.chat(lines()))  # type: ignore[arg-type]  # a generator is one
    await transport.send(ADDRESS, ALERT, "1")
    rung.set_result(None)
    await chatting
    assert out.getvalue().index("URGENT") < out.getvalue().index("> /latest")
