"""Reads the lines that turn an English text to somebody: "To X:", "X should:", "X" over a list."""

import re
from dataclasses import dataclass

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.verbs import base_verb, commands

_ORDINAL = re.compile(
    r"^(?:and\s+)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last|one|two|"
    r"three|four|five|six|seven|eight|nine|ten)(?:ly)?(?:\s+of\s+all)?\s*[,:–—]\s+(?:and\s+)?(?=\S)",
    re.IGNORECASE,
)
_LEAD = (
    r"(?:(?:our|the|key|main|final|specific|joint|further|general|urgent|these)\s+){0,3}"
    r"(?:recommendations?|demands?|requests?|appeals?|messages?)\s+"
)
_TO = re.compile(
    rf"^(?!to\s+th(?:is|at)\s+(?:end|effect|aim|purpose)\b)(?:(?:{_LEAD})?to|{_LEAD}(?:for|of|from|on|upon)|for(?=\s+the\s)|(?:and\s+)?to)\s+"
    r"(?P<name>(?:the\s+|this\s+|all\s+|those\s+|our\s+)?[A-Z“a-z][^:;.!?]{1,180}?)"
    r"(?:\s+(?:are|is|as)(?:\s+(?:as\s+follows?|follows?|the\s+following|these))?)?\s*(?P<end>[:.]?)$",
    re.IGNORECASE,
)
_TO_INLINE = re.compile(
    r"^(?!to\s+th(?:is|at)\s+(?:end|effect|aim|purpose)\b)(?:recommendations?\s+|demands?\s+|and\s+)?to\s+(?P<name>(?:the\s+|this\s+|all\s+|those\s+|our\s+)?"
    r"[A-Z“a-z][^:,;]{1,140}?)\s*(?:,\s+(?:(?:both|all|each) of )?(?:which|who|whom|whose)\b[^:;.]{2,120}?)?"
    r"(?P<end>[,:])\s+"
    r"(?:(?:we|I) (?:say|write|add|repeat|put it|have this to say)(?: this)?:\s+)?(?=\S)",
    re.IGNORECASE,
)
_ONE = (
    r"(?:(?:of|in)\s+)?(?:the\s+)?(?:[a-z]+\s+(?:of|in|for)\s+(?:the\s+)?)?[A-Z][\w’'.-]{0,30}"
    r"(?:\s+(?:(?:of|for)\s+(?:the\s+)?)?[A-Z][\w’'.-]{0,30}){0,6}"
)
_TO_SEVERAL = re.compile(
    rf"^(?:and\s+)?to\s+(?P<name>(?:the\s+)?(?:[a-z]+\s+(?:of|in)\s+)?{_ONE}(?:,\s+{_ONE}){{1,8}},?\s+and\s+{_ONE})"
    r"(?:,?\s+(?:alike|together|both|all))?\s*(?P<end>[,:])\s+"
    r"(?:(?:we|I) (?:say|write|add|repeat|put it|have this to say)(?: this)?:\s+)?(?=\S)",
    re.IGNORECASE,
)
"""So: "To the governments of A, B and C: ..."."""
_ESPECIALLY = re.compile(
    r",\s+(?:and\s+)?(?:especially|in particular|particularly|notably|above all)\b[^,;:]{2,80},"
)
_AND_ESPECIALLY = re.compile(
    r",?\s+(?:and\s+)?(?:especially|in particular|particularly|notably|above all)\s+(?:to\s+)?"
    r"(?P<also>[^:;]{2,80})$"
)
_CLAUSE = re.compile(r",\s+(?:which|who|whose|where)\b[^:;.]{0,160}$")
_OVER = re.compile(
    r"^(?P<name>[^:;]{2,140}?)\s+"
    r"(?:should|must|shall|ought|needs?|(?:is|are) (?:called (?:up)?on|urged|asked|requested))"
    r"(?:,?\s+(?:\w+ly|also|therefore|at once))*(?:\s+to)?\s*:$"
)
_AND_ON = re.compile(r"^(?:and\s+)?(?:up)?on\s+(?P<name>[^:;.]{2,120}?)\s+to\s*:?$")
"""So: "calls on A to / - ... / and on B to / - ..."."""
_NAMED_COLON = re.compile(r"^(?P<name>(?!We\b|I\b)(?:[Tt]he\s+)?[A-Z][^:;.,]{2,80}):\s+(?=[a-z])")
_LISTED = r"(?:\w+\s+){0,3}?(?:demands?|requests?|recommendations?|points?|steps|measures)\s*:$"
_DRAWN = re.compile(
    rf"^[^:;]{{0,120}}?\bdraws?\s+(?:\w+\s+)?(?:the\s+)?(?:attention\s+of\s+)?(?P<name>[^:;]{{2,120}}?)(?:['’]s?)?"
    rf"\s+(?:attention\s+)?to\s+(?:the|these|our|its)\s+{_LISTED}"
)
_FROM = re.compile(
    r"^(?:From|Of)\s+(?P<name>[^:;]{2,90}?),?\s+(?:we|I)\s+(?:demand|ask|expect|request|want)(?:\s+the\s+following)?\s*:$"
)
_FROM_ALONE = re.compile(r"^(?:From|Of|By)\s+(?P<name>(?:the\s+|all\s+)?[A-Za-z][^:;.,]{2,90}?)\s*:?$")
"""Over what is asked of somebody: "From the Royal Government:"."""
_PUT = re.compile(
    r"^[^:;]{0,120}?\b(?:put|make|makes|address|addresses|present|presents|submit|submits|raise|bring|send|sends|have|has)"
    r"\s+(?:the|these|our|its)\s+(?:\w+\s+){0,3}?(?:demands?|requests?|recommendations?|points?)\s+"
    r"(?:to|before|for|of)\s+(?P<name>[^:;]{2,120}?)\s*:$"
)
_BARE = re.compile(
    r"(?:(?:for|on|from)\s+(?=the\s))?(?P<name>(?:[Tt]he\s+)?[A-Z][^.!?;:]{1,160}?)(?:\s+to)?\s*:?$"
)
_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|we|must|should|calls?|urges?|urging|asking|that|demands?|said|says|"
    r"resolves?|notes?|believes?|recalls?|decides?|declares?|affirms?|requests?|instructs?|undertakes?|pledges?)\b"
)
_DEMANDS = re.compile(
    r"^(?:our |the |we |therefore,? we |key |main )*(?:demands?|recommendations?|we demand|"
    r"calls? to action|we call for|what we (?:ask|demand))(?: (?:the )?(?:following|that))?\s*:?$",
    re.IGNORECASE,
)
_HEADED = 9  # words of a heading that names nobody
_NAMED = 18  # words of one that does


