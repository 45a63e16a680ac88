"""Gives every entry of one poll a uid of its own that stays the same as long as the item does."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from jobs.steps.links import bare
from storage.records import Entry

_LONGEST = 300

_LADDER: tuple[Callable[[Entry], str], ...] = (
    # What tells two items apart, the most lasting first: a text is edited more often than a link.
    lambda entry: bare(entry.url) if entry.url else "",
    lambda entry: entry.title,
    lambda entry: entry.published.isoformat() if entry.published else "",
    lambda entry: entry.text,
)


def with_uids(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries with final uids, in their order; exact repetitions appear once.

    `uid` on the way in is the feed's own id or "". An id that is the only one of its kind is kept.
    Items that share an id, or have none, are told apart by link, then title, then date, then text:
    as little as is needed, so that an edited text does not make a new item.
    """
    return unseen([(b"", entry) for entry in entries], ())


def unseen(marked: Iterable[tuple[bytes, Entry | None]], seen: Collection[bytes]) -> tuple[Entry, ...]:
    """The same without the entries whose mark is in `seen`; they count where siblings are told apart."""
    pairs = [(mark, entry) for mark, entry in marked if entry]
    kept: dict[str, tuple[bytes, Entry]] = {}
    for uid, (mark, entry) in zip(_uids([entry for _, entry in pairs]), pairs, strict=True):
        kept.setdefault(uid, (mark, replace(entry, uid=uid)))
    return tuple(entry for mark, entry in kept.values() if mark not in seen)


def _uids(entries: Sequence[Entry]) -> list[str]:
    """The final uid of each entry, beside it; exact repetitions have the same."""
    uids: dict[int, str] = {}
    groups: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        groups[entry.uid].append(index)
    for own, members in groups.items():
        if own and len(members) == 1:
            uids[members[0]] = own if len(own) <= _LONGEST else _digest([own])
        else:
            _refine(entries, members, [own], uids)
    return [uids[index] for index in range(len(entries))]


def _refine(entries: Sequence[Entry], members: list[int], known: list[str], uids: dict[int, str]) -> None:
    """Split `members` rung by rung until each stands alone or nothing is left to tell them apart."""
    waiting = [(members, known, 0)]
    while waiting:
        group, key, rung = waiting.pop()
        parts: dict[str, list[int]] = defaultdict(list)
        for index in group:
            parts[_LADDER[rung](entries[index])].append(index)
        for value, part in parts.items():
            longer = [*key, value]
            # An empty value tells nothing, unless the ladder ends: an item must not rest on it.
            if rung + 1 < len(_LADDER) and (len(part) > 1 or not value):
                waiting.append((part, longer, rung + 1))
            else:
                uids.update(dict.fromkeys(part, _digest(longer)))


def _digest(parts: list[str]) -> str:
    return "vigil:" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
