"""Tells how many of the persons in danger are under 18 now."""

import re
from collections.abc import Iterator

from jobs.steps.extract import aged_groups
from jobs.steps.extract.ages import adjectives, age_list, ages_in, all_adult, infants, range_in, spelled
from jobs.steps.extract.data import holds
from jobs.steps.extract.kin import Listed
from jobs.steps.extract.numbers import HAN_NUMBER, NUMBER, number, number_of

_ADULT = 18
_YOUNG = r"children|minors|infants|babies|girls|boys|teenagers|toddlers|schoolchildren"
_UNDER = r"under\s+(?:18|eighteen|the\s+age\s+of\s+(?:18|eighteen))"
_PARTS = re.compile(
    rf"(?<![\w-])(?P<n>{NUMBER}|one)\s+of\s+(?:them|whom|these|those|the\w*)\s+(?:(?!(?:men|women|"
    rf"adults)\b)[\w’'-]+,?\s+){{0,6}}?"
    rf"(?:(?:is|are|was|were)\s+)?(?:still\s+|only\s+|(?:of\s+)?school[- ]age\s+)?(?:{_YOUNG}|minor|child|"
    rf"{_UNDER}|(?:aged\s+)?1[0-7]\b)",
    re.IGNORECASE,
)
"""So many of those who are counted: "fifty-one of those held in the compound are children"."""
_ONE_MORE = r"(?:(?:an?|one|une?|un[oa]?)\s+(?:[^\W\d_]+\s+){1,2}(?:and|et|y)\s+)?"
"""Somebody else told of before the children: "among them a pregnant woman and two girls"."""
_AMONG = re.compile(
    rf"(?:including|among\s+(?:them|whom)|with|who\s+include|"
    rf"of\s+them)\s+{_ONE_MORE}(?P<n>{NUMBER})\s+(?:\w+\s+){{0,2}}?"
    rf"(?:{_YOUNG}|(?:people\s+|persons\s+)?{_UNDER})\b|"
    rf"(?<![\w-])(?P<m>{NUMBER})\s+(?:\w+\s+)?(?:{_YOUNG})\s+among\s+them",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    rf"(?<![\w-])(?P<n>{NUMBER})\s+(?:(?!(?:and|or|are|is|were|was|with|of|in|have|has|had|for|"
    rf"by)\b)[\w’'-]+\s+){{0,2}}?(?:{_YOUNG})(?!\s+and\s+(?:men|women))\b",
    re.IGNORECASE,
)
_SMALL = {
    "fr": r"enfants?|mineure?s?|bébés?|nourrissons?|fillettes?|filles?|garçons?|adolescente?s?|lycée(?:ns|"
    "nnes)",
    "es": r"niñ[oa]s?|menores|menor|bebés?|adolescentes?",
    "ru": r"детей|дети|реб[её]н\w+|несовершеннолетн\w+|подрост\w+|младен\w+",
}
_FRENCH = re.compile(
    rf"(?:dont|parmi\s+(?:eux|elles|lesquel(?:le)?s)|y\s+compris|"
    rf"avec)\s+{_ONE_MORE}(?P<n>{number_of('fr')})\s+(?:\w+\s+)?(?:{_SMALL['fr']})\b|"
    rf"(?:entre\s+(?:ell[oa]s|l[oa]s\s+que\s+hay)|incluid[oa]s?|incluyendo|de\s+ell[oa]s|"
    rf"con)\s+{_ONE_MORE}(?P<s>{number_of('es')})\s+"
    rf"(?:\w+\s+)?(?:{_SMALL['es']})\b",
    re.IGNORECASE,
)
_OF_US = re.compile(
    rf"(?P<s>{number_of('es')})\s+(?:de\s+(?:ell[oa]s|l[oa]s\s+cuales)\s+)(?:son\s+)?(?:{_SMALL['es']})|"
    rf"de\s+(?:l[oa]s\s+cuales|ell[oa]s|quienes),?\s+(?P<t>{number_of('es')})\s+son\s+(?:{_SMALL['es']})|"
    rf"(?P<f>{number_of('fr')})\s+d[’']entre\s+(?:eux|elles)\s+(?:sont\s+|"
    rf"n['’]ont\s+)?(?:\w+\s+)?(?:{_SMALL['fr']})|"
    rf"(?P<r>{number_of('ru')})\s+из\s+(?:них|которых)\s*[–—-]?\s?(?:{_SMALL['ru']})",
    re.IGNORECASE,
)
_RUSSIAN = re.compile(
    rf"(?:в\s+том\s+числе|включая|среди\s+(?:них|которых)|"
    rf"из\s+них)\s+(?:(?P<n>{number_of('ru')})\s+)?(?:\w+\s+)?(?:{_SMALL['ru']})|"
    rf"(?:بينهم|بينهن|منهم|منهن|ضمنهم|فيهم)\s+(?P<a>{number_of('ar')})\s+(?:أطفال|"
    rf"طفلا|طفلاً|طفلة|قاصرين|قصر|قاصرا|رضع|فتيان|فتيات)|"
    rf"(?P<c>{number_of('ar')})\s+(?:منهم|منهن)\s+(?:دون|تحت)\s+(?:سن\s+)?الثامنة\s+عشرة?|"
    rf"\sو(?P<d>{number_of('ar')})\s+(?:أطفال|قاصرين|رضع)(?!\w)|(?<!\w)و(?P<e>طفلاها|طفلاه|طفلاهما)(?!\w)|"
    rf"(?:بينهم|بينهن|منهم|منهن|ضمنهم|فيهم)\s+(?:(?P<b>طفلان|طفلين|طفلتان|طفلتين|قاصران|رضيعان|رضيعين)|"
    rf"(?:طفل|طفلة|رضيع|رضيعة|قاصر|فتى|صبي|فتاة)(?!\w))",
    re.IGNORECASE,
)
_EAST = re.compile(
    rf"(?P<n>{number_of('ko')})\s?(?:명|사람)[은이]?\s?(?:의\s)?(?:\S{{1,4}}\s?[살세]\s?)?"
    r"(?:어린이|아동|미성년자|영아|유아|아이)|"
    rf"(?:어린이|아동|미성년자|영아|유아|아이|청소년)\s?(?P<k>{number_of('ko')})\s?명|"
    rf"(?:子ども|子供|未成年者?|児童)\s?(?P<j>{HAN_NUMBER})\s?(?:人|名)|(?P<l>{HAN_NUMBER})\s?(?:人|"
    rf"名)(?:は|の|が)(?:子ども|"
    rf"子供|未成年|児童)|"
    rf"(?P<z>{HAN_NUMBER})\s?(?:名|个|個|位)(?:儿童|兒童|孩子|未成年人?|小孩)|"
    rf"(?:其中|当中|當中)(?P<y>{HAN_NUMBER})\s?(?:人|名)(?:(?:未满|未滿|不足|不满)(?:十八|18)[岁歲]|(?:为|"
    rf"為|是)(?:儿童|兒童|未成年))|"
    rf"(?:其中|当中|當中)(?P<w>{HAN_NUMBER})\s?(?:人|名|位|个|個)(?:是|为|為|系)?[^，。；\d]{{0,14}}(?:孩子|"
    rf"儿童|兒童|未成年|少年|女孩|男孩|婴儿|嬰兒)|"
    rf"未[满滿](?:十八|18)[岁歲](?:者|的)?(?P<v>{HAN_NUMBER})\s?(?:人|名)|"
    rf"(?:うち|内)(?P<x>{HAN_NUMBER})\s?(?:人|名)は(?:未成年|18歳未満|十八歳未満|子ども|1[0-7]歳)|"
    rf"18歳未満の(?:子ども|子供|児童|者)?(?P<g>{HAN_NUMBER})\s?(?:人|名)|"
    rf"(?P<o>{number_of('ko')})\s?(?:명|사람)(?:은|이|의)?\s?(?:아직\s)?(?:아이|어린이|아동|미성년|청소년)|"
    rf"(?:가운데|중)\s?(?P<b>{number_of('ko')})\s?(?:명|사람)[은이]\s[^.,。\d]{{0,16}}(?:아이|어린이|아동|미성년|청소년)"
)
_INFANT = re.compile(
    r"\b(?:an?|one|his|her|their)\s+(?:[\w-]+\s+){0,3}?(?:infant|baby|toddler|newborn|(?:year|"
    r"month|week)-old\s+(?:girl|boy|child|daughter|son|infant|baby)|"
    r"(?:girl|boy|child|daughter|son)\s+of\s+(?:\w+\s+)(?:years?|months?|weeks?))\b",
    re.IGNORECASE,
)
_YOUNG_WORDS = (
    "child",
    "infant",
    "bab",
    "minor",
    "boy",
    "girl",
    "teen",
    "toddler",
    "old",
    "newborn",
    "under",
)
_ANY_YOUNG = re.compile("|".join([*_YOUNG_WORDS, "of them", "of whom"]))
_ROMANCE = re.compile("enfant|mineur|niñ|menor|bébé|bebé|fill|garçon|adolescent|lycée|nourrisson")


