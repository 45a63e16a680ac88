"""Finds minors by what stands elsewhere than beside one name: lists, years of birth, words of more languages.

What `minors` looks for stands beside each name in the languages that we read; here is the rest of what a
person sees at once. All patterns have bounds, and none repeats what repeats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jobs.steps.extract.data import holds
from jobs.steps.extract.numbers import number
from jobs.steps.lexicon.countries import countries_in
from jobs.steps.link.common_words import common_words
from jobs.steps.sensitive.finding import Sensitive
from jobs.steps.sensitive.minors import (
    ADULT,
    AGE,
    ARABIC_WORD,
    HAN_NAME,
    LONG,
    SHORT,
    THEN,
    WORD,
    is_known_otherwise,
    is_person,
    is_young,
)
from jobs.steps.sensitive.surnames import KOREAN
from storage.words import Concern

_FILE = "sensitive.toml"
_PERSIAN = 621
"""Years between the Persian calendar and ours, nearly."""
_NAME = rf"{WORD}(?:\s+{WORD}){{0,3}}"
_LIST = rf"{_NAME}(?:,\s+{_NAME}){{0,6}},?\s+(?:and|et|y|e|und|и)\s+{_NAME}"
_AND = re.compile(r",?\s+(?:and|et|y|e|und|и)\s+|,\s+")
_YEAR = r"(?P<year>(?:19|20)\d{2})"


@dataclass(frozen=True, slots=True)
class _Told:
    """A name that a line tells to be a minor's, and where that stands."""

    name: str
    match: re.Match[str]


