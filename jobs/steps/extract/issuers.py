"""Names the bodies in whose name a text speaks."""

import re
from collections import Counter
from collections.abc import Iterator

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.lexicon.cities import cities
from jobs.steps.lexicon.tokens import cut

_CONFERENCE = re.compile(
    r"\b(?P<name>(?:(?:The|the)\s+)?(?:\d{1,3}(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|"
    r"Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Twelfth|Extraordinary|World|General)\s+"
    r"(?:[A-Z][\w’'-]+\s+|of\s+|on\s+|and\s+|the\s+|for\s+){0,6}?(?:Conference|Congress|Assembly|"
    r"Forum|Summit|General Assembly|Synod|Convention)"
    r"(?:\s+(?:of|on|for|in|and|the|to)|\s+[A-Z][\w’'-]+){0,12})",
)
_BODY = re.compile(
    r"(?:^|[.:]\s|\n)(?:The\s+)?(?P<name>European Parliament|Human Rights Council|General Assembly|"
    r"Security Council|Commission on Human Rights|House of Representatives|Senate|"
    r"National Assembly|Parliamentary Assembly)\s*[,(.](?!\s+\w+(?:st|nd|rd|th)?\s+session)"
)
_DEFINED = re.compile(
    r"(?P<name>(?:[A-Z][\w’'&-]*|of|for|the|in|on|and|to|de|la|against|"
    r"without)(?:\s+(?:[A-Z][\w’'&-]*|of|for|the|in|on|and|to|de|la|against|"
    r"without)){1,11})\s+\((?P<short>[A-Z][A-Za-z-]{1,12})\)"
)
_SPEAKING = re.compile(
    r"(?:^|[.:]\s+)(?P<names>(?:The\s+)?[A-Z][^.:;,]{1,120}?)\s+(?:today\s+|strongly\s+|jointly\s+|"
    r"urgently\s+|thus\s+|therefore\s+|again\s+)?"
    r"(?:calls?\s+(?:up)?on|urges?|appeals?\s+to|condemns?|welcomes?|demands?|is\s+(?:deeply|"
    r"gravely|seriously)\s+concerned|are\s+(?:deeply|gravely|seriously)\s+concerned|has\s+learned|"
    r"has\s+received|expresses|express|said\s+today)\b",
)
_SPEAKING_STEMS = (
    *("call", "urge", "appeal", "condemn", "welcome", "demand", "concerned", "has learned", "has received"),
    *("express", "said today"),
)
_SAID_TODAY = re.compile(
    r",[”\"]?\s+(?:the\s+)?(?P<name>[A-Z][\w’'-]*(?:\s+(?:[A-Z][\w’'-]*|of|for|the|and|"
    r"in)){0,8})\s+said\s+today\b"
)
_KNOWN = re.compile(
    r"\b(?:Amnesty International|Human Rights Watch|Christian Solidarity Worldwide|"
    r"World Organisation Against Torture|OMCT|FIDH|Frontline Defenders|Front Line Defenders|CIVICUS|"
    r"Reporters Without Borders|International Commission of Jurists|"
    r"Committee to Protect Journalists|PEN International|Anti-Slavery International|Minority Rights Group)\b",
)
_WHEN = re.compile(
    r"\s+(?:(?:on|in|from|at|this)\s+)?(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b.*$"
)
_HEADS = 4
"""Blocks at the beginning of a text in which a letterhead or a byline stands."""
_BYLINE = 90
"""Characters of a line that may be a letterhead: more is a sentence, which may speak of anybody."""
_SENTENCE = re.compile(r"\b[a-z]{4,}\b")
"""A line with such words says something about whom it names."""
_ADOPTED = re.compile(r"\b(?:resolution|declaration|communiqu[eé]|final statement)\b", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:of|on|for|in|and|the|to)$")


def issuers(title: str, blocks: list[Block], organisation: str) -> tuple[str, ...]:
    """The issuing bodies by what the text says of itself; the source's organisation where it says nothing."""
    head = [title, *(block.text for block in blocks[:6])]
    if _ADOPTED.search(" ".join(head[:3])):
        for text in head:
            if match := _CONFERENCE.search(text[:600]):
                return (_trimmed(match["name"]),)
    for block in blocks[:24]:
        if match := _BODY.search(block.text[:300]):
            return (match["name"],)
    spoken = _speakers(title, blocks) or _resolving(blocks)
    if spoken:
        return spoken
    if organisation:
        return (organisation,)
    lines = [text for text in (title, *(block.text for block in blocks[:_HEADS])) if len(text) < _BYLINE]
    told = [match.group() for text in lines if (match := _KNOWN.search(text)) and not _SENTENCE.search(text)]
    return (told[0],) if told else ()


def perhaps(blocks: list[Block]) -> tuple[str, ...]:
    """Who may speak where the text does not say: whom it names most, or who asks. A guess, never told."""
    counted = Counter(match.group() for block in blocks[:40] for match in _KNOWN.finditer(block.text))
    if counted:
        return (counted.most_common(1)[0][0],)
    asking = Counter(name for block in blocks[:60] for name in _asking(block.text))
    often = [name for name, _ in asking.most_common(3) if any(_later(name, block) for block in blocks[:60])]
    return tuple(often[:2])


