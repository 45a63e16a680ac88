"""One line of the table of commands, and what its handlers share."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Heading, Line, Message, Paragraph, Span, Style
from bot.speech import Speech
from storage.database import Work
from storage.words import DeskRole

Handler = Callable[[Request, Work, Speech], Reply]


def never(_typed: str) -> bool:
    """Say of a command that it only looks, whatever follows its name."""
    return False


def always(_typed: str) -> bool:
    """Say of a command that it may change something, whatever follows its name."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `summary` is a sentence of the catalogues, `example` a line that works as it stands."""

    name: str
    handler: Handler
    summary: str
    example: str
    arguments: str = ""
    """What may follow, for /help: "[filters]"."""
    hidden: bool = False
    """True for what no person types: it is listed nowhere."""
    manages: bool = False
    """True for what changes what a chat receives: in a group only those who manage it may."""
    plain: bool = False
    """True when its name and words behind it are the command without "/" too, and not a search."""
    destroys: bool = False
    """True for what takes away something that a chat asked for: it is never guessed from a slip."""
    roles: frozenset[DeskRole] = frozenset()
    """Who may use it, in a private chat, where not everybody may: for anybody else it does not exist."""
    changes: Callable[[str], bool] = never
    """Says of what follows the name whether the handler may write to the database."""
    stands: Handler | None = None
    """Tells how things stand when the same comes again; without it the settings do, or the appeals."""

    @property
    def desk(self) -> bool:
        """Whether it belongs to the admins' desk."""
        return bool(self.roles)

    def is_for(self, role: DeskRole | None) -> bool:
        """Whether somebody with this role may use it."""
        return not self.roles or role in self.roles


def arguments(request: Request) -> str:
    """Return what follows the command's name, line breaks kept."""
    pieces = request.text.strip().split(maxsplit=1)
    return pieces[1] if len(pieces) > 1 else ""


def reply(*blocks: Block, choices: tuple[tuple[Choice, ...], ...] = ()) -> Reply:
    """Return a reply of one message."""
    return Reply((Message(blocks, choices),))


def heading(text: str) -> Heading:
    """Return a heading in bold."""
    return Heading((Span(text, Style.BOLD),))


def paragraph(text: str) -> Paragraph:
    """Return running text without styles."""
    return Paragraph((Span(text),))


def code(text: str) -> Span:
    """Return something to be typed as it stands."""
    return Span(text, Style.CODE)


def text_line(text: str) -> Line:
    """Return a line without styles."""
    return (Span(text),)


def number(text: str, example: str) -> int:
    """Return the number a person typed, with or without "#"; raises Mistake for anything else."""
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        return int(digits)
    raise Mistake("“{word}” is no number. Write it so: {example}", word=text[:40], example=example)
