"""The passage of a text that answers a question, with the words that do marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.question import Question
from storage.terms import LONGEST, placed, placed_in, plain, spans

_LENGTH = 160
_BEFORE = 40
_MOST_LOOKED_AT = 60_000
_MOST_PLACES = 200
"""Places of one term that are looked at."""
_SYMBOL = re.compile(r"[^\w\s\x00-\x7f]")
_SPACE = re.compile(r"\s+")
_UNPARTED = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WIDE = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Marks:
    """The terms that answer: for each group of the question the rows of terms, with their weight."""

    groups: tuple[tuple[tuple[tuple[frozenset[str], ...], float], ...], ...] = ()
    rarities: tuple[float, ...] = ()

    @classmethod
    def of(cls, question: Question) -> "Marks":
        """What is to be marked for a question."""
        groups, rarities = [], []
        for group in question.groups:
            rows: list[tuple[tuple[frozenset[str], ...], float]] = []
            for way in group.ways if group.needed else ():
                steps = [
                    frozenset(question.texts[n] for n in step if n in question.texts) for step in way.steps
                ]
                if way.apart:
                    rows += [((step,), way.weight) for step in steps]
                else:
                    rows.append((tuple(steps), way.weight))
            groups.append(tuple(rows))
            rarities.append(1.0 / (1 + group.held))
        return cls(tuple(groups), tuple(rarities))


def passage(text: str, marks: Marks) -> tuple[tuple[str, bool], ...]:
    """Around 160 characters of `text` where most of the question stands, in marked pieces."""
    text = text[:_MOST_LOOKED_AT]
    hits = sorted(set(_hits(text, marks)))
    begin = _begin(text, _best(hits, marks)) if hits else 0
    end = _end(text, begin + _LENGTH)
    pieces: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for start, stop in _merged(hits, text):
        if at <= start and stop <= end:
            pieces += [(text[at:start], False), (text[start:stop], True)]
            at = stop
    pieces.append((text[at:end].rstrip() + "…" if end < len(text) else text[at:], False))
    return tuple((_line(part), hit) for part, hit in pieces if part)


def _begin(text: str, hit: int) -> int:
    """Where a passage begins whose first mark stands at `hit`: a little before, and never inside a word."""
    begin = max(0, hit - _BEFORE)
    if begin == 0:
        return 0
    space = _SPACE.search(text, begin, hit)
    if space:
        return space.end()
    return hit if _parts_words(text, hit) else begin


def _end(text: str, end: int) -> int:
    """Where a passage ends that may go on until `end`: never inside a word, where words are parted."""
    if end >= len(text):
        return len(text)
    if not _parts_words(text, end):
        return end
    cut = max(text.rfind(" ", end - _BEFORE, end + 1), text.rfind("\n", end - _BEFORE, end + 1))
    return cut if cut > 0 else end


def _parts_words(text: str, at: int) -> bool:
    """Whether a cut here goes between letters of a script that parts its words by spaces."""
    return text[at - 1].isalnum() and text[at].isalnum() and not _UNPARTED.match(text[at])


def _best(hits: Sequence[tuple[int, int, int]], marks: Marks) -> int:
    """Where the passage begins that holds the most groups, the rarer ones before the others."""
    best, most = hits[0][0], (-1.0, 0)
    for at, (start, _, _) in enumerate(hits):
        inside = [hit for hit in hits[at : at + 40] if hit[1] <= start + _LENGTH - _BEFORE]
        groups = {group for _, _, group in inside}
        worth = (sum(0.5 + marks.rarities[group] for group in groups), len(inside))
        if worth > most:
            best, most = start, worth
    return best


def _merged(hits: Sequence[tuple[int, int, int]], text: str) -> Iterator[tuple[int, int]]:
    """Neighbouring marks as one: 강제 and 제북 and 북송 are 강제북송."""
    last: tuple[int, int] | None = None
    for start, end, _ in hits:
        if last and (
            start <= last[1] or (start == last[1] + 1 and _WIDE.match(text[start]) and text[last[1]] == " ")
        ):
            last = (last[0], max(last[1], end))
        else:
            if last:
                yield last
            last = (start, end)
    if last:
        yield last


def _hits(text: str, marks: Marks) -> Iterator[tuple[int, int, int]]:
    """Where terms that answer stand: (start, end, number of the group)."""
    folded = plain(text)
    if len(folded) != len(text):
        folded = plain(_SYMBOL.sub(" ", text))  # as "…", which is three characters
    if len(folded) == len(text):
        wanted = {term for group in marks.groups for row, _ in group for step in row for term in step}
        longest = max((len(row) for group in marks.groups for row, _ in group), default=1)
        pieces = [list(placed_in(folded, *piece)) for piece in _around(folded, wanted, longest)]
    else:
        pieces = [placed(text)]
    met = set()
    for places in pieces:
        for start, end, number in _hits_among(places, marks):
            met.add(number)
            yield start, end, number
    missing = set(range(len(marks.groups))) - met
    if missing:
        yield from _hits_of_several(text, marks, missing)


def _around(folded: str, wanted: Iterable[str], longest: int) -> Iterator[tuple[int, int]]:
    """The pieces of a text in which any of these terms may stand, with what stands around them."""
    margin = 2 * LONGEST + LONGEST * (longest - 1)
    found: list[int] = []
    for term in wanted:
        at = folded.find(term)
        number = 0
        while at >= 0 and number < _MOST_PLACES:
            found.append(at)
            number += 1
            at = folded.find(term, at + 1)
    found.sort()
    begin = end = 0
    for at in found:
        if at > end:
            if end:
                yield begin, end
            begin = _apart(folded, at)
        stop = at + margin
        end = max(end, _apart(folded, stop) if stop < len(folded) else len(folded))
    if end:
        yield begin, end


def _apart(folded: str, at: int) -> int:
    """The place at which the word begins that a place lies in."""
    space = max(folded.rfind(" ", max(0, at - LONGEST), at), folded.rfind("\n", max(0, at - LONGEST), at))
    return space + 1 if space >= 0 else max(0, at - LONGEST)


def _hits_among(places: Sequence[tuple[int, int, str]], marks: Marks) -> Iterator[tuple[int, int, int]]:
    where: dict[str, list[int]] = {}
    for at, (_, _, term) in enumerate(places):
        where.setdefault(term, []).append(at)
    for number, group in enumerate(marks.groups):
        for row, _ in group:
            first, *others = row
            for at in (at for term in first for at in where.get(term, ())):
                following = places[at + 1 : at + 1 + len(others)]
                if len(following) == len(others) and all(
                    place[2] in step for place, step in zip(following, others, strict=True)
                ):
                    yield places[at][0], max(place[1] for place in (places[at], *following)), number


def _hits_of_several(text: str, marks: Marks, groups: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Where words written together, or a name by its initials, answer for these groups."""
    alone = {
        number: {term for row, _ in marks.groups[number] if len(row) == 1 for term in row[0]}
        for number in groups
    }
    if any(alone.values()):
        for start, end, term in spans(text):
            for number, wanted in alone.items():
                if term in wanted:
                    yield start, end, number


def _line(text: str) -> str:
    return " ".join(text.split("\n"))
