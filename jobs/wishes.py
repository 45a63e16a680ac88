"""Remembers the routes with words of their own, deciphered, and tells which of them an alert's words fit.

A person's words are enciphered in the database (DESIGN, promise 6), so that it cannot be asked about
them. They are read once, and where somebody changes theirs those are read again; an alert's text is gone
through once, however many there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.steps import match
from jobs.steps.sought import Sought
from storage.database import Work
from storage.people import Words
from storage.records import Alert


@dataclass(frozen=True, slots=True)
class _Known:
    """A route's words, and a hash of them as they are kept: another one whenever they are written."""

    sealed: int
    words: Words


@dataclass(slots=True)
class Wishes:
    """What is remembered between alerts; `begin` makes it true for a transaction."""

    _version: str = ""
    _sought: Sought = field(default_factory=lambda: Sought(()))
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Every phrase that is sought."""
    _routes: dict[int, _Known] = field(default_factory=dict)
    _by_phrase: dict[int, list[int]] = field(default_factory=dict)
    """For each phrase sought, the routes that ask for it."""
    _against: dict[int, list[int]] = field(default_factory=dict)
    """For each phrase sought, the routes that it shuts out."""
    _by_source: dict[str, list[int]] = field(default_factory=dict)
    _with_phrases: set[int] = field(default_factory=set)
    _with_sources: set[int] = field(default_factory=set)
    _without: set[int] = field(default_factory=set)
    """The routes that only say what they do not want."""

    def begin(self, work: Work) -> None:
        """Reads what was written since, if these are not the words of this transaction."""
        version = work.routes.version()
        if version == self._version:
            return
        sealed = work.routes.sealed_words()
        kept = {key: one for key, one in self._routes.items() if hash(sealed.get(key)) == one.sealed}
        if len(kept) < len(self._routes):  # nothing of what was taken back is remembered
            self._forget()
        for route, one in kept.items():
            if route not in self._routes:
                self._add(route, one.sealed, one.words)
        for route in sorted(sealed.keys() - kept.keys()):
            self._add(route, hash(sealed[route]), work.routes.opened(sealed[route]))
        self._sought.more(list(self._numbers)[self._sought.count :])
        self._version = version

    def fitting(self, alert: Alert) -> tuple[int, ...]:
        """Ids of the routes whose sources, keywords and exclusions let this alert pass."""
        if not self._routes:
            return ()
        found = self._sought.found(match.words_told(alert))
        asked = _all(self._by_phrase, found)
        named = _all(self._by_source, match.names_told(alert))
        fits = (asked - self._with_sources) | (asked & named) | (named - self._with_phrases) | self._without
        return tuple(sorted(fits - _all(self._against, found)))

    def _add(self, route: int, sealed: int, words: Words) -> None:
        self._routes[route] = _Known(sealed, words)
        for phrases, table in ((words.keywords, self._by_phrase), (words.without, self._against)):
            for phrase in phrases:
                number = self._numbers.setdefault(match.phrase_of(phrase), len(self._numbers))
                table.setdefault(number, []).append(route)
        for name in words.sources:
            self._by_source.setdefault(match.name_of(name), []).append(route)
        for told, routes in ((words.keywords, self._with_phrases), (words.sources, self._with_sources)):
            if told:
                routes.add(route)
        if not words.keywords and not words.sources:
            self._without.add(route)

    def _forget(self) -> None:
        self._sought = Sought(())
        for table in (self._routes, self._numbers, self._by_phrase, self._against, self._by_source):
            table.clear()
        for routes in (self._with_phrases, self._with_sources, self._without):
            routes.clear()


def _all(table: Mapping[Any, list[int]], keys: Iterable[Any]) -> set[int]:
    return {route for key in keys for route in table.get(key, ())}