def _asking(text: str) -> Iterator[str]:
    """The bodies that a text says to ask now: "Lantern and the Guild want to see", "Lantern is urging"."""
    for match in _ASKING.finditer(text) if any(stem in text for stem in _ASKING_STEMS) else ():
        plural = match["verb"] in {"want", "call", "urge", "ask", "are"}
        for name in re.split(r",\s+|\s+and\s+(?:the\s+)?", match["name"]) if plural else [match["name"]]:
            if name[:1].isupper() and not parties.actor(name) and not _PRONOUN.match(name):
                yield name


def _later(name: str, block: Block) -> bool:
    """Whether a body is named within a sentence too, so that its capital is its own."""
    return (
        re.search(rf"[a-z,“\"]\s(?:the\s)?{re.escape(name.split(maxsplit=1)[0])}\b", block.text) is not None
    )


_ASKING_STEMS = (
    "calls on",
    "call on",
    "calls upon",
    "calling",
    "urg",
    "ask",
    "want to see",
    "wants to see",
    "demands",
    "appeal",
)
_ASKING = re.compile(
    r"(?:^|[.!?)][”\"]?\s+)(?:The\s+)?(?P<name>[A-Z][\w’'&-]*(?:\s+(?:[A-Z][\w’'&-]*|of|for|the|and|in|on|to|against|without)){0,9})\s+"
    r"(?:(?:also|today|therefore|further|strongly|again|jointly)\s+){0,2}"
    r"(?:(?P<verb>want|call|urge|ask|are|is|wants|calls|urges|asks|demands|appeals)\s+(?:to\s+see|(?:up)?on\b|to\s+the|the\b|"
    r"(?:(?:also|today|now|therefore)\s+)?(?:calling|urging|asking|appealing|demanding)\b|[A-Z]))"
)
_PRONOUN = re.compile(r"(?:We|I|They|He|She|It|You|These|This|Those|That|There|Both|All|What|Who)\b")


def _resolving(blocks: list[Block]) -> tuple[str, ...]:
    """The assembly that resolves or pledges in a Korean, Japanese or Chinese resolution."""
    told = (block.text for block in blocks[:40] if any(stem in block.text for stem in _RESOLVES_STEMS))
    found = (match for text in told if (match := _RESOLVES.match(text)))
    match = next(found, None)
    return (match["ko"] or match["ja"] or match["zh"],) if match else ()


_RESOLVES_STEMS = ("결의", "다짐", "천명", "決議", "誓う", "宣言", "决议")
_RESOLVES = re.compile(
    r"(?P<ko>(?:[가-힣]{2,12}\s){0,2}[가-힣]{0,10}(?:국회|의회|총회|대회|"
    r"회의))[은는]\s[^.]{0,300}?(?:결의한다|다짐한다|천명한다|결의하였다|다짐합니다|"
    r"결의합니다)|"
    r"(?P<ja>[\u3040-\u30ff\u4e00-\u9fff]{0,20}(?:議会|総会|大会|集会))は、?[^。]{0,200}(?:決議する|誓う|"
    r"宣言する)|"
    r"(?P<zh>[\u4e00-\u9fff]{0,14}(?:立法院|議會|议会|大会|大會))(?:特此|兹|茲)?(?:决议|決議)"
)


def _trimmed(name: str) -> str:
    """A conference's name without the day and the town that follow it: "... and Refugees Seoul"."""
    name = _WHEN.sub("", re.sub(r"^[Tt]he\s+", "", name))
    tokens = cut(name)
    towns = {hit.last: hit.first for hit in cities().find(tokens)}
    first = towns.get(len(tokens.words) - 1, 0)
    if first and tokens.words[first - 1] not in {"of", "on", "in", "and", "for"}:
        name = name[: tokens.starts[first]].rstrip(" ,")
    for _ in range(3):
        name = _TAIL.sub("", name)
    return name.strip()


def _speakers(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """Subjects that ask, condemn or welcome in the title or the first paragraphs, with their short names."""
    short = {
        match["short"]: match["name"]
        for block in blocks[:12]
        if "(" in block.text
        for match in _DEFINED.finditer(block.text)
    }
    found: dict[str, None] = {}
    for text in (title, *(block.text[:4000] for block in blocks[:12])):
        lowered = text.lower()
        for said in _SAID_TODAY.finditer(text) if "said today" in lowered else ():
            found.setdefault(said["name"])
        for match in _SPEAKING.finditer(text) if any(stem in lowered for stem in _SPEAKING_STEMS) else ():
            names = re.sub(r"\s*\([^)]*\)", "", match["names"])
            for part in re.split(r",\s+(?:and\s+)?|\s+and\s+(?:the\s+)?(?=[A-Z])", names):
                name = parties.clean(part)
                if name and _body(name, short):
                    found.setdefault(name)
        if found:
            break
    return tuple(found)


def _body(name: str, short: dict[str, str]) -> bool:
    if name in short or any(name in long for long in short.values()):
        return True
    if name.split(maxsplit=1)[0] in {
        "We",
        "I",
        "They",
        "He",
        "She",
        "It",
        "These",
        "This",
        "Article",
        "China",
        "Kim",
    } or parties.names_country(name):
        return False
    return bool(_KNOWN.search(name)) or (name.isupper() and 2 < len(name) < 12 and " " not in name)
