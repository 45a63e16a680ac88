"""Remembers the routes with words of their own, deciphered, and tells which of them an alert's words fit.

A person's words are enciphered in the database (DESIGN, promise 6), so that it cannot be asked about
them. They are read once, and again when somebody changes theirs; an alert's text is gone through once,
however many there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jobs.steps import match
from jobs.steps.sought import Sought
from storage.database import Work
from storage.people import Words
from storage.records import Alert


@dataclass(slots=True)
class Wishes:
    """What is remembered between alerts; `begin` makes it true for a transaction."""

    _version: str = ""
    _sought: Sought = field(default_factory=lambda: Sought(()))
    _by_phrase: list[list[int]] = field(default_factory=list)
    """For each phrase sought, the routes that ask for it."""
    _against: list[list[int]] = field(default_factory=list)
    """For each phrase sought, the routes that it shuts out."""
    _by_source: dict[str, list[int]] = field(default_factory=dict)
    _with_phrases: set[int] = field(default_factory=set)
    _with_sources: set[int] = field(default_factory=set)
    _without: set[int] = field(default_factory=set)
    """The routes that only say what they do not want."""

    def begin(self, work: Work) -> None:
        """Reads the words again if they are not those of this transaction."""
        version = work.routes.version()
        if version == self._version:
            return
        self._read(dict(work.routes.worded()))
        self._version = version

    def fitting(self, alert: Alert) -> tuple[int, ...]:
        """Ids of the routes whose sources, keywords and exclusions let this alert pass."""
        if not (self._with_phrases or self._with_sources or self._without):
            return ()
        found = self._sought.found(match.words_told(alert))
        asked = _all(self._by_phrase[number] for number in found)
        named = _all(self._by_source.get(name, ()) for name in match.names_told(alert))
        fits = (asked - self._with_sources) | (asked & named) | (named - self._with_phrases) | self._without
        return tuple(sorted(fits - _all(self._against[number] for number in found)))

    def _read(self, routes: Mapping[int, Words]) -> None:
        numbers: dict[tuple[str, ...], int] = {}
        self._by_phrase, self._against, self._by_source = [], [], {}
        for route, words in routes.items():
            for phrases, table in ((words.keywords, self._by_phrase), (words.without, self._against)):
                for phrase in phrases:
                    number = numbers.setdefault(match.phrase_of(phrase), len(numbers))
                    self._by_phrase.extend([] for _ in range(number + 1 - len(self._by_phrase)))
                    self._against.extend([] for _ in range(number + 1 - len(self._against)))
                    table[number].append(route)
            for name in words.sources:
                self._by_source.setdefault(match.name_of(name), []).append(route)
        self._sought = Sought(numbers)
        self._with_phrases = {route for route, words in routes.items() if words.keywords}
        self._with_sources = {route for route, words in routes.items() if words.sources}
        self._without = routes.keys() - self._with_phrases - self._with_sources


def _all(lists: Iterable[Iterable[int]]) -> set[int]:
    return {route for one in lists for route in one}
