"""Divides a message into parts that Telegram takes, at joints of the text: block, line, sentence, word."""

import re
from dataclasses import dataclass, replace

from bot.render.clean import clean, one_line
from bot.render.message import (
    Block,
    Field,
    Heading,
    Items,
    Line,
    Message,
    Notice,
    Paragraph,
    Quote,
    Span,
    Style,
)
from bot.render.runs import LONGEST_LINK, named, sections, size, units

LIMIT = 4096
"""UTF-16 code units of a text message after parsing (Bot API, sendMessage)."""
MOST_ENTITIES = 100
LEAST_LIMIT = 1024
"""That of a caption, Telegram's smallest. Below it a link could be longer than a part."""

_JOINTS = (
    re.compile(r"\n\n"),
    re.compile(r"\n"),
    re.compile("[.!?…]['\"”’»)]?\\s|[。！？।؟]"),
    re.compile(r"\s"),
)
_CLINGING = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u200b-\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
)
"""What belongs to the character before it: the commonest marks, joiners, skin tones."""


@dataclass(frozen=True, slots=True)
class _Room:
    """What is left of a part, in code units and entities."""

    units: int
    entities: int

    def less(self, used: tuple[int, int]) -> "_Room":
        return _Room(self.units - used[0], self.entities - used[1])

    def holds(self, used: tuple[int, int]) -> bool:
        return used[0] <= self.units and used[1] <= self.entities


def split(message: Message, limit: int = LIMIT) -> tuple[Message, ...]:
    """The message as one or more that each keep within `limit` code units and 100 entities.

    Choices stay on the last part; only the first may ring. A list keeps its numbers. No link is cut.
    A limit below 1024 raises ValueError.
    """
    if limit < LEAST_LIMIT:
        raise ValueError(f"a part must hold at least {LEAST_LIMIT} code units")
    whole = _Room(limit, MOST_ENTITIES)
    if whole.holds(size(sections(message))):
        return (message,)
    parts = [_join(atoms) for atoms in _pack(_atoms(message), whole)]
    return tuple(
        Message(
            blocks,
            choices=message.choices if number == len(parts) else (),
            silent=message.silent or number > 1,
        )
        for number, blocks in enumerate(parts, 1)
    )


@dataclass(frozen=True, slots=True)
class _Atom:
    """A block, or one item of a list; `origin` tells which atoms were one block."""

    block: Block
    origin: int


def _atoms(message: Message) -> list[_Atom]:
    atoms: list[_Atom] = []
    for origin, block in enumerate(message.blocks):
        if isinstance(block, Items):
            for number, line in enumerate(block.lines):
                start = None if block.start is None else block.start + number
                atoms.append(_Atom(Items((line,), start), origin))
        else:
            atoms.append(_Atom(block, origin))
    return [atom for atom in atoms if sections(Message((atom.block,)))]


def _join(atoms: list[_Atom]) -> tuple[Block, ...]:
    """Items that were one list become one list again."""
    blocks: list[Block] = []
    origin = -1
    for atom in atoms:
        last = blocks[-1] if blocks else None
        if isinstance(last, Items) and isinstance(atom.block, Items) and origin == atom.origin:
            blocks[-1] = replace(last, lines=last.lines + atom.block.lines)
        else:
            blocks.append(atom.block)
        origin = atom.origin
    return tuple(blocks)


def _pack(atoms: list[_Atom], whole: _Room) -> list[list[_Atom]]:
    """First fit in order. What does not fit goes to the next part, or is cut to fill half-empty ones."""
    parts: list[list[_Atom]] = [[]]
    room = whole
    waiting = atoms[::-1]
    while waiting:
        atom = waiting.pop()
        cost = _cost(parts[-1], atom)
        if room.holds(cost):
            parts[-1].append(atom)
            room = room.less(cost)
            continue
        fits_alone = whole.holds(_cost([], atom))
        if not parts[-1] or not fits_alone or room.units > whole.units // 2:
            cut = _cut(atom, room.less((2, 1)))
            if cut and room.holds(_cost(parts[-1], cut[0])):
                parts[-1].append(cut[0])
                atom = cut[1]
                if not sections(Message((atom.block,))):
                    continue  # nothing but white space was left
            elif not parts[-1]:
                atom = _bare(atom)
        parts.append([])
        room = whole
        waiting.append(atom)
    return [part for part in parts if part]


def _bare(atom: _Atom) -> _Atom:
    """The atom without any style, so that it can be cut anywhere."""
    plain = Paragraph((Span("".join(section.text for section in sections(Message((atom.block,))))),))
    if plain == atom.block:
        raise RuntimeError("a text could not be cut")  # rather than try for ever
    return _Atom(plain, atom.origin)


