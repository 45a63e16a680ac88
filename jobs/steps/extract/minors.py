"""Tells how many of the persons in danger are under 18 now."""

import re
from collections.abc import Iterator

from jobs.steps.extract.numbers import HAN_NUMBER, NUMBER, number, number_of

_ADULT = 18
_YOUNG = r"children|minors|infants|babies|girls|boys|teenagers|toddlers|schoolchildren"
_OF_THEM = re.compile(
    rf"(?<![\w-])(?P<n>{NUMBER}|an?)\s+(?:of\s+(?:them|whom|the\w*)\s+(?:\w+\s+){{0,2}}?(?:children|"
    rf"minors|girls|boys|"
    rf"infants|under\s+(?:18|eighteen|the age of 18)|(?:is|are|was|were)\s+(?:still\s+|"
    rf"only\s+)?(?:children|minors|under\s+(?:18|eighteen)|"
    rf"(?:aged\s+)?1[0-7]\b))|(?:(?!(?:and|or|are|is|were|was|with|of|in|have|has|had|for|"
    rf"by)\b)[\w’'-]+\s+){{0,2}}?(?:{_YOUNG})(?!\s+and\s+(?:men|"
    rf"women)))\b",
    re.IGNORECASE,
)
_FRENCH = re.compile(
    rf"(?:dont|parmi eux|parmi elles|y compris)\s+(?P<n>{number_of('fr')})\s+(?:\w+\s+)?(?:enfants?|"
    rf"mineure?s?|bébés?)|"
    rf"(?:entre ell[oa]s|incluid[oa]s?|de ell[oa]s|entre los que hay|"
    rf"con)\s+(?P<s>{number_of('es')})\s+(?:\w+\s+)?(?:niñ[oa]s?|menores|bebés?)",
    re.IGNORECASE,
)
_OF_US = re.compile(
    rf"(?P<s>{number_of('es')})\s+de\s+ell[oa]s\s+(?:son\s+)?(?:menores|niñ[oa]s)|"
    rf"(?:dont|parmi)?\s?(?P<f>{number_of('fr')})\s+d[’']entre\s+(?:eux|elles)\s+(?:sont\s+)?(?:mineur|"
    rf"enfant)|"
    rf"(?P<r>{number_of('ru')})\s+из\s+них\s+[–—-]?\s?(?:несовершеннолетн|дети|подростк)",
    re.IGNORECASE,
)
_RUSSIAN = re.compile(
    rf"(?:в том числе|включая|среди них|из них)\s+(?P<n>{number_of('ru')})?\s*(?:\w+\s+)?(?:детей|"
    rf"ребён\w+|ребен\w+|"
    rf"несовершеннолетн\w+|подростк\w+)|(?:بينهم|بينهن|منهم|منهن|ضمنهم|فيهم)\s+(?P<a>{number_of('ar')})\s+(?:أطفال|"
    rf"طفلا|طفلاً|طفلة|قاصرين|قصر|قاصرا|رضع|فتيان|فتيات)|"
    rf"\sو(?P<d>{number_of('ar')})\s+(?:أطفال|قاصرين|رضع)(?!\w)|(?<!\w)و(?P<e>طفلاها|طفلاه|طفلاهما)(?!\w)|"
    rf"(?:بينهم|بينهن|منهم|منهن|ضمنهم|فيهم)\s+(?:(?P<b>طفلان|طفلين|طفلتان|طفلتين|قاصران|رضيعان|رضيعين)|(?:طفل|طفلة|رضيع|رضيعة|قاصر)(?!\w))",
    re.IGNORECASE,
)
_EAST = re.compile(
    rf"(?P<n>{number_of('ko')})\s?명[은이]?\s?(?:의\s)?(?:\S{{1,4}}\s?[살세]\s?)?"
    r"(?:어린이|아동|미성년자|영아|유아|아이)|"
    rf"(?:어린이|아동|미성년자|영아|유아|아이|청소년)\s?(?P<k>{number_of('ko')})\s?명|"
    rf"(?:子ども|子供|未成年者?|児童)\s?(?P<j>{HAN_NUMBER})\s?(?:人|名)|(?P<l>{HAN_NUMBER})\s?(?:人|名)(?:は|の|が)(?:子ども|"
    rf"子供|未成年|児童)|"
    rf"(?P<z>{HAN_NUMBER})\s?(?:名|个|個|位)(?:儿童|兒童|孩子|未成年人?|小孩)|"
    rf"(?:其中|当中|當中)(?P<y>{HAN_NUMBER})\s?(?:人|名)(?:(?:未满|未滿|不足|不满)(?:十八|18)[岁歲]|(?:为|為|是)(?:儿童|兒童|未成年))|"
    rf"(?:其中|当中|當中)(?P<w>{HAN_NUMBER})\s?(?:人|名|位|个|個)(?:是|为|為|系)?[^，。；\d]{{0,14}}(?:孩子|儿童|兒童|未成年|少年|女孩|男孩|婴儿|嬰兒)|"
    rf"未[满滿](?:十八|18)[岁歲](?:者|的)?(?P<v>{HAN_NUMBER})\s?(?:人|名)|"
    rf"(?:うち|内)(?P<x>{HAN_NUMBER})\s?(?:人|名)は(?:未成年|18歳未満|十八歳未満)"
)
_INFANT = re.compile(
    r"\b(?:an?|one|his|her|their)\s+(?:[\w-]+\s+){0,3}?(?:infant|baby|toddler|newborn|(?:year|"
    r"month|week)-old\s+(?:girl|boy|child|daughter|son|infant|baby)|"
    r"(?:girl|boy|child|daughter|son)\s+of\s+(?:\w+\s+)(?:years?|months?|weeks?))\b",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"(?:\b(?:aged?\s+|now\s+|who\s+is\s+|is\s+)|\([mf]\),?\s+(?:aged\s+)?|"
    r"\()(?P<a>\d{1,2})\)?(?!\d)(?!\s*(?:%|per|km|days|months))|"
    r"(?<=\d)(?:,|,? and)\s(?P<c>\d{1,2})(?=\W)(?!\s+(?:years|people))|\b(?P<b>\d{1,2})[- ]years?[- ]old\b|"
    rf"\b(?P<w>{number_of('en')})-year-old\b|"
    r"\b(?:man|woman|boy|girl) of (?P<d>\d{1,2})\b|\b(?P<e>\d{1,2})\s(?:ans|años|лет|года)\b",
    re.IGNORECASE,
)
_AGES = re.compile(
    r"\b(?:aged?|old)\b|\([mf]\)|\(\d{1,2}\)|\d\s(?:ans|años|лет|года)\b|\b(?:man|woman|"
    r"boy|girl) of \d|\bis \d{1,2}\b"
)
_EAST_AGED = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s?(?:세|살|歳|岁|歲|عاما|سنة(?=\)))|(?<=[\u3040-\u9fff\uac00-\ud7af])[（(](?P<b>[1-9]\d)[）)]"
)
_EAST_WORDS = re.compile(rf"(?P<a>{number_of('ko')})\s?살")
_THEN = re.compile(r"at the time|\bthen\b|when (?:he|she|they) (?:was|were)|당시|当時|时年|하였을 때")
_ALL_ADULT = re.compile(
    r"youngest[^.]{0,40}\b(?:is|are)\s+(?P<a>\d{1,2})\b|最も若い[^\d\s]{0,6}(?P<j>\d{1,2})歳|"
    r"all (?:of them )?(?:are )?adults?\b|(?:all|who are all) in their (?:twenties|thirties|forties|"
    r"fifties|sixties)|"
    r"(?:aged|ages|all) (?:between |from )?(?P<e>\d{1,2})\s?(?:and|to|[–-])\s?\d{1,2}|"
    r"от (?P<r>\d{1,2}) до \d{1,2} (?:лет|года)|"
    r"âgée?s de (?P<f>\d{1,2}) à \d{1,2}|(?:entre|de) (?P<s>\d{1,2}) (?:y|a) \d{1,2} años|"
    r"年齢は(?P<y>\d{1,2})歳から|年龄在(?P<z>\d{1,2})|أعمارهم بين (?P<b>\d{1,2})|"
    r"모두 (?P<k>\S{1,4}) ?살에서|모두 성인|全員(?:が)?成人",
    re.IGNORECASE,
)
_ADULT_WORDS = re.compile(r"adult|in their|성인|모두|成人")
_YOUNG_WORDS = ("child", "infant", "bab", "minor", "boy", "girl", "teen", "toddler", "old", "newborn")
_ANY_YOUNG = re.compile("|".join([*_YOUNG_WORDS, "of them", "of whom"]))
_DIGITS = re.compile(r"\d")


