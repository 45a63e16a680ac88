"""A source moves for good when its server has said so for days, and never to a less safe place."""

from datetime import timedelta

import pytest

from jobs.steps.moves import back_home, moved
from storage.records import Source
from tests.builders import NOON, a_source

OLD = "http://ngo.example/feed"
NEW = "http://ngo.example/news.xml"


def told(source: Source, *answers: tuple[float, str | None]) -> Source:
    """The source after answers, each so many days after noon, from this place if moved for good."""
    for days, permanent in answers:
        source = moved(source, permanent, NOON + timedelta(days=days))
    return source


def test_three_days_of_one_word() -> None:
    """Not at once, not after two days, then for good."""
    source = told(a_source(url=OLD), (0, NEW), (1, NEW), (2.9, NEW))
    assert (source.address, source.moved_to) == ("", NEW)
    source = told(source, (3, NEW))
    assert (source.url, source.asked, source.moved_to, source.moved_since) == (OLD, NEW, "", None)


@pytest.mark.parametrize("interruption", [None, "http://ngo.example/other"])
def test_any_other_word_begins_anew(interruption: str | None) -> None:
    """A server that changes its mind is not believed yet."""
    source = told(a_source(url=OLD), (0, NEW), (2, interruption), (3, NEW), (5, NEW))
    assert source.address == ""
    assert told(source, (6, NEW)).address == NEW


@pytest.mark.parametrize(
    ("old", "new", "adopted"),
    [
        (OLD, "https://ngo.example/feed", True),
        ("http://ngo.example:80/feed?a=1", "https://ngo.example:443/feed?a=1", True),
        ("http://ngo.example", "https://ngo.example/", True),
        (OLD, "https://www.ngo.example/feed", False),
        (OLD, "https://ngo.example/feed?b", False),
        (OLD, "https://ngo.example:8443/feed", False),
    ],
)
def test_the_same_place_over_https_is_believed_at_once(old: str, new: str, adopted: bool) -> None:
    """Only the scheme may differ: everything else waits its days."""
    assert (told(a_source(url=old), (0, new)).address == new) is adopted


def test_a_move_away_from_https_is_never_followed_for_good() -> None:
    """Whoever listens on the line would choose what we read."""
    safe = "https://ngo.example/feed"
    assert told(a_source(url=safe), *((day, OLD) for day in range(30))).asked == safe


def test_back_home_leaves_the_configured_address() -> None:
    """What an operator wrote is asked again, and nothing is remembered of the move."""
    away = told(a_source(url=OLD), (0, NEW), (3, NEW))
    assert back_home(away) == a_source(url=OLD)