_ALL_OF_AN_AGE = re.compile(
    rf"(?P<names>{_LIST}),?\s+(?:both|all|tous\sdeux|ambos|beide)\s+(?:aged\s+)?{AGE}(?![\d%]|\s*(?:of|the|per)\b)"
)
"""Ali and Sara, both 15."""
_AGES = re.compile(
    rf"(?P<names>{_LIST}),?\s+aged\s+(?P<ages>\d{{1,2}}(?:,\s?\d{{1,2}}){{0,6}},?\s+and\s+\d{{1,2}})\b"
)
"""Ali, Reza and Sara, aged 9, 7 and 5."""
_TWINS = re.compile(
    rf"\b{AGE}[-\s]year[-\s]olds?\s+(?:(?:twins?|brothers|sisters|siblings|cousins|boys|girls|friends|pupils)\s+)?"
    rf"(?P<names>{_LIST})"
)
_CHILDREN = re.compile(
    r"\b(?:children|kids|twins|babies|toddlers|infants|minors|enfants|niñ[oa]s|crianças|Kinder|детей|дети)"
    rf"(?:,|:|\s+(?:are|were|named|called|sont|son|são|sind)|\s?\()?\s+(?P<names>{_LIST})"
)
"""Her two children, Sol and Ha-neul."""
_TELLS_AN_AGE = re.compile(r"\d|year|both|all|enne\s|beide|ambos|tous")
_YOUNG = re.compile(
    "child|kids|twins|babies|toddler|infant|minor|underage|schoolgirl|schoolboy|teenager|baby|grader|enfant|niñ|minderjährig|"
    "criança|kinder|mineur|menor|écoli|дет|несовершеннолетн|школьни"
)
"""Without one of these words nobody is told to be young in the ways that go by a word."""
_LISTS = (
    (re.compile(r"\s(?:both|all|tous\sdeux|ambos|beide)\s"), _ALL_OF_AN_AGE),
    (re.compile(r"[-\s]year[-\s]old"), _TWINS),
    (
        re.compile("children|kids|twins|babies|toddlers|infants|minors|enfants|niñ|crianças|Kinder|дет"),
        _CHILDREN,
    ),
)
"""What stands behind names, or before them, begins each: looked for first, since names are many."""
_BEHIND = re.compile(
    rf"(?P<name>{SHORT})(?:,|\s*\(|\s+(?:is|was))\s*(?:(?:only|still|just)\s+)?(?:an?\s+)?"
    r"(?:minors?|underage|child|schoolgirl|schoolboy|teenager|toddler|infant|baby|mineure?|menor\sde\s(?:edad|idade)|"
    r"minderjährige?|несовершеннолетн\w{1,4}|(?:seventh|eighth|ninth|tenth|eleventh|\d{1,2}th)[-\s]grader)"
    r"(?=\s*[,.;)!]|\s+(?:who|and|was|is|has|at|from|in)\b|$)"
)
"""NAME, a minor, …"""
_AT_FIRST = re.compile(
    rf"\b(?:Schoolgirl|Schoolboy|Teenager|Toddler|Infant|Écolière|Écolier|Школьни[кц]\w?)\s+(?P<name>{LONG})"
)
_APART = (
    (re.compile(rf"[-–—]\s?{AGE}\s?[-–—,]"), re.compile(rf"(?P<name>{LONG})\s+[-–—]\s?{AGE}\s?[-–—,]")),
    (
        re.compile(rf"\(\s?{AGE}\s"),
        re.compile(
            rf"(?P<name>{SHORT})\s*\(\s?{AGE}\s+"
            r"(?:years?|yrs?|ans|años|anos|Jahre|лет|anni|yaşında|yaş|tuổi|tahun)\s?\)"
        ),
    ),
    (
        re.compile(rf",\s+{AGE},\s"),
        re.compile(rf"(?P<name>{WORD}),\s+{AGE},\s+(?=(?:is|was|has|had|who|whose|and\s(?:her|his))\b)"),
    ),
    (re.compile(r"\sanni\b"), re.compile(rf"(?P<name>{SHORT}),?\s+(?:di\s+)?{AGE}\s+anni\b(?!\s+di\b)")),
    (re.compile(r"\stuổi"), re.compile(rf"(?P<name>{LONG}),?\s+{AGE}\s+tuổi")),
    (
        re.compile(r"\stahun"),
        re.compile(rf"(?P<name>{SHORT})[,\s(]{{1,3}}(?:berusia|umur|usia)\s+{AGE}\s+tahun"),
    ),
    (
        re.compile("yaşındaki"),
        re.compile(rf"\b{AGE}\s+yaşındaki\s+(?:[a-zçğıöşü]\w{{0,30}}\s+){{0,2}}(?P<name>{SHORT})"),
    ),
    (
        re.compile(r"enne\s"),
        re.compile(
            r"\b(?:diec|undic|dodic|tredic|quattordic|quindic|sedic|diciassett)enne\s+"
            rf"(?:[a-z]\w{{0,30}}\s+){{0,2}}(?P<name>{SHORT})"
        ),
    ),
)
"""In Italian, Turkish, Vietnamese, Indonesian; between dashes; one first name, and what became of them."""
_BORN = re.compile(
    rf"(?P<name>{SHORT})\s*[(\[,]\s?(?:\*|[Dd]\.?[Oo]\.?[Bb]\.?:?|date\sof\sbirth:?|doğum:?|nata?o?\s(?:nel|il))\s?"
    rf"(?:\d{{1,2}}[./\s]){{0,2}}(?:[^\W\d_]{{2,10}}\s)?{_YEAR}\b"
)
"""NAME (*2015), NAME (DOB 3.5.2015)."""
_TELLS_A_BIRTH = re.compile(
    r"[(\[,]\s?(?:\*|[Dd]\.?[Oo]\.?[Bb]\.?:?|date\sof\sbirth:?|doğum:?|nata?o?\s(?:nel|il))"
)
_ARABIC_BORN = re.compile(
    rf"(?<![\u0621-\u064a])(?P<name>{ARABIC_WORD}(?:\s+{ARABIC_WORD}){{0,2}})\s*[(،,]?\s*(?:من\s+)?"
    rf"(?:مواليد|ولدت?|المولودة?)\s+(?:[^\s\d]{{1,12}}\s+){{0,3}}{_YEAR}"
)
_HAN_BORN = re.compile(
    rf"(?P<name>{HAN_NAME})\s?[（(，,]?\s?(?:生于|生於|出生于|出生於)?(?P<year>20\d{{2}})年"
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?\s?(?:出?生(?!ま)|[）)])"
)
_KANA = r"[\u30a1-\u30fa\u30fc・]{3,24}"
_JAPANESE_BORN = re.compile(
    rf"(?<![\u30a1-\u30fa\u30fc・\u4e00-\u9fff])(?P<name>{_KANA}|[\u4e00-\u9fff々]{{2,5}})(?:さん|ちゃん|くん|君)?\s?[（(、]?"
    r"\s?(?P<year>20\d{2})年(?:\d{1,2}月)?(?:\d{1,2}日)?生まれ"
)
_PERSIAN_BORN = re.compile(
    r"(?P<name>[\u0621-\u06cc]{2,20}\s[\u0621-\u06cc]{2,20})،?\s*\(?\s*متولد\s+(?:سال\s+)?(?P<year>[1۱][34۳۴]\d{2})"
)
_ARABIC_ALONE = re.compile(
    rf"(?<![\u0621-\u064a])(?P<name>{ARABIC_WORD})\s*(?:\(\s*|[،,]?\s*البالغة?\s+من\s+العمر\s+)"
    r"(?P<age>\d{1,2})\s*(?:عام\w*|سن\w+|أعوام)"
)
"""One first name beside an age: in brackets, for "yesterday, 15 years" has none."""
_ARABIC_CHILD = re.compile(
    r"(?<![\u0621-\u064a])[ولبف]?(?:ال|لل)(?:طفلة?|فتاة|فتى|صبية?|رضيعة?|قاصرة?|تلميذة?)\s+"
    rf"(?P<name>(?!ال|لل|[^\W\d]{{1,12}}وا\b){ARABIC_WORD})(?:\s+(?P<second>{ARABIC_WORD}))?"
)
_PERSIAN_AGED = re.compile(
    r"(?P<name>(?!نوجوان|کودک|پسر|دختر|زندان|جوان|شهروند|دانش)[\u0621-\u06cc]{2,20}\s(?!نوجوان|کودک)[\u0621-\u06cc]{2,20})"
    r"\s*[،(]?\s*(?P<age>\d{1,2})[\s\u200c]?ساله"
)
_HAN_CALLED = re.compile(
    r"(?P<name>[小阿](?![学學组組孩朋区區时時型])[\u4e00-\u9fff])\s?[（(，,]\s?(?:今年|现年|現年|年仅|年僅)?"
    r"(?P<age>\d{1,2}|[一二三四五六七八九十]{1,3})\s?[岁歲]"
)
_HAN_CALLED_BEFORE = re.compile(
    r"(?P<age>\d{1,2}|[一二三四五六七八九十]{1,3})[岁歲]的?(?:女孩|男孩|少女|少年|学生|學生|女童|男童)?"
    r"(?P<name>[小阿](?![学學组組孩朋区區时時型])[\u4e00-\u9fff])(?=[，。、；,被在於于遭與与和])"
)
_HAN_CHILD = re.compile(
    rf"(?:女孩|男孩|少女|少年|女童|男童|婴儿|嬰兒|幼童|未成年人)(?P<name>{HAN_NAME})(?=[，。、；,（(被在於于遭與与和]|$)"
)
_JAPANESE_CHILD = re.compile(
    rf"(?<![\u4e00-\u9fff\u30a1-\u30fa々])(?P<name>[\u4e00-\u9fff々]{{2,4}}|{_KANA})(?:ちゃん|くん)(?![\u3041-\u3096]{{0,1}}[\u4e00-\u9fff]{{3}})"
)
_NO_NAME_IN_JAPANESE = re.compile("[赤父母兄姉祖坊]$")
_KOREAN_CHILD = re.compile(
    rf"(?<![가-힣])(?!여성|남성|우리|모든|이주|난민|장애|빈곤|성인)(?P<name>[{KOREAN}][가-힣](?![과와의은는이가을를도만])[가-힣])\s?(?:어린이|아동)(?=[이가은는을를의과와도,)\s]|$)"
)
_BESIDE_AGES = (_ARABIC_ALONE, _PERSIAN_AGED, _HAN_CALLED, _HAN_CALLED_BEFORE)
_OF_A_YEAR = (_ARABIC_BORN, _HAN_BORN, _JAPANESE_BORN)
_CHILD = (_HAN_CHILD, _KOREAN_CHILD)


