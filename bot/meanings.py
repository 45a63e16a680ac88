"""What the words of a question may also be called: acronyms and long names, countries, years."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from bot.countries import country_named, country_said, names_of
from storage.queries import Sense
from storage.terms import initials, is_unparted, plain

_LONGEST = 12
"""Words in the longest name."""
_LONGEST_COUNTRY = 10
_SHARED = 4
"""Letters at the beginning that the adjective or the people of a country shares with its name."""
_CAPITALS = 5


def senses(words: Sequence[str], years: Sequence[str] = ()) -> tuple[Sense, ...]:
    """What neighbouring words mean together, the longest names first; `years` are words that are years."""
    found: list[Sense] = []
    taken: set[int] = set()
    for count in range(min(_LONGEST, len(words)), 0, -1):
        for first in range(len(words) - count + 1):
            span = range(first, first + count)
            if taken.isdisjoint(span):
                sense = _meaning(words[first : first + count], first)
                if sense:
                    found.append(sense)
                    taken.update(span)
    found += [Sense(at, 1, years=(int(word),)) for at, word in enumerate(words) if word in years]
    found += _shortened(words)
    return tuple(found)


def _meaning(words: Sequence[str], first: int) -> Sense | None:
    code = _country(words) if len(words) <= _LONGEST_COUNTRY else None
    if code:  # whatever a text calls a country, it was understood to be about it
        return Sense(first, len(words), countries=(code,))
    also = _other_names(words)
    return Sense(first, len(words), also) if also else None


def _other_names(words: Sequence[str]) -> tuple[str, ...]:
    known = _names().get(_key(" ".join(words)))
    if known is None:
        return ()
    line, capitals = known
    typed = " ".join(words)
    return () if capitals and not typed.isupper() else tuple(name for name in line if name != typed)


def with_other_names(names: Sequence[str]) -> tuple[str, ...]:
    """These names, each followed by what else it is called: an acronym by the long name."""
    return tuple(dict.fromkeys(one for name in names for one in (name, *_other_names(name.split()))))


def is_in_line(name: str) -> bool:
    """Say whether a name stands in `names.txt`: then it goes by the names of its line, and no others."""
    return _key(name) in _names()


@cache
def lines_of_names() -> tuple[tuple[str, ...], ...]:
    """Return the names that are one's, a line each."""
    return tuple(dict.fromkeys(line for line, _ in _names().values()))


def _country(words: Sequence[str]) -> str | None:
    """The country that the words name, by its name, its adjective or its people, and nothing but that."""
    typed = " ".join(words)
    named = country_named(typed)
    if named:
        return named
    code = country_said(tuple(words))
    if code is None:
        return None
    if typed.isupper() and typed.isascii() and len(typed) <= _CAPITALS:
        return code
    said = plain(typed)
    alike = any(said[:_SHARED] == plain(name)[:_SHARED] for name in names_of(code))
    return code if alike else None


def _shortened(words: Sequence[str]) -> Iterator[Sense]:
    """A long name as the initials that an archive may know it by: only where its capitals were typed."""
    short = tuple(dict.fromkeys(initials(" ".join(words))))
    if short:
        great = [at for at, word in enumerate(words) if word[:1].isupper()]
        yield Sense(great[0], great[-1] - great[0] + 1, short)


def _key(text: str) -> str:
    bare = " ".join(plain(text).replace(".", "").replace("'", "").split())
    return bare.replace(" ", "") if is_unparted(bare) else bare


@cache
def _names() -> dict[str, tuple[tuple[str, ...], bool]]:
    """By each name all the names of its line, and whether it counts in capitals alone."""
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for line in files("bot").joinpath("names.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            names = [name.strip() for name in line.split("|")]
            bare = tuple(name.rstrip("!") for name in names)
            for name, plain_name in zip(names, bare, strict=True):
                found.setdefault(_key(plain_name), (bare, name.endswith("!")))
    return found
