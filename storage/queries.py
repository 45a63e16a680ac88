"""What may be asked of the archive, as values: a query, its hits, and the counts of what is held."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from storage.records import Statement
from storage.words import Kind


class Sort(StrEnum):
    """In which order to list what was found."""

    BEST = "best"
    NEW = "new"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Sense:
    """What some neighbouring words of a question may also be called, or what they name."""

    first: int
    """The place of the first of them among the question's words."""
    words: int
    also: tuple[str, ...] = ()
    """Other names for the same: "Commission of Inquiry" for COI."""
    countries: tuple[str, ...] = ()
    """The countries (alpha-2) that they name."""
    years: tuple[int, ...] = ()
    """The years that they name: a statement may be of that year without saying so."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the archive. Everything given must hold; empty means "any"."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2: the statement is about one of these."""
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of sources, organisations or issuers, in any spelling of case."""
    to: tuple[str, ...] = ()
    """Countries (alpha-2) of whom something was asked: the statement demands something of one of these."""
    to_names: tuple[str, ...] = ()
    """Words of an addressee's name, where the addressee is no country: "UNHCR"."""
    to_organs: tuple[tuple[str, str], ...] = ()
    """Countries with words of a name: something is asked of somebody of this country who bears it."""
    since: date | None = None
    before: date | None = None
    sort: Sort = Sort.BEST
    senses: tuple[Sense, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement found, with the passage that matched: pieces of text, True where a word was hit."""

    statement: Statement
    snippet: tuple[tuple[str, bool], ...] = ()
    in_part: bool = False
    """Whether it holds only a part of what was asked for."""


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found, best first, and how many there are in all."""

    total: int
    hits: tuple[Hit, ...] = ()
    is_least: bool = False
    """Whether there are more than `total`: beyond some thousands nobody counts."""
    whole: bool = True
    """False where nothing holds all that was asked for, and these hold a part of it."""
    instead: tuple[tuple[str, str], ...] = ()
    """Words that nothing holds, each with what was looked for in its place."""
    unread: int = 0
    """Where others may fit that nobody looked through: how many were."""


@dataclass(frozen=True, slots=True)
class Party:
    """A name in the archive, by its key, and how many statements it issued and signed."""

    key: str
    name: str
    issued: int
    signed: int
    newest: date | None = None
    """The day of the newest statement that it issued."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a statement stands: its number, case and countries, and the day it is filed under."""

    number: int
    case: int
    day: date
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is held, for /status: numbers only, no one's address."""

    statements: int
    alerts: int
    waiting: int
    """Deliveries queued, held or being sent."""
    uncertain: int
    failed: int
    newest: datetime | None = None
    """When the newest entry was fetched."""