def further_minors(lines: list[str], day: date | None = None) -> list[Sensitive]:
    """Each minor named in one of these ways; as `minors_named` for the rest."""
    if any(holds(_FILE, "all_changed", line.lower()) for line in lines):
        return []
    return [
        Sensitive(Concern.MINOR, one.name.strip(), line)
        for line in lines
        for one in _found(line, day)
        if not is_known_otherwise(line, one.match)
    ]


def _found(line: str, day: date | None) -> Iterator[_Told]:
    if not line.isascii():
        yield from _uncapped(line, day)
    if not any(map(str.isupper, line)):
        return
    found = list(_capitalised(line, day))
    if found and not THEN.search(line):
        yield from found


def _capitalised(line: str, day: date | None) -> Iterator[_Told]:
    lowered = line.lower()
    young, aged = _YOUNG.search(lowered) is not None, _TELLS_AN_AGE.search(lowered) is not None
    if young or aged:
        yield from _listed(line)
    apart = [expression for gate, expression in _APART if gate.search(line)] if aged else ()
    for expression in (*apart, *((_BEHIND, _AT_FIRST) if young else ())):
        for match in expression.finditer(line):
            if is_young(match) and is_person(line, match) and not countries_in(match["name"]):
                yield _Told(match["name"], match)
    for match in _BORN.finditer(line) if aged and _TELLS_A_BIRTH.search(line) else ():
        if _in_time(match, day) and is_person(line, match):
            yield _Told(match["name"], match)


