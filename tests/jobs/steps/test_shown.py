"""Reading an answer in one go: items, digests, and what the whole ones say."""

from dataclasses import replace
from datetime import datetime

import pytest

from jobs.steps.edits import marked
from jobs.steps.parsed import NotAFeed
from jobs.steps.shown import is_whole, parse_answer, read_answer
from jobs.steps.understand import NOT_UNDERSTOOD, understand_all, understand_entry
from storage.records import Entry, Source, Statement
from storage.words import SourceKind
from tests.builders import NOON, a_source, an_entry
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST

URL = "http://127.0.0.1/feed"
HEADERS = {"content-type": "application/rss+xml; charset=utf-8"}
BODY = rss(item(*CALL, NOON, "1"), item("More", "It begins so […]", NOON, "2", "http://127.0.0.1/2")).encode()


def test_what_is_shown_whole_is_understood_along_with_the_reading() -> None:
    """By the same steps as when it is asked for by itself; what shows only a beginning waits for its page."""
    source = a_source()
    shown = read_answer(BODY, HEADERS, URL, source, NOON)
    parsed = parse_answer(BODY, HEADERS, URL, source, NOON)
    assert shown.parsed.entries == tuple(marked(entry, source) for entry in parsed.entries)
    assert shown.parsed.marks == parsed.marks
    assert [is_whole(entry) for entry in shown.parsed.entries] == [True, False]
    assert shown.understood == understand_all(shown.parsed.entries[:1], source, NOON)
    assert shown.understood[0].statement.alert.urgent


def test_what_was_shown_before_is_neither_listed_nor_understood() -> None:
    """The marks of the last answer leave nothing of it."""
    marks = read_answer(BODY, HEADERS, URL, a_source(), NOON).parsed.marks
    shown = read_answer(BODY, HEADERS, URL, a_source(marks=marks), NOON)
    assert (shown.parsed.entries, shown.understood) == ((), ())


def test_a_long_archive_is_understood_in_parts() -> None:
    """One answer must not take longer than a worker may: the rest is asked for in jobs of its own."""
    body = rss(*(item(f"{POST[0]} {n}", POST[1], NOON, str(n)) for n in range(90))).encode()
    shown = read_answer(body, HEADERS, URL, a_source(), NOON)
    assert len(shown.parsed.entries) == 90
    assert 0 < len(shown.understood) < 90


def test_one_that_cannot_be_read_leaves_the_others() -> None:
    """Its fault goes on in a note, beside what the others say."""

    def fails(entry: Entry, source: Source, now: datetime) -> Statement:
        if entry.uid == "1":
            raise ValueError("a fault")
        return understand_entry(entry, source, now)

    body = rss(item(*CALL, NOON, "1"), item(*POST, NOON, "2")).encode()
    first, second = read_answer(body, HEADERS, URL, a_source(), NOON, fails).understood
    assert first.entry.note.startswith(NOT_UNDERSTOOD)
    assert first.statement.title == CALL[0]
    assert not second.entry.note


def test_a_page_is_read_by_its_selectors_and_a_feed_as_a_feed() -> None:
    """The configured kind decides, not what came."""
    page = b"<html><body><ul><li><a href='/1'>Nine refugees face return</a></li></ul></body></html>"
    found = read_answer(
        page,
        {"content-type": "text/html"},
        URL,
        a_source(kind=SourceKind.PAGE, selectors={"item": "li"}),
        NOON,
    )
    assert [entry.title for entry in found.parsed.entries] == ["Nine refugees face return"]
    with pytest.raises(NotAFeed):
        read_answer(page, {"content-type": "text/html"}, URL, a_source(), NOON)


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ({}, True),
        ({"excerpt": True}, True),  # there is no page to read
        ({"excerpt": True, "url": "http://127.0.0.1/1"}, False),
        ({"enclosures": ("http://127.0.0.1/1.pdf",)}, False),
    ],
)
def test_what_has_more_to_read_elsewhere_is_not_whole(given: dict[str, object], whole: bool) -> None:
    """It would be understood twice."""
    assert is_whole(replace(an_entry(), **given)) is whole  # type: ignore[arg-type]  # names of fields
