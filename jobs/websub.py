"""Keeps subscriptions with the hubs that sources name, and takes what they push (W3C WebSub).

poll -> hub -> wanted -> asked -> verified -> active -> push -> the same entries as by a poll
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

import structlog

from jobs.fetch import Fetched, Fetcher, FetchError, retry_after
from jobs.poll import Polled, Poller
from jobs.steps import websub
from jobs.steps.clean import line
from jobs.steps.parsed import NotAFeed
from storage.database import Database, now_utc
from storage.records import Source
from storage.remembered import Subscription
from storage.words import SubscriptionState

log = structlog.get_logger()

PATH = "/websub/"
"""Where hubs reach us, below the public address; the token follows."""
_AT_ONCE = 20
_PATIENCE = 8.0
"""Seconds in which a push is kept before it is answered; hubs wait for ten or more."""
_BETWEEN_PINGS = timedelta(seconds=30)
"""A hub may not make us ask a publisher more often than this."""
_TOLD = frozenset(10**power for power in range(12))
_luck = Random().random  # noqa: S311 - spreads requests, protects nothing


class Receipt(StrEnum):
    """What a hub is answered to a push."""

    TAKEN = "taken"
    """Durable: kept, or at least the source is due to be asked, whatever happens to us now."""
    IGNORED = "ignored"
    """Not signed as it should be: the hub, or whoever it was, learns nothing of that."""
    GONE = "gone"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Push:
    """One content distribution request (7), as it came."""

    body: bytes
    content_type: str = ""
    signature: str = ""
    """The X-Hub-Signature field."""


@dataclass(frozen=True, slots=True)
class Question:
    """One verification of intent, or denial (5.2, 5.3), as it came."""

    mode: str
    topic: str
    challenge: str = ""
    lease: str = ""
    reason: str = ""


@dataclass(slots=True)
class Subscriber:
    """Subscribes with one fetcher, and hands what is pushed to one poller.

    `base` is our public address, without a slash at its end. `in_clear` lets hubs be asked over http:
    for tests. `noticed` is called with what became of each push, `brought` with what it brought.
    """

    database: Database
    fetcher: Fetcher
    poller: Poller
    base: str
    in_clear: bool = False
    clock: Callable[[], datetime] = now_utc
    patience: float = _PATIENCE
    between: timedelta = _BETWEEN_PINGS
    noticed: Callable[[Receipt], None] = lambda _receipt: None
    brought: Callable[[Polled], None] = lambda _polled: None
    _forged: Counter[int] = field(default_factory=Counter)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _asking: set[int] = field(default_factory=set)
    _again: set[int] = field(default_factory=set)
    _pinged: dict[int, datetime] = field(default_factory=dict)

    async def close(self) -> None:
        """Ends what is still under way; it is made good at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What we ask hubs for

    async def tend(self, now: datetime) -> None:
        """Asks the hubs whose time has come: for the first time, again, anew, or no longer to push."""
        asked = await asyncio.to_thread(self._plan, now)
        await asyncio.gather(*(self._ask(one, mode) for one, mode in asked))

    def _plan(self, now: datetime) -> list[tuple[Subscription, str]]:
        """What to ask, written down before it is: a hub may verify before it has answered."""
        with self.database.read() as work:
            if not work.subscriptions.unsettled(self.base, now):
                return []
        asked = []
        with self.database.write() as work:
            known = work.subscriptions
            known.lock()
            for one in known.unwanted():
                known.save(websub.leaving(one, now))
            for one in known.elsewhere(self.base):
                known.save(websub.rebased(one, self.base, now))
            for source in work.sources.many(known.lacking()).values():
                known.add(websub.wanted(source, self.base, *_credentials(), now))
            for one in known.due(now, _AT_ONCE):
                after, mode = websub.step(one, now, _luck())
                if after is None:
                    known.remove(one.id)
                    continue
                known.save(after)
                asked.append((after, mode))
        return asked

    async def _ask(self, one: Subscription, mode: str) -> None:
        form = {
            "hub.callback": f"{one.base}{PATH}{one.token}",
            "hub.mode": mode,
            "hub.topic": one.topic,
            # Of PubSubHubbub 0.3: hubs of that age, as many a WordPress has one, refuse to do without it.
            "hub.verify": "async",
        }
        if mode == websub.SUBSCRIBE:
            form["hub.lease_seconds"] = str(int(websub.LEASE_WISHED.total_seconds()))
            form["hub.secret"] = one.secret
        try:
            answer = await self.fetcher.post(self._safe(one.hub), form)
        except FetchError as error:
            await asyncio.to_thread(self._refused, one, error.detail, {})
        else:
            if not 200 <= answer.status < 300:
                await asyncio.to_thread(self._refused, one, f"HTTP {answer.status}", answer.headers)

    def _safe(self, hub: str) -> str:
        """The hub by https, even where it is named by http: the secret travels with the question."""
        return hub if self.in_clear else hub.replace("http://", "https://", 1)

    def _refused(self, one: Subscription, why: str, headers: Mapping[str, str]) -> None:
        now = self.clock()
        with self.database.write() as work:
            current = work.subscriptions.by_token(one.token)
            if current is None or current.asked != one.asked:
                return  # the hub has verified it, or denied it, for all that
            work.subscriptions.save(websub.refused(current, why, now, _luck(), retry_after(headers, now)))
            name = _name(work.sources.many([one.source_id]), one)
        log.info("websub.refused", source=name, why=why, failures=one.failures + 1)

    # What hubs ask us

    async def confirms(self, token: str, question: Question) -> bool:
        """Whether we did ask for it. What follows from a yes is done by `settle`, once it was said."""
        return await asyncio.to_thread(self._confirms, token, question)

    async def settle(self, token: str, question: Question) -> None:
        """The hub has our yes, or has told us its no."""
        await asyncio.to_thread(self._settle, token, question)

    def _confirms(self, token: str, question: Question) -> bool:
        with self.database.read() as work:
            known = work.subscriptions.by_token(token)
        if known is None or not (question.challenge or question.mode == websub.DENIED):
            return False
        return websub.confirms(known, question.mode, question.topic)

    def _settle(self, token: str, question: Question) -> None:
        now = self.clock()
        with self.database.write() as work:
            known = work.subscriptions.by_token(token)
            if known is None or not websub.confirms(known, question.mode, question.topic):
                return  # settled otherwise since it was asked
            name = _name(work.sources.many([known.source_id]), known)
            if question.mode == websub.UNSUBSCRIBE:
                work.subscriptions.remove(known.id)
            elif question.mode == websub.DENIED:
                after = websub.denied(known, line(question.reason)[:200], now, _luck())
                work.subscriptions.save(after)
            else:
                after = websub.subscribed(known, question.lease, now, _luck())
                work.subscriptions.save(after)
        if question.mode == websub.UNSUBSCRIBE:
            log.info("websub.ended", source=name)
        elif question.mode == websub.DENIED:
            log.warning("websub.denied", source=name, reason=after.detail)
        elif known.state is not SubscriptionState.ACTIVE:
            log.info("websub.active", source=name, until=after.lease_until and after.lease_until.isoformat())

    # What hubs push

    async def receive(self, token: str, push: Push) -> Receipt:
        """Takes a push. TAKEN means that it is durable: the entries are, or that the source is due."""
        receipt = await self._receive(token, push)
        self.noticed(receipt)
        return receipt

    async def expects(self, token: str) -> bool:
        """Whether a push to this token would be looked at."""
        return await asyncio.to_thread(self._find, token) is not None

    async def _receive(self, token: str, push: Push) -> Receipt:
        try:
            found = await asyncio.to_thread(self._find, token)
        except Exception:
            log.exception("websub.not_kept")
            return Receipt.LATER
        if found is None:
            return Receipt.GONE
        known, source = found
        if not websub.signed(push.body, push.signature, known.secret):
            self._tell_forged(source)
            return Receipt.IGNORED
        if source.halted:
            return Receipt.IGNORED
        if not push.body.strip():
            return await self._due(source)
        task = self._start(self._take(source, known, push))
        done, _ = await asyncio.wait({task}, timeout=self.patience)
        # What takes longer goes on; should it be cut short, the source itself is asked.
        return Receipt.TAKEN if done and task.result() else await self._due(source)

    def _find(self, token: str) -> tuple[Subscription, Source] | None:
        with self.database.read() as work:
            known = work.subscriptions.by_token(token)
            if known is None or not websub.takes(known):
                return None
            return known, work.sources.many([known.source_id])[known.source_id]

    async def _take(self, source: Source, known: Subscription, push: Push) -> bool:
        """True when all that was pushed is kept, and nothing is left to ask the publisher."""
        answer = Fetched(known.topic, known.topic, 200, {"content-type": push.content_type}, push.body)
        try:
            polled, changed = await self.poller.pushed(source, answer, self.clock())
        except NotAFeed as error:
            log.info("websub.unreadable", source=source.name, detail=error.detail)
            return False
        except Exception:
            # Whatever it is, the source itself will be asked.
            log.exception("websub.not_kept", source=source.name)
            return False
        self.brought(polled)
        log.info("websub.pushed", source=source.name, new=polled.new)
        return not changed

    async def _due(self, source: Source) -> Receipt:
        """The source is asked at once, but not too often; that it is due is written down first."""
        wait = self._wait(source.id)
        try:
            await asyncio.to_thread(self._write_due, source.id, self.clock() + wait)
        except Exception:
            log.exception("websub.not_kept", source=source.name)
            return Receipt.LATER
        if source.id in self._asking:
            self._again.add(source.id)
        else:
            self._asking.add(source.id)
            self._start(self._ask_publisher(source.id))
        return Receipt.TAKEN

    def _wait(self, source_id: int) -> timedelta:
        """How long ago the last poll for the sake of a push has to be yet."""
        last = self._pinged.get(source_id)
        return timedelta() if last is None else max(timedelta(), last + self.between - self.clock())

    async def _ask_publisher(self, source_id: int) -> None:
        """A poll of its own: one that is under way may have asked before there was news."""
        try:
            while True:
                await asyncio.sleep(self._wait(source_id).total_seconds())
                self._again.discard(source_id)
                self._pinged[source_id] = self.clock()
                source = await asyncio.to_thread(self._source, source_id)
                await self.poller.one(source, self.clock())
                if source_id not in self._again:
                    return
        finally:
            self._asking.discard(source_id)

    def _write_due(self, source_id: int, moment: datetime) -> None:
        with self.database.write() as work:
            work.sources.due_by(source_id, moment)

    def _source(self, source_id: int) -> Source:
        with self.database.read() as work:
            return work.sources.many([source_id])[source_id]

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _tell_forged(self, source: Source) -> None:
        """The first, the tenth, the hundredth: whoever forges pushes must not fill the disk."""
        self._forged[source.id] += 1
        times = self._forged[source.id]
        if times in _TOLD:
            log.warning("websub.forged", source=source.name, times=times)


def _credentials() -> tuple[str, str]:
    """A token and a secret: unguessable, and far shorter than the 200 bytes that a hub must take (5.1)."""
    return secrets.token_urlsafe(32), secrets.token_urlsafe(32)


def _name(found: dict[int, Source], one: Subscription) -> str:
    source = found.get(one.source_id)
    return source.name if source else ""
