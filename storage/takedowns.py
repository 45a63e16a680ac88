"""Takes a statement down for somebody's safety: its words go, a stone stays, and it does not come back.

What stays of it is its number, its kind and its case, and digests by which the same item is known again
wherever it is shown: of its id at its source, of its address where that is its own, of its words where
there are enough of them to tell. What only resembles it is known by further marks (`storage.likeness`).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.compact import text_of
from storage.likeness import Trace, address_of, common, is_much, is_run, marks_of, own_mark, runs_of
from storage.reach import given_up
from storage.records import Entry
from storage.tables.archive import cases, demands, statement_countries, statements, takedowns
from storage.tables.log import alerts, deliveries
from storage.tables.watch import entries, rereads, sources
from storage.words import DeliveryState

_NOTHING_SAID: dict[str, Any] = {
    **dict.fromkeys(("title", "text", "url", "language", "voices", "external_id"), ""),
    **dict.fromkeys(("date_written", "date_posted", "deadline", "packed")),
    **dict.fromkeys(("urgent", "deferred"), False),
}
"""What is left of a statement."""
_NOTHING_PUBLISHED: dict[str, Any] = {
    **dict.fromkeys(("title", "url", "text", "note", "shown", "fingerprint"), ""),
    "enclosures": [],
    "again_at": None,
}
"""What is left of its entry."""
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
_TELLING = 60
"""Characters that no two items share by chance."""
_AT_ONCE = 400
_BESIDE = 200
"""Other items of the source that are looked at for what it writes below all of them."""
_BELOW_ALL = 3
"""In so many of them a run of words is the site's and tells nothing."""


_ANY = sa.select(takedowns.c.digest).limit(1)


