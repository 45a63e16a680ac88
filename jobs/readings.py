"""What entries say: those that are new, and those that their publisher changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
            as_of = (old.published or now) if late else now
            (read,) = await self.understood([new], source, as_of)
            found.append(Edit(old, read.entry, read.statement, by_publisher=not late))
        return tuple(found)


def _is_of(entry: Entry, found: Understood | None) -> bool:
    """Whether this is what was understood: a remark may have been added to it, but no words."""
    return found is not None and (entry.title, entry.text) == (found.entry.title, found.entry.text)
