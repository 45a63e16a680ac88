"""Feeds of every family, each with what a careful reader takes from it in the file beside it.

`NAME.expected.json` says: `state` (ok, degraded, not a feed) and the `words` in which an admin is
told why; the address it came `from`, where that matters; and of every entry its title, url, text
(its beginning) and what else there is. A `uid` is given where the publisher's own must be kept; every
entry has one. A `published` without an hour is a day. `updated` is given where the feed tells the two
apart. Anything else that is absent must be absent.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.steps.parse import NotAFeed, Parsed, parse_feed
from storage.records import Entry
from tests.builders import NOON
from tests.data import pairs

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
PAIRS = pairs(FEEDS)
URL = "https://site.example/board/rss.php"


def state_of(body: bytes, url: str) -> tuple[str, str, Parsed]:
    """The state of the answer, why, and what was in it."""
    try:
        parsed = parse_feed(body, {}, url, NOON)
    except NotAFeed as error:
        return "not a feed", error.detail, Parsed(())
    return "degraded" if parsed.degraded else "ok", parsed.degraded, parsed


def as_expected(entry: Entry, expected: dict[str, Any]) -> dict[str, Any]:
    """The entry in the words of the files: as much of its text as they give, and its uid if they do."""
    day = f"{entry.published:%Y-%m-%d}" if entry.published else ""
    told = {
        "uid": entry.uid if "uid" in expected else "",
        "title": entry.title,
        "url": entry.url,
        "published": day if entry.date_only else moment(entry.published),
        "updated": moment(entry.updated) if "updated" in expected else "",
        "language": entry.language,
        "text": entry.text[: len(expected["text"])],
        "enclosures": list(entry.enclosures),
    }
    return {name: value for name, value in told.items() if value}


def moment(at: datetime | None) -> str:
    """A time as the files write it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""


@pytest.mark.parametrize("feed", PAIRS, ids=lambda path: path.stem)
def test_a_feed_is_read_as_a_careful_reader_would(feed: Path) -> None:
    """State, words, language and every entry come out as the file beside the feed says."""
    expected = json.loads(PAIRS[feed].read_text(encoding="utf-8"))
    state, words, parsed = state_of(feed.read_bytes(), expected.get("from", URL))
    assert state == expected["state"]
    assert expected.get("words", "") in words
    assert bool(words) == ("words" in expected)
    assert (parsed.title, parsed.language) == (expected.get("title", ""), expected.get("language", ""))
    entries = expected.get("entries", [])
    assert [as_expected(*pair) for pair in zip(parsed.entries, entries, strict=True)] == entries
    uids = [entry.uid for entry in parsed.entries]
    assert all(uids)
    assert len(set(uids)) == len(uids)
