"""The console transport: the same voice as in the chats, in a terminal or a pipe."""

import asyncio
from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.commands.request import Reply, Request
from bot.render.message import Choice, Heading, Message, Paragraph, Span
from bot.transports.console import ADDRESS, ConsoleTransport
from jobs.outcome import RetryLater, Sent
from jobs.steps.picture import cleaned
from tests.builders import NOON
from tests.pictures import PHOTO

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
    assert (transport.name, bool(transport.remembers)) == ("console", True)


async def test_a_terminal_says_the_name_of_a_picture_and_takes_one_from_a_file(tmp_path: Path) -> None:
    """It shows none; who sits here names a file of this machine, and is told like anybody what is none."""
    transport, bot, out = opened()
    shown = replace(ALERT, picture=cleaned(PHOTO).picture)
    assert await transport.send(ADDRESS, shown, "delivery-1") == Sent("delivery-1")
    assert "사진: appeal.jpg (8 × 12, 1kB)" in out.getvalue()
    file = tmp_path / "a photo.jpg"
    file.write_bytes(PHOTO)
    for line in (f"/appeal 7 picture: {file}", "/appeal 7 picture: no such file", "/appeal 7 picture:"):
        await transport.say(line)
    given, missing, none = (one.attached for one in bot.heard)
    assert given is not None
    assert missing is not None
    assert none is None
    assert await given(10_000) == PHOTO
    assert await given(10) is None
    assert await missing(10_000) == b"", "which is no picture"
    await transport.say(f"/search picture: {file}")
    assert bot.heard[-1].attached is None


async def test_piped_lines_are_shown_before_their_answers() -> None:
    """A transcript can be read: the line, then what was said to it; blank lines are nothing."""
    transport, bot, out = opened()
    await transport.chat(["/latest\n", "\n", "camps\n"])
    assert [request.text for request in bot.heard] == ["/latest", "camps"]
    assert out.getvalue().startswith("> /latest\nheard /latest\n")
    assert bot.heard[0] == Request("/latest", "console", ADDRESS, NOON, "ko")


async def test_a_line_that_ends_with_a_backslash_goes_on() -> None:
    """An appeal has several lines; also where the pipe ends behind one."""
    transport, bot, _ = opened()
    await transport.chat(["/appeal\\\n", "Nine face return \\\n", "Write today.\n", "/help \\\n"])
    assert [one.text for one in bot.heard] == ["/appeal\nNine face return\nWrite today.", "/help"]


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


OTHER = Message((Heading((Span("UPDATE · China"),)), Paragraph((Span("Two were sent back."),))))


async def test_after_a_restart_a_correction_is_printed_all_the_same() -> None:
    """What was printed before is not remembered, so the mark says less; the new has to be read."""
    transport, _, out = opened()
    assert await transport.edit(ADDRESS, "before the restart", OTHER, "1") == Sent("before the restart")
    assert await transport.withdraw(ADDRESS, "another", OTHER, "2") == Sent("another")
    assert "앞서 여기에 표시한 내용을 대체합니다." in out.getvalue()
    assert "╭─ 철회 · UPDATE · China ─" in out.getvalue()


async def test_what_could_not_be_written_is_written_once_when_it_can_be() -> None:
    """A pipe that nobody reads holds alerts up; it neither ends the program nor doubles them."""

    class Pipe(StringIO):
        closed_at_the_other_end = True

        def write(self, text: str) -> int:
            if self.closed_at_the_other_end:
                raise BrokenPipeError
            return super().write(text)

    for terminal in (False, True):
        out = Pipe()
        console = Console(file=out, width=80, force_terminal=terminal)
        transport = ConsoleTransport(Bot().answer, console=console, now=lambda: NOON)
        outcome = await transport.send(ADDRESS, ALERT, "1")
        assert isinstance(outcome, RetryLater)
        assert outcome.everyone
        out.closed_at_the_other_end = False
        assert await transport.send(ADDRESS, ALERT, "1") == Sent("1")
        assert out.getvalue().count("Nine people.") == 1


async def test_only_the_alert_that_made_an_offer_ends_it() -> None:
    """Taking back another alert leaves the numbers of this one as they are."""
    transport, bot, _ = opened()
    offering = Message(ALERT.blocks, ((Choice("Full text", "/statement 7"),),))
    await transport.send(ADDRESS, offering, "1")
    await transport.send(ADDRESS, OTHER, "2")
    await transport.withdraw(ADDRESS, "2", OTHER, "3")
    await transport.say("1")
    await transport.send(ADDRESS, offering, "4")
    await transport.withdraw(ADDRESS, "4", OTHER, "5")
    await transport.say("1")
    assert [request.text for request in bot.heard] == ["/statement 7", "1"]


async def test_what_was_taken_back_can_be_sent_again() -> None:
    """It is printed anew, and can be changed anew."""
    transport, _, out = opened()
    await transport.send(ADDRESS, ALERT, "1")
    await transport.withdraw(ADDRESS, "1", OTHER, "2")
    await transport.send(ADDRESS, ALERT, "1")
    assert await transport.edit(ADDRESS, "1", OTHER, "3") == Sent("1")
    assert out.getvalue().count("Nine people.") == 2
