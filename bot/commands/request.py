"""What a person sent, freed of its transport, and what goes back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.render.message import Message
from jobs.desk import USUAL, Rules
from jobs.steps.picture import Cleaned
from storage.words import DeskRole

Fetch = Callable[[int], Awaitable[bytes | None]]
"""Brings a file of at most so many bytes; None for a larger one. Raises what the transport raises."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another chat that a line is about, as its platform has told: "/for @channel /subscribe KP"."""

    named: str
    """How the line names it: "@channel", or a number."""
    title: str = field(repr=False)
    """What people call it; "" where there is no such chat."""
    address: str = field(repr=False)
    may_manage: bool = False
    """Whether the person who wrote the line may change what that chat receives."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line a person sent, or one button pressed. `address` is secret: never log it."""

    text: str = field(repr=False)
    """The whole line: "/search camp 25"."""
    transport: str
    address: str = field(repr=False)
    now: datetime
    language: str = "en"
    """What the person's client asks for (BCP 47); the nearest catalogue is used."""
    group: bool = False
    """True in a chat of several people."""
    person: str = field(default="", repr=False)
    """Where whoever wrote it is reached alone, in a chat of several people; "" where that is not known."""
    addressed: bool = True
    """False where the line may be meant for another bot of the same chat."""
    may_manage: bool = True
    """False for a person in a group who may not change what the group receives."""
    role: DeskRole | None = None
    """What the person may do at the admins' desk, in a private chat, an admins' room or at the terminal."""
    may_stop: bool = False
    """Whether they are suspended, but named by the configuration: they may stop an appeal, no more."""
    rules: Rules = USUAL
    """By which an admin's appeals go; from the configuration."""
    other: Elsewhere | None = None
    """The chat that `text` is about, where that is not the one it was written in."""
    about: str = field(default="", repr=False)
    """What people call the chat that this is carried out in, where it was written in another one."""
    attached: Fetch | None = field(default=None, repr=False)
    """Brings the file that was sent with the line, for whoever is allowed to have it looked at."""
    picture: Cleaned | None = field(default=None, repr=False)
    """What it was, once it was looked at."""
    is_sure: bool = True
    """False where somebody on the way may have written it: then nobody is taken for an admin."""
    sender: str = ""
    """The account that it came to (`storage.senders`); "" for the first, or only one, of its transport."""
    id: str = ""
    """What its transport knows it by, the same when it comes again; "" where nothing ever does."""

    def __post_init__(self) -> None:
        """Half a surrogate and NUL, which no client types and no database takes, are no part of a line."""
        object.__setattr__(self, "text", typed(self.text))

    @property
    def who(self) -> tuple[str, str]:
        """Who wrote it, by what admins are known by."""
        return (self.transport, self.person if self.group else self.address)

    @property
    def admin(self) -> bool:
        """Whether the person works at the desk at all."""
        return self.role is not None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer; several messages where one thing is too much for one."""

    messages: tuple[Message, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The bytes of what was drawn for this answer, and is kept nowhere else, by their digest."""
    aside: bool = False
    """True for what is for the one who asked, where that can be told alone, such as a refusal in a group.

    It takes no message away: it never stands in the place of what was pressed.
    """
    role: DeskRole | None = None
    """What whoever asked may do at the admins' desk from now on, for what a transport offers them."""


def typed(line: str) -> str:
    """The line as it can be kept and answered: without halves of surrogate pairs and without NUL."""
    return line.replace("\x00", "").encode("utf-8", "ignore").decode()