def minors_of(lines: list[str], count: int, places: dict[int, list[int]]) -> int | None:
    """Of `count` persons, those under 18 now; `places` are the lines in which each number of persons stands.

    0 only where the text shows that all are adults; None where it gives neither ages nor children.
    """
    near = sorted({line + more for line in places.get(count, ()) for more in range(3)}) or list(
        range(len(lines[:40]))
    )
    told = [lines[at] for at in dict.fromkeys([*near, *range(min(len(lines), 40))]) if at < len(lines)]
    counted = [found for line in told if (found := _told(line)) is not None and found <= count]
    if counted:  # "nine young people, seven of whom are children": the smaller number tells of some
        return next((found for found in counted if found < count), counted[0])
    if any(_all_adult(line) for line in told):
        return 0
    ages = [age for line in told for age in ages_in(line)]
    ages += sorted({age for line in told for age in _spelled(line)})  # a child of thirteen is told of again
    young = sum(age < _ADULT for age in ages)
    if young and young <= count:
        return young
    return 0 if ages and len(ages) >= count and count > 0 else None


def _told(line: str) -> int | None:
    """The minors that a sentence counts, or an infant that it speaks of."""
    lowered = line.lower()
    if _ANY_YOUNG.search(lowered):
        match = _OF_THEM.search(line)
        if match and not re.search(
            r"\b(?:killed|died|school|estimated)\b", line[match.end() : match.end() + 30]
        ):
            value = 1 if match["n"].lower() in {"a", "an"} else number(match["n"])
            return value if match["n"].lower() not in {"a", "an"} or "of them" in match.group() else None
        infants = len(_INFANT.findall(line))
        if infants and re.search(
            r"includ|among|with (?:an?|her|his|their)|refugees|deport|held|detain", line
        ):
            return max(infants, sum(age < _ADULT for age in ages_in(line)))
    for expression in _elsewhere(line, lowered):
        if match := expression.search(line):
            told = next((group for group in match.groups() if group), "")
            return number(told) if told else 1
    return None