class Takedowns:
    """Questions about what was taken down, and the taking down itself."""

    def __init__(self, connection: Connection, additions: Additions, trace: Trace) -> None:
        self._connection = connection
        self._additions = additions
        self._trace = trace

    def withheld(self, source: str, shown: Collection[Entry]) -> set[str]:
        """The uids of those items of a source that were taken down, under whatever name they come."""
        if not shown or not self._is_any():
            return set()
        of = {entry.uid: set(digests(source, entry)) for entry in shown}
        known = self._known(set().union(*of.values()))
        return {uid for uid, all_of_it in of.items() if all_of_it & known.keys()}

    def _is_any(self) -> bool:
        return self._additions.once(
            _ANY, ("takedowns",), lambda: self._connection.execute(_ANY).first() is not None
        )

    def resembling(self, shown: Collection[Entry]) -> dict[str, int]:
        """The uids of those items that are much the same as what was taken down, with its number or 0.

        At its address with other questions, or with long runs of its words, whatever stands around them.
        """
        if not shown or not self._is_any():
            return {}
        found: dict[str, int] = {}
        for entry in shown:
            marks, runs = marks_of(entry.url, entry.text, self._trace), runs_of([entry.text], self._trace)
            known = self._known(marks | runs)
            shared = Counter(number for mark, number in known.items() if is_run(mark))
            number, count = shared.most_common(1)[0] if shared else (0, 0)
            direct = [number for mark, number in known.items() if not is_run(mark)]
            if direct or is_much(count, len(runs)):
                found[entry.uid] = direct[0] if direct else number
        return found

    def forget_likeness(self, statement_id: int) -> int:
        """What only resembles this statement is taken in from now on. Returns how many marks go."""
        gone = sa.delete(takedowns).where(
            takedowns.c.statement_id == statement_id,
            sa.or_(takedowns.c.digest.startswith("~"), takedowns.c.digest.startswith("=")),
        )
        return self._connection.execute(gone).rowcount

    def _known(self, digests: Collection[str]) -> dict[str, int]:
        """Those of these digests that are withheld, with the statement of each; 0 if unknown."""
        wanted, known = sorted(digests), dict[str, int]()
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            question = sa.select(takedowns.c.digest, takedowns.c.statement_id)
            rows = self._connection.execute(question.where(takedowns.c.digest.in_(part)))
            known.update((row.digest, row.statement_id or 0) for row in rows)
        return known

    def of(self, statement_id: int) -> tuple[str, ...]:
        """The digests of one statement by which other archives know it too: those without this one's key."""
        question = sa.select(takedowns.c.digest).where(takedowns.c.statement_id == statement_id)
        return tuple(sorted(mark for mark in self._connection.scalars(question) if is_digest(mark)))

    def digests(self) -> tuple[tuple[str, ...], ...]:
        """What is withheld: a group for each statement, and each digest without one alone."""
        rows = self._connection.execute(
            sa.select(takedowns.c.statement_id, takedowns.c.digest).order_by(takedowns.c.digest)
        )
        found: dict[object, list[str]] = {}
        for number, digest in rows:
            found.setdefault(number or digest, []).append(digest)
        return tuple(tuple(group) for group in found.values())

    def erase(
        self, statement_id: int, entry: Entry, now: datetime, why: str, before: Collection[str] = ()
    ) -> int:
        """The words of a statement and of its entry, and all that was read in them, are not kept any more.

        `before` are the texts of its versions. Returns how many deliveries were cancelled.
        Index, names and versions are their own repositories'.
        """
        source = self._connection.scalar(sa.select(sources.c.name).where(sources.c.id == entry.source_id))
        shared = self._shares_address(entry)
        marks = set(digests(source or "", entry, own_address=not shared))
        marks |= self._likeness(entry, (entry.text, *before), own_address=not shared)
        self._connection.execute(
            sa.delete(takedowns).where(takedowns.c.digest.in_(marks))
        )  # of a copy that was taken down before
        self._connection.execute(
            sa.insert(takedowns), [{"digest": mark, "statement_id": statement_id} for mark in sorted(marks)]
        )
        told = {"rule": "taken down by an admin", "evidence": why}
        self._connection.execute(
            sa.update(statements)
            .where(statements.c.id == statement_id)
            .values(**_NOTHING_SAID, reading={"link": [told]}, taken_down=now)
        )
        self._connection.execute(
            sa.update(entries)
            .where(entries.c.id == entry.id)
            .values(**_NOTHING_PUBLISHED, uid=f"taken down: {statement_id}")
        )
        self._connection.execute(sa.delete(rereads).where(rereads.c.entry_id == entry.id))
        for table in (statement_countries, demands):
            self._connection.execute(sa.delete(table).where(table.c.statement_id == statement_id))
        of = alerts.c.statement_id == statement_id
        self._connection.execute(sa.update(alerts).where(of).values(changes=[]))  # as they were told
        rang = sa.select(alerts.c.id).where(alerts.c.statement_id == statement_id)
        cancelled = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id.in_(rang), deliveries.c.state.in_(_WAITING))
            .values(**given_up("taken down by an admin"))
        )
        return cancelled.rowcount

    def rename_case(self, case_id: int, was: str) -> None:
        """A case that bears the title of what was taken down takes the title of what is left, or none."""
        other = (
            sa.select(statements.c.title)
            .where(statements.c.case_id == case_id, statements.c.taken_down.is_(None))
            .order_by(statements.c.id)
            .limit(1)
        )
        title = self._connection.scalar(other) or ""
        self._connection.execute(
            sa.update(cases).where(cases.c.id == case_id, cases.c.title == was).values(title=title)
        )

    def among(self, groups: Iterable[tuple[str, ...]]) -> Sequence[int]:
        """The statements, not taken down here, whose entry's own id is among these digests."""
        wanted = {mark for group in groups for mark in group}
        if not wanted:
            return ()
        question = (
            sa.select(statements.c.id, entries.c.uid, sources.c.name)
            .join(entries, entries.c.id == statements.c.entry_id)
            .join(sources, sources.c.id == entries.c.source_id)
            .where(statements.c.taken_down.is_(None))
        )
        with self._connection.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
            return [int(row.id) for row in rows if _digest("uid", row.name, row.uid) in wanted]

    def withhold(self, groups: Iterable[tuple[str, ...]], stone: int | None = None) -> None:
        """What bears these digests is not taken in, although nothing of it is here but perhaps a stone."""
        wanted = {mark for group in groups for mark in group}
        known = self._known(wanted)
        new = [{"digest": mark, "statement_id": stone} for mark in sorted(wanted - known.keys())]
        if new:
            self._connection.execute(sa.insert(takedowns), new)

    def _likeness(self, entry: Entry, texts: Collection[str], *, own_address: bool) -> set[str]:
        """The marks by which what resembles an entry is known, but of what stands below all of its source."""
        beside = (
            sa.select(statements.c.text, statements.c.packed)
            .join(entries, entries.c.id == statements.c.entry_id)
            .where(entries.c.source_id == entry.source_id, entries.c.id != entry.id)
            .order_by(statements.c.id.desc())
            .limit(_BESIDE)
        )
        below_all = common((text_of(*row) for row in self._connection.execute(beside)), _BELOW_ALL)
        found = runs_of(texts, self._trace, below_all)
        for text in texts:
            found |= marks_of("", text, self._trace)
        return found | (own_mark(entry.url, self._trace) if own_address else set())

    def _shares_address(self, entry: Entry) -> bool:
        """Whether other items lead to the same address: a list, a front page."""
        if not entry.url:
            return True
        others = sa.select(entries.c.id).where(entries.c.url == entry.url, entries.c.id != entry.id).limit(1)
        return self._connection.execute(others).first() is not None


def is_digest(mark: str) -> bool:
    """Whether it is a digest that any archive makes alike."""
    return re.fullmatch("[0-9a-f]{64}", mark) is not None


def digests(source: str, entry: Entry, *, own_address: bool = True) -> list[str]:
    """The marks by which an item is known again."""
    found = [_digest("uid", source, entry.uid)]
    address = address_of(entry.url)
    if address and own_address:
        found.append(_digest("url", address))
    words = " ".join(f"{entry.title} {entry.text}".casefold().split())
    if len(words) >= _TELLING:
        found.append(_digest("words", words))
    return found


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
