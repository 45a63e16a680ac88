"""Gives every entry of one poll a uid of its own that stays the same as long as the item does."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
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
    uids: dict[int, str] = {}
    groups: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        groups[entry.uid].append(index)
    for own, members in groups.items():
        if own and len(members) == 1:
            uids[members[0]] = own if len(own) <= _LONGEST else _digest([own])
        else:
            _refine(entries, members, [own], uids)
    kept: dict[str, Entry] = {}
    for index, entry in enumerate(entries):
        kept.setdefault(uids[index], replace(entry, uid=uids[index]))
    return tuple(kept.values())


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
