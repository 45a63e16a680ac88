"""Finds the persons whom a text names as being in danger, singly or in a roll."""

import re
from collections.abc import Callable, Iterator

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import holds, lowered_pattern
from jobs.steps.extract.numbers import NUMBER, number

_FILE = "persons.toml"
_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯА-ЯЁẠ-Ỹ"
_NAME = (
    rf"(?!(?:The|This|His|Her|A|In|On|Their|We|It)\s)[{_UPPER}][\w’'-]*"
    rf"(?:\s+(?:[{_UPPER}][\w’'-]+|al-[A-Z]\w+|bin|van|de|von|da|ibn|bint)){{1,3}}"
)
_ROLED = re.compile(
    r"\b(?:blogger|journalist|lawyer|activist|pastor|priest|monk|nun|writer|poet|singer|teacher|"
    r"student|defender|lexicographer|scholar|academic|"
    r"professor|Professor|doctor|editor|photographer|unionist|leader|filmmaker|artist|dissident|prisoner|"
    r"refugee|defector)\s+"
    rf"(?P<name>{_NAME})"
)
_HONOURED = re.compile(rf"\b(?:Mr|Ms|Mrs|Dr)\.?\s+(?P<name>{_NAME})")
_NAMED = re.compile(
    rf"(?P<name>{_NAME})(?:\s*\([^)]{{1,40}}\))?(?:,\s+[^,.]{{3,80}},)?\s+(?:is|was|has been|"
    rf"remains|remained|faces|could|may|went|disappeared)\s+(?:\w+\s+){{0,3}}?(?P<risk>\w+)"
)
_ASKED_FOR = re.compile(
    rf"\b(?:releas\w+|free|execution of|against|convicted|sentenced|hand(?:ing)?(?: over)?|return(?:ing)?|"
    r"deport(?:ing)?|extradit(?:e|ing)|repatriat(?:e|ing)|protect|libér\w+|liberación (?:de|del)|liberen a)"
    rf"\s+(?:\w+\s+){{0,3}}?(?P<name>{_NAME})"
)
_FRENCH = re.compile(
    rf"(?P<name>{_NAME})[^.;]{{0,60}}\b(?:est|a été|fue|está|sigue|"
    rf"reste)\s+(?:\w+\s+){{0,2}}?(?P<risk>détenue?|"
    r"arrêtée?|emprisonnée?|condamnée?|incarcérée?|menacée?|disparue?|detenid[oa]|encarcelad[oa]|"
    r"condenad[oa]|"
    r"desaparecid[oa]|amenazad[oa])\b"
)
_ASKING = (
    *("releas", "free ", "execution of", "against", "convicted", "sentenced", "libér", "liber"),
    *("hand", "return", "deport", "extradit", "repatriat", "protect"),
)
_BEING = (" is ", " was ", " has been ", " remain", " faces ", " could ", " may ", " went ", " disappeared ")
_ROMANCE = (" est ", " a été ", " fue ", " está ", " sigue ", " reste ")
_PAIR = re.compile(rf"[{_UPPER}][\w’'-]+\s+[{_UPPER}a]")
_RUSSIAN = re.compile(
    r"(?P<name>[А-ЯЁ][а-яё-]+\s+[А-ЯЁ][а-яё-]+)[^.;]{0,40}?\b(?P<risk>задержан\w*|арестован\w*|"
    r"похищен\w*|осужд[её]н\w*|"
    r"приговор[её]н\w*|пропал\w*|исчез\w*)"
)
_TWO = re.compile(
    rf"(?P<name>{_NAME})(?:,\s\d{{1,2}},?)?\s+and\s+(?:(?:his|her)\s\w+\s|(?:Pastor|Dr|Father|Professor|Sister|Rev)\.?\s)?(?P<other>{_NAME})"
    rf"(?:,[^,;.]{{3,80}},)?\s+(?:are|were|have\s+been|remain|face)\b"
)
"""Two who are told of together: "A and B were sentenced"."""
_SPEAKING = re.compile(r"\b(?:said|told|minister|president|judge|director)\b", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:Amnesty|International|Human|Rights|Court|Prison|Committee|Council|Government|Ministry|Minister|"
    r"President|Republic|National|United|Nations|Union|Watch|Network|Street|University|Convention|Party|"
    r"Centre|"
    r"Islamic|Security|Police|Special|Supreme|Central|North|South|West|East)\b"
)
_WELCOMED = re.compile(r"^(?:\w+\.?\s+)?(?:noting with|welcom|thank)", re.IGNORECASE)
_MARKED = re.compile(r"\((?:[mfh]|м|ж)\)")
_MORE = re.compile(
    rf"^(?:(?:and|plus)\s+)?(?:at\s+least\s+)?(?P<n>{NUMBER})\s+(?:other|more|others|further|unnamed)\b",
    re.IGNORECASE,
)
_AND_MORE = re.compile(
    rf"(?:\)|,|;)\s+(?:and\s+)?(?:at\s+least\s+)?(?P<n>{NUMBER})\s+(?:other|others|more|unnamed)\b(?!\s+(?:were|was))",
    re.IGNORECASE,
)
_CHILDREN = re.compile(
    r"\b(?:his|her|their)\s+(?:\w+\s+)?children\s+\((?:aged\s+)?[\w\s,]{2,40}\)(?!\s*\([mf])", re.IGNORECASE
)
"""So: "their children (aged 9, 12 and 15)"."""
_SEVERAL = re.compile(rf"\b(?P<n>{NUMBER})\s+(?:[a-z]+\s+){{1,2}}\([mf]\)", re.IGNORECASE)
"""So: "her two daughters (f)"."""
_NAMES_LINE = re.compile(
    r"^(?:Names?(?:\(s\))?(?: and (?:preferred )?pronouns?(?:\(s\))?)?|PRISONERS?|Persons? at risk)"
    r"\s*:\s*(?P<names>.{3,300})$",
    re.IGNORECASE,
)
_OTHERS = re.compile(rf"(?:the\s+)?(?P<n>{NUMBER})\s+(?:other|more|others|further|unnamed)\b", re.IGNORECASE)
_KIN = re.compile(
    rf"(?:(?:his|her|their)\s+)?(?P<n>{NUMBER})\s+(?:\w+\s+)?(?:children|sons|daughters|brothers|sisters|siblings|relatives)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]{0,40}\)")