@dataclass(frozen=True, slots=True)
class Turn:
    """Whom a line turns to; `rest` is what it then says, `lasts` whether more lines follow."""

    parties: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Who is named with them but not asked together: "... and in particular the Governor"."""
    rest: str = ""
    lasts: bool = True
    formal: bool = True
    """It says "to": so they are addressed even where nothing is then asked."""
    lists: bool = True
    """What follows is a list or stands in lines of its own."""


def unnumbered(text: str) -> str:
    """A line without the ordinal before what it asks: "First, to release ..."."""
    return _ORDINAL.sub("", text, count=1)


def readable(text: str) -> str:
    """A line in capitals as it would stand in a text, letter for letter: names keep their capitals."""
    if not text.isupper() or len(text.split()) < 2:
        return text
    return re.sub(r"[^\W\d_][\w’'-]*", lambda word: _lowered(word.group()), text)


def _lowered(word: str) -> str:
    return word.lower() if word in _SMALL or base_verb(word) else word[:1] + word[1:].lower()


_SMALL = frozenset(
    {
        *("OF", "THE", "AND", "TO", "ON", "UPON", "FOR", "IN", "AT", "BY", "FROM", "WITH", "A", "AN", "OR"),
        *("THAT", "NOT", "THEREFORE", "ALSO", "ALL", "ITS", "THEIR", "OUR", "MUST", "SHOULD", "AS"),
    }
)


def turned(block: Block, following: Block, *, inside: bool) -> Turn | None:
    """Whom a block turns to, if it is a heading of that kind; `inside`: one like it stood before."""
    text = readable(block.text)
    if plain := _told_above(text, following):
        return plain
    if over := _OVER.match(text):
        return _of(over["name"], formal=False) if parties.actor(over["name"]) else None
    inline = _ESPECIALLY.sub(",", text, count=1) if text[:3].lower() == "to " else text
    several = _TO_SEVERAL.match(inline) if inline[:3].lower() in {"to ", "and"} else None
    if (match := several or _TO_INLINE.match(inline)) and _speaks_to(match, inline):
        lasts = match["end"] == ":"
        return _of(match["name"], rest=inline[match.end() :].strip(), lasts=lasts, lists=lasts)
    if (match := _TO.match(_CLAUSE.sub("", inline))) and _is_line_to(match, following, inside=inside):
        return _of(match["name"])
    if inside and (named := _alone(block, text)):
        return _of(named, formal=False)
    name = _over_a_list(block, text, following)
    return _of(name, formal=False) if name else None


def _told_above(text: str, following: Block) -> Turn | None:
    """Whom a line names over what is asked, "... draws the attention of X to these:", or before it."""
    above = (_DRAWN.match(text) or _FROM.match(text) or _PUT.match(text)) if text[-1] == ":" else None
    above = above or (_AND_ON.match(text) or _FROM_ALONE.match(text) if following.marker else None)
    if above and parties.actor(above["name"]):
        return _of(above["name"], formal=False)
    named = _NAMED_COLON.match(text)
    if named is None or _SAYS.search(named["name"]) or not parties.actor(named["name"]):
        return None
    rest = text[named.end() :]
    return _of(named["name"], rest=rest, lasts=False, formal=False, lists=False) if commands(rest) else None


def _of(name: str, *, rest: str = "", lasts: bool = True, formal: bool = True, lists: bool = True) -> Turn:
    also: tuple[str, ...] = ()
    if especially := _AND_ESPECIALLY.search(name):
        name, also = name[: especially.start()], tuple(parties.split(especially["also"]))
    return Turn(tuple(parties.split(parties.clean(name))), also, rest, lasts, formal, lists)


def _speaks_to(match: re.Match[str], text: str) -> bool:
    """Whether "To X, ..." speaks to X: then follows what we say, or a command."""
    name, rest = match["name"], text[match.end() :].lstrip()
    if name == "ourselves" or commands(name):
        return False
    said = re.search(r"(?:we|I) \w+(?: this)?:\s+$", match.group())
    if said:
        return True
    if match["end"] == ":":
        return parties.actor(name) or commands(rest)
    return bool(re.match(r"(?:we|I)\b", rest, re.IGNORECASE)) or (
        (rest[:1].islower() or parties.actor(name)) and commands(rest)
    )


def _is_line_to(match: re.Match[str], following: Block, *, inside: bool) -> bool:
    name = match["name"]
    if commands(name) or len(name.split()) > _NAMED or match["end"] == ".":
        return False
    if match["end"] == ":" or len(name) < _SHORT:
        named = parties.actor(name) or any(parties.actor(part) for part in parties.split(name))
        if named:
            return True
    told = following.marker or told_to(following.text)
    people = name[:4].lower() in {"the ", "all ", "our ", "thos"}
    if inside and people and len(name.split()) <= _HEADED and following.gap:
        return True
    return bool(told) and (inside or match["end"] == ":" or people)


_SHORT = 100  # characters


def _alone(block: Block, text: str) -> str:
    """The party alone in a line, in capitals or with a colon, where such lines turn to somebody."""
    name = text.rstrip(" :")
    alone = (block.text.isupper() or text.endswith(":")) and not block.marker and len(name.split()) <= _HEADED
    if not alone or _SAYS.search(name) or commands(name):
        return ""
    return name if all(parties.actor(part) for part in parties.split(name)) else ""


def _over_a_list(block: Block, text: str, following: Block) -> str:
    """The party that a line only names over a list of what it is to do: "The Egyptian authorities"."""
    match = None if block.marker or not following.marker else _BARE.match(text)
    if match is None or len(match["name"].split()) > _NAMED or not told_to(following.text):
        return ""
    name = parties.clean(match["name"])
    if re.match(r"(?:We|I)\s", match["name"]):
        return ""
    if not name or _SAYS.search(name) or commands(name) or name.startswith("Please") or parties.vague(name):
        return ""
    return name if any(parties.actor(part) for part in parties.split(name)) else ""


def told_to(item: str) -> bool:
    """Whether a line begins with the verb of what somebody is to do."""
    plain = re.sub(
        r"^(?:not\s+)?(?:to\s+)?(?:not\s+)?(?:\w+ly\s+)?", "", unnumbered(item), flags=re.IGNORECASE
    )
    first = plain.split(maxsplit=1)
    return bool(first) and first[0][-1] != ":" and base_verb(first[0])


def style(marker: str) -> str:
    """The kind of a list's marker: "1" for numbers, "1.1" below them, "a", "i", or the bullet itself."""
    plain = marker.strip("()（）[]. :")
    if re.fullmatch(r"\d+", plain):
        return "1"
    if re.fullmatch(r"\d+(?:\.\d+)+", plain):
        return "1.1"
    if re.fullmatch(r"[ivx]+", plain, re.IGNORECASE):
        return "i"
    return "a" if re.fullmatch(r"[a-z]", plain, re.IGNORECASE) else plain or marker


def asks_in_a_list(text: str) -> bool:
    """Whether a line only says that demands follow, of whoever is spoken to: "We demand:"."""
    return _DEMANDS.match(text) is not None


def other(block: Block) -> bool:
    """Whether a line is a heading that names nobody, with which what was said to somebody ends."""
    text = block.text
    few = len(text.split()) <= _HEADED and len(text) < _SHORT and text[-1] not in ".,;:!?…"
    if not few or not text[0].isupper() or not block.gap:
        return False
    return not commands(readable(text)) and not told_to(text)
