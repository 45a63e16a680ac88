"""Finds persons under 18 whom a text names: a name beside an age, or beside a word for a child.

Who was a minor then and is not now is left out, as are initials, and names that are said to be none.
"""

import re
from collections.abc import Iterator

from jobs.steps.extract.data import holds
from jobs.steps.extract.numbers import number, number_of
from jobs.steps.sensitive.finding import Sensitive
from jobs.steps.sensitive.surnames import CHINESE, KOREAN
from storage.words import Concern

_FILE = "sensitive.toml"
_ADULT = 18
_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯА-ЯЁẠ-Ỹ"
_WORD = rf"(?<!\w)[{_UPPER}][^\W\d_][\w’'-]{{0,40}}"
"""It begins where a word begins: or else each letter of a long one would be tried as its first."""
_JOINED = r"al-\w+|el-\w+|bin|ibn|bint|van|von|de|da|dos|la"
_LONG = rf"{_WORD}(?:\s+(?:{_WORD}|(?:{_JOINED})(?=\s+[{_UPPER}])|{_JOINED}\s+{_WORD})){{1,4}}"
_SHORT = rf"{_WORD}(?:\s+{_WORD}){{0,4}}"
_NUMBER = "|".join((r"\d{1,2}", *(number_of(one) for one in ("en", "fr", "es"))))
_AGE = rf"(?P<age>{_NUMBER})"
_SEX = r"(?:\s*\((?:m|f|h|male|female|boy|girl|м|ж)\))?"
_OLD = r"(?:[-\s]years?[-\s]old|\s(?:yrs?\sold|y/?o)|\s(?:ans|años|anos|Jahre(?:\salt)?|лет|года?))"
_MONTHS = r"(?:[-\s](?:month|week|day)s?[-\s]old|\s(?:mois|meses|месяц\w*))(?!\s+d[eu]\b)"
_THAT_IS = r"(?:,|\s*\(|\s+(?:is|tiene|a))\s*(?:(?:who\s+is|is|now|an?|only|just|barely|still)\s+){0,3}"

