"""Reads the pages that entries link to, where the source shows only their beginning."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from jobs.fetch import Elsewhere, Fetched, Fetcher, FetchError, LeftAlone, Refused, TooLarge, retry_after
from jobs.parser import Parser
from jobs.pauses import Pauses, host_of
from jobs.steps.attached import THIN, documents, joined
from jobs.steps.document import Document
from jobs.steps.rereading import begun, digest, is_own
from jobs.steps.unreadable import Unreadable
from jobs.turns import Turns
from storage.records import Entry
from storage.remembered import Reread

_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 360, 1440))
"""When a page that could not be read is tried again, and how often."""
_FOR_GOOD = frozenset({410, 451})
"""What no later answer takes back; a firewall's 403 passes as often as not."""
_NOT_THERE = frozenset({404, 410})
_LONGEST_WISH = 86_400.0
_BROKEN_OFF = " .…[]"
_OLDEST = datetime.min.replace(tzinfo=UTC)
_luck = Random().random  # noqa: S311 - spreads due times, protects nothing


_UNKNOWN = Reread("")


class _NotNow(Exception):
    """The page could not be read, and may be later; `pause` in seconds is what its server asked for."""

    def __init__(self, why: str, pause: float = 0.0) -> None:
        super().__init__(why)
        self.pause = pause


@dataclass(slots=True)
class _Tried:
    """What could not be read for one entry, and whether it is to be tried again."""

    notes: list[str] = field(default_factory=list)
    again: bool = False
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class _File:
    """A file beside a page of which an entry has its text; without an address there is none."""

    url: str = ""
    seen: Reread = _UNKNOWN

    def beside(self, page: Reread) -> Reread:
        """What is known of the page, with what is known of this."""
        said, etag, modified = self.seen.said, self.seen.etag, self.seen.last_modified
        return replace(page, file=self.url, file_said=said, file_etag=etag, file_modified=modified)


_NO_FILE = _File()


