"""Tells in words what was changed in a text: what was added, taken out, put in the place of what.

Sentence by sentence first, then word by word inside of what changed; Chinese and Japanese, which are
written without spaces, character by character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from bot.render.message import Line, Span, Style
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
_SENTENCE = re.compile(r"[^\n.!?。！？]*(?:[.!?。！？]+[\"'”’」』)\]]*\s*|\n\s*|$)")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff、。，！？「」『』（）]")


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was changed: what stood there, what stands there, and the words beside it."""

    before: str
    old: str
    new: str
    after: str


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return what changed from the one text to the other, in order; nothing for mere white space."""
    mine, theirs = _sentences(old), _sentences(new)
    start = _shared(mine, theirs)
    end = _shared(mine[start:][::-1], theirs[start:][::-1])
    return tuple(islice(_changes(mine, theirs, start, end), _MOST))


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Return with how many of the same sentences both begin."""
    pairs = zip(mine, theirs, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(mine), len(theirs)))


def _changes(mine: list[str], theirs: list[str], start: int, end: int) -> Iterator[Change]:
    """Give the changes between the first `start` and the last `end` sentences, which are the same."""
    old, new = mine[start : len(mine) - end], theirs[start : len(theirs) - end]
    if len(old) > _MOST_SENTENCES or len(new) > _MOST_SENTENCES:
        codes: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    else:
        # What stands there hundreds of times is no landmark: without that, such a text takes minutes.
        codes = SequenceMatcher(None, old, new, autojunk=len(new) > _MANY).get_opcodes()
    for tag, a, b, c, d in codes:
        if tag != "equal":
            before = _words(" ".join(mine[max(0, start + a - _CONTEXT) : start + a]))
            after = _words(" ".join(mine[start + b : start + b + _CONTEXT]))
            more = (start + a > _CONTEXT, start + b + _CONTEXT < len(mine))
            beside = _Beside(before, after, *more)
            yield from _inside(_words(" ".join(old[a:b])), _words(" ".join(new[c:d])), beside)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The words before and after a place, and whether there are more of them."""

    before: list[str]
    after: list[str]
    more_before: bool
    more_after: bool

    def left(self, words: Sequence[str] = ()) -> str:
        """The last words before what follows `words`, with a mark where others are left out."""
        all_of_it = [*self.before, *words]
        cut = joined(all_of_it[-_CONTEXT:])
        return f"… {cut}" if self.more_before or len(all_of_it) > _CONTEXT else cut

    def right(self, words: Sequence[str] = ()) -> str:
        """The first words after what comes before `words`, likewise."""
        all_of_it = [*words, *self.after]
        cut = joined(all_of_it[:_CONTEXT])
        return f"{cut} …" if self.more_after or len(all_of_it) > _CONTEXT else cut


def change_line(change: Change, speech: Speech) -> Line:
    """Return a change as a line: the words that changed in bold among those beside them."""
    if not change.old:
        return speech.line("Added: {words}", words=_quoted(change, change.new))
    if not change.new:
        return speech.line("Taken out: {words}", words=_quoted(change, change.old))
    return speech.line(
        "Before: {before} Now: {after}",
        before=_quoted(change, change.old),
        after=_quoted(change, change.new),
    )


def _quoted(change: Change, words: str) -> Line:
    cut = words
    if len(words) > _SHOWN:
        cut = f"{words[: _SHOWN // 2].rstrip()} … {words[-_SHOWN // 2 :].lstrip()}"
    before = f"{change.before} " if change.before and _apart(change.before, words) else change.before
    after = f" {change.after}" if change.after and _apart(words, change.after) else change.after
    return (Span(f"“{before}"), Span(cut, Style.BOLD), Span(f"{after}”"))


def _sentences(text: str) -> list[str]:
    found = (" ".join(piece[0].split()) for piece in _SENTENCE.finditer(text))
    return [sentence for sentence in found if sentence]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _inside(old: list[str], new: list[str], beside: _Beside) -> Iterator[Change]:
    """Give the changes in a place, word by word where it is short and half of it is the same."""
    few = len(old) <= _MOST_WORDS and len(new) <= _MOST_WORDS
    matcher = SequenceMatcher(None, old, new, autojunk=False) if few else None
    if matcher is None or matcher.ratio() < 0.5:
        if old or new:
            yield Change(beside.left(), joined(old), joined(new), beside.right())
        return
    for a, b, c, d in _together(matcher.get_opcodes()):
        yield Change(beside.left(old[:a]), joined(old[a:b]), joined(new[c:d]), beside.right(old[b:]))


def _together(codes: Sequence[tuple[str, int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
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


def joined(words: Sequence[str]) -> str:
    """Return the words as they are written: with spaces, but for scripts that have none."""
    text = ""
    for word in words:
        text += f" {word}" if text and _apart(text, word) else word
    return text


def _apart(text: str, word: str) -> bool:
    """Say whether a space stands between."""
    return not (_JOINED.match(text[-1]) and _JOINED.match(word[0]))
