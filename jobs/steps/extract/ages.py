"""Reads the ages that a sentence tells, one by one or as a range, and whether all of them are adults."""

import re
from collections.abc import Iterator

from jobs.steps.extract.numbers import number, number_of

_ADULT = 18
_AGED = re.compile(
    r"(?:\b(?:aged?\s+|now\s+|who\s+is\s+|is\s+)|\([mf]\),?\s+(?:aged\s+)?|"
    r"\()(?P<a>\d{1,2})\)?(?!\d)(?!\s*(?:%|per|km|days|months))|"
    r"(?<=\d)(?:,|,? and)\s(?P<c>\d{1,2}|one|two|three|four|five|six|seven|eight|nine)(?=\W)"
    r"(?!\s+(?:years|people|(?:of\s)?\w+s\b))|\b(?P<b>\d{1,2})[- ]years?[- ]old\b|"
    rf"\b(?P<w>{number_of('en')})-year-old\b|"
    r"\b(?:man|woman|boy|girl|son|daughter|brother|sister|child) of (?P<d>\d{1,2})\b(?! of)|"
    r"^[A-Z][^.:;]{5,50}, (?P<f>\d{1,2})$|\b(?P<e>\d{1,2})\s(?:ans|años|лет|года?)\b|"
    r"\b(?-i:[A-ZÀ-ÞĐ])[\w’'-]+,\s(?P<g>[1-9]\d)(?=,?\s(?:an?|the|who|is|was|has|from|her|his|their)\b)",
    re.IGNORECASE,
)
_AGES = re.compile(
    r"\b(?:aged?|old)\b|\([mf]\)|\(\d{1,2}\)|\d\s(?:ans|años|лет|года?)\b|"
    r"[a-z’-], \d\d,?\s(?:an?|the|who|is|was|has|from|her|his|their)\b|\b(?:man|woman|"
    r"boy|girl|son|daughter|brother|sister|child) of \d|\bis \d{1,2}\b|^[A-Z][^.:;]{5,50}, \d{1,2}$"
)
_EAST_AGED = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s?(?:세|살|歳|岁|歲|عاما|سنة(?=\)))|(?P<c>[一二三四五六七八九十]{1,3})[岁歲歳]|"
    r"(?<=[\u3040-\u9fff\uac00-\ud7af])[（(](?P<b>[1-9]\d)[）)]"
)
_EAST_WORDS = re.compile(rf"(?P<a>{number_of('ko')})\s?살")
_THEN = re.compile(r"at the time|\bthen\b|when (?:he|she|they) (?:was|were)|당시|当時|时年|하였을 때")
_NOW = re.compile(r"\bnow (?:aged )?(\d{1,2})\b")
_ALL_ADULT = re.compile(
    r"youngest[^.]{0,40}\b(?:is|are)\s+(?P<a>\d{1,2})\b|(?:el|"
    r"la) más joven (?:de ell[oa]s )?tiene (?P<v>\d{1,2})|"
    r"l[ea] plus jeune (?:d['’]entre eux )?a (?P<w>\d{1,2}) ans|самому младшему (?P<u>\d{1,2})|가장 (?:어린|"
    r"젊은)[^.\d]{0,12}(?P<t>\d{1,2})세|"
    r"(?:最年轻的|年纪最小的|最小的)[^。\d]{0,8}(?P<q>\d{1,2})[岁歲]|"
    r"最も若い[^\d\s]{0,6}(?P<j>\d{1,2})歳|"
    r"all (?:of them |\w+ )?(?:are |is )(?:now )?(?:over|above|older than) (?P<o>\d{1,2})\b|"
    r"all (?:of them |\w+ )?(?:are )?adults?\b|\ball (?:of (?:them|whom) )?(?:are )?in their (?:twenties|"
    r"thirties|forties|"
    r"fifties|sixties)|"
    r"(?:aged|ages|all) (?:between |from )?(?P<e>\d{1,2})\s?(?:and|to|[–-])\s?\d{1,2}|"
    r"от (?P<r>\d{1,2}) до \d{1,2} (?:лет|года)|"
    r"âgée?s de (?P<f>\d{1,2}) à \d{1,2}|(?:entre|de) (?P<s>\d{1,2}) (?:y|a) \d{1,2} años|"
    r"年齢は(?P<y>\d{1,2})歳から|年龄在(?P<z>\d{1,2})|أعمارهم بين (?P<b>\d{1,2})|"
    r"(?:いずれも|全員が?|모두|皆)\s?(?P<l>[\d一二三四五六七八九十]{1,3})\s?(?:歳|代|세|살)"
    r"(?:を超|以上|代|を過ぎ|이 넘|을 넘)|"
    r"모두 (?P<k>\S{1,4}) ?살에서|모두 성인|全員(?:が)?成人",
    re.IGNORECASE,
)
_ADULT_WORDS = re.compile(r"adult|in their|성인|모두|成人|いずれも|全員")
_DIGITS = re.compile(r"\d")
_OLDEST = 100
_BOTH = re.compile(
    r"\bboth\s+(?:of\s+them\s+)?(?:are\s+|aged\s+|now\s+)*$|"
    r"\b(?:tou(?:te)?s\s+(?:les\s+)?deux|amb[oa]s|l[oa]s\s+dos|обоим)\s+(?:âgée?s\s+)?(?:ont\s+|tienen\s+|de\s+|по\s+)?$|"
    r"\b(?:et|y)\s+[^\W\d_][\w’-]*(?:\s+[^\W\d_][\w’-]*){0,2},?\s+(?:ont|tienen|sont\s+âgée?s\s+de|âgée?s\s+de)\s+$",
    re.IGNORECASE,
)
"""Before an age that two persons share: "Aline et Éric, ont 14 ans"."""
_SHARED = 60  # characters before an age
_ORDINALS = {
    "الثانية": 2,
    "الثالثة": 3,
    "الرابعة": 4,
    "الخامسة": 5,
    "السادسة": 6,
    "السابعة": 7,
    "الثامنة": 8,
    "التاسعة": 9,
    "العاشرة": 10,
}
_ARABIC_AGE = re.compile(
    rf"(?:في|تبلغ|يبلغ)\s+(?P<o>{'|'.join(_ORDINALS)})(?P<ten>\s+عشرة?)?\s+من\s+(?:عمر|العمر)"
)
"""A year of life told by its ordinal: "in the sixteenth of his age"."""
_ARABIC_WORDS = re.compile(
    rf"(?:من\s+العمر|عمره|عمرها|(?<!\w)[تي]بلغ)\s+(?P<n>{number_of('ar')})\s+(?:عاما|عاماً|سنة|سنوات|أعوام)"
)
"""An age in Arabic words: "of the age of seventeen years"."""
_SPAN = {"en": number_of("en"), "fr": number_of("fr"), "es": number_of("es"), "ru": number_of("ru")}
_RANGE = re.compile(
    rf"\b(?:between|from)\s+(?:the\s+ages\s+of\s+)?({_SPAN['en']})\s+(?:and|"
    rf"to)\s+({_SPAN['en']})(?:\s+years|(?=[,.;)]))|"
    rf"\b(?:aged|ages)\s+({_SPAN['en']})\s*(?:to|[–-])\s*({_SPAN['en']})\b|"
    rf"\b(?:de|entre)\s+({_SPAN['fr']})\s+(?:à|et)\s+({_SPAN['fr']})\s+ans\b|"
    rf"\bentre\s+(?:los\s+)?({_SPAN['es']})\s+y\s+(?:los\s+)?({_SPAN['es']})\s+años\b|"
    rf"\bот\s+({_SPAN['ru']})\s+до\s+({_SPAN['ru']})\s+лет\b|"
    r"(\d{1,2})\s?(?:세|살|歳|岁|歲)?\s?(?:에서|부터|から|到|至|[~～〜–-])\s?(\d{1,2})\s?(?:세|살|歳|岁|歲)",
    re.IGNORECASE,
)


