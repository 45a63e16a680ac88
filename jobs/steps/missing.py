"""Tells which known items a source has taken out of its list, from those that only made room for new ones."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.records import Entry

_OLDER = 3
"""Older items that must still be listed: lists drop the oldest, and one or two may be pinned for good."""
_MOST = 3
"""Items that vanish at once at most: more are rather another software, another list or a hijacker."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """What an answer shows of the items that are known, as their numbers."""

    missing: tuple[Entry, ...] = ()
    """Taken out, as far as the list alone can tell."""
    back: tuple[int, ...] = ()
    """Shown again although they were found gone."""


def listed(known: Sequence[Entry], gone: Collection[int], here: Collection[str], body: bytes) -> Listed:
    """Compares the source's newest known items with an answer that is whole.

    `gone` are the numbers of those that were found gone before, `here` the uids that the answer was
    seen to hold; what was left out when it was read is looked for in its `body`.
    """
    present = {entry.id for entry in known if entry.uid in here or _stands_in(entry, body)}
    back = tuple(entry.id for entry in known if entry.id in present and entry.id in gone)
    absent = [entry for entry in known if entry.id not in present and entry.id not in gone]
    order = {entry.id: place for place, entry in enumerate(sorted(known, key=_age))}
    places = [order[number] for number in present]
    missing = [entry for entry in absent if sum(place < order[entry.id] for place in places) >= _OLDER]
    return Listed(tuple(missing) if len(missing) <= _MOST else (), back)


def _age(entry: Entry) -> tuple[datetime, int]:
    return (entry.published or entry.fetched or _LONG_AGO, entry.id)


def _stands_in(entry: Entry, body: bytes) -> bool:
    return any(form.encode("utf-8", "replace") in body for form in _forms((entry.uid, entry.url)))


def _forms(texts: Iterable[str]) -> Iterable[str]:
    """Ways in which a feed may write an id or an address; one that we made ourselves is in none."""
    for text in texts:
        if not text or text.startswith("vigil:"):
            continue
        yield text
        if "&" in text:
            yield text.replace("&", "&amp;")
            yield text.replace("&", "&#038;")
        if "/" in text:
            yield text.replace("/", "\\/")