def minors_of(
    lines: list[str], count: int, places: dict[int, list[int]], listed: Listed | None = None
) -> int | None:
    """Of `count` persons, those under 18 now; `places` are the lines in which each number of persons stands.

    `listed` is the list of names and kin that makes up the number. 0 only where the text shows that all are
    adults; None where it gives neither ages nor children.
    """
    near = sorted({line + more for line in places.get(count, ()) for more in range(3)})
    near = [at for at in near if at < len(lines)] or list(range(len(lines[:_LEAD])))
    told = [lines[at] for at in dict.fromkeys([*near, *range(min(len(lines), _LEAD))])]
    beside = [lines[at] for at in near]
    parts = [part for line in told if (part := _part(line)) is not None and part <= count]
    counted = [found for line in beside if (found := _counted(line)) is not None and found <= count]
    between = next((span for line in beside if (span := range_in(line))), None)
    if between and between[0] < _ADULT <= between[1] and not any(part < count for part in parts):
        return None  # "nine youths between 15 and 23"
    if not parts and (young := _by_groups(told, count)) is not None:
        return young
    sizes = {count, *parts, *counted, listed.young if listed else 0}
    if (young := _in_a_row(told, beside, sizes)) is not None or parts:
        return _of_some(parts, count) if young is None else young
    if listed and listed.young:
        return listed.young
    if any(all_adult(line) for line in told):
        return 0
    return _of_some(counted, count) if counted else _by_age(beside, told, count, listed)


