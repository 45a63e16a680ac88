"""The step that reads a feed against feedparser, on one core: all entries new, one new, none new."""

import io
from collections.abc import Callable
from datetime import datetime

import feedparser

from benchmarks.material import ENTRIES, feed
from benchmarks.measure import Row, Turn, on_one_core
from jobs.steps.parse import parse_feed

PEER = "feedparser, one core"
_FEEDS = 20
_ROUNDS = 7
_HEADERS = {"content-type": "application/rss+xml; charset=utf-8"}
_URL = "https://site.example/feed/"


def peer(bodies: list[bytes]) -> int:
    """The peer as it comes."""
    for body in bodies:
        assert len(feedparser.parse(io.BytesIO(body), response_headers=_HEADERS).entries) == ENTRIES
    return len(bodies)


def rows(now: datetime) -> list[Row]:
    """Measures. Each round takes every kind in turn, so that the machine's noise falls on each alike."""
    old, new = ([feed(n, now, newer=newer) for n in range(_FEEDS)] for newer in (0, 1))
    earlier, latest = ([parse_feed(body, _HEADERS, _URL, now).marks for body in part] for part in (old, new))
    known = {20: [b""] * _FEEDS, 1: earlier, 0: latest}

    def ours(left: int) -> Callable[[], int]:
        def run() -> int:
            for body, marks in zip(new, known[left], strict=True):
                assert len(parse_feed(body, _HEADERS, _URL, now, marks).entries) == left
            return len(new)

        return run

    theirs: list[Turn] = []
    turns: dict[int, list[Turn]] = {left: [] for left in known}
    for _ in range(_ROUNDS):
        theirs.append(on_one_core(lambda: peer(new)))
        for left, found in turns.items():
            found.append(on_one_core(ours(left)))
    return [
        Row("parse step, 1 new among 20", PEER, turns[1], theirs, 7, by_processor=True),
        Row("parse step, none new", PEER, turns[0], theirs, by_processor=True),
        Row("parse step, all 20 new", PEER, turns[20], theirs, by_processor=True),
    ]
