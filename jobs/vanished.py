"""Looks whether what a source has taken out of its list is gone, or only not listed any more.

The pages of what is missing are asked for, a few with each poll, and 404 or 410 speak for themselves. Where
many items vanish at once, a broken or another list is as likely: what has no page of its own is then
marked at a later poll only, if it is still missing, and admins are told.
"""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from jobs.fetch import Fetcher, FetchError, retry_after
from jobs.pauses import Pauses
from jobs.steps.links import bare
from jobs.steps.marks import unpacked
from jobs.steps.missing import listed
from jobs.steps.parsed import Parsed
from jobs.turns import Turns
from storage.database import Work
from storage.records import Source
from storage.words import Gone, SourceKind

_LOOKED_AT = 60
"""The newest entries of a source that are looked for in its list."""
_NOT_THERE = (404, 410)
_NO_ANSWER = (408, 425, 429)
"""With all from 500 on: they say nothing of whether the page is there."""
_MOST = 3
"""Items that vanish at once at most: more may be another software, another list or a hijacker."""
_PAGES = 5
"""Pages that are asked for with one poll."""
_TRIES = 4
"""How often a page is asked for that gives no answer."""
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found about known entries, by their numbers."""

    gone: tuple[tuple[int, Gone], ...] = ()
    back: tuple[int, ...] = ()
    at_once: int = 0
    """How many went missing with one answer, where they are so many that admins should look."""

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.gone or self.back or self.at_once)


@dataclass(frozen=True, slots=True)
class Missed:
    """An entry that is off the list, by its number and address."""

    number: int
    url: str
    sure: bool = True
    """Whether the list itself tells that it was taken out."""
    among_many: bool = False
    """Whether many went missing with it, and it was not missed at a later poll yet."""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """What a list misses, the numbers of what it shows again, and how many vanished at once if many."""

    entries: tuple[Missed, ...] = ()
    back: tuple[int, ...] = ()
    at_once: int = 0


@dataclass(slots=True)
class Vanished:
    """Compares lists with what is known, and asks for the page of what is missing: once while we run."""

    fetcher: Fetcher
    pauses: Pauses
    _there: set[int] = field(default_factory=set)
    """Those whose page is there, or which nothing more can be found out of."""
    _waiting: dict[int, tuple[Missed, ...]] = field(default_factory=dict)
    """What is still to be looked for, by the source's number."""

    def may_miss(self, source: Source, parsed: Parsed) -> bool:
        """Whether the database has to be asked for what the list may miss."""
        return not parsed.degraded and _may_miss(source, parsed)

    def waiting(self, source: Source) -> Missing:
        """What was missing before, and is still to be looked for."""
        return Missing(self._waiting.get(source.id, ()))

    def missing(self, work: Work, source: Source, parsed: Parsed, body: bytes) -> Missing:
        """What the list misses, and what it shows again."""
        waiting = {one.number: one for one in self._waiting.get(source.id, ())}
        if not self.may_miss(source, parsed):
            return self.waiting(source)
        known = work.entries.items(source.id, _LOOKED_AT)
        gone = {one.id for one in known if one.gone}
        if gone:  # whose page is not there is not back because it is still listed
            gone -= work.rereads.not_there(source.id)
        here = {entry.uid for entry in parsed.entries}
        is_page = source.kind is SourceKind.PAGE
        fewer = 0 if is_page else len(unpacked(source.marks)) - len(unpacked(parsed.marks))
        found = listed(known, gone, here, b"" if is_page else body, fewer)
        new = [one for one in found.missing if one.id not in waiting and one.id not in self._there]
        many = len(new) > _MOST
        entries = (
            *(Missed(one.id, one.url, among_many=many) for one in new),
            *(waiting[one.id] for one in found.missing if one.id in waiting),
            *(waiting.get(one.id, Missed(one.id, one.url, sure=False)) for one in found.doubtful),
        )
        return Missing(entries, found.back, len(new) if many else 0)

    async def found(self, source: Source, missing: Missing, now: datetime, but: Collection[int]) -> Standing:
        """What became of what is missing, `but` of what goes by another name now."""
        gone: list[tuple[int, Gone]] = []
        later: list[Missed] = []
        left = _PAGES
        for one in missing.entries:
            if one.number in but or one.number in self._there:
                continue
            if not one.url or bare(one.url) == bare(source.asked):
                if one.among_many:
                    later.append(replace(one, among_many=False))
                elif one.sure:
                    gone.append((one.number, Gone.LIST))
                continue
            if not left:
                later.append(one)
                continue
            left -= 1
            there = await self._is_there(one.url, source, now)
            if there is False:
                gone.append((one.number, Gone.PAGE))
            elif there is None and one.tries + 1 < _TRIES:
                later.append(replace(one, tries=one.tries + 1))
            else:
                self._remember(one.number)
        self._wait(source, later)
        return Standing(tuple(gone), missing.back, missing.at_once)

    async def found_later(self, source: Source, now: datetime) -> Standing:
        """The same with an answer that is as it was, of what was still to be looked for."""
        waiting = self._waiting.get(source.id)
        return await self.found(source, Missing(waiting), now, ()) if waiting else Standing()

    async def _is_there(self, url: str, source: Source, now: datetime) -> bool | None:
        """Whether the page is there; None where that could not be found out."""
        try:
            turn = Turns(self.pauses, nullcontext(), lambda: now).at
            answer = await self.fetcher.get(
                url, linked_from=source.asked, in_clear=source.in_clear, turn=turn
            )
        except FetchError:
            return None
        status = answer.status
        self.pauses.obey(status, retry_after(answer.headers, now), now, url, answer.final_url)
        if status in _NO_ANSWER or status >= 500:
            return None
        return status not in _NOT_THERE

    def _remember(self, number: int) -> None:
        if len(self._there) >= _MOST_REMEMBERED:
            self._there.clear()
        self._there.add(number)

    def _wait(self, source: Source, later: list[Missed]) -> None:
        if later:
            self._waiting[source.id] = tuple(later)
        else:
            self._waiting.pop(source.id, None)


def _may_miss(source: Source, parsed: Parsed) -> bool:
    """Whether something that the last answer showed is missing or changed in this one; of a page, always."""
    if source.kind is SourceKind.PAGE:
        return bool(parsed.entries)
    before, after = unpacked(source.marks), unpacked(parsed.marks)
    return bool(before - after) or bool(after - before and before)