def _by_groups(lines: list[str], count: int) -> int | None:
    """The minors where some are told of by an age that several share, and others one by one."""
    read = [aged_groups.told(line, count) for line in lines]
    groups = list(dict.fromkeys(one for found, _ in read for one in found))
    many, young = sum(one.value for one in groups), [one.young for one in groups]
    if not groups or many > count or None in young:
        return None
    others = _one_by_one([rest for _, rest in read], count - many) if many < count else 0
    if others is None and many < count and any(_counted(line) == count for line in lines):
        return None  # all of them are children by the word
    known = sum(some or 0 for some in young)
    return known + (others or 0) if known or others is not None else None


def _in_a_row(told: list[str], beside: list[str], sizes: set[int]) -> int | None:
    """The minors by ages told in a row, of as many as are counted, or of children some of whom are grown."""
    row: list[int] = next((one for line in told if len(one := age_list(line)) in sizes and one), [])
    if row:
        return sum(age < _ADULT for age in row)
    return next((some for line in beside if (some := _not_grown(line)) is not None), None)


def _of_some(found: list[int], count: int) -> int:
    """The first number below the count: "nine young people, seven of whom are children"."""
    return next((one for one in found if one < count), found[0])


def _of_the_eldest(line: str) -> int:
    """The children whose eldest is told to be young: "their three sons, the eldest of whom is nine"."""
    lowered = line.lower()
    match = _ELDEST.search(line) if "eldest" in lowered or "oldest" in lowered else None
    age = number(match["a"]) if match else None
    return (number(match["n"]) or 0) if match and age and age < _ADULT else 0


_ELDEST = re.compile(
    rf"(?<![\w-])(?P<n>{NUMBER})\s+(?:\w+\s+)?(?:{_YOUNG}|sons|daughters|pupils|"
    rf"students)\b[^.;]{{0,40}}?\b(?:eldest|oldest)\b[^.;\d]{{0,30}}?"
    rf"\b(?P<a>{NUMBER})\b",
    re.IGNORECASE,
)


def _by_age(beside: list[str], told: list[str], count: int, listed: Listed | None) -> int | None:
    """The minors by ages, of the group or one by one, or by a count of children told farther off."""
    between = next((found for line in beside if (found := range_in(line))), None)
    if between and between[1] < _ADULT:
        return count
    if eldest := next((some for line in told if (some := _of_the_eldest(line))), 0):
        return eldest if eldest <= count else None
    if listed and listed.ages == count:
        return 0
    return _one_by_one(told, count)