_READ = 25
"""Sentences that are searched for names: title, lead and the first of the text."""
_SAFE_ROLL = re.compile(
    r"^(?:released|freed|safe|no longer (?:at risk|in danger)|deceased|dead)\b", re.IGNORECASE
)


def roll(blocks: list[Block], *, closed: bool) -> int:
    """How many stand in the appeal's own list: names with (m) or (f), "and 23 other men"; 0 without one."""
    total, safe = 0, False
    for block in blocks[:60]:
        text = block.text
        if text.endswith(":") or len(text) < 40:
            safe = bool(_SAFE_ROLL.match(text)) if text.endswith(":") else safe
        marked = len(_MARKED.findall(text[:600]))
        if marked and len(text) < 300 and (closed or not safe):
            total += marked + sum((number(found["n"]) or 1) - 1 for found in _SEVERAL.finditer(text))
            total += sum(number(found["n"]) or 0 for found in _AND_MORE.finditer(text))
            total += sum(
                len(re.findall(r"\d+|\b(?:one|two|three|four|five|six|seven|eight|nine)\b", found.group()))
                for found in _CHILDREN.finditer(text)
            )
        elif total and not safe and (more := _MORE.match(text)):
            total += number(more["n"]) or 0
    if total:
        return total
    for block in blocks[-30:]:
        if match := _NAMES_LINE.match(block.text):
            if _WITHHELD.search(match["names"]):
                return sum(int(count) for count in _BY_SEX.findall(match["names"]))
            parts = re.split(r",|;|\band\b", _ASIDE.sub("", match["names"]))
            return sum(_many(part.strip()) for part in parts if part.strip())
    return 0


_WITHHELD = re.compile(r"\bnames? (?:are |is )?(?:withheld|unknown|not known|not given)\b", re.IGNORECASE)
_BY_SEX = re.compile(r"\b(\d{1,3})\s?[mf]\b")
"""So: "names withheld (3 f, 5 m)"."""


def _many(part: str) -> int:
    """How many one part of a line of names tells of: one by name, or "four others"."""
    others = _OTHERS.match(part) or _KIN.match(part)
    return (number(others["n"]) or 0) if others else 1


