"""The passage of a text that answers a question, with the words that do marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.question import Question
from storage.terms import placed, spans

_LENGTH = 160
_BEFORE = 40
_MOST_LOOKED_AT = 60_000
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
    hits = sorted({*_hits(text, marks), *_hits_of_several(text, marks)})
    if not hits:
        cut = text[:_LENGTH].rstrip()
        return ((_line(cut) + ("…" if len(text) > _LENGTH else ""), False),)
    begin = _best(hits, marks)
    begin = max(0, begin - _BEFORE)
    if begin:
        space = text.find(" ", begin, begin + _BEFORE)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + _LENGTH)
    pieces: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for start, stop in _merged(hits, text):
        if at <= start and stop <= end:
            pieces += [(text[at:start], False), (text[start:stop], True)]
            at = stop
    pieces.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return tuple((_line(part), hit) for part, hit in pieces if part)


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
    places = placed(text)
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


def _hits_of_several(text: str, marks: Marks) -> Iterator[tuple[int, int, int]]:
    """Where words written together, or a name by its initials, answer."""
    alone = [
        frozenset(term for row, _ in group if len(row) == 1 for term in row[0]) for group in marks.groups
    ]
    for start, end, term in spans(text):
        for number, wanted in enumerate(alone):
            if term in wanted:
                yield start, end, number


def _line(text: str) -> str:
    return " ".join(text.split("\n"))