_A_MINOR = re.compile(r"[^\W\d_]\.?, (?:who is )?(?:still )?a minor\b|, (?:menor de edad|mineure?)(?=,)")
_YOUNGEST = re.compile(
    rf"\byoungest\b[^.;:\d]{{0,30}}?\bis\s+(?:only\s+)?(?:aged\s+)?(?P<a>{NUMBER})\b", re.IGNORECASE
)


def _one_by_one(lines: list[str], count: int) -> int | None:
    ages = [age for line in lines for age in ages_in(line)]
    ages += sorted({age for line in lines for age in spelled(line)})  # a child of thirteen is told of again
    ages += sorted({age for line in lines for age in adjectives(line)})
    ages += [0] * len({one for line in lines for one in infants(line)})
    young = sum(age < _ADULT for age in ages) + sum(len(_A_MINOR.findall(line)) for line in lines)
    if not young and any(
        (one := _YOUNGEST.search(line)) and (number(one["a"]) or _ADULT) < _ADULT for line in lines
    ):
        young = 1
    if young and young <= count:
        return young
    if ages and len(ages) >= count > 0:
        return 0
    counted = [found for line in lines if (found := _counted(line)) is not None and found <= count]
    return _of_some(counted, count) if counted else None


def _not_grown(line: str) -> int | None:
    """Of somebody's children those who are not told to be grown up: "cinco hijos, dos de ellos mayores"."""
    match = _GROWN.search(line) if any(word in line for word in _ADULTS) else None
    if match is None:
        return None
    many, grown = (number(group) or 0 for group in [group for group in match.groups() if group][:2])
    return max(many - grown, 0)


_ADULTS = ("adult", "grown", "of age", "majeur", "mayores")
_GROWN = re.compile(
    rf"(?P<n>{NUMBER})\s+(?:\w+\s+)?(?:children|sons|daughters),?\s+(?P<m>{NUMBER})\s+of\s+(?:them|whom)\s+"
    r"(?:are\s+|already\s+|now\s+){0,2}(?:adults?|grown|of\s+age)\b|"
    rf"(?P<f>{number_of('fr')})\s+(?:enfants|fils|filles),?\s+dont\s+(?P<g>{number_of('fr')})\s+majeure?s\b|"
    rf"(?P<s>{number_of('es')})\s+(?:hij[oa]s),?\s+(?P<t>{number_of('es')})\s+de\s+ell[oa]s\s+(?:ya\s+)?mayores\s+de\s+edad\b",
    re.IGNORECASE,
)
_LEAD = 40  # sentences


_YOUNG_GROUP = re.compile(
    rf"(?:including|among\s+(?:them|whom)|with|of\s+them)\s+(?P<n>{NUMBER})\s+(?:[\w-]+\s+){{0,2}}?(?:pupils|students|"
    rf"youths|boys|girls|children|siblings|brothers|sisters|cousins)\s+(?:who\s+are\s+)?aged\s+(?:between\s+)?\w+"
    rf"(?:\s+(?:and|to)\s+|[-–])(?P<a>{NUMBER})\b",
    re.IGNORECASE,
)
"""Some of those who are counted, with their ages: "among them five pupils aged between 6 and 15"."""
_TEENS = re.compile(rf"(?:うち|内)?(?P<n>{HAN_NUMBER})\s?(?:人|名)(?:は|が)(?:十代|10代|一〇代)")


def _part(line: str) -> int | None:
    """The minors that a sentence counts among others: "among them two children", "dont trois mineurs"."""
    lowered = line.lower()
    if "aged" in lowered and (group := _YOUNG_GROUP.search(line)) and (number(group["a"]) or _ADULT) < _ADULT:
        return number(group["n"])
    if "代" in line and (teens := _TEENS.search(line)):
        return number(teens["n"])
    if _ANY_YOUNG.search(lowered) and (match := _PARTS.search(line) or _AMONG.search(line)):
        figures = match["n"] or match["m"] if "m" in match.re.groupindex else match["n"]
        dead = _DIED.search(line[max(0, match.start() - 60) : match.start()])
        if not dead and not _GONE.search(line[match.end() : match.end() + 30]):
            return number(figures)
    for expression in _elsewhere(line, lowered):
        if match := expression.search(line):
            if _PARENT.match(line[match.end() :]) or _LOST.search(
                line[max(0, match.start() - 24) : match.start()]
            ):
                continue
            told = next((group for group in match.groups() if group), "")
            return number(told) if told else 1
    return None


