"""The console transport: alerts and answers in a terminal, or as bare text in a pipe."""

import asyncio
import re
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.commands.request import Reply, Request
from bot.newest import Newest
from bot.render.amend import Shown, following, replacing, taking_back
from bot.render.desk import picture_text
from bot.render.message import Choice, Message, Notice, Span
from bot.render.terminal import choices, framed, rendered, show, terminal
from bot.speech import Speech
from jobs.outcome import Outcome, Rejected, RetryLater, Sent
from storage.database import now_utc

ADDRESS = "terminal"
"""Where the console's own recipient lives; there is one terminal."""
PROMPT = "vigil> "
AFTER_NO_TERMINAL = 30.0
"""Seconds."""
_PICTURE = re.compile(
    r"^\s{0,20}[/!](?:appeal|drill)[^\n]{0,80}?\bpicture[ \t]{0,3}:([^\n]*\S)", re.IGNORECASE
)
"""A file of this machine, named by whoever sits at it."""
_GOES_ON = "\\"
_LEAVE = {"/quit", "/exit", "quit", "exit", "!quit"}


class ConsoleTransport:
    """Shows what others get in their chats, and takes commands as they do.

    `answer` turns a request into its reply; `language` is what the person's terminal asks for, and
    `timezone` where moments are told.
    """

    name = "console"
    remembers = timedelta.max
    """A line printed twice after a crash is seen on the same screen and harms nobody."""
    changes = False
    """What was printed stays printed."""

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Reply]],
        language: str = "en",
        *,
        timezone: tzinfo = UTC,
        console: Console | None = None,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._answer = answer
        self._language = language
        self._speech = Speech(language, timezone)
        self._console = terminal(console or Console())
        self._now = now
        self._shown: Newest[str, Shown] = Newest(1000)
        self._withdrawn: Newest[str, bool] = Newest(1000)
        self._offered: tuple[Choice, ...] = ()
        self._offered_by = ""
        """The reference of the alert that made the offer; empty if an answer did."""
        self._asking = False

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """Print an alert in a frame; a repetition, while the program runs, is not printed again.

        `key` is its own reference: the same alert has the same key. The message under which it belongs
        is named.
        """
        del address  # there is one terminal
        known = self._shown.get(key)
        if known is not None and known.message == message:
            return Sent(key)
        self._withdrawn.drop(key)
        earlier = self._shown.get(under)
        printed = following(message, earlier, self._speech) if earlier else message
        return self._print(printed, message, key)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Print the new, marked as replacing the old: what was printed stays printed."""
        del address, key
        if reference in self._withdrawn:
            return Rejected("it was taken back")
        earlier = self._shown.get(reference)
        if earlier is not None and earlier.message == message:
            return Sent(reference)
        return self._print(replacing(message, earlier, self._speech), message, reference)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """Print `instead`, marked as taking the old back: what was printed stays printed."""
        del address, key
        if reference in self._withdrawn:
            return Sent(reference)
        earlier = self._shown.get(reference)
        outcome = self._print(taking_back(instead, earlier, self._speech), instead, reference)
        if isinstance(outcome, Sent):
            self._withdrawn.put(reference, True)
        return outcome

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Print `message` as replacing something, without a word of that: what was printed stays printed."""
        del address, key
        if reference in self._withdrawn:
            return Sent("")
        earlier = self._shown.get(reference)
        if earlier is not None and earlier.message == message:
            return Sent(reference)
        return self._print(replacing(message, None, self._speech), message, reference)

    async def ping(self) -> Outcome:
        """Whether the terminal is there is only known by printing."""
        return Sent()

    def _print(self, printed: Message, message: Message, reference: str) -> Outcome:
        """Print what stands for `message`, and remember it; the prompt goes on below."""
        try:
            if self._asking:
                self._console.print()
            show(self._console, framed(self._named(printed)))
            if self._asking:
                self._console.print(PROMPT, end="")
        except (OSError, ValueError) as error:  # a pipe nobody reads, a full disk, a closed file
            detail = f"the terminal cannot be written to ({type(error).__name__})"
            return RetryLater(AFTER_NO_TERMINAL, detail, everyone=True, guessed=True)
        self._shown.put(reference, Shown(message, self._now()))
        offered = choices(message)
        if offered or self._offered_by == reference:
            self._offered, self._offered_by = offered, reference
        return Sent(reference)

    def _named(self, message: Message) -> Message:
        """With the name of its picture: a terminal shows none."""
        if message.picture is None:
            return message
        told = self._speech.t(
            "Picture: {name} ({size})",
            name=message.picture.name,
            size=picture_text(message.picture, self._speech),
        )
        return replace(message, blocks=(*message.blocks, Notice((Span(told),))))

    async def chat(self, lines: Iterable[str] | None = None) -> None:
        """Answer each line until there is none, or "/quit". Without `lines` they come from standard input.

        A terminal is asked with a prompt and keeps a history; lines from elsewhere are shown before
        their answers. A line that ends with a backslash goes on in the next. Other tasks go on meanwhile.
        """
        typed = lines is None and sys.stdin.isatty()
        begun: list[str] = []
        async for line in _typed(self._ask) if typed else _given(sys.stdin if lines is None else lines):
            begun.append(line.rstrip())
            if begun[-1].endswith(_GOES_ON):
                begun[-1] = begun[-1].removesuffix(_GOES_ON).rstrip()
                continue
            text = "\n".join(begun).strip()
            begun = []
            if text.lower() in _LEAVE:
                return
            if text:
                await self.say(text, echo=not typed)
        if text := "\n".join(begun).strip():
            await self.say(text, echo=not typed)

    async def say(self, text: str, *, echo: bool = True) -> None:
        """Answer one line as if it had been typed; `echo` shows it first."""
        command = self._chosen(text)
        if echo or command != text:
            self._console.print(Text.assemble(("> ", "dim"), (command, "bold")))
        file = _PICTURE.search(command)
        fetch = partial(_read, file[1].strip()) if file else None
        request = Request(command, self.name, ADDRESS, self._now(), self._language, attached=fetch)
        reply = await self._answer(request)
        self._offered, self._offered_by = (), ""
        for message in reply.messages:
            show(self._console, rendered(self._named(message)), "")
            self._offered = choices(message) or self._offered

    def _chosen(self, text: str) -> str:
        """Return the command behind the number of a choice just offered, else the text itself."""
        if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(self._offered):
            return self._offered[int(text[:4]) - 1].command
        return text

    async def _ask(self) -> str | None:
        """Wait for one line in a thread of its own: a daemon, so that a stop need not wait for a person."""
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[str | None] = loop.create_future()

        def settle(line: str | None) -> None:
            if not heard.done():
                heard.set_result(line)

        def read() -> None:
            line: str | None = None
            with suppress(EOFError):
                line = input(PROMPT)
            with suppress(RuntimeError):  # the loop has ended meanwhile: nobody listens any more
                loop.call_soon_threadsafe(settle, line)

        self._asking = True
        try:
            threading.Thread(target=read, name="console", daemon=True).start()
            return await heard
        finally:
            self._asking = False


async def _read(path: str, most: int) -> bytes | None:
    """The file of this name on this machine, for whoever sits here; what is none of it is no picture."""

    def read() -> bytes | None:
        try:
            with Path(path).expanduser().open("rb") as file:
                data = file.read(most + 1)
        except (OSError, ValueError):
            return b""
        return data if len(data) <= most else None

    return await asyncio.to_thread(read)


async def _typed(ask: Callable[[], Awaitable[str | None]]) -> AsyncIterator[str]:
    with suppress(ImportError):  # not in every build of Python; without it lines cannot be edited
        import readline  # noqa: F401, PLC0415 - importing it gives input() editing and a history
    while (line := await ask()) is not None:
        yield line


async def _given(lines: Iterable[str]) -> AsyncIterator[str]:
    """Give the lines one by one without holding up other tasks while a pipe is silent."""
    source = iter(lines)
    while (line := await asyncio.to_thread(next, source, None)) is not None:
        yield line
