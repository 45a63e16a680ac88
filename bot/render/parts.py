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
PIECE = 16_384
"""Characters."""
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
                atoms.append(_Atom(Items((_settled(line),), start), origin))
        else:
            atoms.append(_Atom(replace(block, line=_settled(block.line)), origin))
    return [atom for atom in atoms if sections(Message((atom.block,)))]


def _settled(line: Line) -> Line:
    """Clean, in pieces that can be cut without looking at all the rest again.

    No link where its text is too long for one: its pieces would become links.
    """
    settled: list[Span] = []
    for span in line:
        text = clean(span.text)
        href = span.href if units(text) <= LONGEST_LINK else ""
        while len(text) > PIECE:
            at = text.rfind(" ", PIECE // 2, PIECE) + 1 or PIECE
            settled.append(replace(span, text=text[:at], href=href))
            text = text[at:]
        settled.append(replace(span, text=text, href=href))
    return tuple(settled)


def _join(atoms: list[_Atom]) -> tuple[Block, ...]:
    """Items that were one list become one list again."""
    blocks: list[Block] = []
    origin = -1
    for atom in atoms:
        last = blocks[-1] if blocks else None
        if isinstance(last, Items) and isinstance(atom.block, Items) and origin == atom.origin:
            missing = 0 if last.start is None else (atom.block.start or 0) - last.start - len(last.lines)
            # Items without text take a number too, though they are not shown.
            blocks[-1] = replace(last, lines=(*last.lines, *((),) * missing, *atom.block.lines))
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
        cost = _cost(parts[-1], atom, whole)
        if room.holds(cost):
            parts[-1].append(atom)
            room = room.less(cost)
            continue
        fits_alone = whole.holds(_cost([], atom, whole))
        if not parts[-1] or not fits_alone or room.units > whole.units // 2:
            cut = _cut(atom, room.less((2, 1)))
            if cut and room.holds(_cost(parts[-1], cut[0], whole)):
                parts[-1].append(cut[0])
                atom = cut[1]
                if _blank(atom.block):
                    continue
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


def _cost(before: list[_Atom], atom: _Atom, whole: _Room) -> tuple[int, int]:
    """What the atom adds: its own size and the blank line before it, counted at its longest.

    Of one that is far too long, the length alone: the rest of a long text is not laid out each time.
    """
    length = sum(len(span.text) for span in _line(atom.block))
    if length > 2 * whole.units:
        return length, 0
    length, entities = size(sections(Message((atom.block,))))
    return length + (2 if before else 0), entities


def _line(block: Block) -> Line:
    return block.lines[0] if isinstance(block, Items) else block.line


def _blank(block: Block) -> bool:
    return not any(span.text.strip() for span in _line(block))


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
    for number, each in enumerate(line):
        span = each if head else replace(each, text=each.text.lstrip())
        if not head and not span.text:
            continue
        cost = size(sections(Message((look((span,)),))))
        cost = (max(cost[0], units(span.text)), cost[1])  # with its white space
        if room.holds(cost):
            head.append(span)
            room = room.less(cost)
            continue
        at = (
            0
            if span.href or room.entities < cost[1]
            else _joint(span.text, room.units, sum(units(one.text) for one in head))
        )
        if at == 0:
            return _at_a_space(head, [span, *line[number + 1 :]])
        before, after = replace(span, text=span.text[:at]), replace(span, text=span.text[at:])
        return _halves([*head, before], [after, *line[number + 1 :]])
    return None  # the caller's count was the larger one; nothing is left to cut off


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


def _joint(text: str, room: int, used: int) -> int:
    """Where to cut so that at most `room` code units stand before; 0 if there is no good place.

    The coarsest joint that leaves the part more than half full wins, `used` code units being in it
    already; else the last space. A text with neither is cut between two characters, but only to
    begin a part.
    """
    window = _fitting(text, room)
    if window == len(text):
        return window
    least = max(0, (window - used) // 2)
    for joint, start in [*((joint, least) for joint in _JOINTS), (_JOINTS[-1], 0)]:
        last = max((found.end() for found in joint.finditer(text, start, window)), default=0)
        if last:
            return last
    if used:
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
