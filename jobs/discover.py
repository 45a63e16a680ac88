"""Finds the feeds behind an ordinary address: asks the few places where they may be, and judges each."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from yarl import URL

from jobs.fetch import Elsewhere, Fetched, Fetcher, FetchError, LeftAlone, retry_after
from jobs.linked import Linked
from jobs.look import trouble
from jobs.parser import Parser
from jobs.pauses import Pauses
from jobs.steps.discover import Lead, Road, anywhere
from jobs.steps.links import bare
from jobs.steps.parsed import NotAFeed, Parsed
from jobs.turns import Turns
from storage.records import Entry, Source
from storage.urls import without_credentials
from storage.words import SourceKind, SourceState

_MOST = 12
"""How many addresses are asked for one site, the linked pages of what is found aside."""
_AT_ONCE = 2
_PATIENCE = 60.0
"""Seconds after which nothing more is asked."""
_LINKED = 10
"""How many linked pages are read, the newest ones, to judge what shows only beginnings."""
_USABLE = (SourceState.OK, SourceState.DEGRADED)
_STOP = (SourceState.THROTTLED, SourceState.GONE)
_REMARK = "#comment", "showcomment=", "/comment-page-"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that could be watched, as it would be configured, and what it holds."""

    source: Source
    """With the state in which it answered."""
    lead: Lead
    format: str = ""
    entries: tuple[Entry, ...] = ()
    same_as: str = ""
    """The address of a better candidate that has the same items."""

    @property
    def usable(self) -> bool:
        """Whether it may be proposed: it is read, holds something, and what others do not."""
        of_comments = self.lead.of_comments or self._of_comments()
        return bool(self.source.state in _USABLE and self.entries and not self.same_as and not of_comments)

    @property
    def newest(self) -> datetime | None:
        """When its newest item was published."""
        return max((entry.published for entry in self.entries if entry.published), default=None)

    @property
    def excerpts(self) -> int:
        """How many of its items are only beginnings."""
        return sum(entry.excerpt for entry in self.entries)

    def _of_comments(self) -> bool:
        links = [entry.url.lower() for entry in self.entries]
        return bool(links) and sum(any(sign in link for sign in _REMARK) for link in links) > len(links) / 2


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found behind an address, the best first."""

    candidates: tuple[Candidate, ...]
    asked: int
    trouble: str = ""
    """Why the address itself could not be read, "" when it could."""

    @property
    def usable(self) -> tuple[Candidate, ...]:
        """What may be proposed."""
        return tuple(one for one in self.candidates if one.usable)


@dataclass(slots=True)
class Search:
    """One search for the feeds behind one address."""

    fetcher: Fetcher
    parser: Parser
    now: Callable[[], datetime]
    pauses: Pauses = field(default_factory=Pauses)
    """Whom not to ask; what is asked of us meanwhile is added."""
    _known: dict[str, Candidate] = field(default_factory=dict)
    _turns: dict[str, int] = field(default_factory=dict)
    """In which order the places were named, however soon each of them answered."""
    _named: int = 0
    _asked: int = 0
    _until: float = 0.0
    _stopped: bool = False

    async def behind(self, url: str) -> Discovered:
        """The address itself, if it is a feed; else what the page names; else the usual places, or the page.

        Redirects to another site are not followed, as a poll would not.
        """
        self._until = asyncio.get_running_loop().time() + _PATIENCE
        self._asked += 1
        try:
            answer = await self._get(url)
        except FetchError as error:
            return Discovered((), self._asked, error.detail)
        bad = trouble(answer, self.now())
        if bad and bad.state in _STOP:
            return Discovered((), self._asked, bad.detail)
        place = _configured(url, answer)
        itself = await self._judged(Lead(place, Road.ITSELF), answer, SourceKind.FEED)
        if itself.source.state in _USABLE:
            return Discovered((itself,), self._asked)
        told, usual = await self.parser.leads(answer.body, answer.headers, answer.final_url)
        await self._ask_all(told, url)
        if not self._found():
            await self._ask_all(usual, url)
        await self._ask_all(anywhere(answer.final_url), url, to_the_first=True)
        if not self._found() and not bad:
            page = await self._judged(Lead(place, Road.ITSELF), answer, SourceKind.PAGE)
            self._known[bare(page.source.url)] = page
        as_named = sorted(self._known, key=lambda place: self._turns.get(place, self._named))
        return Discovered(
            _ranked([self._known[place] for place in as_named]), self._asked, bad.detail if bad else ""
        )

    async def of(self, source: Source) -> Discovered:
        """A source that is watched, alone and as it is configured: how it answers now."""
        self._asked += 1
        lead = Lead(source.url, Road.ITSELF)
        asked = replace(source, marks=b"")
        try:
            answer = await self._get(source.asked)
        except FetchError as error:
            return Discovered(
                (Candidate(_as(asked, _state_of(error), str(error.detail)), lead),), self._asked
            )
        return Discovered((await self._judged(lead, answer, source.kind, asked),), self._asked)

    def _found(self) -> bool:
        return any(one.usable for one in self._known.values())

    async def _ask_all(self, leads: Sequence[Lead], url: str, *, to_the_first: bool = False) -> None:
        """Asks the places, a few at a time, as long as there is leave to; or until there is a find."""
        loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)

        async def one(lead: Lead, turn: int) -> None:
            async with turns:
                if to_the_first and self._found():
                    return
                if self._stopped or self._asked >= _MOST or loop.time() > self._until:
                    return
                self._asked += 1
                await self._ask(lead, _with_credentials(lead.url, url), turn)

        new = [lead for lead in leads if bare(lead.url) not in self._known]
        first = self._named
        self._named += len(new)
        await asyncio.gather(*(one(lead, turn) for turn, lead in enumerate(new, start=first)))

    async def _ask(self, lead: Lead, address: str, turn: int) -> None:
        try:
            answer = await self._get(address)
        except FetchError as error:
            state = SourceState.THROTTLED if isinstance(error, LeftAlone) else SourceState.FAILING
            found = Candidate(_as(Source("", address), state, error.detail), lead)
        else:
            lead = replace(lead, url=_configured(address, answer))
            found = await self._judged(lead, answer, SourceKind.FEED)
            self._stopped = self._stopped or found.source.state is SourceState.THROTTLED
        if lead.road is not Road.USUAL or found.source.state in _USABLE or _says_why(found.source):
            self._known.setdefault(bare(lead.url), found)
            self._turns.setdefault(bare(lead.url), turn)

    async def _get(self, url: str) -> Fetched:
        """The answer; raises a FetchError, also for a place that wants to be left alone."""
        answer = await self.fetcher.get(url, pinned=True, turn=Turns(self.pauses, nullcontext(), self.now).at)
        wish = retry_after(answer.headers, self.now())
        self.pauses.obey(answer.status, wish, self.now(), url, answer.final_url)
        return answer

    async def _judged(
        self, lead: Lead, answer: Fetched, kind: SourceKind, known: Source | None = None
    ) -> Candidate:
        now = self.now()
        source = known or Source("", lead.url, kind)
        bad = trouble(answer, now)
        if bad:
            return Candidate(_as(source, bad.state, bad.detail), lead)
        try:
            parsed = await self.parser.listed(answer.body, answer.headers, answer.final_url, source, now)
        except NotAFeed as error:
            return Candidate(_as(source, SourceState.NOT_A_FEED, error.detail), lead)
        return _candidate(source, lead, parsed)


async def in_full(
    found: Discovered, fetcher: Fetcher, parser: Parser, now: datetime, pauses: Pauses
) -> Discovered:
    """The same with the text of linked pages where the newest items show only their beginning.

    What several candidates link to is read once.
    """
    wanted: dict[str, Entry] = {}
    for candidate in found.usable:
        for entry in candidate.entries:
            key = bare(entry.url or entry.enclosures[0]) if entry.url or entry.enclosures else ""
            if key and (entry.excerpt or entry.enclosures):
                wanted.setdefault(key, replace(entry, uid=key))
    home = next((one.source.url for one in found.usable), "")
    linked = Linked(fetcher, pauses, parser, home, home.startswith("http:"))
    read = await linked.read(list(wanted.values()), now, _LINKED)
    texts = {entry.uid: entry for entry in read}

    def whole(entry: Entry) -> Entry:
        page = texts.get(bare(entry.url or next(iter(entry.enclosures), "")))
        if page is None or len(page.text) <= len(entry.text):
            return entry
        return replace(entry, title=page.title, text=page.text)

    full = tuple(
        replace(one, entries=tuple(map(whole, one.entries))) if one.usable else one
        for one in found.candidates
    )
    return replace(found, candidates=full)


def _says_why(source: Source) -> bool:
    """Whether there is more to tell than that nothing is there: a board says that its feed is off."""
    return source.state is SourceState.NOT_A_FEED and source.detail.startswith("plain text: ")


def _candidate(source: Source, lead: Lead, parsed: Parsed) -> Candidate:
    state = SourceState.DEGRADED if parsed.degraded else SourceState.OK
    source = replace(_as(source, state, parsed.degraded), title=parsed.title or lead.title)
    return Candidate(source, lead, parsed.format, parsed.entries)


def _ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The usable ones first, in the order in which they were named; what repeats one says so."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: not one.usable):
        twin = next((other for other in kept if other.usable and _same_items(other, one)), None)
        kept.append(replace(one, same_as=twin.source.shown_url) if twin and one.usable else one)
    return tuple(sorted(kept, key=lambda one: not one.usable))


def _same_items(one: Candidate, other: Candidate) -> bool:
    first, second = ({bare(entry.url) or entry.title for entry in each.entries} for each in (one, other))
    return first == second


def _state_of(error: FetchError) -> SourceState:
    if isinstance(error, LeftAlone):
        return SourceState.THROTTLED
    return SourceState.MOVED if isinstance(error, Elsewhere) else SourceState.FAILING


def _configured(url: str, answer: Fetched) -> str:
    """The address to configure: where it has moved to for good, with what it was asked with."""
    return answer.permanent_url or url


def _with_credentials(target: str, url: str) -> str:
    """The address with the user name and password of `url`, at the same place alone."""
    if without_credentials(url) == url:
        return target
    given, asked = URL(url), URL(target)
    if asked.origin() != given.with_user(None).origin():
        return target
    return str(asked.with_user(given.user).with_password(given.password))


def _as(source: Source, state: SourceState, detail: str) -> Source:
    return replace(source, state=state, detail=detail)
