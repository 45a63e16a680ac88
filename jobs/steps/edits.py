"""Tells what is new from what was edited, and from what is known and only goes by a new name."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jobs.steps.links import bare
from storage.records import Entry, Source
from storage.words import SourceKind

_WORDS = re.compile(r"\w+")
_TELLING = 60
"""Characters of title and text that no two items share by chance."""
_CUT_OFF = 3
"""Words at the end of an excerpt that may be its own: a word cut short, "read more"."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """The items of one answer; those that are as they were are left out."""

    new: tuple[Entry, ...] = ()
    edited: tuple[Entry, ...] = ()
    """Under a uid that is known, with other words than before."""
    renamed: tuple[tuple[Entry, Entry], ...] = ()
    """(as it is known, as it is shown now), the one under another uid than the other."""


def words(text: str) -> str:
    """The words of a text and nothing else: case, spacing, punctuation and markup are no content."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def marked(entry: Entry, source: Source) -> Entry:
    """The entry, as the source shows it, with its digests."""
    # Rows of a list carry counters of readers and the like; the page behind them tells the rest.
    text = "" if source.kind is SourceKind.PAGE and entry.excerpt else entry.text
    return replace(
        entry,
        shown=_digest(words(entry.title), words(text)),
        fingerprint=_digest(words(entry.title), bare(entry.url)) if entry.url else "",
    )


def sift(entries: Sequence[Entry], shown: Mapping[str, str], alike: Sequence[Entry]) -> Sifted:
    """Sorts marked entries. `shown` is the digest of each known uid; `alike` shares digests with some.

    An item takes over from a known one only if that is no longer there under its own uid.
    """
    here = {entry.uid for entry in entries}
    left = [entry for entry in alike if entry.uid not in here]
    new, edited, renamed = [], [], []
    for entry in entries:
        if entry.uid in shown:
            if entry.shown != shown[entry.uid]:
                edited.append(entry)
            continue
        old = next((one for one in left if same_item(one, entry)), None)
        if old is None:
            new.append(entry)
        else:
            left.remove(old)
            renamed.append((old, entry))
    return Sifted(tuple(new), tuple(edited), tuple(renamed))


def same_item(old: Entry, new: Entry) -> bool:
    """Whether two entries of one source are one item under two uids."""
    same_time = old.published is not None and old.published == new.published and not new.date_only
    if old.shown == new.shown:
        same_link = bool(new.url) and bare(old.url) == bare(new.url)
        return same_time or same_link or len(new.title) + len(new.text) >= _TELLING
    if not new.fingerprint or old.fingerprint != new.fingerprint:
        return False
    # "Urgent appeal", with a link to the front page, may be another one each week, and worded alike.
    return same_time or _is_part(old.text, new.text) or _is_part(new.text, old.text)


def merged(old: Entry, new: Entry) -> Entry:
    """The known entry as it is after an edit: its number, its first date, and the fuller text."""
    text, excerpt = new.text, new.excerpt
    unread = new.again_at is not None and len(new.text) < len(old.text)
    if unread or (new.excerpt and not old.excerpt):
        text, excerpt = old.text, old.excerpt  # the linked page could not be read this time
    return replace(
        new,
        text=text,
        excerpt=excerpt,
        published=old.published or new.published,
        date_only=old.date_only if old.published else new.date_only,
        updated=new.updated or old.updated,
        fetched=old.fetched,
        id=old.id,
        source_id=old.source_id,
    )


def is_material(old: Entry, new: Entry) -> bool:
    """Whether the edit changed what is said."""
    return words(old.title) != words(new.title) or words(old.text) != words(new.text)


def _is_part(short: str, whole: str) -> bool:
    """Whether the one text may be an excerpt of the other: it has no word that the other has not."""
    looked_for = words(short).split()
    if len(looked_for) > 3 * _CUT_OFF:
        looked_for = looked_for[:-_CUT_OFF]
    return set(looked_for) <= set(words(whole).split())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
