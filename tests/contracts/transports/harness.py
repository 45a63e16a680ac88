"""What the contracts need of a platform: readers who see, choose and delete, and trouble on demand."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

import pytest

from bot.announce import Transport
from bot.commands.request import Reply, Request
from bot.render.clean import clean
from bot.render.message import Choice, Heading, Message, Paragraph, Span


class Verb(StrEnum):
    """The three acts of a transport."""

    SEND = "send"
    EDIT = "edit"
    WITHDRAW = "withdraw"


class Can(StrEnum):
    """What one platform can and another cannot."""

    RECOGNISE = "recognise a repetition"
    CHANGE = "change or remove what it has shown"
    PARTS = "need several parts for a long text"
    AGE = "keep what is too old to be removed"
    DELETE = "let a reader delete what was shown"
    SOUND = "make a sound"


class Trouble(StrEnum):
    """What can go wrong on the way."""

    FLOOD = "too much was sent"
    DOWN = "the platform is in trouble itself"
    NO_CONNECTION = "no connection is made"
    GONE = "the reader left"
    MOVED = "the chat has another address"
    REFUSED = "this message is not taken"
    SILENCE = "no answer comes, though it was done"


class Harness(ABC):
    """One running transport and its readers. Use as an asynchronous context.

    What a harness lacks stands in `cannot`, each with its reason; everything else has to work.
    """

    name: ClassVar[str]
    cannot: ClassVar[Mapping[Can | Trouble, str]] = {}
    needs_server: ClassVar[str] = ""
    """The fixture of a real server that it is made with."""
    part: ClassVar[int] = 4000
    """Characters that fit into one part, about."""

    transport: Transport

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.replies: dict[str, Message] = {}

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Start the platform and the transport."""

    @abstractmethod
    async def __aexit__(self, *_: object) -> None:
        """End both."""

    @property
    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """What must never be in a log, besides addresses and texts."""

    @abstractmethod
    def reader(self, *, group: bool = False) -> str:
        """The address of a reader who is new, or of a group."""

    @abstractmethod
    def reads(self, address: str) -> list[str]:
        """The texts that stand before the reader now, in order, without what is marked as replaced."""

    @abstractmethod
    def reachable(self, address: str) -> list[str]:
        """Every text that a determined reader can still get at, older versions included."""

    @abstractmethod
    def sounds(self, address: str) -> list[bool]:
        """For each message that the reader has, whether it made a sound."""

    @abstractmethod
    def belongs(self, address: str) -> str:
        """What the newest message that the reader has says of the one it belongs to: that one, or ""."""

    @abstractmethod
    def count(self, address: str) -> int:
        """How many messages have ever been put before the reader."""

    @abstractmethod
    def offered(self, address: str) -> list[str]:
        """The labels of all choices that the reader can take now."""

    @abstractmethod
    async def asks(self, address: str, line: str) -> None:
        """The reader writes a line; returns when it has been answered."""

    @abstractmethod
    async def chooses(self, address: str, label: str) -> None:
        """The reader takes the newest choice of this label; returns when it has been answered."""

    @abstractmethod
    async def fails(self, trouble: Trouble, verb: Verb, address: str) -> str:
        """Let the next act of this kind at the address meet the trouble; where the chat is afterwards."""

    @abstractmethod
    async def recovers(self) -> None:
        """End an outage."""

    @abstractmethod
    def floods_after(self, messages: int, address: str) -> None:
        """Let the platform take so many messages more at the address, and then none for once."""

    @abstractmethod
    def deletes(self, address: str, number: int) -> None:
        """The reader deletes the message of this place, counted from 0."""

    @abstractmethod
    def ages(self, address: str) -> None:
        """Let what is there grow too old to be removed."""

    def needs(self, *needed: Can | Trouble) -> None:
        """End the test as not applicable where the platform has no such thing."""
        for one in needed:
            if one in self.cannot:
                pytest.skip(f"{one.value}: {self.cannot[one]}")

    async def answer(self, request: Request) -> Reply:
        """Stand for the commands: hear the line, and give the reply prepared for it."""
        self.heard.append(request.text)
        return Reply((self.replies.get(request.text) or says(f"heard {request.text}"),))

    def long(self, parts: int) -> str:
        """A text, every word of it different, that needs so many parts."""
        words = (f"w{number}" for number in range(10**6))
        text = ""
        while len(text) < self.part * (parts - 0.5):
            text += f"{next(words)} "
        return text.strip()


def says(text: str, *choices: tuple[str, str], heading: str = "", silent: bool = False) -> Message:
    """A message of one paragraph, with a row of choices (label, command)."""
    blocks = (Heading((Span(heading),)),) if heading else ()
    row = tuple(Choice(label, command) for label, command in choices)
    return Message((*blocks, Paragraph((Span(text),))), choices=(row,) if row else (), silent=silent)


def bare(*texts: str) -> str:
    """The characters of the texts alone: line breaks and spaces are a platform's own affair."""
    return "".join("".join(clean(text).split()) for text in texts)
