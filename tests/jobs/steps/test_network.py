"""Our own network is to blame when nothing at all answers, and not before."""

from datetime import timedelta

from jobs.steps.network import is_down
from storage.records import Source
from tests.builders import NOON, a_source

MINUTE = timedelta(minutes=1)


def lost(number: int, *, since: timedelta = 8 * MINUTE, asked: timedelta = MINUTE, host: str = "") -> Source:
    """A source whose host has given no answer for so long, and was last asked so long ago."""
    url = f"https://{host or f'host-{number}'}.example/feed"
    return a_source(name=f"s{number}", url=url, unreached_since=NOON - since, last_polled=NOON - asked)


def test_when_half_of_the_sources_are_tried_in_vain_it_is_our_network() -> None:
    """On two hosts at least, for some minutes, with no answer from anybody since."""
    four = [lost(number) for number in range(4)]
    answered = NOON - 10 * MINUTE
    assert is_down(four, 8, answered, NOON)
    assert is_down(four, 4, None, NOON), "nothing ever answered"
    assert not is_down(four, 9, answered, NOON), "too few to tell"
    assert not is_down(four, 8, NOON - MINUTE, NOON), "somebody answered after they were asked"
    assert not is_down([lost(n, since=4 * MINUTE) for n in range(4)], 4, answered, NOON), "too short"
    assert not is_down([lost(n, host="one") for n in range(4)], 4, answered, NOON), "one host"
    assert not is_down([], 0, None, NOON)


def test_a_source_that_was_dead_before_is_no_witness() -> None:
    """It was not asked since the others last answered."""
    dead = [lost(number, since=timedelta(days=30), asked=timedelta(hours=5)) for number in range(3)]
    assert not is_down([*dead, lost(9)], 4, NOON - 10 * MINUTE, NOON)