@dataclass(frozen=True, slots=True)
class Linked:
    """Reads linked pages with one fetcher."""

    fetcher: Fetcher
    pauses: Pauses
    parser: Parser = field(default_factory=Parser)
    home: str = ""
    """The source's own address: a link of another site may lead there."""
    in_clear: bool = False
    """Whether a link may lead from https to http, as where the source itself is read by http."""
    patience: float = 60.0
    """Seconds after which what was read is used: slow pages must not hold up the alert of a quick one."""
    pages: dict[str, Reread] = field(default_factory=dict)
    """Filled with the pages that were read, by their entries' uids: they may be asked for again."""

    async def read(
        self,
        entries: Sequence[Entry],
        now: datetime,
        most: int,
        rest: Callable[[Entry], Entry] = lambda entry: entry,
    ) -> tuple[Entry, ...]:
        """The entries, those that show only a beginning with the text of their page.

        Of the newest `most` that need it; `rest` says what becomes of another that does. What could not be
        read is noted, and when to try again.
        """
        wanting = [entry for entry in entries if _wants(entry)]
        wanting.sort(key=lambda entry: entry.published or _OLDEST, reverse=True)
        tasks = {entry.uid: asyncio.create_task(self._one(entry, now)) for entry in wanting[:most]}
        left = {entry.uid: rest(entry) for entry in wanting[most:]}
        if not tasks:
            return tuple(left.get(entry.uid, entry) for entry in entries)
        try:
            _, slow = await asyncio.wait(tasks.values(), timeout=self.patience)
        finally:
            for task in tasks.values():
                task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return tuple(
            _result(entry, tasks[entry.uid], now) if entry.uid in tasks else left.get(entry.uid, entry)
            for entry in entries
        )

    async def _one(self, entry: Entry, now: datetime) -> Entry:
        """The entry with the longest that its page says, or a file beside it where that is short."""
        tried = _Tried()
        answer = await self._page(entry.url, now, tried) if entry.url else None
        page = answer[1] if answer else None
        read, file = await self._with(entry, page, now, tried)
        if answer and is_own(entry.url, self.home):
            self.pages[entry.uid] = begun(file.beside(_seen(*answer)), now, _luck())
        return read

    async def again(self, url: str, known: Reread, now: datetime) -> tuple[Document | None, Reread]:
        """The page where it or its file says something else than is known, and what is known from now on."""
        page, after = await self._page_again(url, known, now)
        if page is not None or after.missed or not known.file:
            return page, after
        if not await self._file_is_other(known, now):
            return None, after
        found = await self._page(url, now, _Tried())
        return (found[1] if found else None), after

    async def _file_is_other(self, known: Reread, now: datetime) -> bool:
        """Whether another file stands under the address of the one that was read."""
        was = Reread(known.file_said, known.file_etag, known.file_modified)
        try:
            answer = await self._asked(known.file, now, was)
            return answer.status == 200 and digest((await self._read(answer)).text) != known.file_said
        except (_NotNow, FetchError, Unreadable):
            return False

    async def _page_again(self, url: str, known: Reread, now: datetime) -> tuple[Document | None, Reread]:
        try:
            answer = await self._asked(url, now, known)
            if answer.status in _NOT_THERE:
                return None, replace(known, missed=known.missed + 1)
            if answer.status == 304:
                seen = _seen(answer, None)
                etag, modified = seen.etag or known.etag, seen.last_modified or known.last_modified
                return None, replace(known, missed=0, etag=etag, last_modified=modified)
            if answer.status != 200:
                return None, known
            page = await self._read(answer)
        except (_NotNow, FetchError, Unreadable):
            return None, known
        seen = _seen(answer, page)
        after = replace(known, said=seen.said, etag=seen.etag, last_modified=seen.last_modified, missed=0)
        return (None if seen.said == known.said else page), after

    async def whole(
        self, entry: Entry, page: Document, now: datetime, known: Reread
    ) -> tuple[Entry, Reread] | None:
        """The entry with what this page says, and a file beside it; and what is known of these from now on.

        None where not all could be read now.
        """
        tried = _Tried()
        read, file = await self._with(entry, page, now, tried)
        return None if tried.again else (read, file.beside(known))

    async def _with(
        self, entry: Entry, page: Document | None, now: datetime, tried: _Tried
    ) -> tuple[Entry, _File]:
        used = _NO_FILE
        # A page that could not be read before is taken as it is: that is what there is to read.
        best = page if page and (len(page.text) > len(entry.text) or entry.again_at) else None
        if best is None or len(best.text) < THIN:
            files = documents((*entry.enclosures, *(page.attached if page else ())))
            file = next((one for one in files if one != entry.url), "")
            answer = await self._page(file, now, tried) if file else None
            if answer and len(answer[1].text) > len(entry.text):
                found, used = answer[1], _File(file, _seen(*answer))
                text = joined(best.text if best else entry.text, found.text)
                best = replace(best or found, text=text)
        note = "; ".join(tried.notes)
        if best is not None:
            title = _whole_title(entry.title, best.title)
            # A front page or a notice may answer in its place: what the source itself said stays.
            entry = replace(entry, title=title, text=_with_own_words(entry.text, best.text), excerpt=False)
        entry = replace(_dated(entry, page or best, now), note=note)
        if tried.again:
            return later(entry, now, tried.pause), used
        return replace(entry, tries=0, again_at=None), used

    async def _page(self, url: str, now: datetime, tried: _Tried) -> tuple[Fetched, Document] | None:
        """What is there to read; None, with a note, where it cannot be read now or ever."""
        try:
            answer = await self._get(url, now)
            return answer, await self._read(answer)
        except _NotNow as error:
            tried.notes.append(str(error))
            tried.again, tried.pause = True, max(tried.pause, error.pause)
        except (FetchError, Unreadable) as error:
            tried.notes.append(f"the linked page could not be read: {error.detail}")
        return None

    async def _read(self, answer: Fetched) -> Document:
        content = answer.headers.get("content-type", "")
        return await self.parser.document(answer.body, content, answer.final_url)

    async def _get(self, url: str, now: datetime) -> Fetched:
        answer = await self._asked(url, now)
        if answer.status == 200:
            return answer
        why = f"the link leads nowhere: HTTP {answer.status} from {url}"
        if answer.status in _FOR_GOOD:
            raise Unreadable(why)
        raise _NotNow(why, _wish(answer, now))

    async def _asked(self, url: str, now: datetime, known: Reread = _UNKNOWN) -> Fetched:
        """The answer, whatever its status; with what is `known` it may be that nothing has changed."""
        paused = self.pauses.until(url, now)
        if paused:
            wait = (paused - now).total_seconds()
            raise _NotNow(f"the linked page was not asked for: {host_of(url)} asked us to wait", wait)
        try:
            # A page may lead to another host, which may want to be left alone too; and to another
            # organisation, whose words must not be told in this source's name.
            turn = Turns(self.pauses, nullcontext(), lambda: now).at
            answer = await self.fetcher.get(
                url,
                etag=known.etag,
                last_modified=known.last_modified,
                linked_from=self.home,
                in_clear=self.in_clear,
                turn=turn,
            )
        except Elsewhere as error:
            # Passing as often as not: a site under repair, a page that asks who is reading.
            raise _NotNow(f"the linked page was not followed: {error.detail}") from error
        except (Refused, TooLarge):
            raise
        except LeftAlone as error:
            why = f"the linked page could not be read: {error.detail}"
            raise _NotNow(why, (error.until - now).total_seconds()) from error
        except FetchError as error:
            raise _NotNow(f"the linked page could not be read: {error.detail}") from error
        if answer.status not in (200, 304):
            self.pauses.obey(answer.status, _wish(answer, now), now, url, answer.final_url)
        return answer


