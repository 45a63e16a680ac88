"""Finds demands in Portuguese and German by the frames of `european.toml`.

Requests stand in three shapes: a sentence that asks a party for something; a line that opens a list, of
whose items each is asked; and lines that name a party over a list of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from jobs.steps.extract.likeness import in_full, once
from jobs.steps.extract.namelists import heads_list
from storage.records import Demand

_FILE = "european.toml"
LANGUAGES = frozenset({"de", "pt"})
_ARTICLE = re.compile(
    r"^(?:l[’'\x27]\s?|(?:à\s+la|à\s+l[’'\x27]|a\s+la|a\s+los|a\s+las|al|au|aux|à|le|la|les|el|los|las|"
    r"une?|una|der|die|das|den|dem|os|as)\s+)(?=\S)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s+(?:et|y|e|und|и)\s+(?:à\s+la|à\s+l[’'\x27]|aux?|à|al|a\s+las?|a\s+los)\s*|,\s+(?:aux?\s|"
    r"à\s+la\s|à\s+l[’'\x27]|al\s|a\s+la\s)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r",\s+(?:en particulier|notamment|en particular|especialmente|в частности|qui|que|dont|así como|"
    r"lors|в лице)\b.*$|"
    r"\s*\([^()]{0,80}\)|,?\s+(?:en particulier|por último|enfin)$",
    re.IGNORECASE,
)
_LONGEST = 60  # words of a quote
_HEADING = 140  # characters of a line that names a party


@dataclass(frozen=True, slots=True)
class _Frames:
    asking: re.Pattern[str]
    inverted: re.Pattern[str]
    elliptic: re.Pattern[str]
    """A party alone before its infinitive, the asking verb being that of the sentence before."""
    must: re.Pattern[str]
    duty: re.Pattern[str]
    """The verb of `must` alone, which is found at once."""
    joint: re.Pattern[str]
    heading: re.Pattern[str]
    item: re.Pattern[str]
    opens: re.Pattern[str]
    reported: re.Pattern[str]
    opening: re.Pattern[str]


@dataclass(slots=True)
class _Walk:
    context: Context
    named: list[str] = field(default_factory=list)
    """The parties of the list that is open."""
    opened: bool = False
    listing: bool = False
    """A line has opened a list whose parties are named line by line."""
    signed: bool = False
    """A list of names runs."""
    found: list[Demand] = field(default_factory=list)


@cache
def _frames(language: str) -> _Frames:
    row = table(_FILE)[language]
    you = "|".join(row["you"])
    asking = (
        rf"(?:\b(?P<you>{you})\s+)?(?<!\w){row['ask']}\s+{row['to']}(?P<party>[^.;:]{{0,160}}?)[\s,]*(?<!\w)"
        rf"{row['link']}(?=(?P<what>{row['what']}))"
    )
    inverted = (
        rf"^(?:{row['heading']})(?P<party>[^.;:]{{3,140}}?)(?:,[^,.]{{2,40}})?,?\s+(?:(?:nous|мы|le|les|"
        rf"nosotros|nós|wir)\s+)?"
        rf"{row['ask']}\s+(?:{row['link']})(?=(?P<what>{row['what']}))"
    )
    infinitive = r"(?:no\s+)?\w+(?:ar|er|ir)(?:l[oae]s?|se)?\s" if language == "es" else r"(?!x)x"
    elliptic = rf"^(?:{row['heading']})(?P<party>[^.;:,]{{3,140}}?),\s+(?=(?P<what>{infinitive}))"
    opening = (
        rf"(?<!\w){row['ask']}\s+{row['to']}(?P<party>[^.;:]{{2,160}}?)\s*"
        r"(?:,?\s*(?:ce qui suit|lo siguiente|следующее|que|de|a|à))?\s*:$"
    )
    flags = re.IGNORECASE
    return _Frames(
        re.compile(asking, flags),
        re.compile(inverted, flags),
        re.compile(elliptic, flags),
        re.compile(rf"(?P<party>[^.;:,]{{3,90}}?)\s+{row['must']}(?=\w)", flags),
        re.compile(rf"\s{row['must']}(?=\w)", flags),
        re.compile(row["and"], flags),
        re.compile(rf"^(?:{row['heading']})(?P<party>[^.!?]{{3,{_HEADING}}}?)\s*[:,]?$", flags),
        re.compile(rf"^(?:{row['item']})", flags),
        re.compile(row["opens"], flags),
        re.compile(row["not"], flags),
        re.compile(opening, flags),
    )


def demands(blocks: list[Block], language: str, context: Context) -> list[Demand]:
    """The demands of a text in one of `LANGUAGES`, each with the party that is asked."""
    walk, frames = _Walk(context), _frames(language)
    titled = 0
    for index, (block, following) in enumerate(zip(blocks, [*blocks[1:], Block("")], strict=False)):
        if heads_list(block):
            walk.named, walk.opened, walk.listing, walk.signed = [], False, False, True
            continue
        walk.signed = walk.signed and (bool(block.marker) or len(block.text.split()) < _SIGNED)
        if not walk.signed:
            _read_block(walk, block, following, frames)
        if index < _TOP and len(block.text) < _TITLE and block.text[-1] != ".":
            titled = len(walk.found)
    return once(in_full(walk.found), titled)


def addressed(blocks: list[Block], language: str) -> list[str]:
    """Whom the lines at the head are addressed to: "A la Secretaría de ...", "À l'attention de ..."."""
    heading = _frames(language).heading
    found: list[str] = []
    for block in blocks[:_TOP]:
        match = heading.match(block.text) if len(block.text) < _HEADING else None
        if match and match.start("party") and block.text[-1] not in ":." and not _PUBLIC.search(block.text):
            found += _parts(match["party"])
    return [name for name in found if name[:1].isupper()]


_PUBLIC = re.compile(r"opini[oó]n|opinion|medios|médias|prensa|presse|\d", re.IGNORECASE)
_TOP = 12  # blocks of a text's head
_TITLE = 200  # characters
_SIGNED = 14  # words of a line in a list of names


def _read_block(walk: _Walk, block: Block, following: Block, frames: _Frames) -> None:
    text = block.text
    if party := _party_line(walk, block, following, frames):
        walk.named, walk.opened = _parts(party), True
        return
    if frames.opens.search(text) and len(text) < 400 and not frames.reported.search(text):
        walk.named, walk.opened, walk.listing = _opening_parties(walk, text, frames), True, True
        return
    if walk.opened and block.marker and (walk.named or walk.context.letter_to):
        if _item(walk, text, frames):
            return
    elif not block.marker:
        walk.opened = False
    for sentence in block.sentences:
        for demand in _sentence(sentence, walk, frames):
            _add(walk, demand)


def _party_line(walk: _Walk, block: Block, following: Block, frames: _Frames) -> str:
    """The party of a line over a list: "Aux autorités de X", in an open list "Федеральную службу:"."""
    text = block.text
    if len(text) > _HEADING or not (following.marker or walk.listing):
        return ""
    if (
        text.endswith(":")
        and (walk.listing or walk.named)
        and following.marker
        and not frames.opens.search(text)
    ):
        return frames.heading.sub(lambda match: match["party"], text).rstrip(" :")
    match = frames.heading.match(text)
    if not match or not following.marker or block.marker or frames.opens.search(text):
        return ""
    starts_heading = match.start("party") > 0
    return match["party"].strip(" ,:") if starts_heading else ""


def _opening_parties(walk: _Walk, text: str, frames: _Frames) -> list[str]:
    """Whom a line asks that opens a list: "Nous demandons aux autorités de X :"; else the letter's."""
    match = frames.opening.search(text)
    if match and (name := _clean(match["party"])):
        return _parts(name) if len(name.split()) <= 18 else list(walk.context.letter_to)
    return list(walk.context.letter_to)