def _counted(line: str) -> int | None:
    """The children that a sentence counts, or an infant that it speaks of."""
    if not _ANY_YOUNG.search(line.lower()):
        return _counted_elsewhere(line)
    match = _OF_THEM.search(line)
    if match and not _GONE.search(line[match.end() : match.end() + 30]):
        parents = _PARENTS.search(line[max(0, match.start() - 30) : match.start()])
        return None if parents else number(match["n"])
    infants = len(_INFANT.findall(line))
    if infants and _HELD.search(line):
        return max(infants, sum(age < _ADULT for age in ages_in(line)))
    return None


def _counted_elsewhere(line: str) -> int | None:
    """The children that a sentence of danger counts in French, Spanish or Russian."""
    lowered = line.lower()
    if not any(stems.search(lowered) for stems in _STEMS.values()) or not holds(
        "persons.toml", "risk", lowered
    ):
        return None
    for language, found in _CHILDREN.items():
        match = found.search(line) if _STEMS[language].search(lowered) else None
        near = line[max(0, match.start() - 24) : match.start()] if match else ""
        if (
            match
            and not _OF_A_PARENT.search(near)
            and not _LOST.search(line[max(0, match.start() - 24) : match.end() + 24])
        ):
            return number(match["n"])
    return None


_CHILDREN = {
    "fr": re.compile(
        rf"(?<![\w-])(?P<n>{number_of('fr')})\s+(?:jeunes\s+)?(?:enfants|mineure?s|bébés|nourrissons|fillettes|lycéen(?:ne)?s|collégien(?:ne)?s|écoli(?:ers|ères))\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        rf"(?<![\w-])(?P<n>{number_of('es')})\s+(?:niñ[oa]s|menores|bebés|adolescentes)\b", re.IGNORECASE
    ),
    "ru": re.compile(
        rf"(?<![\w-])(?P<n>{number_of('ru')})\s+(?:\w+\s+)?(?:детей|несовершеннолетних|подростков|младенцев|школьников)\b",
        re.IGNORECASE,
    ),
}
_STEMS = {
    "fr": re.compile("enfant|mineur|bébé|nourrisson|fillette|lycéen|collégien|écoli"),
    "es": re.compile("niñ|menores|bebés|adolescentes"),
    "ru": re.compile("детей|несовершеннолетних|подростков|младенцев|школьников"),
}
_OF_A_PARENT = re.compile(
    r"(?:\b(?:mère|père|madre|padre)s?\s+d[e’']\s*|(?:мать|отец|матери|отца)\s+|\b(?:a|ont|laisse|tiene[n]?|deja[n]?)\s+)$",
    re.IGNORECASE,
)
_LOST = re.compile(r"死|亡|숨지|숨졌|사망|\bmorts?\b|\btuée?s\b|\bmuert|погиб|убит|قتل|توفي")
_DIED = re.compile(r"\b(?:died|killed|drowned|executed|dead)\b[^.;]{0,40}$")
_GONE = re.compile(r"\b(?:killed|died|estimated)\b|^\W*(?:out\s+of\s+|of\s+|go\w*\s+to\s+)?school\b")
_HELD = re.compile(r"includ|of them|of whom|among|with (?:an?|her|his|their)|refugees|deport|held|detain")
_PARENT = re.compile(
    r"(?:たち)?(?:をもつ|を持つ|がいる|の(?:母|父|親))|을 둔|를 둔|的(?:母亲|母親|父亲|父親)"
)
_PARENTS = re.compile(
    r"\b(?:mother|father|parents?)\s+of\s+$|\b(?:has|have|had|leaves?)\s+(?:an?\s+(?:wife|husband|partner)\s+and\s+)?$",
    re.IGNORECASE,
)


def _elsewhere(line: str, lowered: str) -> Iterator[re.Pattern[str]]:
    """The expressions of other languages that may find something in a line."""
    if _ROMANCE.search(lowered):
        yield from (_FRENCH, _OF_US)
    if not line.isascii():
        yield from (_EAST, _RUSSIAN, _OF_US)