def _wish(answer: Fetched, now: datetime) -> float:
    return min(retry_after(answer.headers, now) or 0.0, _LONGEST_WISH)


def _seen(answer: Fetched, page: Document | None) -> Reread:
    """What is known of a page that answered so."""
    headers = answer.headers
    said = digest(page.text) if page else ""
    return Reread(said, headers.get("etag", ""), headers.get("last-modified", ""))


def _dated(entry: Entry, page: Document | None, now: datetime) -> Entry:
    """An entry that its list shows without a date, with that of its page: an old one is no news."""
    if entry.published or page is None:
        return entry
    published = page.published
    if published is None and page.posted:
        published = datetime(page.posted.year, page.posted.month, page.posted.day, tzinfo=UTC)
    if published is None or published > now:
        return entry  # a day that is still to come is another one, such as that of an event
    return replace(entry, published=published, date_only=page.published is None)


def _wants(entry: Entry) -> bool:
    """Whether the page behind it may tell more, or was known to and could not be read."""
    thin = len(entry.text) < THIN
    return bool((entry.excerpt and entry.url) or (thin and documents(entry.enclosures)) or entry.again_at)


def _result(entry: Entry, task: asyncio.Task[Entry], now: datetime) -> Entry:
    if task.cancelled():
        return later(replace(entry, note="the linked page was too slow"), now)
    return task.result()


def _with_own_words(own: str, page: str) -> str:
    """What the page says; with the source's own words before it, where it does not hold their beginning.

    Programs that make excerpts leave out what stands between: a salutation, a picture's caption. Then each
    of the paragraphs must be there whole.
    """
    said, whole = own.rstrip(_BROKEN_OFF), " ".join(page.split())
    parts = (" ".join(part.rstrip(_BROKEN_OFF).split()) for part in own.split("\n"))
    if joined(said, page) == page or all(part in whole for part in parts):
        return page
    return f"{own}\n\n{page}"


def later(entry: Entry, now: datetime, pause: float = 0.0) -> Entry:
    """To be read again, later each time, and not before `pause` seconds have passed.

    After the last try what the source shows has to do.
    """
    if entry.tries >= len(_AGAIN):
        return replace(entry, tries=0, again_at=None)
    wait = max(_AGAIN[entry.tries], timedelta(seconds=pause))
    return replace(entry, tries=entry.tries + 1, again_at=now + wait)


def _whole_title(shown: str, found: str) -> str:
    """The page's title where the list cut it off; else the list's own."""
    start = shown.rstrip("…. ")
    return found if start != shown and found.startswith(start) else shown