def names_at_risk(lines: list[str], *, closed: bool) -> dict[str, str]:
    """Persons named as in danger, each once, by the last word of the name."""
    names: dict[str, str] = {}
    for line in lines[:_READ]:
        lowered = line.lower()
        if not _PAIR.search(line) or not (closed or holds(_FILE, "risk", lowered)) or _WELCOMED.match(line):
            continue
        if not closed and holds(_FILE, "safe", lowered):
            continue
        for match in _matches(line, lowered, closed=closed):
            if not _NO_PERSON.search(match["name"]):
                last = re.sub(r"['’]s?$", "", match["name"]).split()[-1]
                names.setdefault(last, match["name"])
    return {key: name for key, name in names.items() if not _part_of_another(name, names)}


def told_throughout(title: str, lines: list[str], asking: Callable[[str], bool]) -> int:
    """How many are named again and again, in the title or a request and where danger is told."""
    lines = lines[:_TOLD]
    where: dict[str, set[int]] = {}
    for at, line in enumerate(lines):
        for match in _FULL.finditer(line) if _PAIR.search(line) else ():
            if not _NO_PERSON.search(match["name"]):
                where.setdefault(_last(match["name"]), set()).add(at)
    return sum(_is_about(name, title, lines, asking) for name in where)


def _is_about(last: str, title: str, lines: list[str], asking: Callable[[str], bool]) -> bool:
    """Whether a name, by its last word, stands in several lines, of which one tells of danger."""
    told = [line for line in lines if last in line]
    aged = any(_AGE.match(line, line.find(last)) for line in told)
    if len(told) < (_AGAIN - 1 if aged else _AGAIN) or not any(
        holds(_FILE, "risk", line.lower()) for line in told
    ):
        return False
    if any(holds(_FILE, "safe", line.lower()) and not asking(line) for line in told):
        return False
    spoken = sum(bool(_SPEAKS.search(line) and last in line) for line in told)
    return not spoken and (aged or last in title or any(asking(line) for line in told))


def _last(name: str) -> str:
    """The last word of a name, without the ending of a Russian case."""
    word = re.sub(r"['’]s?$", "", name).split()[-1]
    return word[:-2] if re.match("[А-ЯЁ]", word) and len(word) > _CASED else word


_AGE = re.compile(
    r"\w+\s?(?:\([^)]{0,20})?,?\s\(?(?:aged?\s|de\s|âgée?\sde\s)?[1-9]\d(?:[,)]|\s(?:ans|años|лет|года?|years)\b|-летн)"
)
"""A name's last word with the age behind it."""
_TOLD = 150  # sentences
_CASED = 6
_AGAIN = 3
_FULL = re.compile(rf"(?<![\w.])(?P<name>{_NAME})")
_SPEAKS = re.compile(
    r"\b(?:said|says|adds|[Mm]inister|[Pp]resident|[Dd]irector|[Ss]pokes\w+|déclar\w+|dijo|afirm\w+|сказал\w*|"
    r"заявил\w*|[Мм]инистр\w*|[Пп]резидент\w*|[Cc]ontact|Email|Tel)\b"
)


def _matches(line: str, lowered: str, *, closed: bool) -> Iterator[re.Match[str]]:
    """The names of one line that tells of danger."""
    risk = lowered_pattern(_FILE, "risk")
    for match in _statements(line, lowered):
        if closed or risk.search(lowered, match.start("risk"), match.end() + 60):
            yield match
    if any(title in lowered for title in ("mr", "ms", "dr")) and not _SPEAKING.search(line):
        yield from _HONOURED.finditer(line)
    yield from _ROLED.finditer(line)
    for pair in _TWO.finditer(line):
        if risk.search(lowered, pair.end("name"), pair.end() + 90):
            yield pair
            yield from re.finditer(rf"(?P<name>{re.escape(pair['other'])})", line)
    if any(word in lowered for word in _ASKING):
        yield from _ASKED_FOR.finditer(line)


def _statements(line: str, lowered: str) -> Iterator[re.Match[str]]:
    """Sentences of the form "NAME is held", in English, French or Spanish."""
    if any(word in lowered for word in _BEING):
        yield from _NAMED.finditer(line)
    if any(word in lowered for word in _ROMANCE):
        yield from _FRENCH.finditer(line)
    if not lowered.isascii():
        yield from _RUSSIAN.finditer(line)


def _part_of_another(name: str, names: dict[str, str]) -> bool:
    words = set(name.split())
    return any(words < set(other.split()) for other in names.values())
