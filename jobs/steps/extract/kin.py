"""Counts persons whom a sentence lists by name, age and kinship rather than by a number.

"Tekle Ghebreab, 34, his wife Selam and their two babies" are four, two of them under 18 by the word. The
sentence is cut at its commas and its "and"; pieces that are persons, one behind the other, are a list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from jobs.steps.extract.data import table
from jobs.steps.extract.numbers import number, number_of

_FILE = "kin.toml"
_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯА-ЯЁẠ-Ỹ"
_WORD = rf"[{_UPPER}][\w’'-]*\.?"
_PARTICLE = r"bin|binti|ibn|bint|van|von|da|de|del|ag|ould|walet|al-\w+|el-\w+"
_NAME = rf"{_WORD}(?:\s+(?:{_WORD}|{_PARTICLE})(?!\w)){{0,4}}"
_BODY = re.compile(
    r"\b(?:Amnesty|International|Human|Rights|Court|Prison|Committee|Council|Government|Ministry|Minister|"
    r"President|Republic|National|United|Nations|Union|Watch|Network|Street|University|Convention|Party|"
    r"Cent(?:re|er)|Islamic|Security|Police|Special|Supreme|Central|North|South|West|East|Army|Camp|District|"
    r"Province|County|Region|Islands?|River|Hospital|Church|School|Embassy|Bureau|Act|Article|Code|Law|Board|"
    r"Front|Forces?|Movement|Group|Society|Foundation|Federation|Association|Agency|Service|Commission|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|We|They|He|She|It|You|I|Their|His|Her|Our|This|These|The)\b"
)
_LONGEST = 700  # characters of a sentence that is read so
_PIECES = 60
_ADULT = 18
_APPOSITION = 6  # words that tell who the person before is


@dataclass(frozen=True, slots=True)
class Listed:
    """Persons that a sentence lists; `young` of them are under 18, `ages` of them have their age told."""

    value: int
    young: int
    ages: int
    start: int
    end: int


@dataclass(slots=True)
class _Run:
    """A list while it is read."""

    start: int = -1
    end: int = -1
    value: int = 0
    young: int = 0
    ages: int = 0
    pieces: int = 0
    names: int = 0
    full: int = 0
    """Names of two words or more: places have but one, mostly."""
    kin: int = 0
    last: int = 0
    """How many the last piece was of, 0 after an aside."""
    word_young: bool = False
    awaited: int = 0
    """How many of the last piece may still be named: "two sons, Kevin and Brandon"."""
    others: bool = False
    """It begins with the kin of somebody who is not in it: "his wife and two daughters"."""

    def listed(self) -> Listed | None:
        """What was listed, where kin, ages or enough full names show that it is persons."""
        told = self.kin > 0 or self.ages > 1 or self.full == self.names > 2
        if self.pieces < 2 or not told or self.others:
            return None
        return Listed(self.value, self.young, self.ages, self.start, self.end)


@cache
def _person(language: str) -> re.Pattern[str]:
    row: dict[str, str] = table(_FILE)[language]
    old = r"(?:[^\W\d_][\w’-]*\s+){0,2}?"
    return re.compile(
        rf"(?<![\w-])(?:(?P<him>{row['him']})|(?:(?i:{row['of']})|"
        rf"{_WORD}['’]s)\s*{old}(?P<one>(?i:{row['one']}))|"
        rf"(?:(?:{row['of']})\s*{old})?(?P<two>(?i:{row['two']}))|"
        rf"(?P<n>{number_of(language)})\s+(?:{row['ofhis']}\s+)?{old}(?P<many>(?i:{row['many']}))|"
        rf"(?:(?:{row['titles']})\.?\s+)?(?P<name>{_NAME}))(?!\w)"
    )


@cache
def _cut(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s*[,;:]\s*|(?<!\w)(?:{table(_FILE)[language]['joints']})(?!\w)")


@cache
def _aged(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s*\(?\s*(?:{table(_FILE)[language]['aged']})\s*\)?\s*", re.IGNORECASE)


@cache
def _before(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{table(_FILE)[language]['before']})\s+(?:the\s+|la\s+|el\s+)?(?:[a-z-]+\s+)?$",
        re.IGNORECASE,
    )


@cache
def _young(language: str) -> re.Pattern[str]:
    return re.compile(table(_FILE)[language]["young"], re.IGNORECASE)


def listed(line: str, language: str) -> list[Listed]:
    """The lists of two persons or more in a sentence, in order; none in a language without a table."""
    if (
        "joints" not in table(_FILE).get(language, {})
        or len(line) > _LONGEST
        or " | " in line
        or line.isupper()
    ):
        return []
    found: list[Listed] = []
    run = _Run()
    for start, cut in _pieces(line, language):
        piece = cut.rstrip(' .;!?»”"')
        if not piece.strip():
            continue
        going, run = _read(run, piece, start, language, found)
        if not going:
            _close(run, found)
            run = _Run()
    _close(run, found)
    return [_with_more(one, line, language) for one in found]


def _with_more(one: Listed, line: str, language: str) -> Listed:
    match = _more(language).match(line, one.end)
    figures = next((group for group in match.groups() if group), "") if match else ""
    return replace(one, value=one.value + (number(figures) or 0)) if figures else one


def _close(run: _Run, found: list[Listed]) -> None:
    if one := run.listed():
        found.append(one)


@cache
def _more(language: str) -> re.Pattern[str]:
    """So many who are added to a list: "and 23 others", "y otros dos"."""
    row = table(_FILE)[language]["more"].replace("NUMBER", number_of(language))
    return re.compile(rf"[^.;]{{0,60}}?(?<!\w)(?:{row})(?!\w)", re.IGNORECASE)


def _pieces(line: str, language: str) -> Iterator[tuple[int, str]]:
    """The pieces between commas and joints, and where they begin."""
    start = 0
    for count, cut in enumerate(_cut(language).finditer(line)):
        if count > _PIECES:
            return
        yield start, line[start : cut.start()]
        start = cut.end()
    yield start, line[start:]


def _read(run: _Run, piece: str, start: int, language: str, found: list[Listed]) -> tuple[bool, _Run]:
    """Takes up one piece; whether the list may go on behind it, and the list."""
    if run.value and _aged(language).fullmatch(piece):
        _age(run, piece)
        run.end = start + len(piece)
        return True, run
    match = _found(piece, language, opening=start == 0)
    if (
        match
        and start + match.start() == 0
        and match["name"]
        and " " not in match["name"]
        and piece == match.group()
    ):
        match = None  # the capital of a sentence's first word tells nothing
    if match is None:
        aside = (
            run.value and run.last and len(piece.split()) <= _APPOSITION and not piece.strip()[:1].isupper()
        )
        run.last = 0
        return bool(aside), run
    lead = piece[: match.start()].strip()
    if run.value and len(lead.split()) > 2:
        _close(run, found)
        run = _Run()
    _take(run, match, start, language)
    tail = piece[match.end() :]
    named = _own_name(tail)
    run.awaited -= 1 if named != tail and run.awaited else 0
    tail = named
    if aged := _aged(language).match(tail):
        if aged.group().strip():
            _age(run, aged.group())
        tail = tail[aged.end() :]
    if _ORIGIN.fullmatch(tail):
        tail = ""
    described = match["one"] and len(tail.split()) <= 2 and not _VERB.search(tail)
    return not tail.strip() or bool(described), run


def _found(piece: str, language: str, *, opening: bool) -> re.Match[str] | None:
    """The first person that a piece tells of: "Tekle" in "Eritrean teacher Tekle".

    `opening`: it opens the sentence, so that the capital of its first word tells nothing.
    """
    kept: re.Match[str] | None = None
    for match in _person(language).finditer(piece):
        if kept:
            between = piece[kept.end() : match.start()].strip(" -–—")
            role = between.replace(" ", "").isalpha() and between.islower()
            lone = opening and kept.start() == 0 and " " not in kept.group()
            if not (role and match["name"]) and not lone:
                return kept
            kept = None
        if match["name"] is None:
            return match
        behind = _before(language).search(piece[: match.start()])
        if behind and (_FATE.search(piece[: match.start()]) or _of_people(behind.group(), language)):
            behind = None
        if behind or _NUMBER.search(piece[: match.start()]) or _BODY.search(match["name"]):
            continue
        kept = match
    return kept


def _of_people(before: str, language: str) -> bool:
    """Whether the word before a name says what persons are: "of the journalists"."""
    word = before.rsplit(maxsplit=1)[-1]
    people: str = table("persons.toml")["people"].get(language, "(?!)")
    return re.fullmatch(people, word, re.IGNORECASE) is not None


def _own_name(tail: str) -> str:
    """What stands behind the name that follows a word of kin: "his wife Selam Haile, 29"."""
    named = re.match(rf"\s+{_NAME}", tail)
    return tail[named.end() :] if named and not _BODY.search(named.group()) else tail


def _take(run: _Run, match: re.Match[str], start: int, language: str) -> None:
    word = match["one"] or match["two"] or match["many"] or ""
    value = 2 if match["two"] else number(match["n"]) or 0 if match["n"] else 1
    run.start = start + match.start() if run.start < 0 else run.start
    run.end = start + match.end()
    if match["name"] and run.awaited:
        run.awaited, run.last = run.awaited - 1, 1
        return
    run.awaited = value if match["many"] or match["two"] else 0
    if not run.pieces and match["one"]:
        run.others = _OWN.match(match.group()) is not None
    run.pieces += 1
    run.value += value
    run.last = value
    run.word_young = bool(word) and (
        _young(language).fullmatch(word) is not None or _YEARLING.search(match.group()) is not None
    )
    run.young += value if run.word_young else 0
    run.kin += bool(word)
    if match["name"]:
        run.names += 1
        run.full += len(match["name"].split()) > 1


_ORIGIN = re.compile(rf"\s*(?:from|of|de|du|d[’']|из)\s*(?:the\s+)?{_WORD}(?:\s+{_WORD}){{0,2}}\s*")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|remain\w*|who|whose|that|in|from|at|to|est|sont|ont|a|été|"
    r"qui|fue\w*|son|es|están?|ha|han|que|en)\b|"
    r"[^\w\s’'-]",
    re.IGNORECASE,
)
_FATE = re.compile(
    r"\b(?:li(?:fe|ves)|release|cases?|fate|arrests?|detention|whereabouts|execution|extradition|return|"
    r"abduction|disappearance|disparition|enlèvement|desaparición|secuestro|aparición|"
    r"safety|transfer|vies?|libération|sort|situation|situación|arrestation|vida|liberación|paradero|"
    r"detención|судьб\w+|освобожден\w+)\s+"
    r"(?:of|de|del|d[’'])?\s*(?:[a-z-]+\s+)?$|"
    r"\b(?:concern\w*|fears?|worr\w+|growing|alarm\w*|anxi\w+|inquiet\w*|preocupa\w+|temor\w*)\s+(?:for|about|pour|por)\s+$",
    re.IGNORECASE,
)
"""Before a name: what befalls a person, so that the name is no place's."""
_YEARLING = re.compile(
    r"(?:двух|тр[её]х|четыр[её]х|(?:один|две|три|четыр|пят|шест|сем)надцати|пяти|шести|семи|восьми|девяти|"
    r"десяти|\d-|1[0-7]-|мало)летн|"
    r"(?<![\d])(?:[1-9]|1[0-7])-year-old",
)
"""The age of a child within the words for it: "их четырёхлетняя дочь"."""
_NUMBER = re.compile(r"\d\s+$")
_OWN = re.compile(r"(?:his|her|their|its|son|sa|ses|leurs?|sus?|его|её|ее|их)\s", re.IGNORECASE)


def _age(run: _Run, text: str) -> None:
    """The age of the last person: it tells who is young where no word did, and who of those is not."""
    digits = re.search(r"\d{1,3}", text)
    months = re.search(r"month|week|mois|semaine|mes(?:es)?\b|месяц", text)
    age = (
        int(digits.group())
        if digits
        else next((v for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text) if (v := number(w))), 0)
    )
    if not (age or months) or "pregnant" in text or not run.last:
        return
    run.ages += run.last
    under = bool(months) or age < _ADULT
    if under and not run.word_young:
        run.young += run.last
    elif not under and run.word_young:
        run.young -= run.last
    run.word_young = under
