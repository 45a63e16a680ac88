"""Looks whether what a source has taken out of its list is gone, or only not listed any more."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from jobs.fetch import Fetcher, FetchError
from jobs.pauses import Pauses
from jobs.steps.links import bare
from jobs.steps.marks import unpacked
from jobs.steps.missing import listed
from jobs.steps.parsed import Parsed
from storage.database import Database
from storage.records import Source
from storage.words import Gone, SourceKind

_LOOKED_AT = 60
"""The newest entries of a source that are looked for in its list."""
_NOT_THERE = (404, 410)
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found about known entries, by their numbers."""

    gone: tuple[tuple[int, Gone], ...] = ()
    back: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.gone or self.back)


@dataclass(slots=True)
class Vanished:
    """Compares lists with what is known, and asks for the page of what is missing: once while we run."""

    database: Database
    fetcher: Fetcher
    pauses: Pauses
    _asked: set[int] = field(default_factory=set)

    def missing(self, source: Source, parsed: Parsed, body: bytes) -> "Missing":
        """What the list misses, and what it shows again. Reads the database."""
        if parsed.degraded or not _may_miss(source, parsed):
            return Missing()
        with self.database.read() as work:
            known, gone = work.entries.newest(source.id, _LOOKED_AT)
        here = {entry.uid for entry in parsed.entries}
        found = listed(known, gone, here, b"" if source.kind is SourceKind.PAGE else body)
        return Missing(tuple((one.id, one.url) for one in found.missing), found.back)

    async def found(
        self, source: Source, missing: "Missing", now: datetime, but: Collection[int]
    ) -> Standing:
        """What became of what is missing, `but` of what goes by another name now."""
        gone: list[tuple[int, Gone]] = []
        for number, url in missing.entries:
            if number in but or number in self._asked:
                continue
            if not url or bare(url) == bare(source.asked):
                gone.append((number, Gone.LIST))
            elif await self._is_not_there(url, now):
                gone.append((number, Gone.PAGE))
            if len(self._asked) >= _MOST_REMEMBERED:
                self._asked.clear()
            self._asked.add(number)
        return Standing(tuple(gone), missing.back)

    async def _is_not_there(self, url: str, now: datetime) -> bool:
        if self.pauses.until(url, now):
            return False
        try:
            return (await self.fetcher.get(url)).status in _NOT_THERE
        except FetchError:
            return False


@dataclass(frozen=True, slots=True)
class Missing:
    """Entries that a list misses, as (number, address), and numbers of those that it shows again."""

    entries: tuple[tuple[int, str], ...] = ()
    back: tuple[int, ...] = ()


def _may_miss(source: Source, parsed: Parsed) -> bool:
    """Whether something that the last answer showed is missing or changed in this one; of a page, always."""
    if source.kind is SourceKind.PAGE:
        return bool(parsed.entries)
    before, after = unpacked(source.marks), unpacked(parsed.marks)
    return bool(before - after) or bool(after - before and before)