def all_adult(line: str) -> bool:
    """Whether a sentence tells that all are grown up."""
    if not (_DIGITS.search(line) or _ADULT_WORDS.search(line)):
        return False
    match = _ALL_ADULT.search(line)
    if match is None:
        return False
    age = next((group for group in match.groups() if group), "")
    return not age or (number(age) or 0) >= _ADULT


def spelled(line: str) -> list[int]:
    """Korean ages in words: "열세 살"."""
    found = _EAST_WORDS.finditer(line) if "살" in line and not _THEN.search(line) else ()
    return [age for match in found if not match["a"][0].isdecimal() and (age := number(match["a"]))]


_LIST = re.compile(
    r"(?:\b(?:aged?|ages|of|de)\s+|[(])(?P<ages>\d{1,2}(?:,\s?\d{1,2}){0,12},?\s(?:and|et|y|и)\s\d{1,2})(?:\)|\s(?:ans|años|years)\b|"
    r"(?=[,.;]|\swho\b|\s(?:are|were|have|and)\b))|(?<!\w)(?P<lets>\d{1,2}(?:,\s\d{1,2}){0,12}\sи\s\d{1,2})\sлет"
)
_ONCE = re.compile(
    r",?\s?\b(?:(?:he|she)\s+was\s+)?(?:aged?\s+)?\d{1,2}\s+(?:years\s+old\s+)?at\s+the\s+time(?:\s+of\s+(?:his|her|their)\s\w+)?"
)
_ROLED = re.compile(r"[a-z]{3,}, (\d{2})(?=[;.]|,? and\b|$)")


