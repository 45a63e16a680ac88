"""Holds what a source shows against what is known of it: what is new, what was edited, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.behind import touched
from jobs.steps.edits import renewed, sift
from jobs.steps.missing import is_named
from jobs.steps.parsed import Parsed
from jobs.vanished import Missing, Vanished
from storage.database import Database, Work
from storage.records import Entry, Source


@dataclass(frozen=True, slots=True)
class Sifting:
    """Asks the database, once for each answer. `vanished` knows what was missed before."""

    database: Database
    vanished: Vanished

    def shown_in(
        self, source: Source, parsed: Parsed, body: bytes
    ) -> tuple[tuple[Entry, ...], list[tuple[Entry, Entry]]]:
        """The new entries, and those that are known (as they were, as they are shown now)."""
        with self.database.read() as work:
            return _sifted(work, source, parsed.entries, body)

    def compared(
        self, source: Source, parsed: Parsed, body: bytes
    ) -> tuple[tuple[Entry, ...], list[tuple[Entry, Entry]], Missing]:
        """As `shown_in`, and what the list misses, of one state of the database."""
        if not parsed.entries and not self.vanished.may_miss(source, parsed):
            return (), [], self.vanished.waiting(source)
        with self.database.read() as work:
            fresh, changed = _sifted(work, source, parsed.entries, body)
            return fresh, changed, self.vanished.missing(work, source, parsed, body)


def _sifted(
    work: Work, source: Source, entries: Sequence[Entry], body: bytes
) -> tuple[tuple[Entry, ...], list[tuple[Entry, Entry]]]:
    """The new entries, and those that are known (as they were, as they are shown now)."""
    if not entries:
        return (), []
    read = {entry.uid for entry in entries}
    shown = work.entries.shown(source.id, read)
    other = [entry.uid for entry in entries if shown.get(entry.uid, entry.shown) != entry.shown]
    if other:
        before = work.entries.by_uid(source.id, other)
        entries = [renewed(before.get(entry.uid, entry), entry) for entry in entries]
        shown |= work.entries.shown(source.id, [entry.uid for entry in entries])
    unknown = [entry for entry in entries if entry.uid not in shown]
    withheld = work.statements.takedowns.withheld(source.name, unknown)
    entries = [entry for entry in entries if entry.uid not in withheld]
    unknown = [entry for entry in unknown if entry.uid not in withheld]
    alike = work.entries.alike(source.id, unknown) if unknown else ()
    # Known by its bytes, it was not read again; an id that was is another item's now, if it is here.
    gone = [entry for entry in alike if entry.uid in read or not is_named(entry, body)]
    sifted = sift(entries, shown, gone)
    shows = [*sifted.edited, *touched(work, source, entries, shown)]
    known = work.entries.by_uid(source.id, [entry.uid for entry in shows])
    edited = [(known[entry.uid], entry) for entry in shows if entry.uid in known]
    return sifted.new, [*edited, *sifted.renamed]