_AGED = re.compile(
    rf"(?P<name>{_SHORT}){_SEX}(?:,|\s*\()\s*(?:(?:who\s+is|is|now|only|just)\s+){{0,2}}"
    rf"(?:aged?\s+(?:of\s+)?{_AGE}(?!\s*(?:%|month|week|to\s+\d)))"
)
"""NAME, aged 16."""
_YEARS_OLD = re.compile(
    rf"(?P<name>{_SHORT}){_SEX}{_THAT_IS}(?:âgée?\s+de\s+|de\s+)?{_AGE}(?:{_OLD})(?!\s+de\s+pris|\w)"
)
"""NAME, a 16-year-old student; NAME (9 ans); NAME, âgée de 9 ans."""
_BRACKETED = re.compile(rf"(?P<name>{_LONG}){_SEX}\s*\(\s*(?:[mf],\s*)?{_AGE}(?:,\s*[mf])?\s*\)")
"""NAME (16); NAME (m, 16)."""
_BARE = re.compile(rf"(?P<name>{_LONG}){_SEX},\s+{_AGE}(?:(?=\s*[,;)])(?!,\d)|(?=\s+and\s)|(?=[.!]?$))")
"""NAME, 16, …"""
_INFANT = re.compile(rf"(?P<name>{_SHORT}){_SEX}{_THAT_IS}(?:{_NUMBER}){_MONTHS}\b")
_BEFORE = re.compile(
    rf"\b{_AGE}(?:[-\s]year[-\s]old|-летн\w+)\s+(?:(?!(?:from|in|of|at|by|near|to|for|on|with|was|is|who|and|из|в)\b)"
    rf"[a-zа-яё][\w-]*,?\s+){{0,3}}(?P<name>{_SHORT})"
)
"""16-year-old student NAME."""
_CHILD = re.compile(
    r"\b(?:(?:the|a|an|her|his|their|little|baby|infant|two|three|four|named)\s+)*"
    r"(?:girl|boy|child|baby|infant|toddler|newborn|minor|schoolgirl|schoolboy|teenager|fillette|garçonnet|"
    r"enfant|bébé|mineure?|adolescente?|lycéenne|écolière|écolier|niñ[oa]|menor|bebé|школьни[кц]\w*|"
    r"девочк\w|мальчик\w?|реб[её]н\w+|подрост\w+)"
    r"(?:\s+(?:of|de)\s+\w+\s+(?:months?|weeks?|years?|mois|ans|meses|años))?"
    rf",?\s+(?:(?:named|called|nommée?|llamad[oa]|по имени)\s+(?P<called>{_SHORT})|(?P<name>{_LONG}))"
)
"""The boy NAME; a girl named NAME."""
_YOUNG = (
    *(
        "girl",
        "boy",
        "child",
        "baby",
        "infant",
        "toddler",
        "newborn",
        "minor",
        "schoo",
        "teenager",
        "fillette",
    ),
    *("enfant", "bébé", "mineur", "adolescent", "lycé", "écoli", "niñ", "menor", "bebé", "garçonnet"),
    *("девочк", "мальчик", "реб", "подрост", "школьни"),
)
_NO_PERSON = re.compile(
    r"\b(?:Amnesty|International|Human|Rights|Court|Prison|Committee|Council|Government|Ministry|Article|"
    r"Resolution|Section|Chapter|Page|Room|Level|Group|Day|Republic|United|Nations|Union|Watch|Network|Street|"
    r"University|Convention|Party|Centre|Center|Police|Camp|School|Index|Annex|Table|Figure|Law|Act|Code|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday|Province|County|District|Region|State|Embassy|Street|Road|"
    r"North|South|Korea|China|Front|Carnet|Urgent|Action|News|Update|Session|Agenda|Item|Officer|Mobili[sz]er|Manager|Coordinator|Director|Assistant|Covid)\b|Республик|Комитет|Совет|Суд\b"
)
_OPENING = re.compile(
    r"(?:However|Today|Yesterday|Tonight|Meanwhile|Moreover|Now|Here|There|Also|Finally|Instead|Later|Earlier|"
    r"Then|Since|Until|After|Before|For|In|On|At|Among|With|The|This|That|He|She|It|They|His|Her|Their|Our|My|"
    r"Hier|Ici|Depuis|Plus|Hoy|Ayer|Tenía|Lleva|Según|Сегодня|Вчера|Excellency|Madam|Sir|Names?|Victims?)$"
)
_STREET = re.compile(r"\b(?:ул\.|улиц\w+|пр\.|проспект\w*|rue|calle|avenida|avenue)\s$", re.IGNORECASE)
_IN = re.compile(r"\b(?:in|at|from|near|to|of|on|de|à|en|desde|в|из|на)\s$")
_THEN = re.compile(
    r"at the time|\bthen (?:only )?(?:aged )?(?:\d|\w+teen)|"
    r"when (?:he|she|they) (?:was|were)|was (?:only )?\w+ when|"
    r"as a (?:child|minor|teenager)|"
    r"à l['’]époque|alors âgée?|entonces|en aquel|на тот момент|тогда|حينها|آنذاك|당시|当時|時年|时年",
    re.IGNORECASE,
)

