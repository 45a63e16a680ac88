"""Reads whom something is asked of: countries, others by their names, and a country's organs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.commands import values
from bot.commands.values import joined
from bot.countries import is_code, state_named, without_links, without_titles
from storage.terms import fold

JOINING = frozenset({"and", "or", "&", ",", "및", "또는", "그리고"})
"""What people write between countries."""
_WORDS_TOO = frozenset(
    "ai am as at be by do id in is it me my no of on ps so to tv".split()  # noqa: SIM905 - a row of words
)
"""Codes that in small letters are words."""
_LONGEST_NAME = 10
"""Words in the longest name of a country that is tried."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who is meant; any of these."""

    countries: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Of those who are no country."""
    organs: tuple[tuple[str, str], ...] = ()
    """A country's code with a name: somebody of this country who bears it."""


def addressed(words: Sequence[str]) -> Addressed:
    """Return whom words, without times, mean: one country where all of them do, else several, else a name.

    What is left beside a country narrows: "China Ministry of Justice" is no other ministry, nor all of China.
    """
    found = _one(words)
    if found is None:
        parts = list(_parts(words))
        told = [_one(part) for part in parts]
        # "Trade and Industry" is one name; "China and UNHCR" are two.
        if len(parts) > 1 and any(told):
            found = Addressed()
            for part, one in zip(parts, told, strict=True):
                found = _both(found, one or _named(part))
    return found or _named(words)


def code_in(words: Sequence[str], at: int) -> str | None:
    """Return the code that the word at this place is: in small letters not where it is but a word.

    "to China", "kp in china": there the word links, and is no Tonga and no India.
    """
    word = words[at]
    if not is_code(word):
        return None
    if word.islower() and word in _WORDS_TOO and at + 1 < len(words):
        return None
    return word.upper()


def country_at(words: Sequence[str], named: Callable[[Sequence[str]], str | None]) -> tuple[int, str | None]:
    """Return how many of the first words name a country together, the most that do, and its code."""
    code = code_in(words, 0)
    if code:
        return 1, code
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        code = named(words[:count])
        if code:
            return count, code
    return 0, None


def _one(words: Sequence[str]) -> Addressed | None:
    """The countries that these words are, all of them; None for anything else."""
    found: list[str] = []
    left = without_links(words) if len(words) > 1 else list(words)
    while left:
        taken, code = country_at(left, state_named)
        if code is None:
            return None
        found.append(code)
        left = without_links(left[taken:])
    return Addressed(joined((), *found)) if found else None


def _named(words: Sequence[str]) -> Addressed:
    """Somebody by name, and where a country stands in it, somebody of that country by the rest."""
    values.one_country(" ".join(words))
    name = " ".join(without_titles(words))
    for count in range(min(_LONGEST_NAME, len(words) - 1), 0, -1):
        for first in range(len(words) - count + 1):
            code = state_named(words[first : first + count]) or (
                code_in(words, first) if count == 1 else None
            )
            rest = " ".join([*without_links(words[:first]), *without_links(words[first + count :])])
            if code and rest:
                return Addressed((), (name,), ((code, rest),))
    return Addressed((), (name,)) if name else Addressed()


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if fold(word) not in JOINING:
            part.append(word)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _both(one: Addressed, other: Addressed) -> Addressed:
    return Addressed(
        joined(one.countries, *other.countries),
        joined(one.names, *other.names),
        joined(one.organs, *other.organs),
    )
