"""Finds persons under 18 whom a text names: a name beside an age, or beside a word for a child.

Who was a minor then and is not now is left out, as are initials, and names that are said to be none.
"""

import re
from collections.abc import Iterator
from datetime import date

from jobs.steps.extract.data import holds
from jobs.steps.extract.numbers import number, number_of
from jobs.steps.lexicon.cities import cities
from jobs.steps.lexicon.countries import countries_in, country_of
from jobs.steps.lexicon.tokens import fold
from jobs.steps.sensitive.finding import Sensitive
from jobs.steps.sensitive.surnames import CHINESE, KOREAN
from storage.words import Concern

_FILE = "sensitive.toml"
ADULT = 18
_BESIDE = 30
"""Characters before a name that are looked at for what it is."""
_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯА-ЯЁẠ-Ỹ"
WORD = rf"(?<!\w)[{_UPPER}][^\W\d_][\w’'-]{{0,40}}"
"""It begins where a word begins: or else each letter of a long one would be tried as its first."""
_JOINED = r"al-\w+|el-\w+|bin|ibn|bint|van|von|de|da|dos|la"
LONG = rf"{WORD}(?:\s+(?:{WORD}|(?:{_JOINED})(?=\s+[{_UPPER}])|{_JOINED}\s+{WORD})){{1,4}}"
SHORT = rf"{WORD}(?:\s+{WORD}){{0,4}}"
_NUMBER = "|".join((r"\d{1,2}", *(number_of(one) for one in ("en", "fr", "es", "de", "pt"))))
AGE = rf"(?P<age>{_NUMBER})"
_SEX = r"(?:\s*\((?:m|f|h|male|female|boy|girl|м|ж)\))?"
_OLD = (
    r"(?:[-\s]years?[-\s]old|\s(?:yrs?\sold|y/?o)|\s(?:ans|años|anos|Jahre(?:\salt)?|лет|года?)"
    r"|\syears?,?\s(?:and\s)?\d{1,2}\smonths?(?:\s(?:old|of\sage))?(?!\s(?:in|of|behind|after|before|later|ago)\b))"
)
_MONTHS = r"(?:[-\s](?:month|week|day)s?[-\s]old|\s(?:mois|meses|месяц\w*))(?!\s+d[eu]\b)"
_THAT_IS = (
    r"(?:,|\s*[(\[]|\s+(?:is|tiene|tem|ist|a))\s*"
    r"(?:(?:who\s+is|is|now|an?|only|just|barely|still|erst)\s+){0,3}"
)