def _cost(before: list[_Atom], atom: _Atom) -> tuple[int, int]:
    """What the atom adds: its own size and the blank line before it, counted at its longest."""
    length, entities = size(sections(Message((atom.block,))))
    return length + (2 if before else 0), entities


def _cut(atom: _Atom, room: _Room) -> tuple[_Atom, _Atom] | None:
    """The block as two, the first within the room; None when nothing of it fits there."""
    block = atom.block
    match block:
        case Field(label, line):
            # A cut field goes on as running text, in the same look, and still without line breaks.
            name = Span(named(label), Style.BOLD)
            value = (replace(span, text=one_line(span.text)) for span in line)
            halves = _cut_line((name, Span(" "), *value), room)
            first: type[Heading | Paragraph | Notice] = Paragraph
        case Items((line,), start):
            prefix = 2 if start is None else len(f"{start}. ")
            halves = _cut_line(line, room.less((prefix, 0)))
            return halves and (
                _Atom(Items((halves[0],), start), atom.origin),
                _Atom(Paragraph(halves[1]), atom.origin),
            )
        case Quote(line, folded):
            halves = _cut_line(line, room)
            return halves and (
                _Atom(Quote(halves[0], folded), atom.origin),
                _Atom(Quote(halves[1], folded), atom.origin),
            )
        case Heading(line) | Notice(line) | Paragraph(line):
            first = type(block)
            halves = _cut_line(line, room, first)
        case _:
            return None
    return halves and (_Atom(first(halves[0]), atom.origin), _Atom(first(halves[1]), atom.origin))


def _cut_line(
    line: Line, room: _Room, look: type[Heading | Paragraph | Notice] = Paragraph
) -> tuple[Line, Line] | None:
    """Spans up to the last good joint within the room, and the rest."""
    head: list[Span] = []
    spans = [_settled(span) for span in line]
    while spans and not spans[0].text.strip():
        spans = spans[1:]
    if spans:
        spans[0] = replace(spans[0], text=spans[0].text.lstrip())
    for number, span in enumerate(spans):
        cost = size(sections(Message((look((span,)),))))
        cost = (max(cost[0], units(span.text)), cost[1])  # with its white space
        if room.holds(cost):
            head.append(span)
            room = room.less(cost)
            continue
        at = 0 if span.href or room.entities < cost[1] else _joint(span.text, room.units, begun=bool(head))
        if at == 0:
            return _at_a_space(head, spans[number:])
        before, after = replace(span, text=span.text[:at]), replace(span, text=span.text[at:])
        return _halves([*head, before], [after, *spans[number + 1 :]])
    return None  # the caller's count was the larger one; nothing is left to cut off


def _settled(span: Span) -> Span:
    """Clean, and no link if its text is too long for one: its pieces must not become links."""
    text = clean(span.text)
    return replace(span, text=text, href=span.href if units(text) <= LONGEST_LINK else "")


def _at_a_space(head: list[Span], tail: list[Span]) -> tuple[Line, Line] | None:
    """Between two spans; a word that began in the first one goes with the second."""
    last = head[-1] if head else None
    if last and not last.href and tail[0].text[:1].strip() and last.text[-1:].strip():
        at = max((found.end() for found in re.finditer(r"\s", last.text[-80:])), default=0)
        at += max(0, len(last.text) - 80) if at else 0
        if at:
            head, tail = (
                [*head[:-1], replace(last, text=last.text[:at])],
                [
                    replace(last, text=last.text[at:]),
                    *tail,
                ],
            )
    return _halves(head, tail)


def _halves(head: list[Span], tail: list[Span]) -> tuple[Line, Line] | None:
    if not any(span.text.strip() for span in head):
        return None
    return tuple(head), tuple(tail)


def _joint(text: str, room: int, *, begun: bool) -> int:
    """Where to cut so that at most `room` code units stand before; 0 if there is no good place.

    The coarsest joint wins, in the second half of the room unless the part has `begun` with other
    text; a text with no joint at all is cut between two characters, but only to begin a part.
    """
    window = _fitting(text, room)
    if window == len(text):
        return window
    for joint in _JOINTS:
        last = max(
            (found.end() for found in joint.finditer(text, 0 if begun else window // 2, window)), default=0
        )
        if last:
            return last
    if begun:
        return 0
    while window > 1 and _CLINGING.match(text, window):
        window -= 1
    if window > 1 and text[window - 1] == "\u200d":
        window -= 1
    return window


def _fitting(text: str, room: int) -> int:
    """How many characters from the start take at most `room` code units."""
    low, high = max(0, room // 2), min(len(text), max(0, room))
    low = min(low, high)
    while low < high:
        middle = (low + high + 1) // 2
        if units(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low