def age_list(line: str) -> list[int]:
    """The ages of several told in a row: "four children of 3, 7, 11 and 19"; [] without such a row."""
    match = _LIST.search(line)
    return [int(age) for age in re.findall(r"\d{1,2}", match["ages"] or match["lets"])] if match else []


_MONTHS = re.compile(
    r"생후\s?\S{1,4}?\s?(?:개월|일|주)|(?<!\S)\S{1,4}\s?개월\s?된|生後\s?\S{1,4}?(?:か月|カ月|ヶ月|ヵ月|週間|日)|"
    r"(?:出生|刚满|剛滿)[^，。]{1,4}?(?:天|个月|個月)|[\d一二三四五六七八九十]{1,3}[个個]月大|"
    r"\b[\w-]{1,9}[- ](?:month|week|day)s?[- ]old\b|"
    r"\bde (?:\w+ )?(?:semaines|mois|meses|semanas)(?= |,|\.|;)"
    r"(?! (?:de (?:prison|cárcel|prisión|détention)|d))|"
    r"\b\w{0,12}месячн\w+",
    re.IGNORECASE,
)
"""An infant told by its months, weeks or days."""
_YEARS_OLD = re.compile(
    r"\b(?:(?P<n>\d{1,2})-?|(?P<w>двух|тр[её]х|четыр[её]х|пяти|шести|семи|восьми|девяти|десяти|одиннадцати|двенадцати|"
    r"тринадцати|четырнадцати|пятнадцати|шестнадцати|семнадцати))летн(?:ий|яя|его|ей|юю|ие|их|ими|ему|им)\b",
    re.IGNORECASE,
)
_RUSSIAN = dict(
    zip(
        (
            *(
                "двух",
                "трех",
                "четырех",
                "пяти",
                "шести",
                "семи",
                "восьми",
                "девяти",
                "десяти",
                "одиннадцати",
            ),
            *("двенадцати", "тринадцати", "четырнадцати", "пятнадцати", "шестнадцати", "семнадцати"),
        ),
        range(2, _ADULT),
        strict=True,
    )
)
_JAILED = re.compile(r"\b(?:срок|заключени|колони|лишени|войн|истори|работ|юбиле|правлени)", re.IGNORECASE)


def adjectives(line: str) -> list[int]:
    """Russian ages told by an adjective: "пятнадцатилетний сын", "72-летнего"."""
    found = _YEARS_OLD.finditer(line) if "летн" in line.lower() and not _THEN.search(line) else ()
    return [
        int(match["n"]) if match["n"] else _RUSSIAN[match["w"].lower().replace("ё", "е")]
        for match in found
        if not _JAILED.match(line[match.end() :].lstrip())
    ]


def infants(line: str) -> set[str]:
    """The words that tell of infants by their months or days, each once."""
    lowered = line.lower()
    if not any(stem in lowered for stem in _MONTH_STEMS):
        return set()
    return {match.group() for match in _MONTHS.finditer(lowered)}


_MONTH_STEMS = (
    *(
        "생후",
        "개월",
        "生後",
        "出生",
        "刚满",
        "剛滿",
        "月大",
        "old",
        "semaines",
        "mois",
        "meses",
        "semanas",
        "месячн",
    ),
)


def ages_in(line: str) -> list[int]:
    """The ages, as of now, that a sentence gives; those at an earlier time are left out."""
    line = _ONCE.sub("", line) if "at the time" in line else line
    if _THEN.search(line):
        return [int(age) for age in _NOW.findall(line)]
    east = [] if line.isascii() else list(_east(line))
    if not east and len(roled := _ROLED.findall(line)) > 1:
        return [int(age) for age in roled]
    if east or not _AGES.search(line):
        return east or age_list(line)
    found: list[int] = []
    for match in _AGED.finditer(line):
        age = number(next(group for group in match.groups() if group)) or 0
        if 0 < age < _OLDEST:
            found += [age] * (2 if _BOTH.search(line[max(0, match.start() - _SHARED) : match.start()]) else 1)
    return found


def _east(line: str) -> Iterator[int]:
    """The ages of a sentence in a script that is not Latin."""
    for match in _EAST_AGED.finditer(line):
        yield number(match["a"] or match["b"] or match["c"]) or 0
    yield from (number(match["n"]) or 0 for match in _ARABIC_WORDS.finditer(line))
    yield from (_ORDINALS[match["o"]] + (10 if match["ten"] else 0) for match in _ARABIC_AGE.finditer(line))


def range_in(line: str) -> tuple[int, int] | None:
    """The least and the greatest age of a group: "between eleven and sixteen years of age"."""
    match = _RANGE.search(line)
    if match is None:
        return None
    first, last = (number(group) for group in [group for group in match.groups() if group][:2])
    return (first, last) if first and last and first < last < _OLDEST else None