def _listed(line: str) -> Iterator[_Told]:
    """Several names of which one age is told, or as many ages, or that they are children."""
    for gate, expression in _LISTS:
        for match in expression.finditer(line) if gate.search(line) else ():
            if is_young(match):
                yield from (_Told(name, match) for name in _names(match))
    for match in _AGES.finditer(line) if "aged" in line else ():
        names, ages = _names(match), [number(one) or ADULT for one in re.findall(r"\d+", match["ages"])]
        alike = len(names) == len(ages)
        for at, name in enumerate(names):
            if (ages[at] if alike else min(ages)) < ADULT:
                yield _Told(name, match)


def _names(match: re.Match[str]) -> list[str]:
    found = _AND.split(match["names"])
    return [one for one in found if not countries_in(one) and is_person(one, _whole(one))]


def _whole(name: str) -> re.Match[str]:
    match = re.fullmatch(r"(?P<name>.*)", name, re.DOTALL)
    assert match is not None  # noqa: S101 - whatever it is
    return match


def _uncapped(line: str, day: date | None) -> Iterator[_Told]:
    """Names in scripts without capitals."""
    aged = [one for expression in _BESIDE_AGES for one in expression.finditer(line) if is_young(one)]
    if aged and not THEN.search(line):
        yield from (_Told(one["name"], one) for one in aged)
    for expression in _OF_A_YEAR:
        yield from (_Told(one["name"], one) for one in expression.finditer(line) if _in_time(one, day))
    for match in _PERSIAN_BORN.finditer(line):
        if _in_time(match, day, later=_PERSIAN):
            yield _Told(match["name"], match)
    for expression in _CHILD:
        yield from (_Told(one["name"], one) for one in expression.finditer(line))
    for match in _JAPANESE_CHILD.finditer(line):
        if not _NO_NAME_IN_JAPANESE.search(match["name"]):
            yield _Told(match["name"], match)
    yield from _arabic_children(line)


def _arabic_children(line: str) -> Iterator[_Told]:
    """The word behind "the child", and the next one with it where that is no common word."""
    common = common_words()
    for match in _ARABIC_CHILD.finditer(line):
        first, second = match["name"], match["second"]
        if common(first):
            continue
        yield _Told(first, match)
        if second and not common(second):
            yield _Told(f"{first} {second}", match)


def _in_time(match: re.Match[str], day: date | None, later: int = 0) -> bool:
    """Whether who was born in that year is a minor on the day, or may be."""
    year = number(match["year"])
    return day is not None and year is not None and day.year - ADULT <= year + later <= day.year
