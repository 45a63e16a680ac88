"""Does what admins ask in a chat about an address: looks behind it, or asks a source, and tells who asked.

It is done beside everything else, within a deadline, by whichever node is free; nothing that was seen is
kept but the answer, for a day.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from jobs.discover import Candidate, Search
from jobs.fetch import Fetcher
from jobs.fetch.alike import alike
from jobs.limits import Limits
from jobs.looking import Judged, judged, latest
from jobs.parser import Parser
from jobs.pauses import Pauses, host_of
from storage.database import Database, Work, now_utc
from storage.looks import Findings, Item, Look, Place
from storage.people import Event, Notice
from storage.records import Source
from storage.words import EventKind

log = structlog.get_logger()

EVERY = 2.0
"""Seconds between two looks at what was asked."""
LOOKED = "looked"
"""What the event's `detail` says of an answer, where others name an Act."""
_AT_ONCE = 2
_PATIENCE = 90.0
"""Seconds that one look may take in all."""
_GOES_ON = 20.0
"""Seconds for which one run takes more: with the patience it ends before its node is taken for hung."""
_JUDGED = 60
"""So many of a place's newest items are judged: the others would tell no more of it."""
_SHOWN = 5
_PLACES = 6
_BEFORE = timedelta(minutes=2)
_TITLE = 200
TOO_SLOW = "it took too long"
UNFORESEEN = "it could not be looked at"


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at what was asked for, two addresses at a time."""

    database: Database
    fetcher: Fetcher
    parser: Parser
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen
    wake: Callable[[], None] = lambda: None
    patience: float = _PATIENCE
    now: Callable[[], datetime] = now_utc

    async def due(self) -> int:
        """Looks at all that waits, for a while also at what comes meanwhile; returns how much it was."""
        clock = asyncio.get_running_loop().time
        count, running, until = 0, set[asyncio.Task[None]](), clock() + _GOES_ON
        try:
            while True:
                most = _AT_ONCE - len(running) if clock() < until else 0
                taken = await asyncio.to_thread(self._take, most)
                count += len(taken)
                running |= {asyncio.create_task(self._one(look, source)) for look, source in taken}
                if not running:
                    return count
                done, running = await asyncio.wait(
                    running, timeout=EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
        finally:
            for task in running:
                task.cancel()

    def _take(self, most: int) -> list[tuple[Look, Source | None]]:
        if most < 1:
            return []
        now = self.now()
        with self.database.read() as work:
            if not work.looks.are_waiting(now):
                return []
        with self.database.write() as work:
            taken = work.looks.take(now, most)
            tested = work.sources.many([one.source_id for one in taken if one.source_id])
        return [(one, tested.get(one.source_id or 0)) for one in taken]

    async def _one(self, look: Look, source: Source | None) -> None:
        try:
            async with asyncio.timeout(self.patience):
                found = await self._looked(look, source)
        except TimeoutError:
            found = Findings(trouble=TOO_SLOW)
        except Exception as error:  # noqa: BLE001 - what stands in it may hold the address
            log.error("look.failed", look=look.id, error=type(error).__name__)  # noqa: TRY400
            found = Findings(trouble=UNFORESEEN)
        await asyncio.to_thread(self._tell, look, found)
        self.wake()

    async def _looked(self, look: Look, source: Source | None) -> Findings:
        pauses = await asyncio.to_thread(self._pauses)
        search = Search(self.fetcher, self.parser, self.now, pauses)
        try:
            found = await (search.of(source) if source else search.behind(look.address))
            seen = await judged(found, search, self.limits, _JUDGED)
        finally:
            if pauses.unwritten():
                await asyncio.to_thread(self._pause, pauses)
        return await asyncio.to_thread(self._compared, findings(seen))

    def _pauses(self) -> Pauses:
        """Who asked to be left alone."""
        pauses = Pauses()
        with self.database.read() as work:
            pauses.learn(work.pauses.paused(self.now()))
        return pauses

    def _compared(self, found: Findings) -> Findings:
        """With the hosts of watched sources that what was found looks like: one of them may be forged."""
        with self.database.read() as work:
            hosts = dict.fromkeys(host_of(one.url) for one in work.sources.all())
        places = (
            replace(one, like=next((host for host in hosts if alike(host_of(one.url), host)), ""))
            if one.usable
            else one
            for one in found.places
        )
        return replace(found, places=tuple(places))

    def _pause(self, pauses: Pauses) -> None:
        with self.database.write() as work:
            work.pauses.pause(pauses.unwritten(), self.now())

    def _tell(self, look: Look, found: Findings) -> None:
        now = self.now()
        with self.database.write() as work:
            if work.looks.finish(look.id, found, now):
                answer(work, look, found, now)


def answer(work: Work, look: Look, found: Findings, now: datetime) -> None:
    """Inside a transaction: whoever asked hears that it was looked at; the look holds what was found."""
    asker = work.recipients.get(look.recipient_id)
    if asker is None:
        return
    usable = sum(one.usable for one in found.places)
    counts = {"look": look.id, "found": usable, "rang": sum(one.ringing for one in found.places)}
    tested = work.sources.many([look.source_id]).get(look.source_id) if look.source_id else None
    title = (tested.title or tested.name) if tested else ""
    event = Event(
        EventKind.STAFF,
        now,
        source=tested.name if tested else "",
        title=title,
        state=found.places[0].state if tested and found.places else None,
        detail=LOOKED,
        counts=counts,
    )
    # Made a while ago, as it were: what others are to hear now is not added to it.
    number = work.notices.add(Notice((event,), now - _BEFORE))
    work.deliveries.queue_notice(number, [(asker.id, asker.sender, now)], 0)


def findings(seen: Judged) -> Findings:
    """What was found, as far as an admin is shown it."""
    found = seen.found
    places = tuple(_place(one, seen) for one in found.candidates[:_PLACES])
    return Findings(places, "" if places else found.trouble)


def _place(one: Candidate, seen: Judged) -> Place:
    alerts = seen.alerts.get(one.source.url, ())
    rang = {(alert.statement.title, alert.statement.published): alert for alert in alerts}

    def item(title: str, published: datetime | None) -> Item:
        alert = rang.get((title, published))
        return Item(title[:_TITLE], published, str(alert.statement.alert.urgency) if alert else "")

    newest = latest(one.entries, _SHOWN)
    urgent = sorted(alerts, key=lambda alert: alert.sent, reverse=True)
    return Place(
        url=one.source.url,
        title=one.source.title[:_TITLE],
        kind=one.source.kind,
        state=one.source.state,
        detail=one.source.detail,
        usable=one.usable,
        count=len(one.entries),
        excerpts=one.excerpts,
        newest=one.newest,
        language=seen.languages.get(one.source.url, ""),
        items=tuple(item(entry.title, entry.published) for entry in newest),
        ringing=len(alerts),
        rang=tuple(item(one.statement.title, one.statement.published) for one in urgent[:_SHOWN]),
    )
