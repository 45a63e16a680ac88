"""Judges what was found behind an address: its text in full, its language, and what would have rung."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jobs.discover import Discovered, Search, in_full
from jobs.hindsight import would_have_rung
from jobs.limits import Limits
from jobs.steps.understand import Understood
from storage.database import Database
from storage.records import Alert, Entry, Source
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and what each of the usable candidates would have rung."""

    found: Discovered
    alerts: dict[str, tuple[Alert, ...]]
    languages: dict[str, str]
    """By address, the language that most of the items are in: feeds declare others."""


async def judged(found: Discovered, search: Search, limits: Limits, most: int | None = None) -> Judged:
    """Reads what the newest items link to, and asks of each usable candidate what would have rung.

    `most`: how many of its newest items are judged; None for all of them.
    """
    whole = await in_full(found, search.fetcher, search.parser, search.now(), search.pauses)
    alerts, languages = {}, {}
    for one in whole.usable:
        now = search.now()
        source = replace(one.source, name="hindsight")
        read = await search.parser.understood(latest(one.entries, most), source, now)
        spoken = Counter(item.statement.language for item in read)
        languages[one.source.url] = spoken.most_common(1)[0][0]
        alerts[one.source.url] = await asyncio.to_thread(_rung, source, read, limits, now)
    return Judged(found, alerts, languages)


def latest(entries: Sequence[Entry], most: int | None) -> Sequence[Entry]:
    """The newest; what has no date comes behind, as it is listed, which is mostly the newest first."""
    dated = [one for one in entries if one.published]
    undated = [one for one in entries if not one.published]
    newest = sorted(dated, key=_published, reverse=True)
    return [*newest, *undated][:most]


def _published(entry: Entry) -> datetime:
    assert entry.published is not None  # noqa: S101 - only those are asked
    return entry.published


def _rung(source: Source, read: Sequence[Understood], limits: Limits, now: datetime) -> tuple[Alert, ...]:
    with _scratch() as database:
        return would_have_rung(database, source, read, limits, now)


@contextmanager
def _scratch() -> Iterator[Database]:
    """An empty database that is gone afterwards, with all of it."""
    with tempfile.TemporaryDirectory(prefix="vigil-") as folder:
        made = Database(f"sqlite:///{Path(folder) / 'scratch.db'}", Vault.from_secret(bytes(32)))
        try:
            made.prepare()
            yield made
        finally:
            made.close()
