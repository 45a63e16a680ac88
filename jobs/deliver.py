"""Sends what is queued in a stream, most pressing first: nobody who is slow holds up anybody else."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from jobs.account import Account
from jobs.amend import Change
from jobs.errands import Errand, Finished, Room, Turn
from jobs.leaving import AHEAD, Gate, Giving, TakenOver
from jobs.ledger import NOBODY, Ledger
from jobs.ledger import NoKey as NoKey  # noqa: PLC0414 - whoever runs a deliverer takes it from here
from jobs.manner import manner_of
from jobs.notices import Admins
from jobs.outcome import Outcome, RetryLater, Sent, Uncertain
from jobs.pace import Pace, Slot
from jobs.removals import Erase
from jobs.renewals import Renewed
from jobs.voice import Voice
from storage.database import Database
from storage.people import Notice

log = structlog.get_logger()

MOST_AT_ONCE = 100
"""Messages under way at a time."""
_CAREFUL = 10
"""Of these in the beginning, and more only as answers come: who falls silent has taken so many, not all.

Where a repetition is recognised nothing is lost to silence, and all of them may leave.
"""
STOP_WITHIN = 3.0
"""Seconds that messages under way have to arrive when we are told to stop."""
_LOOK = 0.25
"""Seconds until we look again for what was queued meanwhile, while something else is waited for."""
_GATHER = 0.1
"""Seconds that an answer waits, at most, to be written down together with the next attempts."""
_BREATH = 0.01
"""Seconds between two turns while messages are under way: what comes back meanwhile shares a transaction."""


class NotAlone(Exception):
    """The lock of this sender was lost, and another one may send by now: to be asked for anew."""


@dataclass(slots=True)
class Deliverer:
    """Empties the queue of one transport. To be run by the one holder of the transport's sender lock.

    Each turn is one transaction (`jobs.ledger`): what has been answered is written down, and as many
    attempts are counted as may be made this instant. So what is most pressing goes next, whenever it
    came, and an attempt that is counted is made.
    """

    database: Database
    voice: Voice
    pace: Pace
    now: Callable[[], datetime]
    beat: Callable[[], None] = lambda: None
    """Called with every step forward: whoever watches us knows that we are not hung."""
    admins: Admins = NOBODY
    """Who hears of what was refused, or came too late."""
    most: int = MOST_AT_ONCE
    alone: Callable[[], bool] = lambda: True
    """Whether the sender lock is held still."""
    at: str = ""
    """This program, as an operator would look for it."""
    noticed: Callable[[Finished], None] = lambda _: None
    """Called with each answer, once it is written down."""
    goes: Callable[[], bool] = lambda: False
    """Whether another program is to send here: then no more leaves, and what is under way arrives first."""
    _with_pictures: bool = False
    """Whether what left last had a picture, which goes as a message of its own."""
    account: Account = field(default_factory=Account)
    _held: dict[int, datetime] = field(default_factory=dict)
    """Recipients whom the platform told us to leave alone, and until when."""
    _limited: dict[str, datetime] = field(default_factory=dict)
    """Their chats: others may be topics of the same."""
    _known: dict[str, set[int]] = field(default_factory=dict)
    """The recipients of each chat that rests."""
    _under_way: dict[asyncio.Task[None], Errand] = field(default_factory=dict)
    _window: int = _CAREFUL
    _is_by_window: bool = False
    """Whether it was the window, and not the pace, that said how many may leave."""
    _is_full: bool = False
    """Whether more could have left, had more answers come."""
    _asking: asyncio.Task[None] | None = None
    """The question whether the platform is there."""
    _finished: list[Finished] = field(default_factory=list)
    _unsent: list[Errand] = field(default_factory=list)
    """Claimed, and never left."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _is_over: bool = False
    """Whether the lock was lost: what is claimed leaves no more."""
    _ledger: Ledger = field(init=False)
    _gate: Gate = field(init=False)
    _giving: Giving = field(init=False)

    def __post_init__(self) -> None:
        self._giving = Giving(self.goes)
        self._gate = Gate(self.pace, self._waits, self.alone)
        self._ledger = Ledger(
            self.database,
            self.voice.name,
            self.now,
            self.voice.remembers,
            self.pace.place,
            self.admins,
            self.voice.changes,
            self.alone,
            self.at,
            self.noticed,
        )

    def recover(self) -> int:
        """Settles what was being sent when the last sender was stopped; returns how many there were."""
        found, known = self._ledger.recover()
        self.account.begin(known.waits_until, known.away_since)
        self._limited = self._ledger.resting()
        self.pace.remember(self._ledger.lately())
        return found

    def rests(self) -> float:
        """Seconds until the first of those that told us to wait may be written to again; 0 for nobody."""
        now = self.now()
        told = [*self._held.values(), self.account.next_at(now) or now]
        return min(((at - now).total_seconds() for at in told if at > now), default=0.0)

    async def drain(self) -> int:
        """Sends everything that is due; returns how many messages were attempted.

        Ends as well once another program is to send here, with nothing under way.
        Raises NoKey once the database has a key that we do not have, NotAlone once the lock is lost; what is
        under way then is written down as far as it arrives.
        """
        attempted, self._window = 0, self.most if self.voice.remembers else _CAREFUL
        try:
            while True:
                if self._finished or not self._under_way:
                    self.beat()  # while all that is under way hangs, there is no step forward
                self._ask()
                attempted -= await self._put_back()
                room, began = self._room(), time.monotonic()
                turn = await self._turn(room)
                if not turn.is_alone:
                    self._is_over = True
                    raise NotAlone
                if room.most and not turn.looked and self.account.nobody_else(self.now()):
                    continue
                attempted += len(turn.errands)
                for errand in turn.errands:
                    self._set_out(errand, began)
                for chat, recipient in turn.skipped:
                    if chat in self._limited:
                        self._held[recipient] = self._limited[chat]
                    else:
                        self._known.setdefault(chat, set()).add(recipient)
                self._is_full = self._is_by_window and turn.looked >= room.most
                idle = not (self._under_way or self._finished or turn.looked or self._asking)
                if idle and (self.goes() or self._is_paused() or not await self._is_any_due(room)):
                    break
                await self._something(exhausted=turn.looked < room.most)
            self.account.nothing_waits(self.now())
            return attempted
        finally:
            await self._end()

    def _is_paused(self) -> bool:
        return self.account.is_paused(self.now())

    def _waits(self) -> bool:
        """Whether nothing may leave for anybody."""
        is_going = self._giving.waits(self._under_way)
        return self._is_over or self._asking is not None or self._is_paused() or is_going

    def _ask(self) -> None:
        """Asks whether the platform is there, where that is in doubt: a message might be lost to it."""
        if self._asking is None and self.account.asks(self.now()):
            self._asking = asyncio.create_task(self._pinged())
            self._asking.add_done_callback(lambda _: self._news.set())

    async def _pinged(self) -> None:
        try:
            outcome = await self.voice.ping()
        except Exception:
            log.exception("deliver.fault", transport=self.voice.name)
            outcome = Uncertain("fault in Vigil while asking: see the log")
        now = self.now()
        if wait := self.account.told(outcome, now):
            self._say_away(outcome, now + timedelta(seconds=wait), now)
        self._asking = None

    def _say_away(self, outcome: Outcome, until: datetime, now: datetime) -> None:
        why, wait = getattr(outcome, "detail", ""), round((until - now).total_seconds())
        log.warning("deliver.away", transport=self.voice.name, why=why, again_in=wait)

    def _room(self) -> Room:
        """What may leave now: nothing while the account must wait."""
        now = self.now()
        self._held = {key: until for key, until in self._held.items() if until > now}
        self._limited = {chat: until for chat, until in self._limited.items() if until > now}
        busy = {errand.place.chat for errand in self._under_way.values()} | self.pace.resting()
        busy |= self._limited.keys()
        self._known = {chat: ids for chat, ids in self._known.items() if chat in busy}
        without = set(self._held).union(*self._known.values())
        room = self.pace.room(AHEAD)
        if self._with_pictures:  # each of them is two messages
            room = min(room, max(1, room // 2))
        free = self._most() - len(self._under_way)
        self._is_by_window = free <= room
        most = min(free, room)
        return Room(0 if self._waits() else max(0, most), without | self.account.left_out(now), busy)

    def _most(self) -> int:
        """Messages that may be under way together."""
        return 1 if self.account.tries_one(self.now()) else min(self.most, self._window)

    async def _is_any_due(self, room: Room) -> bool:
        """Whether something waits for a chat that only rests, or is there now."""
        if not room.most:
            return True
        resting = set(room.without) - set(self._held) - self.account.left_out(self.now())
        return bool(resting) and await asyncio.to_thread(self._ledger.is_due, resting)

    def _set_out(self, errand: Errand, began: float) -> None:
        self._with_pictures = errand.messages > 1
        self._known.setdefault(errand.place.chat, set()).add(errand.recipient.id)
        task = asyncio.create_task(self._send(errand, began))
        self._under_way[task] = errand
        self._gate.claim(task, errand.messages)
        task.add_done_callback(self._is_back)

    def _is_back(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._gate.let_go(task)
        self._news.set()

    async def _put_back(self) -> int:
        """What was claimed and never left waits as before; returns how many did."""
        unsent, self._unsent = self._unsent, []
        try:
            if unsent:
                await asyncio.to_thread(self._ledger.put_back, unsent)
        except Exception:
            self._unsent += unsent
            log.exception("deliver.not_put_back", transport=self.voice.name, messages=len(unsent))
        except asyncio.CancelledError:
            self._unsent += unsent
            raise
        return len(unsent) - len(self._unsent)

    async def _send(self, errand: Errand, began: float) -> None:
        try:
            slots = await self._gate.passes(errand.place, errand.messages, began)
        except TakenOver:
            log.warning("deliver.held_back", transport=self.voice.name, delivery=errand.number)
            self._unsent.append(errand)
            return
        except asyncio.CancelledError:
            self._unsent.append(errand)
            raise
        if slots:
            await self._goes(errand, slots)
        else:
            self._unsent.append(errand)

    async def _goes(self, errand: Errand, slots: tuple[Slot, ...]) -> None:
        now = self.now()
        left = self.account.leaves(now)
        try:
            outcome = await self._said(errand, now)
        except Exception:
            # The message may have left; only the log knows why no answer was understood.
            log.exception("deliver.fault", transport=self.voice.name, delivery=errand.number)
            outcome = Uncertain("fault in Vigil while sending: see the log")
        finally:  # who was broken off on the way holds its place no longer
            for slot in slots:
                self.pace.answered(slot)
        self._learn(slots[-1], outcome)
        at, paused = self.now(), self._is_paused()
        outcome = self.account.answered(errand, outcome, at, left)
        if self._is_paused() and not paused and self.account.paused_until:
            self._say_away(outcome, self.account.paused_until, at)
        if isinstance(outcome, Uncertain):
            self._window = min(self._window, _CAREFUL)
        elif self._is_full:
            self._window = min(self.most, self._window + 1)
        if isinstance(outcome, RetryLater) and outcome.seconds and not outcome.everyone:
            self._rests(errand.recipient.id, errand.place.chat, at + timedelta(seconds=outcome.seconds))
        for recipient, (chat, until) in self.account.resting.items():
            self._rests(recipient, chat, until)
        self._finished.append(Finished(errand, outcome, at))

    def _learn(self, slot: Slot, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            self.pace.taken()
        elif isinstance(outcome, RetryLater) and not outcome.guessed:
            self.pace.refused(slot, outcome.seconds)

    def _rests(self, recipient: int, chat: str, until: datetime) -> None:
        self._held[recipient] = self._limited[chat] = until

    async def _said(self, errand: Errand, now: datetime) -> Outcome:
        if isinstance(errand.matter, Notice):
            return await self.voice.notify(errand.matter, errand.recipient, errand.key, now)
        if isinstance(errand.matter, Change):
            return await self.voice.amend(errand.matter.told, errand.recipient, now)
        if isinstance(errand.matter, Erase):
            return await self.voice.erase(errand.matter.told, errand.recipient, now)
        if isinstance(errand.matter, Renewed):
            found = errand.matter
            return await self.voice.renew(found.notice, errand.recipient, found.wish.reference, errand.key)
        manner = await manner_of(self.database, errand.matter, errand.deliveries)
        manner = replace(manner, plain=errand.is_refused)
        return await self.voice.tell(errand.matter, errand.recipient, errand.key, now, manner)

    def _room_in(self, *, some: bool = False) -> float:
        return max(0.0, self.pace.wait(some=some) - AHEAD)

    async def _something(self, *, exhausted: bool) -> None:
        """Until there is something to do: answers, room for another message, or perhaps something new."""
        full = len(self._under_way) >= self._most()
        wait = _LOOK if exhausted or full or self._is_paused() else min(_LOOK, self._room_in())
        self._news.clear()
        if wait and not self._finished:
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                return
        if self._under_way:  # others may be on their way back: they are written down together
            room = self._room_in(some=True)
            await asyncio.sleep(min(_GATHER, room) if room and not (exhausted or full) else _BREATH)

    async def _turn(self, room: Room) -> Turn:
        """One transaction, again and again while the database is busy.

        What happened is written first then, each answer by itself: one that cannot be keeps back no other.
        """
        for pause in (0.1, 0.5, 2.0, 10.0):
            try:
                return await self._uninterrupted(room)
            except NoKey:
                raise
            except Exception:
                log.exception("deliver.not_written", outcomes=len(self._finished), again_in=pause)
                await asyncio.sleep(pause)
                await self._written_apart()
                room = Room()
        finished, self._finished = self._finished, []
        for one in finished:
            log.error("deliver.left_sending", delivery=one.errand.number, settled_at="the next start")
        return Turn()

    async def _uninterrupted(self, room: Room) -> Turn:
        """A stop in the middle of it sends nothing, and leaves nothing as being sent."""
        finished, self._finished = self._finished, []
        standing = self.account.standing(self.now())
        running = asyncio.ensure_future(asyncio.to_thread(self._ledger.turn, finished, room, standing))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            if running.exception():
                self._finished = [*finished, *self._finished]
            elif running.result().errands:
                await asyncio.to_thread(self._ledger.put_back, running.result().errands)
            raise
        except Exception:
            self._finished = [*finished, *self._finished]
            raise

    async def _written_apart(self) -> None:
        finished, self._finished = self._finished, []
        running = asyncio.ensure_future(asyncio.to_thread(self._ledger.apart, finished))
        try:
            await asyncio.shield(running)
        finally:
            await asyncio.wait([running])
            left = finished if running.exception() else running.result()
            self._finished = [*left, *self._finished]

    async def _end(self) -> None:
        """What is under way has a moment to arrive, and is written down."""
        if self._asking:
            self._asking.cancel()
            self._asking = None
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_WITHIN)
            left = tuple(self._under_way)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        await self._put_back()
        if self._finished:
            await self._turn(Room())
