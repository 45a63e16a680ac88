"""How fast an account may write: the budget is used, and never overrun."""

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.pace import Pace, Place, Slot


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    at: float = 1000.0

    def __call__(self) -> float:
        """What time it is."""
        return self.at


def crowd(address: str) -> Place:
    """As on Telegram: a chat with its topics, a group where the number is negative."""
    chat = address.partition("/")[0]
    return Place(chat, crowd=chat.startswith("-"))


def test_after_a_rest_some_follow_one_another_and_then_each_in_its_turn() -> None:
    """Whoever comes later need not wait for a second that is full."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    assert pace.room() == 10
    for number in range(10):
        pace.leaves(Place(str(number)))
    assert (pace.room(), 0 < pace.wait() < 0.04) == (0, True)
    clock.at += pace.wait()
    assert pace.room() == 1


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(0, 0.2), st.floats(0, 0.5)), min_size=1, max_size=60))
def test_in_no_second_more_are_counted_than_may_be(steps: list[tuple[float, float]]) -> None:
    """However much longer than usual each is on its way before it is counted, and however we stop."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    usual = pace.leaves(Place("1"))
    clock.at += 0.05
    pace.answered(usual)
    clock.at += 2
    earliest: list[float] = []
    latest: list[float] = []
    for pause, answer in steps:
        for _ in range(pace.room()):
            slot = pace.leaves(Place("1"))
            earliest.append(clock.at)
            latest.append(clock.at + answer)
            at, clock.at = clock.at, clock.at + 0.05 + answer
            pace.answered(slot)
            clock.at = at
        clock.at += pause
    for began in latest:
        # One is counted as late as it can be, and all that can be in the second from then on are in it.
        within = [
            early
            for early, late in zip(earliest, latest, strict=True)
            if early < began + 1.0 - 1e-9 and late >= began - 1e-9
        ]
        assert len(within) <= 30


STALLS = st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.05, 6)), max_size=3)
"""When a machine stands still, and for how long."""


@settings(max_examples=40, deadline=None)
@given(ours=STALLS, theirs=STALLS, seed=st.integers(0, 9999), slow=st.floats(0, 0.2))
def test_a_machine_that_stands_still_ours_or_theirs_overruns_nothing(
    ours: list[tuple[float, float]], theirs: list[tuple[float, float]], seed: int, slow: float
) -> None:
    """What has left meanwhile is counted in one moment, and what leaves then comes on top of it."""
    clock, ways = Clock(0.0), random.Random(seed)  # noqa: S311 - to be repeated, not secret
    pace = Pace(30, gap=0, clock=clock)
    counted: list[float] = []
    on_the_way: list[tuple[float, Slot]] = []
    """Not counted yet: by when it has arrived."""
    back: list[tuple[float, Slot]] = []
    while clock.at < 12:
        clock.at += 0.01
        if not _stands_still(theirs, clock.at):
            for one in [one for one in on_the_way if one[0] <= clock.at]:
                on_the_way.remove(one)
                counted.append(clock.at)
                back.append((clock.at + 0.01 + ways.random() * slow, one[1]))
        if not _stands_still(ours, clock.at):
            for one in [one for one in back if one[0] <= clock.at]:
                back.remove(one)
                pace.answered(one[1])
            while not pace.wait_for():
                on_the_way.append((clock.at + 0.01 + ways.random() * slow, pace.leaves(Place("1"))))
    assert all(later - first >= 1.0 - 1e-9 for first, later in zip(counted, counted[30:], strict=False))


def _stands_still(stalls: list[tuple[float, float]], at: float) -> bool:
    return any(began <= at < began + lasts for began, lasts in stalls)