_KOREAN = re.compile(
    rf"(?<![가-힣])(?P<name>[{KOREAN}][가-힣]{{1,2}})\s?(?:(?P<title>양|군|어린이)\s?)?[(（]\s?(?:만\s?)?(?P<age>\d{{1,2}})"
    r"\s?(?P<years>세|살)?(?:[,·\s]\s?(?:여|남|여아|남아))?\s?[)）]"
)
_KOREAN_BEFORE = re.compile(
    rf"(?P<age>\d{{1,2}})\s?(?:세|살)(?:\s?(?:된|의|인))?\s(?:\S{{1,5}}\s)?(?P<name>[{KOREAN}][가-힣]{{1,2}})\s(?:양|군|어린이)"
)
_JAPANESE = re.compile(
    r"(?<![\u30a1-\u30fa\u30fc・])(?P<name>[\u30a1-\u30fa\u30fc・]{3,24}|[\u4e00-\u9fff々]{2,5}[\u3041-\u3096]{0,4}?)"
    r"(?P<title>さん|ちゃん|くん|君)?\s?[（(]\s?(?P<age>\d{1,2})(?P<years>歳)?\s?[)）]"
)
_JAPANESE_BEFORE = re.compile(
    r"(?P<age>\d{1,2})歳の(?P<name>[\u30a1-\u30fa\u30fc・]{3,24}|[\u4e00-\u9fff々]{2,5}[\u3041-\u3096]{0,4}?)(?:さん|ちゃん|くん|君)"
)
_HAN_AGE = r"(?P<age>\d{1,2}|[一二三四五六七八九十]{1,3})"
_HAN_NAME = rf"(?:[{CHINESE}][\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{2,6}}[·・][\u4e00-\u9fff]{{2,6}})"
_CHINESE = re.compile(rf"(?P<name>{_HAN_NAME})\s?[（(，,]\s?(?:今年|现年|現年|年仅|年僅)?{_HAN_AGE}\s?[岁歲]")
_CHINESE_BEFORE = re.compile(
    rf"{_HAN_AGE}[岁歲]的?(?:女孩|男孩|少女|少年|学生|學生|女童|男童|女儿|女兒|儿子|兒子)?(?P<name>{_HAN_NAME})"
    r"(?=[，。、；,被在於于遭與与和])"
)
_EAST_COMMON = re.compile(
    r"某|少年|少女|息子|女児|男児|生徒|児童|女性|男性|子ども|[生児女男人名童孩們们]$|모$|정부|주민|이민|난민|시민|국민|구금|전원"
)
_ARABIC_COMMON = (
    r"(?:ال|ل|و)?(?:طفل|طفلة|فتاة|فتى|صبي|صبية|شاب|شابة|امرأة|رجل|تلميذ|تلميذة|طالب|طالبة|قاصر|قاصرة|لاجئ|لاجئة|معتقل|معتقلة|"
    r"رضيع|رضيعة|ابن|ابنة|ابنه|ابنته|ابنها|ابنتها|في|من|على|إلى|عن|مع|منذ|بينهم|وهو|وهي)(?!\w)|\w+(?:ية|ين)(?!\w)"
)
_ARABIC_WORD = rf"(?!{_ARABIC_COMMON})[\u0621-\u064a]{{2,}}"
_ARABIC = re.compile(
    rf"(?<![\u0621-\u064a])(?P<name>{_ARABIC_WORD}(?:\s+{_ARABIC_WORD}){{1,2}})\s*[(،,]\s*(?:البالغة?\s+من\s+العمر\s+)?"
    r"(?P<age>\d{1,2})\s*(?:عام\w*|سن\w+|أعوام)"
)


def minors_named(lines: list[str]) -> list[Sensitive]:
    """Each minor named in these sentences, in their order; nobody where names are said to be changed."""
    if any(holds(_FILE, "all_changed", line.lower()) for line in lines):
        return []
    found = []
    for line in lines:
        for match in _candidates(line):
            name = match.groupdict().get("called") or match["name"]
            if not _is_known_otherwise(line, match):
                found.append(Sensitive(Concern.MINOR, name.strip(), line))
    return found


def _is_known_otherwise(line: str, match: re.Match[str]) -> bool:
    """Whether it is no name, or not the minor's: "Sara (not her real name)"."""
    return holds(_FILE, "changed", line[match.start() : match.end() + 60].lower())


def _candidates(line: str) -> Iterator[re.Match[str]]:
    if _THEN.search(line):
        return
    if not line.isascii():
        yield from _eastern(line)
    for expression in _WESTERN if any(map(str.isupper, line)) else ():
        for match in expression.finditer(line):
            if _young(match) and _is_person(line, match):
                yield match
    if any(word in line.lower() for word in _YOUNG):
        yield from (
            one for one in _CHILD.finditer(line) if not _NO_PERSON.search(one["called"] or one["name"])
        )


def _is_person(line: str, match: re.Match[str]) -> bool:
    """Whether the words may be a person's name: no body, no day, and not the town behind "in"."""
    name = match["name"]
    before = line[: match.start("name")]
    if _NO_PERSON.search(name) or _STREET.search(before) or any(map(str.isdigit, name)):
        return False
    return " " in name or not (_OPENING.match(name) or _IN.search(before))


_WESTERN = (_AGED, _YEARS_OLD, _BRACKETED, _BARE, _INFANT, _BEFORE)


def _eastern(line: str) -> Iterator[re.Match[str]]:
    """Names in scripts without capitals: beside an age, and such as names are."""
    for expression in (_KOREAN, _JAPANESE):
        for match in expression.finditer(line):
            if (
                _young(match)
                and (match["title"] or match["years"])
                and not _EAST_COMMON.search(match["name"])
            ):
                yield match
    for expression in (_KOREAN_BEFORE, _JAPANESE_BEFORE, _CHINESE, _CHINESE_BEFORE):
        for match in expression.finditer(line):
            if _young(match) and not _EAST_COMMON.search(match["name"]):
                yield match
    for match in _ARABIC.finditer(line):
        if _young(match):
            yield match


def _young(match: re.Match[str]) -> bool:
    if "age" not in match.re.groupindex:
        return True
    age = number(match["age"])
    return age is not None and 0 < age < _ADULT
