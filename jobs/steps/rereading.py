"""When the page behind a recent entry is asked for again, and whether what it says then is an edit.

A feed of excerpts, or a list of links, is as it was when the page behind one of its items is edited: nothing
tells of it but the page itself.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from jobs.steps.document import Document
from jobs.steps.edits import words
from jobs.steps.links import bare
from storage.records import Entry
from storage.remembered import Reread

_AFTER = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 300, 1440, 4320))
"""When after it was first read: most corrections come soon, and after three days few do."""
_NOT_THERE = timedelta(hours=1)
"""When a page that was not there is asked for once more: a site at work on itself is back by then."""
_STILL_NOT_THERE = timedelta(days=7)
"""When one that is not there is looked for after that, for a month."""
_MOST_LOOKS = 9
_SPREAD = 0.2
"""By how much of a wait it may be longer, so that what came at once does not come at once again."""
_NUMBER = re.compile(r"\d")
_COUNTER = 14
"""Bytes of its letters up to which a line with a number only counts or dates: "1,204 views", "12 March"."""
_SHARE = 3
"""A page is still the same as long as one of so many of its lines stands there."""


def begun(read: Reread, now: datetime, luck: float) -> Reread:
    """A page that was read now for the first time, with when it is asked for again."""
    return looked(replace(read, looks=-1), now, luck)


def looked(known: Reread, now: datetime, luck: float) -> Reread:
    """The page after it was asked for once more, and when it is next; `luck` is a chance in [0, 1)."""
    looks = known.looks + 1
    if known.missed == 1 and looks <= len(_AFTER):
        return replace(known, looks=looks, due=now + _NOT_THERE * (1 + _SPREAD * luck))
    if looks >= len(_AFTER):
        waits = known.missed and looks < _MOST_LOOKS
        return replace(
            known, looks=looks, due=now + _STILL_NOT_THERE * (1 + _SPREAD * luck) if waits else None
        )
    wait = _AFTER[looks] - (_AFTER[looks - 1] if looks else timedelta())
    return replace(known, looks=looks, due=now + wait * (1 + _SPREAD * luck))


def digest(text: str) -> str:
    """By which what a page says is known again."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def is_own(url: str, home: str) -> bool:
    """Whether a link may lead to a page of its entry's own: neither the list at `home` nor a front page."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query) and bare(url) != bare(home)


def is_shared(entry: Entry, newest: Iterable[Entry]) -> bool:
    """Whether another entry leads to the same page: then it is neither's own."""
    return any(one.id != entry.id and bare(one.url) == bare(entry.url) for one in newest)


def titles(entry: Entry, newest: Iterable[Entry]) -> set[str]:
    """The titles of other entries, as words: pages list them beside their own matter."""
    return {words(one.title) for one in newest if one.id != entry.id} - {words(entry.title), ""}


def without(page: Document, other: Collection[str]) -> Document:
    """The page less the lines that are titles of others: they come and go, and say nothing of this one."""
    lines = (line for line in page.text.split("\n") if words(line) not in other)
    return replace(page, text="\n".join(lines).strip())


def is_same(entry: Entry, page: Document) -> bool:
    """Whether the page is still that of the entry, and no notice, login or front page in its place."""
    title = words(entry.title)
    if title and title in words(f"{page.title}\n{page.text}"):
        return True
    was = _lines(entry.text)
    return bool(was) and len(was & _lines(page.text)) * _SHARE >= len(was)


def is_edited(before: str, after: str, other: Collection[str] = ()) -> bool:
    """Whether a line came or went that says something: no counter or date alone, and no title of another."""
    return any(line not in other for line in _lines(before) ^ _lines(after))


def _lines(text: str) -> set[str]:
    return {said for line in text.split("\n") if (said := words(line)) and not _counts(said)}


def _counts(line: str) -> bool:
    if not _NUMBER.search(line):
        return False
    letters = "".join(filter(str.isalpha, line))
    return len(letters.encode("utf-8", "replace")) <= _COUNTER