def test_what_is_late_from_the_first_is_late_for_all_we_know() -> None:
    """Over a new connection one is counted at once and another at the last moment: which, nobody knows."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    counted: list[float] = []
    waiting: list[tuple[float, Slot]] = []
    while len(counted) < 60:
        for _ in range(pace.room()):
            waiting.append((clock.at + 0.1, pace.leaves(Place("1"))))
            # Of the first each is counted just before its answer, of the later ones each as it leaves.
            counted.append(clock.at + (0.1 if len(counted) < 30 else 0.0))
        clock.at += 0.01
        while waiting and waiting[0][0] <= clock.at:
            pace.answered(waiting.pop(0)[1])
    counted.sort()
    assert all(later - first >= 1.0 - 1e-9 for first, later in zip(counted, counted[30:], strict=False))


def test_the_budget_is_used() -> None:
    """With answers after 50 ms and turns that take 20, 98 of 100 that may leave in a minute do."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    sent, end = 0, clock.at + 60
    waiting: list[tuple[float, Slot]] = []

    def until(then: float) -> None:
        while waiting and waiting[0][0] <= then:
            clock.at, slot = waiting.pop(0)
            pace.answered(slot)
        clock.at = then

    while clock.at < end:
        for _ in range(pace.room()):
            waiting.append((clock.at + 0.05, pace.leaves(Place("1"))))
            sent += 1
        until(clock.at + 0.02)
        until(clock.at + pace.wait())
        until(clock.at + pace.wait(some=True))
    assert 0.98 * 60 * 30 <= sent <= 60 * 30 + 10


def test_a_chat_gets_one_a_second_with_all_its_topics_and_a_group_twenty_a_minute() -> None:
    """Others are not held up meanwhile."""
    clock = Clock()
    pace = Pace(1000, per_minute=20, place=crowd, clock=clock)
    pace.answered(pace.leaves(crowd("5")))
    assert pace.resting() == {"5"}
    for number in range(20):
        pace.answered(pace.leaves(crowd(f"-7/{number % 2}")))
        assert "-7" in pace.resting()
        clock.at += 1.0
    assert "5" not in pace.resting()
    assert "-7" in pace.resting()
    clock.at += 39.9
    assert "-7" in pace.resting()
    clock.at += 0.2
    assert "-7" not in pace.resting()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=40, max_size=60))
def test_in_no_minute_a_group_is_counted_more_than_twenty_and_in_no_second_two(
    ways: list[tuple[float, float]],
) -> None:
    """However long each is on its way there, and its answer on the way back: where the platform counts."""
    clock = Clock()
    pace = Pace(1000, per_minute=20, place=crowd, clock=clock)
    counted: list[float] = []
    for there, back in ways:
        while pace.resting():
            clock.at += 0.05
        slot = pace.leaves(crowd("-7"))
        counted.append(clock.at + there)
        clock.at += there + back
        pace.answered(slot)
    assert all(later - first >= 1.0 - 1e-9 for first, later in pairwise(counted))
    assert all(later - first > 60 for first, later in zip(counted, counted[20:], strict=False))


def test_a_service_that_writes_to_everybody_for_months_does_not_grow_with_it() -> None:
    """Chats that may be written to again are forgotten."""
    clock = Clock()
    pace = Pace(1e9, per_minute=20, place=crowd, clock=clock)
    for chat in range(20_000):
        pace.answered(pace.leaves(crowd(str(-chat))))
        clock.at += 0.2
    assert len(pace._chats) + len(pace._crowds) < 2_000


def test_some_are_waited_for_together_and_one_never_longer_than_a_tenth_of_a_second() -> None:
    """A turn for each message would be dear; one that is alone waits no longer than a reader would notice."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    while pace.room():
        pace.answered(pace.leaves(Place("1")))
    one, some = pace.wait(), pace.wait(some=True)
    assert 0 < one < some <= 0.1 + 1e-6
    clock.at += some
    assert pace.room() == 2


def test_who_hangs_by_itself_holds_its_place_for_two_seconds_more_and_all_together_hold_everything() -> None:
    """Every tenth without an answer stops no others; thirty in a row may all be on their way."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    began, sent = clock.at, 0
    while clock.at < began + 30:
        clock.at += max(0.001, pace.wait())
        slot = pace.leaves(Place(str(sent)))
        sent += 1
        if sent % 10:
            pace.answered(slot)
    assert sent > 0.75 * 30 * 30
    clock.at += 60
    while not pace.wait():
        pace.leaves(Place("1"))
        clock.at += 0.05
    assert 20 <= len(pace._slots) <= 30
    assert pace.wait() > 20


