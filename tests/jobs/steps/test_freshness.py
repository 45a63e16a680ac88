"""Due times keep what was promised to subscribers and what was asked for by servers."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.freshness import fresh_for, hints_of, later, next_due
from storage.records import Source
from storage.words import SourceState
from tests.builders import NOON, a_source
from tests.feeds import rss

LUCK = st.floats(0, 1, exclude_max=True)
EVERY = st.integers(60, 30 * 86400)


def polled(every: int = 600, late: float = 0.0) -> Source:
    """A source that was polled before and was due `late` seconds ago."""
    return a_source(every=every, last_polled=NOON, next_due=NOON - timedelta(seconds=late))


@given(EVERY, st.floats(0, 1e9), st.floats(0, 1e6), LUCK)
def test_every_is_an_upper_bound_and_never_a_hurry(
    every: int, fresh: float, late: float, luck: float
) -> None:
    """Whatever a server says: after a fifth of `every` at the soonest, before its end always."""
    wait = (next_due(polled(every, late), fresh, NOON, luck) - NOON).total_seconds()
    assert every * 0.19 <= wait <= every


@given(LUCK)
def test_on_time_means_within_the_last_tenth(luck: float) -> None:
    """Chance spreads the polls a little, and only to the early side."""
    assert 540 <= (next_due(polled(), 0, NOON, luck) - NOON).total_seconds() <= 600


@pytest.mark.parametrize(("fresh", "soonest"), [(0, 540), (570, 570), (600, 588), (2_592_000, 588)])
def test_a_hint_moves_the_poll_to_the_end_of_what_was_promised(fresh: float, soonest: float) -> None:
    """Asking a cache for what it holds brings nothing; asking later than promised breaks a promise."""
    assert next_due(polled(), fresh, NOON, 0.0) == NOON + timedelta(seconds=soonest)


def test_the_load_is_flat_one_round_after_a_start_with_everything_due() -> None:
    """10,000 sources at ten minutes, all asked within ten seconds: from the next round on 17 a second.

    The worst second of the nine rounds is told by the failure; 50 is three times the mean.
    """
    luck = Random(4).random  # noqa: S311 - drawn the same each time
    load: Counter[int] = Counter()
    for number in range(10_000):
        source = a_source(every=600)
        now = NOON + timedelta(seconds=number / 1000)
        while now < NOON + timedelta(hours=1.5):
            source = replace(source, last_polled=now, next_due=next_due(source, 0, now, luck()))
            assert source.next_due is not None
            now = source.next_due
            load[int((now - NOON).total_seconds())] += 1
    steady = [count for second, count in load.items() if second >= 600]
    assert max(steady) <= 50


@given(st.integers(1, 10_000), st.floats(0, 1e9), LUCK, st.sampled_from(SourceState), EVERY)
def test_no_failure_ends_the_watch(
    failures: int, pause: float, luck: float, state: SourceState, every: int
) -> None:
    """However it fails and whatever it asks: the next poll is set, within a week or its own beat."""
    source = a_source(every=every, failures=failures, state=state)
    due = later(source, NOON, pause, luck)
    assert NOON < due <= NOON + max(timedelta(days=7), timedelta(seconds=1.1 * every))


@given(st.floats(0, 86400), LUCK, st.integers(1, 50), EVERY)
def test_a_pause_is_never_cut_short(pause: float, luck: float, failures: int, every: int) -> None:
    """What a server asks for, up to a day, it gets."""
    source = a_source(every=every, failures=failures, state=SourceState.THROTTLED)
    assert later(source, NOON, pause, luck) >= NOON + timedelta(seconds=pause) - timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=300"}, 300),
        ({"cache-control": 'private, Max-Age="300"', "age": "100"}, 200),
        ({"cache-control": "s-maxage=900, max-age=60"}, 60),
        ({"cache-control": "max-age=300, no-cache"}, 0),
        ({"cache-control": "no-store", "expires": "Tue, 10 Mar 2026 13:00:00 GMT"}, 0),
        ({"expires": "Tue, 10 Mar 2026 13:00:00 GMT"}, 3600),
        (
            {
                "expires": "Tue, 10 Mar 2026 13:00:00 GMT",
                "date": "Tue, 10 Mar 2026 12:30:00 GMT",
                "age": "60",
            },
            1740,
        ),
        ({"cache-control": "max-age=10", "expires": "Tue, 10 Mar 2026 13:00:00 GMT"}, 10),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"cache-control": "max-age=-5"}, 0),
        ({"cache-control": "max-age=soon", "age": "often"}, 0),
    ],
)
def test_freshness_as_http_tells_it(headers: dict[str, str], seconds: float) -> None:
    """RFC 9111: max-age before Expires, both less the age in a cache; nonsense says nothing."""
    assert fresh_for(headers, {}, NOON) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "age", "date"]), st.text(max_size=40)))
def test_no_header_field_breaks_a_poll(headers: dict[str, str]) -> None:
    """A hostile field is as good as none."""
    assert fresh_for(headers, {}, NOON) >= 0


@pytest.mark.parametrize(
    ("channel", "hints"),
    [
        ("", {}),
        ("<ttl>60</ttl>", {"ttl": [3600]}),
        ("<ttl> 15\n</ttl>", {"ttl": [900]}),
        ("<ttl>never</ttl>", {}),
        (
            "<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency> 2 </sy:updateFrequency>",
            {"ttl": [1800]},
        ),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", {"ttl": [86400]}),
        ("<sy:updatePeriod>always</sy:updatePeriod>", {}),
        ("<skipHours><hour>0</hour> <hour>24</hour><hour>5</hour></skipHours>", {"skip_hours": [0, 5]}),
        (
            "<skipDays><day>Sunday</day><day>monday</day><day>Someday</day></skipDays>",
            {"skip_days": [0, 6]},
        ),
        ("<item><ttl>60</ttl></item>", {}),
    ],
)
def test_hints_of_a_feed(channel: str, hints: dict[str, list[int]]) -> None:
    """What RSS 2.0 and mod_syndication say of the channel, and nothing that an item says."""
    assert hints_of(rss().replace("<channel>", f"<channel>{channel}").encode()) == hints


def test_skipped_hours_last_until_the_first_that_is_not() -> None:
    """At noon of a Tuesday, with the afternoon and Wednesday skipped, until Thursday morning."""
    at = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
    assert fresh_for({}, {"skip_hours": [12, 13, 14]}, at) == 2.5 * 3600
    assert fresh_for({}, {"skip_hours": list(range(12, 24)), "skip_days": [2]}, at) == 35.5 * 3600
    assert fresh_for({}, {"skip_hours": list(range(24))}, at) == 0
    assert fresh_for({}, {"ttl": [7200], "skip_hours": [12]}, at) == 7200


@given(st.binary(max_size=300))
def test_no_body_breaks_the_hints(body: bytes) -> None:
    """Anything may arrive in place of a feed."""
    assert isinstance(hints_of(body), dict)


def test_an_element_that_never_ends_is_looked_at_once() -> None:
    """Only the first counts, and only near its beginning."""
    assert hints_of(b"<rss><skipHours>" * 4_000 + b"<hour>3</hour></skipHours>") == {}
    assert hints_of(b"<rss><skipHours><hour>3</hour></skipHours>" * 4_000) == {"skip_hours": [3]}
