"""A terminal: everything printed stays, and what a line says of an earlier one is all that can be done."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import ClassVar, Self

from rich.console import Console

from bot.transports.console import ADDRESS, ConsoleTransport
from tests.builders import NOON
from tests.contracts.transports.harness import Can, Harness, Trouble, Verb, bare

_CHOICE = re.compile(r"\[(\d+)\] (.+?)(?=   \[|$)")
_REPLACES = re.compile(r"Thisreplaceswhatwasshownhereon.+?UTC:“(?P<name>.*)”\.")
_FOLLOWS = re.compile(r"Thisfollowswhatwasshownhereon.+?UTC:“(?P<name>.*)”\.")
_TAKES_BACK = re.compile(r"Whatwasshownhereon.+?UTCnolongerholds:“(?P<name>.*)”\.")


class Screen(StringIO):
    """What was printed; `broken` like a pipe that nobody reads any more."""

    broken = False

    def write(self, text: str) -> int:
        """Keep the text, or fail as the system does."""
        if self.broken:
            raise BrokenPipeError
        return super().write(text)


@dataclass
class Printed:
    """One message on the screen, as somebody reads it. `about` is the name of the one it replaces."""

    text: str
    choices: dict[str, str]
    about: str = ""
    replaced: bool = False
    follows: str = ""


class ConsoleHarness(Harness):
    """The console transport on a screen in memory."""

    name = "console"
    cannot: ClassVar = {
        Can.CHANGE: "what a terminal has printed stays",
        Can.PARTS: "a terminal takes a text of any length",
        Can.AGE: "a terminal removes nothing, young or old",
        Can.DELETE: "nobody deletes lines on a terminal",
        Can.SOUND: "a terminal is silent",
        Trouble.FLOOD: "a terminal has no limits",
        Trouble.DOWN: "a terminal has no server",
        Trouble.GONE: "who reads a terminal cannot be known",
        Trouble.MOVED: "there is one terminal",
        Trouble.REFUSED: "a terminal takes every text",
        Trouble.SILENCE: "a terminal does not answer",
    }

    def __init__(self) -> None:
        super().__init__()
        self._screen = Screen()
        self._begin = 0

    async def __aenter__(self) -> Self:
        console = Console(file=self._screen, width=80)
        self._console = ConsoleTransport(self.answer, console=console, now=lambda: NOON)
        self.transport = self._console
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    @property
    def secrets(self) -> tuple[str, ...]:
        """Nothing but addresses and texts."""
        return ()

    def reader(self, *, group: bool = False) -> str:
        """There is one; each new one looks at what is printed from now on."""
        del group
        self._begin = len(self._screen.getvalue())
        return ADDRESS

    def reads(self, address: str) -> list[str]:
        """What was printed, without what a later line says is over."""
        del address
        return [one.text for one in self._seen() if not one.replaced]

    def reachable(self, address: str) -> list[str]:
        """All that was printed."""
        del address
        return [one.text for one in self._seen()]

    def sounds(self, address: str) -> list[bool]:
        """A terminal's sound would be its bell."""
        del address
        return ["\a" in one.text for one in self._seen()]

    def belongs(self, address: str) -> str:
        """It is named."""
        del address
        return self._seen()[-1].follows

    def count(self, address: str) -> int:
        """Frames and answers."""
        del address
        return len(self._seen())

    def offered(self, address: str) -> list[str]:
        """A number means something while the newest offer stands."""
        del address
        offers = [one for one in self._seen() if one.choices]
        return list(offers[-1].choices) if offers and not offers[-1].replaced else []

    async def asks(self, address: str, line: str) -> None:
        """Typed at the prompt."""
        del address
        await self._console.say(line)

    async def chooses(self, address: str, label: str) -> None:
        """Its number typed, as printed beside the label."""
        del address
        offers = [one.choices[label] for one in self._seen() if label in one.choices]
        await self._console.say(offers[-1])

    async def fails(self, trouble: Trouble, verb: Verb, address: str) -> str:
        """A pipe that nobody reads any more."""
        assert trouble is Trouble.NO_CONNECTION, verb
        self._screen.broken = True
        return address

    async def recovers(self) -> None:
        """The pipe is read again."""
        self._screen.broken = False

    def floods_after(self, messages: int, address: str) -> None:
        """Not on a terminal."""
        raise NotImplementedError

    def deletes(self, address: str, number: int) -> None:
        """Not on a terminal."""
        raise NotImplementedError

    def ages(self, address: str) -> None:
        """Not on a terminal."""
        raise NotImplementedError

    def _seen(self) -> list[Printed]:
        """Read the screen from top to bottom, and strike out what a later message says is over."""
        found: list[Printed] = []
        for block in _blocks(self._screen.getvalue()[self._begin :].split("\n")):
            printed = _read(block)
            for earlier in reversed(found):
                if printed.about and not earlier.replaced and bare(earlier.text).startswith(printed.about):
                    earlier.replaced = True
                    break
            found.append(printed)
        return found


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each frame, its title first, and of each answer below a line typed."""
    block: list[str] | None = None
    framed = False
    for line in lines:
        if line.startswith("╭"):
            if block:
                yield block
            block, framed = [line.strip("╭╮─ ")], True
        elif framed and line.startswith("╰"):
            yield block or []
            block, framed = None, False
        elif framed:
            assert block is not None
            block.append(line[1:-1].strip().removeprefix("│").strip())  # a quotation has a bar of its own
        elif line.startswith("> "):
            if block:
                yield block
            block = []
        elif block is not None:
            block.append(line)
    if block:
        yield block


def _read(block: list[str]) -> Printed:
    choices = {label: number for line in block for number, label in _CHOICE.findall(line)}
    lines = [line for line in block if not _CHOICE.match(line)]
    title, *body = lines
    mark, below = _first_paragraph(body)
    match = _REPLACES.fullmatch(mark)
    if match is None and title.startswith("TAKEN BACK"):
        match = _TAKES_BACK.fullmatch(mark)
        title = title.removeprefix("TAKEN BACK").removeprefix(" · ")
    if match is None and (follows := _FOLLOWS.fullmatch(mark)):
        return Printed("\n".join([title, *below]).strip(), choices, follows=follows["name"])
    if match is None:
        return Printed("\n".join(lines).strip(), choices)
    title = "" if title == "CHANGED" else title
    return Printed("\n".join([title, *below]).strip(), choices, about=match["name"].rstrip("…"))


def _first_paragraph(lines: list[str]) -> tuple[str, list[str]]:
    start = next((place for place, line in enumerate(lines) if line), 0)
    end = next((place for place, line in enumerate(lines[start:], start) if not line), len(lines))
    return bare(*lines[start:end]), lines[end:]