def _item(walk: _Walk, text: str, frames: _Frames) -> bool:
    """Adds the things that one item of an open list asks."""
    body = frames.item.sub("", text.strip('«»“”" '), count=1)
    names = walk.named or list(walk.context.letter_to)
    pieces = [_closed(piece) for piece in frames.joint.split(body)]
    for piece in pieces:
        for name in names if len(piece.split()) > 1 else ():
            _add(walk, Demand(name, piece, piece.split()[0].lower()))
    return bool(pieces and names)


def _sentence(sentence: str, walk: _Walk, frames: _Frames) -> Iterator[Demand]:
    if frames.reported.search(sentence):
        return
    match = frames.inverted.match(sentence) or (frames.elliptic.match(sentence) if walk.found else None)
    if match or (match := frames.asking.search(sentence)):
        groups = match.groupdict()
        spoken = bool(groups.get("you")) or not (match["party"] or "").strip(" ,")
        names = _names(match["party"] or "", walk, spoken_to=spoken)
    elif frames.duty.search(sentence) and (match := frames.must.search(sentence)):
        names = _names(match["party"], walk, spoken_to=False)
        names = [name for name in names if parties.country(name) or parties.actor(name) or _capital(name)]
    else:
        return
    for piece in frames.joint.split(sentence[match.end() :]):
        quote = _closed(piece)
        for name in names if len(quote.split()) > 1 or len(quote) > 8 else ():
            yield Demand(name, quote, quote.split()[0].lower())


def _closed(piece: str) -> str:
    return " ".join(piece.strip(' ,;.:!»”"،؛').split()[:_LONGEST]).strip(' ,;.:!»”"،؛')


def _capital(name: str) -> bool:
    """A proper name in a script with capitals, as the subject of "must"."""
    return name[:1].isupper() and 1 < len(name.split()) <= 8


def _names(party: str, walk: _Walk, *, spoken_to: bool) -> list[str]:
    name = _clean(party)
    if spoken_to or not name:
        return list(walk.context.letter_to) or list(walk.named)
    return _parts(name) if len(name.split()) <= 18 else []


def _clean(party: str) -> str:
    return _ARTICLE.sub("", _ASIDE.sub("", party.strip(" ,:"))).strip(" ,:")


def _parts(name: str) -> list[str]:
    """The parties that are named side by side, each with its own preposition."""
    return [part for part in (_clean(one) for one in _JOINT.split(_clean(name))) if part]


def _add(walk: _Walk, demand: Demand) -> None:
    if len(walk.found) < 400 and not any(
        demand.quote == known.quote and demand.to == known.to for known in walk.found
    ):
        walk.found.append(demand)
