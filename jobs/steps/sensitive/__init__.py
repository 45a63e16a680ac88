"""Finds in a statement what may endanger somebody when it is passed on: minors by name, places of hiding.

`find` tells what is sensitive and by which words; `blackened` is the statement without these words.
What is found is looked at by a person before anything is sent (`jobs.review`). To find too much costs
time, to find too little may cost somebody's freedom; what everybody knows already is left out where the
text says so: pseudonyms, initials, hiding places that were raided.
"""

import re
from datetime import date

from jobs.steps.extract.blocks import Block, blocks, sentences
from jobs.steps.extract.named import names_at_risk
from jobs.steps.sensitive.black import MARK, Black, blacken, blackened, filled, taken_out
from jobs.steps.sensitive.finding import Sensitive
from jobs.steps.sensitive.further import further_minors
from jobs.steps.sensitive.hiding import hiding_places
from jobs.steps.sensitive.minors import minors_named
from jobs.steps.sensitive.nicknames import nicknamed
from jobs.steps.sensitive.private import private_names
from storage.records import Statement
from storage.words import Concern, MsgType

__all__ = ["MARK", "Black", "Sensitive", "blacken", "blackened", "filled", "find", "names", "taken_out"]

_LONGEST = 60_000
"""Characters that are looked through; nothing longer is a call."""
_BORN = re.compile(r"\b(b|geb|née?|род|д)\.\s(?=\d)")
"""Behind this no sentence ends: "(b. 2015)"."""
_WINDOW, _OVERLAP = 700, 120
"""A longer sentence is looked through in parts: what would be tried grows with the square of its length."""


def find(statement: Statement) -> tuple[Sensitive, ...]:
    """What in title and text names a minor, or tells exactly where people hide; each by its words once."""
    lines, day = _lines(statement), _day_of(statement)
    minors = minors_named(lines, day)
    more = further_minors(lines, day)
    minors += [one for one in more if not any(map(one.is_part_of, (*minors, *more)))]
    minors += nicknamed(lines, day)
    found: dict[tuple[Concern, str], Sensitive] = {}
    for one in (*minors, *hiding_places(lines)):
        found.setdefault((one.concern, one.words), one)
    return tuple(found.values())


def names(statement: Statement) -> tuple[Sensitive, ...]:
    """The persons whom the statement names as being in danger."""
    lines = _lines(statement)
    named = names_at_risk(lines, closed=statement.alert.msg_type is MsgType.CANCEL)
    found = {name: next((line for line in lines if name in line), "") for name in named.values()}
    found |= dict(private_names(lines))
    return tuple(Sensitive(Concern.NAME, name, line) for name, line in found.items())


def _day_of(statement: Statement) -> date | None:
    """When it was said, as far as that is known, else when it was met."""
    met = statement.published or statement.fetched
    return (met.date() if met else None) or statement.date_posted or statement.date_written


def _lines(statement: Statement) -> list[str]:
    text = _BORN.sub(r"\1.", statement.text[:_LONGEST])
    cut = [line for block in blocks(text) for line in sentences(_whole(block))]
    lines = [part for line in (statement.title[:_LONGEST], *cut) for part in _parts(line)]
    return list(dict.fromkeys(lines))


def _parts(line: str) -> list[str]:
    if len(line) <= _WINDOW:
        return [line]
    return [line[at : at + _WINDOW] for at in range(0, len(line), _WINDOW - _OVERLAP)]


def _whole(block: Block) -> str:
    """With what was taken for the number of an item: "16-year-old" begins like one."""
    glued = block.marker.endswith(("-", "–"))
    return f"{block.marker}{block.text}" if glued else f"{block.marker} {block.text}".strip()