def _elsewhere(line: str, lowered: str) -> Iterator[re.Pattern[str]]:
    """The expressions of other languages that may find something in a line."""
    if any(word in lowered for word in ("enfant", "mineur", "niñ", "menor", "bébé", "bebé")):
        yield from (_FRENCH, _OF_US)
    if not line.isascii():
        yield from (_EAST, _RUSSIAN, _OF_US)


def _all_adult(line: str) -> bool:
    if not (_DIGITS.search(line) or _ADULT_WORDS.search(line)):
        return False
    match = _ALL_ADULT.search(line)
    if match is None:
        return False
    age = next((group for group in match.groups() if group), "")
    return not age or (number(age) or 0) >= _ADULT


def _spelled(line: str) -> list[int]:
    """Korean ages in words: "열세 살"."""
    found = _EAST_WORDS.finditer(line) if "살" in line and not _THEN.search(line) else ()
    return [age for match in found if not match["a"][0].isdecimal() and (age := number(match["a"]))]


def ages_in(line: str) -> list[int]:
    """The ages, as of now, that a sentence gives; those at an earlier time are left out."""
    if not (_DIGITS.search(line) or "-year-old" in line) or _THEN.search(line):
        return []
    east = [] if line.isascii() else [int(match["a"] or match["b"]) for match in _EAST_AGED.finditer(line)]
    if east or not _AGES.search(line):
        return east
    return [
        age
        for match in _AGED.finditer(line)
        if 0 < (age := number(next(group for group in match.groups() if group)) or 0) < 100
    ]