_AGED = re.compile(
    rf"(?P<name>{SHORT}){_SEX}(?:,|\s*\()\s*(?:(?:who\s+is|is|now|only|just)\s+){{0,2}}"
    rf"(?:aged?\s+(?:of\s+)?{AGE}(?!\s*(?:%|month|week|to\s+\d)))"
)
"""NAME, aged 16."""
_YEARS_OLD = re.compile(
    rf"(?P<name>{SHORT}){_SEX}{_THAT_IS}(?:âgée?\s+de\s+|de\s+|com\s+)?{AGE}(?:{_OLD})(?!\s+de\s+pris|\w)"
)
"""NAME, a 16-year-old student; NAME (9 ans); NAME, âgée de 9 ans."""
_AGE_ALONE = rf"\s*[(\[]\s*(?:[mf],\s*)?{AGE}(?:,\s*[mf])?\s*[)\]]"
_BRACKETED = re.compile(rf"(?P<name>{LONG}){_SEX}{_AGE_ALONE}")
"""NAME (16); NAME (m, 16); NAME [16]."""
_IN_BRACKETS = re.compile(rf"[(\[]\s*(?:[mf],\s*)?{AGE}")
_OF_FAMILY = (
    (_IN_BRACKETS, re.compile(rf"(?P<name>{WORD}){_SEX}{_AGE_ALONE}")),
    (
        re.compile("aged"),
        re.compile(
            rf"(?P<name>{WORD}){_SEX},?\s+aged\s+{AGE}(?![\d%]|\s*(?:%|month|week|to\s|[-–]|(?:and|or)\s+(?:\d|over|above|under|older|younger)))"
        ),
    ),
)
"""Sol (11), Sol aged 11: where the sentence speaks of a family, or of somebody young."""
_NAMED = re.compile(rf"{WORD}\s+$")
"""The word before is a name's as well: then both are found together."""
_AGED_SO = re.compile(
    rf"(?P<name>{LONG})\s+aged\s+{AGE}(?!\d|\s*(?:%|month|week|years?\s+(?:and|or)\s+(?:over|above|under|older|younger)|"
    r"(?:to|and|or|[-–])\s*(?:\d|over|above|under|older|younger)))"
)
"""NAME aged 16."""
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_BORN = re.compile(
    rf"(?P<name>{SHORT}){_SEX}(?:,|\s*[(\[]|\s+(?:was|is|wurde|est|es|é))?\s*(?:who\s+was\s+)?"
    r"(?:born|b\.|née?|nacid[oa]|nascid[oa]|geb\.|geboren|Jahrgang|родил\w{1,4}|род\.)\s*"
    rf"(?:\s(?:in|on|en|le|el|em|im|am|в|around|about)){{0,2}}\s*(?:[\w.]{{1,12}}\s(?:de\s)?){{0,3}}{_YEAR}\b"
)
"""NAME, born in 2015; NAME (b. 2015); NAME, née le 3 mai 2015."""
_BORN_BEHIND = re.compile(rf"(?P<name>{SHORT})[,\s(]{{1,3}}{_YEAR}\s?(?:года\sрождения|г\.\s?р\.)")
_BORN_EAST = re.compile(
    rf"(?<![가-힣])(?P<name>[{KOREAN}][가-힣]{{1,2}})\s?[(（,]?\s?(?P<year>20\d{{2}})년\s?(?:\d{{1,2}}월\s?)?(?:\d{{1,2}}일\s?)?(?:생|출생)"
)
_TELLS_A_BIRTH = re.compile(r"born|b\.|né|nacid|nascid|geb|Jahrgang|рожд|род|г\.\s?р")
"""Without one of these nobody is told to be born."""
_CENTURY = re.compile(r"(?:19|20)\d{2}")
_NOTE = re.compile(r"(?:^|[^\s\w]|\b[a-zß-ÿа-яё][\w-]*)\s?\[\d{1,3}\]")
"""A number in brackets behind what is no name: there they count notes, not years."""
_BARE = re.compile(rf"(?P<name>{LONG}){_SEX},\s+{AGE}(?:(?=\s*[,;)])(?!,\d)|(?=\s+and\s)|(?=[.!]?$))")
"""NAME, 16, …"""
_INFANT = re.compile(rf"(?P<name>{SHORT}){_SEX}{_THAT_IS}(?:{_NUMBER}){_MONTHS}\b")
_GERMAN = (
    r"\b(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn)"
    r"jährige[nrsm]?"
)
_NO_CHILD = (
    r"(?:Bürger)?[Kk]rieg|Haft|Gefängnis|Freiheits|Strafe|Besteh|Jubiläum|Kampf|Amtszeit|Verfahren|Herrschaft|"
    r"Konflikt|Bewährung|Frist|Mandat|Laufzeit|Zusammenarbeit|Arbeit|Pause|Projekt|Dauer|Geschichte|Besatzung|Regime"
)
"""What is so many years old in German besides people."""
_BEFORE = re.compile(
    rf"(?:\b{AGE}(?:[-\s]year[-\s]old|-летн\w+|-jährige[nrsm]?)|{_GERMAN})\s+(?!{_NO_CHILD})(?:(?!(?:from|in|of|at|by|near|to|for|on|with|was|is|who|and|из|в|in|aus|und|die|der)\b)"
    rf"(?:Schülerin|Schüler|Mädchen|Junge|Sohn|Tochter|[a-zа-яё][\w-]*),?\s+){{0,3}}(?P<name>{SHORT})"
)
"""16-year-old student NAME."""
_CHILD = re.compile(
    r"\b(?:(?:the|a|an|her|his|their|little|baby|infant|two|three|four|named)\s+)*"
    r"(?:girl|boy|child|baby|infant|toddler|newborn|minor|schoolgirl|schoolboy|teenager|fillette|garçonnet|"
    r"enfant|bébé|mineure?|adolescente?|lycéenne|écolière|écolier|niñ[oa]|menor|bebé|menin[oa]|criança|bebê|"
    r"[Mm]ädchen|Junge|Säugling|Kleinkind|Schülerin|школьни[кц]\w*|"
    r"девочк\w|мальчик\w?|реб[её]н\w+|подрост\w+)"
    r"(?:\s+(?:of|de)\s+\w+\s+(?:months?|weeks?|years?|mois|ans|meses|años))?"
    r",?\s+(?:(?:named|called|nommée?|llamad[oa]|chamad[oa]|namens|по имени)\s+"
    rf"(?P<called>{SHORT})|(?P<name>{LONG}))"
)
"""The boy NAME; a girl named NAME."""
_YOUNG = re.compile(
    "girl|boy|child|baby|infant|toddler|newborn|minor|schoo|teenager|fillette|enfant|bébé|bebé|bebê|mineur|adolescent|lycé|écoli|"
    "niñ|menor|garçonnet|menin|criança|mädchen|junge|säugling|kleinkind|schüler|"
    "девочк|мальчик|реб|подрост|школьни"
)
_SENTENCED = re.compile(r"\sa\s+\S+\s+(?:años|anos|meses)$")
_YEARS = re.compile(r"\s(?:ans|años|anos|mois|meses|Jahre)$")
_NO_PERSON = re.compile(
    r"\b(?:Amnesty|International|Human|Rights|Court|Prison|Committee|Council|Government|Ministry|Article|"
    r"Resolution|Section|Chapter|Page|Room|Level|Group|Day|Republic|United|Nations|Union|Watch|Network|Street|"
    r"University|Convention|Party|Centre|Center|Police|Camp|School|Index|Annex|Table|Figure|Law|Act|Code|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday|Province|County|District|Region|State|Embassy|Street|Road|"
    r"North|South|Korea|China|Front|Carnet|Urgent|Action|News|Update|Session|Agenda|Item|Officer|Mobili[sz]er|Manager|Coordinator|Director|Assistant|Covid)\b|Республик|Комитет|Совет|Суд\b"
)
_NUMBERED = re.compile(
    r"(?:^|\s)(?:Ward|Block|Wing|Unit|Cell)\s(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\b"
)
"""A part of a prison, and how many are held there."""
_OPENING = re.compile(
    r"(?:However|Today|Yesterday|Tonight|Meanwhile|Moreover|Now|Here|There|Also|Finally|Instead|Later|Earlier|"
    r"Then|Since|Until|After|Before|For|In|On|At|Among|With|The|This|That|He|She|It|They|His|Her|Their|Our|My|"
    r"Hier|Ici|Depuis|Plus|Hoy|Ayer|Tenía|Lleva|Según|Сегодня|Вчера|Excellency|Madam|Sir|Names?|Victims?|Those|These|People|Persons|Children|Everyone|Anyone|Someone|Prisoners?|Detainees?|Refugees?)$"
)
_STREET = re.compile(r"\b(?:ул\.|улиц\w+|пр\.|проспект\w*|rue|calle|avenida|avenue)\s$", re.IGNORECASE)
_IN = re.compile(r"\b(?:[Tt]he|in|at|from|near|to|of|on|de|da|do|das|dos|à|en|desde|aus|в|из|на)\s$")
THEN = re.compile(
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
HAN_AGE = r"(?P<age>\d{1,2}|[一二三四五六七八九十]{1,3})"
HAN_NAME = rf"(?:[{CHINESE}][\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{2,6}}[·・][\u4e00-\u9fff]{{2,6}})"
_CHINESE = re.compile(rf"(?P<name>{HAN_NAME})\s?[（(，,]\s?(?:今年|现年|現年|年仅|年僅)?{HAN_AGE}\s?[岁歲]")
_CHINESE_BEFORE = re.compile(
    rf"{HAN_AGE}[岁歲]的?(?:女孩|男孩|少女|少年|学生|學生|女童|男童|女儿|女兒|儿子|兒子)?(?P<name>{HAN_NAME})"
    r"(?=[，。、；,被在於于遭與与和])"
)
_EAST_COMMON = re.compile(
    r"某|少年|少女|息子|女児|男児|生徒|児童|女性|男性|子ども|[生児女男人名童孩們们]$|모$|정부|주민|이민|난민|시민|국민|구금|전원"
)
ARABIC_COMMON = (
    r"(?:ال|ل|و)?(?:طفل|طفلة|فتاة|فتى|صبي|صبية|شاب|شابة|امرأة|رجل|تلميذ|تلميذة|طالب|طالبة|قاصر|قاصرة|لاجئ|لاجئة|معتقل|معتقلة|"
    r"رضيع|رضيعة|ابن|ابنة|ابنه|ابنته|ابنها|ابنتها|في|من|على|إلى|عن|مع|منذ|بينهم|وهو|وهي)(?!\w)|\w+(?:ية|ين)(?!\w)"
)
ARABIC_WORD = rf"(?!{ARABIC_COMMON})[\u0621-\u064a]{{2,}}"
_ARABIC = re.compile(
    rf"(?<![\u0621-\u064a])(?P<name>{ARABIC_WORD}(?:\s+{ARABIC_WORD}){{1,2}})\s*[(،,]\s*(?:البالغة?\s+من\s+العمر\s+)?"
    r"(?P<age>\d{1,2})\s*(?:عام\w*|سن\w+|أعوام)"
)


def minors_named(lines: list[str], day: date | None = None) -> list[Sensitive]:
    """Each minor named in these sentences, in their order; nobody where names are said to be changed.

    `day` is when it was said: who was born so many years before is a minor or not.
    """
    if any(holds(_FILE, "all_changed", line.lower()) for line in lines):
        return []
    noted = any(_NOTE.search(line) for line in lines if "[" in line)
    found: list[Sensitive] = []
    for line in lines:
        for match in (*_now(line), *_born(line, day)):
            name = match.groupdict().get("called") or match["name"]
            is_note = noted and match.group().endswith("]")
            if not is_note and not is_known_otherwise(line, match):
                found.append(Sensitive(Concern.MINOR, name.strip(), line))
    return found


def _born(line: str, day: date | None) -> Iterator[re.Match[str]]:
    """Those who were born less than eighteen years before the day, whatever day it was in their year."""
    if day is None or not _CENTURY.search(line):
        return
    for expression in (_BORN, _BORN_BEHIND) if _TELLS_A_BIRTH.search(line) else ():
        for match in expression.finditer(line):
            if day.year - ADULT <= int(match["year"]) <= day.year and is_person(line, match):
                yield match
    if not line.isascii():
        for match in _BORN_EAST.finditer(line):
            if day.year - ADULT <= int(match["year"]) <= day.year:
                yield match


def is_known_otherwise(line: str, match: re.Match[str]) -> bool:
    """Whether it is no name, or not the minor's: "Sara (not her real name)"."""
    return holds(_FILE, "changed", line[match.start() : match.end() + 60].lower())


def _now(line: str) -> list[re.Match[str]]:
    """Those whom it tells to be young, unless it tells of another time."""
    found = list(_candidates(line))
    return [] if found and THEN.search(line) else found


def _candidates(line: str) -> Iterator[re.Match[str]]:
    if not line.isascii():
        yield from _eastern(line)
    for gate, expression in _WESTERN if any(map(str.isupper, line)) else ():
        for match in expression.finditer(line) if gate.search(line) else ():
            if is_young(match) and is_person(line, match) and not _is_span(line, match):
                yield match
    lowered = line.lower()
    if holds(_FILE, "kin", lowered):
        of_family = [expression for gate, expression in _OF_FAMILY if gate.search(line)]
        for match in (one for expression in of_family for one in expression.finditer(line)):
            alone = not _NAMED.search(line[max(0, match.start() - 60) : match.start()])
            if alone and is_young(match) and is_person(line, match) and not _is_counted(line, match):
                yield match
    if _YOUNG.search(lowered):
        yield from (
            one for one in _CHILD.finditer(line) if not _NO_PERSON.search(one["called"] or one["name"])
        )


def _is_counted(line: str, match: re.Match[str]) -> bool:
    """Whether it is a place or a group, and how many there are of it: "Iran (9)"; not "her son Jordan"."""
    name, before = match["name"], line[max(0, match.start() - _BESIDE) : match.start()].lower()
    if holds(_FILE, "kin", before.rstrip()[-_BESIDE:].rpartition(" ")[2]):
        return False
    return bool(countries_in(name) or cities().country(fold(name))) or name.endswith("s") or name.isupper()


def _is_span(line: str, match: re.Match[str]) -> bool:
    """Whether it is how long something lasts: "Haïti, deux ans : …", "Condenado a cinco años".

    A child may be called as a country is: then something stands behind the age, as behind a name.
    """
    if _SENTENCED.search(match.group()):
        return True
    is_open = line[match.end() : match.end() + 1] not in {",", ")", "]", ";", ""}
    return is_open and _YEARS.search(match.group()) is not None and country_of(match["name"]) is not None


def is_person(line: str, match: re.Match[str]) -> bool:
    """Whether the words may be a person's name: no body, no day, and not the town behind "in"."""
    name = match["name"]
    before = line[: match.start("name")]
    if (
        _NO_PERSON.search(name)
        or name.startswith(("The ", "Our ", "All "))
        or _STREET.search(before)
        or any(map(str.isdigit, name))
        or _NUMBERED.search(name)
        or _is_town(name)
    ):
        return False
    return " " in name or not (_OPENING.match(name) or _IN.search(before))


def _is_town(name: str) -> bool:
    """Whether it is a city with its country behind it: "Khartoum Sudan (15)"."""
    city, _, country = name.rpartition(" ")
    where = country_of(country) if city else None
    return where is not None and cities().country(fold(city)) == where


_WESTERN = (
    (re.compile("aged?"), _AGED),
    (re.compile("aged"), _AGED_SO),
    (re.compile(_OLD), _YEARS_OLD),
    (_IN_BRACKETS, _BRACKETED),
    (re.compile(rf",\s+{AGE}(?:\s*[,;).!]|\s+and\s|$)"), _BARE),
    (re.compile(_MONTHS), _INFANT),
    (re.compile(r"[-\s]year[-\s]old|-летн|jährige"), _BEFORE),
)
"""What stands behind a name, or before it, begins each: looked for first, since names are many."""


def _eastern(line: str) -> Iterator[re.Match[str]]:
    """Names in scripts without capitals: beside an age, and such as names are."""
    for expression in (_KOREAN, _JAPANESE):
        for match in expression.finditer(line):
            if (
                is_young(match)
                and (match["title"] or match["years"])
                and not _EAST_COMMON.search(match["name"])
            ):
                yield match
    for expression in (_KOREAN_BEFORE, _JAPANESE_BEFORE, _CHINESE, _CHINESE_BEFORE):
        for match in expression.finditer(line):
            if is_young(match) and not _EAST_COMMON.search(match["name"]):
                yield match
    for match in _ARABIC.finditer(line):
        if is_young(match):
            yield match


def is_young(match: re.Match[str]) -> bool:
    """Whether the age that was found is a minor's; also where it is told in months, or in one word."""
    if match.groupdict().get("age") is None:  # "eleven months", "elfjährige"
        return True
    age = number(match["age"])
    return age is not None and 0 < age < ADULT