def test_what_is_never_answered_rests_its_group_for_a_minute_and_some_and_not_for_ever() -> None:
    """Nobody knows when it was counted: as late as an answer can take, and then it is past."""
    clock = Clock()
    pace = Pace(1000, per_minute=20, place=crowd, clock=clock)
    pace.leaves(crowd("-7"))
    for _ in range(14):
        clock.at += 1.0
        pace.answered(pace.leaves(crowd("-7"), answers=True))
    assert pace.wait_in(crowd("-7")) > 60
    clock.at += 26.0
    for _ in range(5):
        pace.answered(pace.leaves(crowd("-7")))
    assert "-7" in pace.resting()
    clock.at += 51.0
    assert "-7" not in pace.resting()
    clock.at += 3600.0
    assert pace.wait_in(crowd("-7")) == 0


@pytest.mark.parametrize("quick", ["call", "answer"])
@pytest.mark.parametrize("per_second", [0.5, 1.0, 1.5, 1.9, 2.0, 3.0, 30.0])
def test_however_slow_an_account_is_neither_calls_nor_answers_wait_for_ever(
    per_second: float, quick: str
) -> None:
    """Fifty people ask all the while, thousands are to be told: both go on, whoever is the quicker."""
    clock = Clock()
    pace = Pace(per_second, gap=0, clock=clock, ahead=50)
    went = {"call": 0, "answer": 0}
    for _ in range(6_000):
        for one in sorted(went, key=lambda one: one != quick):
            if pace.room() if one == "call" else not pace.wait_to_answer():
                pace.answered(pace.leaves(Place(one), answers=one == "answer"))
                went[one] += 1
        clock.at += 0.01
    assert min(went.values()) >= per_second * 60 / 4, went
    assert sum(went.values()) >= per_second * 60 * 0.5, went


@dataclass
class Bucket:
    """A homeserver's limit, as Synapse counts (rc_message): so many at once, then so many a second."""

    clock: Clock
    rate: float = 0.2
    burst: float = 10.0
    tokens: float = 10.0
    since: float = 1000.0

    def takes(self) -> float:
        """0 where it takes a message, else the seconds that it says."""
        self.tokens = min(self.burst, self.tokens + (self.clock.at - self.since) * self.rate)
        self.since = self.clock.at
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


def sent(pace: Pace, clock: Clock, bucket: Bucket, seconds: float) -> tuple[int, int]:
    """How many were taken and refused, with as much to send as may leave."""
    taken = refused = 0
    until, waits = clock.at + seconds, 0.0
    while clock.at < until:
        clock.at = max(clock.at + 0.05, waits)
        for _ in range(min(10, pace.room())):
            slot = pace.leaves(Place(str(taken)))
            told = bucket.takes()
            pace.answered(slot)
            if told:
                refused, waits = refused + 1, clock.at + told
                pace.refused(slot, told)
            else:
                taken += 1
                pace.taken()
    return taken, refused


def test_how_much_a_homeserver_takes_is_learnt_from_what_it_refuses() -> None:
    """A tenth may be refused, what it takes is used; after a rest many go at once."""
    clock = Clock()
    pace, bucket = Pace(50, gap=0, clock=clock, learns=True), Bucket(clock)
    taken, refused = sent(pace, clock, bucket, 1800)
    assert taken >= 0.95 * (10 + 1800 * 0.2)
    assert refused <= 0.1 * taken
    clock.at += 120
    assert 5 <= pace.room() <= 10
    bucket.rate, bucket.burst = 100.0, 100.0
    sent(pace, clock, bucket, 600)
    assert sent(pace, clock, bucket, 10)[0] > 400, "the limit was lifted"


def test_who_does_not_learn_keeps_to_what_was_set() -> None:
    """Telegram's limits are known; a refusal there is the chat's as often as the account's."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    pace.refused(pace.leaves(Place("1")), 3600)
    clock.at += 2
    assert pace.room() == 10
