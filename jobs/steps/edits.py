"""Tells what is new from what was edited, and from what is known and only goes by a new name."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from jobs.steps.attached import THIN, documents, joined
from jobs.steps.links import bare
from storage.records import Entry, Source
from storage.words import SourceKind

_WORDS = re.compile(r"\w+")
_TELLING = 60
"""Characters of title and text that no two items share by chance."""
_CUT_OFF = 3
"""Words at the end of an excerpt that may be its own: a word cut short, "read more"."""
_GAP = re.compile(r"\n\n")
_MOST_GAPS = 100
_MOST_ALIKE = 50
"""Known entries that one item is compared with: one that is taken for new is kept twice, and not lost."""


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
    left = _Left(alike, {entry.uid for entry in entries})
    new, edited, renamed = [], [], []
    for entry in entries:
        if entry.uid in shown:
            if entry.shown != shown[entry.uid]:
                edited.append(entry)
            continue
        old = left.take(entry)
        if old is None:
            new.append(entry)
        else:
            renamed.append((old, entry))
    return Sifted(tuple(new), tuple(edited), tuple(renamed))


class _Left:
    """Known entries that nothing was found to be yet; each text is taken apart once."""

    def __init__(self, alike: Iterable[Entry], here: Collection[str]) -> None:
        self._places: dict[tuple[object, ...], dict[int, Entry]] = defaultdict(dict)
        self._words: dict[int, list[str]] = {}
        for number, entry in enumerate(alike):
            if entry.uid not in here:
                for place in _places_of(entry):
                    self._places[place][number] = entry

    def take(self, new: Entry) -> Entry | None:
        """The first that is the same item as this one, which then is left no more."""
        said: list[str] | None = None
        for place in _places_of(new):
            for number, old in islice(self._places.get(place, {}).items(), _MOST_ALIKE):
                if said is None:
                    said = words(new.text).split()
                if number not in self._words:
                    self._words[number] = words(old.text).split()
                if _same(old, new, self._words[number], said):
                    for one in _places_of(old):
                        del self._places[one][number]
                    return old
        return None


def _places_of(entry: Entry) -> tuple[tuple[object, ...], ...]:
    """Where its like is looked for: first the same words, then title and link with the time, then without."""
    return (entry.shown,), (entry.fingerprint, entry.published), (entry.fingerprint,)


def same_item(old: Entry, new: Entry) -> bool:
    """Whether two entries of one source are one item under two uids."""
    return _same(old, new, words(old.text).split(), words(new.text).split())


def _same(old: Entry, new: Entry, was: list[str], said: list[str]) -> bool:
    """The same, with the words of both texts."""
    same_time = old.published is not None and old.published == new.published and not new.date_only
    if old.shown == new.shown:
        same_link = bool(new.url) and bare(old.url) == bare(new.url)
        return same_time or same_link or len(new.title) + len(new.text) >= _TELLING
    if not new.fingerprint or old.fingerprint != new.fingerprint:
        return False
    # "Urgent appeal", with a link to the front page, may be another one each week, and worded alike.
    return same_time or _is_part(was, said) or _is_part(said, was)


def renewed(old: Entry, new: Entry) -> Entry:
    """The entry under a name of its own where its id was another item's before; else as it is.

    Some feeds number their items from the top. What has another title, link and date is no edit.
    """
    same_title, same_link = words(old.title) == words(new.title), bare(old.url) == bare(new.url)
    dated = old.published is not None and new.published is not None
    if same_title or same_link or not (old.url and new.url and dated) or old.published == new.published:
        return new
    return replace(new, uid=f"vigil:{_digest(new.uid, bare(new.url), new.title)}")


def merged(old: Entry, new: Entry) -> Entry:
    """The known entry as it is after an edit: its number, its first date, and what it says now.

    `new` as the source shows it, with what could be read of the page or the file behind it.
    """
    text, excerpt = _said(old, new)
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


def _said(old: Entry, new: Entry) -> tuple[str, bool]:
    """The text after an edit, and whether it is an excerpt.

    What the source itself shows is taken as it is, also where it got shorter: that is how a demand is
    dropped. Only what was read behind it before, and could not be read this time, is kept from then.
    """
    told = new.text, new.excerpt
    if not _more_behind(new) or _holds_more(new):
        return told
    if not _holds_more(old):
        # It showed the whole and shows an excerpt now, whose page says the rest when it can be read.
        return (old.text, False) if new.excerpt and not old.excerpt else told
    if len(new.text) >= len(old.text):
        return told
    behind = _behind(old)
    return (joined(new.text, behind) if behind and not new.excerpt else old.text), False


def _more_behind(entry: Entry) -> bool:
    """Whether a page or a file behind it may say more than the source itself shows."""
    waits = entry.excerpt or entry.again_at is not None
    return waits or (len(entry.text) < THIN and bool(documents(entry.enclosures)))


def _holds_more(entry: Entry) -> bool:
    """Whether its text is more than what the source itself showed: a page or a file was read."""
    return not entry.excerpt and entry.shown != _digest(words(entry.title), words(entry.text))


def _behind(entry: Entry) -> str:
    """What was read in a file, behind what the source itself showed; "" where they cannot be told apart."""
    gap = _gap(entry)
    return entry.text[gap.end() :] if gap else ""


def own_words(entry: Entry) -> str:
    """What the source itself showed of it, where that stands before what was read; "" where none does."""
    gap = _gap(entry)
    return entry.text[: gap.start()] if gap else ""


def _gap(entry: Entry) -> re.Match[str] | None:
    title = words(entry.title)
    for gap in islice(_GAP.finditer(entry.text, 0, THIN + 2), _MOST_GAPS):
        if _digest(title, words(entry.text[: gap.start()])) == entry.shown:
            return gap
    return None


def is_material(old: Entry, new: Entry) -> bool:
    """Whether the edit changed what is said."""
    return words(old.title) != words(new.title) or words(old.text) != words(new.text)


def _is_part(looked_for: list[str], whole: list[str]) -> bool:
    """Whether the one text may be an excerpt of the other: it has no word that the other has not."""
    if len(looked_for) > 3 * _CUT_OFF:
        looked_for = looked_for[:-_CUT_OFF]
    return set(looked_for) <= set(whole)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
