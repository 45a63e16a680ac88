"""What entries say: those that are new, and those that their publisher changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from jobs.keep import Edit
from jobs.parser import Parser
from jobs.steps.edits import is_material
from jobs.steps.understand import NOT_UNDERSTOOD, Understand, Understood
from storage.records import Entry, Source

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Readings:
    """Has entries read by the workers of a parser."""

    parser: Parser
    understand: Understand

    async def understood(
        self, entries: Sequence[Entry], source: Source, now: datetime, before: Sequence[Understood] = ()
    ) -> tuple[Understood, ...]:
        """The entries with what they say; one that cannot be read is kept with a note.

        What was understood `before` need not be read again where nothing was added to it since.
        """
        done = {one.entry.uid: one for one in before}
        known = {entry.uid: done[entry.uid] for entry in entries if _is_of(entry, done.get(entry.uid))}
        rest = [entry for entry in entries if entry.uid not in known]
        read = await self.parser.understood(rest, source, now, self.understand) if rest else ()
        known |= {one.entry.uid: one for one in read}
        found = tuple(known[entry.uid] for entry in entries)
        for entry in (one.entry for one in found):
            if entry.note.startswith(NOT_UNDERSTOOD):
                log.error("entry.not_understood", source=source.name, url=entry.url, why=entry.note)
        return found

    async def edits(
        self, changed: Iterable[tuple[Entry, Entry]], source: Source, now: datetime, *, late: bool = False
    ) -> tuple[Edit, ...]:
        """What known entries say now; without a statement where it is what they said before."""
        found = []
        for old, new in changed:
            if not old.shown or not is_material(old, new):
                # Kept by a version that knew no digests, or edited in what is no content.
                found.append(Edit(old, new, by_publisher=not late))
                continue
            if late:
                (read,) = await self.understood([new], source, old.published or now)
                found.append(Edit(old, read.entry, read.statement, by_publisher=False))
            else:
                found.append(await self._edit(old, new, source, now))
        return tuple(found)

    async def _edit(self, old: Entry, new: Entry, source: Source, now: datetime) -> Edit:
        """What its publisher says now: read as of the edit, from which "tomorrow" and "12 March" count."""
        as_of = _edited_at(old, new, now)
        (read,) = await self.understood([replace(new, published=as_of)], source, as_of)
        statement = replace(read.statement, published=new.published)
        if statement.date_posted == as_of.date():
            statement = replace(statement, date_posted=new.published.date() if new.published else None)
        return Edit(old, replace(read.entry, published=new.published), statement)


def _edited_at(old: Entry, new: Entry, now: datetime) -> datetime:
    """When it was edited, as its publisher says where that can be; else now."""
    before = old.updated or old.published
    if new.updated and new.updated <= now and (before is None or before < new.updated):
        return new.updated
    return now


def _is_of(entry: Entry, found: Understood | None) -> bool:
    """Whether this is what was understood: a remark may have been added to it, but no words."""
    return found is not None and (entry.title, entry.text) == (found.entry.title, found.entry.text)
