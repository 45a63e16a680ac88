"""Tells in words what was changed in a text: what was added, taken out, put in the place of what.

Sentence by sentence first, then word by word inside of what changed; Chinese and Japanese, which are
written without spaces, character by character. What is quoted of a version is cut out of that version,
with the words that stand beside it there: nothing is put together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, pairwise

from bot.render.message import Line, Span, Style
from bot.render.text import single_line
from bot.speech import Speech

_MOST_WORDS = 600
"""Words of one place that are compared one by one; a longer one is shown as a whole."""
_CONTEXT = 6
"""Words shown beside a change."""
_SHOWN = 240
"""Characters of a change that are shown."""
_MOST = 200
"""Changes that are told of one rewriting."""
_MANY = 500
_MOST_SENTENCES = 5_000
_APART = 3
"""Words between two changes, from which on they are told one by one."""
_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+[\"'”’」』)\]]*|\n")
"""Where a sentence ends: not within "3.5" or an address."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

Range = tuple[int, int]
Code = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of one version, as it stands there: the words that changed, and those beside them."""

    before: str
    words: str
    after: str
    more_before: bool = False
    """Whether the version goes on to that side."""
    more_after: bool = False

    @property
    def run(self) -> str:
        """All of it; a part of the version, character by character."""
        return self.before + self.words + self.after


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was changed: what stood there, what stands there; either is None for nothing."""

    old: Quote | None
    new: Quote | None


class _Version:
    """A text with its words and sentences, by where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: list[Range] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        """The word with which each sentence begins, and at the end the number of words."""
        self.sentences: list[str] = []
        at = 0
        for end in (*(found.end() for found in _END.finditer(text)), len(text)):
            words = list(_WORD.finditer(text, at, end))
            if words:
                self.starts.append(len(self.words))
                self.sentences.append(" ".join(text[at:end].split()))
                self.places += [word.span() for word in words]
                self.words += [word[0] for word in words]
            at = end
        self.starts.append(len(self.words))

    def quote(self, start: int, end: int) -> Quote | None:
        """The words from the one number to the other, with some beside them; None for no words."""
        if start >= end:
            return None
        first, last = max(0, start - _CONTEXT), min(len(self.words), end + _CONTEXT)
        cuts = self.places[first][0], self.places[start][0], self.places[end - 1][1], self.places[last - 1][1]
        parts = (self.text[a:b] for a, b in pairwise(cuts))
        return Quote(*parts, first > 0, last < len(self.words))


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return what changed from the one text to the other, in order; nothing for mere white space."""
    mine, theirs = _Version(old), _Version(new)
    found = (Change(mine.quote(a, b), theirs.quote(c, d)) for a, b, c, d in _places(mine, theirs))
    return tuple(islice((change for change in found if change.old or change.new), _MOST))


def _places(mine: _Version, theirs: _Version) -> Iterator[tuple[int, int, int, int]]:
    """Give the words of the old and of the new version that are not the same, as ranges of both."""
    start = _shared(mine.sentences, theirs.sentences)
    end = _shared(mine.sentences[start:][::-1], theirs.sentences[start:][::-1])
    old = mine.sentences[start : len(mine.sentences) - end]
    new = theirs.sentences[start : len(theirs.sentences) - end]
    if len(old) > _MOST_SENTENCES or len(new) > _MOST_SENTENCES:
        codes: Sequence[Code] = [("replace", 0, len(old), 0, len(new))]
    else:
        # What stands there hundreds of times is no landmark: without that, such a text takes minutes.
        codes = SequenceMatcher(None, old, new, autojunk=len(new) > _MANY).get_opcodes()
    for tag, a, b, c, d in codes:
        if tag != "equal":
            was = mine.starts[start + a], mine.starts[start + b]
            yield from _inside(mine, was, theirs, (theirs.starts[start + c], theirs.starts[start + d]))


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Return with how many of the same sentences both begin."""
    pairs = zip(mine, theirs, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(mine), len(theirs)))


def _inside(mine: _Version, was: Range, theirs: _Version, now: Range) -> Iterator[tuple[int, int, int, int]]:
    """Give the changes in a place, word by word where it is short and half of it is the same."""
    old, new = mine.words[slice(*was)], theirs.words[slice(*now)]
    few = len(old) <= _MOST_WORDS and len(new) <= _MOST_WORDS
    matcher = SequenceMatcher(None, old, new, autojunk=False) if few else None
    if matcher is None or matcher.ratio() < 0.5:
        if old != new:
            yield (*was, *now)
        return
    for a, b, c, d in _together(matcher.get_opcodes()):
        yield was[0] + a, was[0] + b, now[0] + c, now[0] + d


def _together(codes: Sequence[Code]) -> Iterator[tuple[int, int, int, int]]:
    """Give what changed; changes with hardly a word between them are one."""
    at: tuple[int, int, int, int] | None = None
    for tag, a, b, c, d in codes:
        if tag == "equal":
            continue
        if at is not None and a - at[1] < _APART:
            at = (at[0], b, at[2], d)
            continue
        if at is not None:
            yield at
        at = (a, b, c, d)
    if at is not None:
        yield at


def change_line(change: Change, speech: Speech) -> Line:
    """Return a change as a line: the words that changed in bold among those beside them.

    Each run between "…" marks stands in the version it is told of, but that white space is one space.
    """
    if change.old and change.new:
        return speech.line(
            "Before: {before} Now: {after}", before=_quoted(change.old), after=_quoted(change.new)
        )
    if change.new:
        return speech.line("Added: {words}", words=_quoted(change.new))
    assert change.old is not None  # noqa: S101 - nothing is no change
    return speech.line("Taken out: {words}", words=_quoted(change.old))


def _quoted(quote: Quote) -> Line:
    words = single_line(quote.words)
    if len(words) > _SHOWN:
        words = f"{words[: _SHOWN // 2].rstrip()} … {words[-_SHOWN // 2 :].lstrip()}"
    before = f"{'… ' if quote.more_before else ''}{_one_line(quote.before)}"
    after = f"{_one_line(quote.after)}{' …' if quote.more_after else ''}"
    return (Span(f"“{before}"), Span(words, Style.BOLD), Span(f"{after}”"))


def _one_line(beside: str) -> str:
    """The words beside a change with single spaces, also where they meet it."""
    return re.sub(r"\s+", " ", beside)
