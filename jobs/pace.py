"""How fast one account may write: over all chats, to one chat, and to one crowd of people."""

import math
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_LATE = 0.5
"""Seconds on the way, beyond the usual, that we allow for where refusals teach us."""
_OVERTAKEN = 2.0
"""If another was answered that left so many seconds later, one hangs by itself: it must not hold up all.

If all stand still no more leave than may be counted in one moment, and they leave within less than that. A
packet that was lost has been sent again by then.
"""
_LONGEST = 30.0
"""Seconds after which it was counted for sure, or never will be, even where no answer came."""
_SURE = 0.002
"""Seconds that a clock may be read too early."""
_TRIPS = 100
_ROUNDS = 20
"""The shortest of so many rounds of so many answers tells how long the way takes at least.

A few seconds of them would not: while a machine is busy every way is long, and then it is not any more.
"""
_BELOW = 4.0
"""The least of n sums of two even ways lies √(2/n) of their spread above the least; thrice, to be sure."""
_KNOWN = 40
"""Of fewer answers the shortest way is not known: the first go over connections that are only being made."""
_SHARE = 15
"""Of a second's messages this part is waited for, where more are to leave: a turn for each would be dear."""
_BURST = 1 / 3
"""Of a second's messages so many may follow one another at once after a rest."""
_MINUTE = 60.0
_UNLIMITED = 10_000
"""Messages a second from which on they are not counted."""
_FEW = 500
_ANSWERS = (0.8, 0.5)
"""So much of a second may be answers to people, when nothing else is sent, and when something is."""
_TURN = 0.5
"""Seconds that an answer leaves to the sender after another one, where only one may leave at a time."""
_IN_A_ROW = 2
"""Answers that may follow one another in a chat: short bursts pass (FAQ), and a person waits."""
_LEFT_TO_ALERTS = 5
"""Of a crowd's minute so many are not used for answers."""
_FALLS, _RISES = 0.8, 1.015
"""What becomes of a rate that is learnt, when the platform refuses a message, and when it takes one."""
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a platform counts: a chat with all of its topics; a crowd has a limit of its own."""

    chat: str
    crowd: bool = False


def each_its_own(address: str) -> Place:
    """Where nothing else is known, every address is a chat."""
    return Place(address)


@dataclass(slots=True)
class Slot:
    """One message on its way: when it left, and until when it counts among those of a second."""

    left: float
    counts_until: float
    """As late as it can be until it is answered, or overtaken."""
    place: Place = Place("")
    counted: float | None = None
    """By when the platform had counted it for sure; None until it answers."""
    answers: bool = False
    """Whether it answers a person, who waits for it."""

    def counted_by(self, now: float) -> float:
        """The latest moment, as far as is known now, at which the platform counted it."""
        return min(now, self.left + _LONGEST) if self.counted is None else self.counted


@dataclass(slots=True)
class Pace:
    """At most `per_second` messages in any second, one to the same chat every `gap` seconds.

    `per_minute`, where it is not 0, is the most to a crowd in any minute. What counts is when the
    platform counts: between a message's leaving and its answer. Over all chats, the shortest way there and
    back is the same for all; by what one took longer it may have been counted later, and so much longer it
    holds its place, however long that is: a machine that stands still, ours or theirs, overruns nothing. In
    one chat, where one goes after the other, time runs from the answer: the next may not even leave before.
    Times are of the monotonic clock.

    Who sends claims a moment before (`claimed`), and lets each leave when `wait_for` says so: then nothing
    of a second is lost to what lies between.

    Answers to people share the budget and go first (`jobs.answers`), up to a part of it; below two messages a
    second they take turns with what is sent.
    """

    per_second: float
    gap: float = 1.0
    per_minute: int = 0
    place: Callable[[str], Place] = each_its_own
    clock: Callable[[], float] = time.monotonic
    learns: bool = False
    """Whether `per_second` is the most only, and what the platform takes is learnt from its answers."""
    ahead: int = 0
    """Answers that wait for nothing but the account's budget."""
    claimed: int = 0
    """Messages that are about to leave, each in its moment."""
    _slots: deque[Slot] = field(default_factory=deque)
    """Those that left last, as many as may leave in a second."""
    _full_at: float = 0.0
    """When the allowance for a burst is whole again."""
    _chats: dict[str, float] = field(default_factory=dict)
    """From when on each may be written to."""
    _rows: dict[str, float] = field(default_factory=dict)
    """When in each as many answers may follow one another as ever."""
    _crowds: dict[str, deque[Slot]] = field(default_factory=dict)
    """Those that went to each crowd last, as many as may in a minute."""
    _most: int = _FEW
    _trips: deque[float] = field(default_factory=lambda: deque(maxlen=_TRIPS))
    """Seconds that the last answers took."""
    _least: deque[float] = field(default_factory=lambda: deque(maxlen=_ROUNDS))
    """The fewest that one took, in each of the last rounds."""
    _known: int = 0
    """Answers that tell of it."""
    _rate: float = 0.0
    """Messages a second, as far as it has been learnt."""
    _burst: float = 0.0
    _row: int | None = 0
    """Messages that were taken since the last rest; None where one was refused since."""
    _fell: float = -1.0
    """When a message was refused last that had left after the one before."""

    def __post_init__(self) -> None:
        self._rate, self._burst = self.per_second, max(1.0, self.per_second * _BURST)

    def room(self, within: float = 0.0) -> int:
        """How many messages may leave within so many seconds, beside those that are claimed."""
        now = self.clock()
        then = now + within
        saved = self._burst - max(0.0, self._full_at - then) * self._rate
        counted = sum(slot.counts_until > then for slot in self._slots)
        if self._is_one_by_one():
            kept = min(self.ahead, int(not self._answered_last()))
        else:
            kept = min(self.ahead, self._most_answers(now) - len(self._answers(now)))
        free = int(min(saved + 1e-6, self._in_a_second() - counted))
        return max(0, free - max(0, kept) - self.claimed)

    def wait(self, *, some: bool = False) -> float:
        """Seconds until at least one more may leave than is claimed, or `some` worth a turn of their own."""
        few = max(1, int(self._rate / _SHARE)) if some and self.per_second < _UNLIMITED else 1
        return self.wait_for(few + self.claimed)

    def wait_for(self, few: int = 1) -> float:
        """Seconds until so many may leave, as far as is known now."""
        now = self.clock()
        saved = self._full_at - (self._burst - few) / self._rate - now
        most = max(1, int(self._in_a_second()) - few + 1)
        counted = sorted(slot.counts_until for slot in self._slots if slot.counts_until > now)
        window = counted[-most] - now if len(counted) >= most else 0.0
        return max(0.0, saved, window)

    def wait_in(self, place: Place) -> float:
        """Seconds until an answer may leave as far as its own chat goes."""
        now = self.clock()
        row = self._rows.get(place.chat, 0.0) - (_IN_A_ROW - 1) * self.gap - now
        crowd, most = self._crowds.get(place.chat), self.per_minute - _LEFT_TO_ALERTS
        if not (place.crowd and crowd and 0 < most <= len(crowd)):
            return max(0.0, row)
        return max(0.0, row, crowd[-most].counted_by(now) + _MINUTE + _SURE - now)

    def wait_to_answer(self) -> float:
        """Seconds until an answer may leave as far as the account goes."""
        now = self.clock()
        if self._is_one_by_one():
            turn = max(self._full_at, self._slots[-1].counts_until) + _TURN if self._answered_last() else 0.0
            return max(self.wait_for(), turn - now)
        answers = self._answers(now)
        most = self._most_answers(now)
        share = answers[-most].counts_until - now if len(answers) >= most else 0.0
        return max(self.wait_for(), share)

    def refused(self, slot: Slot, seconds: float) -> None:
        """The platform took the message not at all, as too much was sent: again in so many seconds, it said.

        Synapse says when it will have saved one message (rc_message), so that at its limit one in so many
        seconds is its rate. What had left before the last refusal tells nothing new.
        """
        if not self.learns or slot.left <= self._fell:
            return
        self._fell = self.clock()
        if self._row is not None:
            self._burst = min(self._burst, max(1.0, self._row))
        told = 1 / seconds if seconds else self._rate
        self._rate = max(_LEAST, min(self._rate * _FALLS, told))
        self._full_at, self._row = self._fell + self._burst / self._rate, None

    def taken(self) -> None:
        """The platform took a message: perhaps it takes more."""
        if self.learns:
            self._row = None if self._row is None else self._row + 1
            self._rate = min(self.per_second, self._rate * _RISES)

    def _in_a_second(self) -> float:
        return max(1.0, self._rate, self._burst if self.learns else 0.0)

    def _is_one_by_one(self) -> bool:
        """Whether there is no part to be left to anybody: they take turns."""
        return self.per_second < 2

    def _answered_last(self) -> bool:
        return bool(self._slots) and self._slots[-1].answers

    def _answers(self, now: float) -> list[Slot]:
        return [slot for slot in self._slots if slot.answers and slot.counts_until > now]

    def _most_answers(self, now: float) -> int:
        is_sending = any(not slot.answers and slot.counts_until > now for slot in self._slots)
        return max(1, int(self.per_second * _ANSWERS[is_sending]))

    def leaves(self, place: Place, *, answers: bool = False) -> Slot:
        """A message leaves for this place."""
        now = self.clock()
        slot = Slot(now, now + 1.0 + (_LATE if self.learns else _LONGEST), place, answers=answers)
        self._rows[place.chat] = max(self._rows.get(place.chat, 0.0), now) + self.gap
        while self._slots and self._is_past(self._slots[0], now):
            self._slots.popleft()
        if self.per_second < _UNLIMITED:
            self._slots.append(slot)
        self._row = 0 if self._full_at <= now else self._row
        self._full_at = max(self._full_at, now) + 1 / self._rate
        if place.crowd and self.per_minute:
            crowd = self._crowds.setdefault(place.chat, deque())
            crowd.append(slot)
            while len(crowd) > self.per_minute:
                crowd.popleft()
        self._rest(slot, now)
        if len(self._chats) + len(self._rows) + len(self._crowds) > self._most:
            self._forget(now)
        return slot

    def answered(self, slot: Slot) -> None:
        """The platform answered: it had counted the message by now."""
        slot.counted = now = self.clock()
        self._rest(slot, now)
        took = now - slot.left
        beyond = max(0.0, took - self._usual(took)) if self.per_second < _UNLIMITED else 0.0
        slot.counts_until = slot.left + 1.0 + (min(_LATE, beyond) if self.learns else beyond) + _SURE
        for other in self._slots:
            if other.counted is None and other.left + _OVERTAKEN <= slot.left:
                other.counts_until = min(other.counts_until, now + 1.0)

    def _usual(self, took: float) -> float:
        """The fewest seconds that the way there and back takes, as far as is known; and one more is known.

        Fewer than any took so far: of two the one may be as quick on its way there as the other was on its
        way back. The more are known, and the more alike they are, the less there is below them.
        """
        usual = 0.0
        if self._known >= _KNOWN:
            least = min(self._least)
            below = (
                (statistics.median(self._trips) - least)
                * _BELOW
                / math.sqrt(min(self._known, _TRIPS * _ROUNDS))
            )
            usual = max(0.0, least - max(0.0, below))
        if self._known % _TRIPS == 0:
            self._least.append(took)
        self._least[-1] = min(took, self._least[-1])
        self._trips.append(took)
        self._known += 1
        return usual

    @staticmethod
    def _is_past(slot: Slot, now: float) -> bool:
        """Whether it counts no more, and never will again: one that hangs does once it is answered."""
        return slot.counts_until <= now and (slot.counted is not None or slot.left + _LONGEST <= now)

    def remember(self, sent: Iterable[tuple[Place, Sequence[float]]]) -> None:
        """What an earlier program sent to crowds: to each, in one or several topics, how many seconds ago."""
        now, ages = self.clock(), dict[Place, list[float]]()
        for place, some in sent:
            if place.crowd and self.per_minute and place.chat not in self._crowds:
                ages.setdefault(place, []).extend(some)
        for place, some in ages.items():
            crowd = self._crowds.setdefault(place.chat, deque())
            for age in sorted(some, reverse=True)[-self.per_minute :]:
                slot = Slot(now - age, now - age, place, counted=now - age)
                crowd.append(slot)
                self._rest(slot, now - age)

    def resting(self) -> frozenset[str]:
        """The chats that may not be written to yet."""
        now = self.clock()
        return frozenset(chat for chat, at in self._chats.items() if at > now)

    def _rest(self, slot: Slot, now: float) -> None:
        """From `now` on, the latest at which it was counted, its chat is left alone as long as it must be."""
        place = slot.place
        if self.gap:
            self._chats[place.chat] = now + self.gap
        crowd = self._crowds.get(place.chat)
        if crowd and len(crowd) == self.per_minute:
            self._chats[place.chat] = max(now + self.gap, crowd[0].counted_by(now) + _MINUTE + _SURE)

    def _forget(self, now: float) -> None:
        self._chats = {chat: at for chat, at in self._chats.items() if at > now}
        self._rows = {chat: at for chat, at in self._rows.items() if at > now}
        since = now - _MINUTE
        self._crowds = {chat: past for chat, past in self._crowds.items() if past[-1].counted_by(now) > since}
        self._most = 2 * (len(self._chats) + len(self._rows) + len(self._crowds)) + _FEW
