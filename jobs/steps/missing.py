"""Tells which known items a source has taken out of its list, from those that only made room for new ones."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from storage.records import Entry

_OLDER = 3
"""Older items that must still be listed: lists drop the oldest, and one or two may be pinned for good."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Known(Protocol):
    """Of a known entry what is looked for in a list."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def uid(self) -> str:
        """Its id at the source."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def published(self) -> datetime | None:
        """When it was, as its source says."""

    @property
    def fetched(self) -> datetime | None:
        """When it was met."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What an answer shows of the items that are known."""

    missing: tuple[Known, ...] = ()
    """Taken out, as far as the list alone can tell."""
    doubtful: tuple[Known, ...] = ()
    """Off the list, and perhaps only to make room: their own pages have to tell."""
    back: tuple[int, ...] = ()
    """Numbers of those that are shown again although they were found gone."""


def listed(
    known: Sequence[Known], gone: Collection[int], here: Collection[str], body: bytes, fewer: int = 0
) -> Listed:
    """Compares the source's newest known items with an answer that is whole.

    `gone` are the numbers of those that were found gone before, `here` the uids that the answer was
    seen to hold; what was left out when it was read is looked for in its `body`. The list is by `fewer`
    items shorter than it was: what makes room for news makes no list shorter.
    """
    signs = tuple(sign for sign in _SIGNS if sign.encode() in body)
    present = {entry.id for entry in known if entry.uid in here or _stands_in(entry, body, signs)}
    back = tuple(entry.id for entry in known if entry.id in present and entry.id in gone)
    absent = sorted(
        (entry for entry in known if entry.id not in present and entry.id not in gone), key=_age, reverse=True
    )
    order = {entry.id: place for place, entry in enumerate(sorted(known, key=_age))}
    places = sorted(order[number] for number in present)
    missing, doubtful = [], []
    for nth, entry in enumerate(absent):
        older = sum(place < order[entry.id] for place in places)
        if older >= _OLDER or (older and nth < fewer):
            missing.append(entry)
        elif older or (places and nth < fewer):
            doubtful.append(entry)
    return Listed(tuple(missing), tuple(doubtful), back)


def _age(entry: Known) -> tuple[datetime, int]:
    return (entry.published or entry.fetched or _LONG_AGO, entry.id)


def is_named(entry: Entry, body: bytes) -> bool:
    """Whether an answer holds the entry's id as one: what was known by its bytes was not read again."""
    forms = [form.encode("utf-8", "replace") for form in _forms([entry.uid])]
    return any(
        before + form + after in body for form in forms for before, after in _AROUND_AN_ID if form in body
    )


_AROUND_AN_ID = ((b">", b"<"), (b"CDATA[", b"]"), (b'"', b'"'))
"""What stands around an id in RSS, Atom and JSON: a short one may stand anywhere."""


def _stands_in(entry: Known, body: bytes, signs: Collection[str]) -> bool:
    """Whether id or address stand there, in a way of writing whose signs do: to look takes long."""
    absent: list[str] = []
    for form in _forms((entry.url, entry.uid), signs):
        if any(one in form for one in absent):
            continue  # as an id that begins with the address
        if form.encode("utf-8", "replace") in body:
            return True
        absent.append(form)
    return False


_SIGNS = ("&amp;", "&#038;", "\\/")
"""What stands for an ampersand or a stroke where a feed writes them otherwise."""


def _forms(texts: Iterable[str], signs: Collection[str] = _SIGNS) -> Iterable[str]:
    """Ways in which a feed may write an id or an address; one that we made ourselves is in none."""
    for text in texts:
        if not text or text.startswith("vigil:"):
            continue
        yield text
        for sign in signs:
            plain = "/" if sign.endswith("/") else "&"
            if plain in text:
                yield text.replace(plain, sign)
