"""Finds numbers of persons in a sentence: in figures and words, with sums, parts and pairs."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from jobs.steps.extract.data import table
from jobs.steps.extract.numbers import HAN_NUMBER, number, number_of
from jobs.steps.extract.one_more import joined

FILE = "persons.toml"
_MOST = 999
_NUMBERED = re.compile(
    r"\d|\b(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ee]leven|"
    r"[Tt]welve|[Tt]hir|[Ff]if|[Tt]wen|[Ff]orty|dozen|"
    r"ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE|THIR|FIF|TWEN|FORTY)"
)
_GAP = (
    r"(?:(?!(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"for|of|at|in|to|from|on|by|with|after|before|and|or|who|when|per|times?|lines?|years?|months?|"
    r"weeks?|days?|hours?|minutes|percent|thousand|million|hundred|more|other than|que|des?|du|à|el|los|"
    r"las|y|et|с|из|в|на|по|от|для|о|и|как)\b)"
    r"[^\W\d][\w’'-]*\s+){0,3}?"
)
_BARE = (
    r"(?<![\w.,/-])(?:all|these|those|the|none of the|each of the|of the)\s+(?P<n>{number})"
    r"(?=\s*(?:[.;:)]|,(?!\d)|$)|\s(?:who|are|were|have|had|is|must|will|may|face|remain|could|and|from|to|be|at|"
    r"should|would|can|now|still|held|missing|alive|free|go|home|at once|without|before|back|into|out)\b)"
)
_EAST = {
    "ko": re.compile(
        rf"(?P<n>{number_of('ko')})\s?(?:여\s?)?(?:명|인(?=[\s의은는이가을를과와에도,.]|$)|사람|"
        r"(?=\s?(?:청년|자녀|아들|딸|가족|난민|탈북|활동가|아이|여성|남성|형제|자매|학생|언론인)))"
    ),
    "ja": re.compile(rf"(?P<n>{HAN_NUMBER})\s?(?:人|名)(?!目|々|権|間|物|民|種|気|々|道|類|材|称|誉)"),
    "zh": re.compile(
        rf"(?P<n>{HAN_NUMBER})\s?(?:名|位|口(?!岸|头|述|号)|人(?!民|权|權|道|类|類|士|物|大)|个(?:人|孩子))"
    ),
}
_ABOUT = re.compile(r"여\s?(?:명|인|사람)?$")
"""So many and some more: "600여 명"."""
_EAST_NOT = re.compile(
    r"^\s?(?:의원|참가|단체|변호사|시민이 모|교수|参加|賛同|署名|团体|律师|联署|代表|委员|参与|记者在)|"
    r"^\s?(?:以上が?参)"
)
_ADDED = re.compile(
    r"^,?\s+(?:and|et|y|и|و|und|e)\s+(?:the\s+|their\s+|les\s+|leurs\s+|l[oa]s\s+|sus\s+|die\s+|[oa]s\s+|их\s+)?$|^(?:と|及び|および|和|与|"
    r"與|및|과|와)[^、，。\d]{1,14}$|^\s+و$|"
    r"^\s?(?:と|及び|および|和|及|与|與|과|와|및)\s?"
    r"(?:(?:成人|大人|子ども|子供|児童|女性|男性|女子|男子|妇女|婦女|儿童|兒童|여성|남성|어린이|아동|아이|"
    r"미성년자|청소년)\s?)?$|"
    r"^(?:成年?人)?(?:和|及|与|與)$",
    re.IGNORECASE,
)
_NAMED_EAST = re.compile(
    r"(?:씨|목사|신부|기자|さん|氏|先生|女士)(?:와|과|と|及び?|および|和|与|與)[^、，。\d]{0,10}$"
)
"""Somebody named before the number of the others: "차크마 씨와 대학생 두 명"."""
_PARENT = re.compile(
    r"(?:母親|父親|女性|男性|母亲|父亲|어머니|아버지|부부|夫婦|夫妇|夫婦)(?:と|和|与|與|와|과)(?:その|其|"
    r"[她他]們?们?)?的?\s?$"
)
"""A parent named before the number of the children."""
_DUAL = re.compile(
    r"(?<!\w)[وف]?(?P<dual>امرأت(?:ان|ين)|طفل(?:ان|ين|اها|يها|اه|يه|تان|تين)|رجل(?:ان|ين)|شخص(?:ان|ين)|"
    r"شاب(?:ان|ين)|(?:ال|لل)?(?:شقيق|ناشط|صحفي|محامي|معتقل)(?:ان|تان|تين)(?=\s)|(?:ناشط|صحفي|صحافي|معتقل|محامي|مواطن|شقيق|لاجئ|محتجز|مدون|سجين|أستاذ)(?:ت?ان))(?!\w)"
)
"""Two persons told by the form of their noun."""
_MOTHER = re.compile(r"(?<!\w)(?:ال)?(?:أم|أب|والدة|امرأة)\s+و$")
_WITH_NAMED = re.compile(r"[A-Z][\w’'-]+\s+[A-Z][\w’'-]+,?\s+and\s+(?:of\s+)?(?:the\s+|his\s+|her\s+)?$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number of persons and where it stands; `bare`: no word says that they are persons."""

    value: int
    start: int
    end: int
    bare: bool = False
    part: int = 0
    """The larger of the two numbers whose sum it is."""
    left: bool = False
    """Those of a larger number who are still held or missing."""


def _script(line: str, language: str) -> str:
    if language:
        return language
    if re.search("[가-힣]", line):
        return "ko"
    if re.search("[ぁ-ヿ]", line):
        return "ja"
    return "zh" if re.search("[一-鿿]", line) else "en"


_NO_PERSONS = (
    r"famil(?:y|ies)|households?|villages?|communities|groups?|organi[sz]ations?|homes|houses|schools"
)
"""What is counted where the people before it only tell whose it is: "eleven Hmong families"."""


@cache
def _counted(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    spoken: dict[str, str] = table(FILE)["people"]
    people = spoken.get(language) or spoken["en"]
    counted = rf"(?:(?<![\w.,/-])|(?<=\sو))(?P<n>{number_of(language)})\s+{_GAP}(?:\w+-)?(?:{people})\b"
    return (
        re.compile(rf"{counted}(?!\s+(?:ago|later|{_NO_PERSONS})\b|[-’'])", re.IGNORECASE),
        re.compile(_BARE.format(number=number_of("en")), re.IGNORECASE),
    )


def candidates(line: str, language: str) -> list[Candidate]:
    """Every number of persons in a line, in order."""
    language = _script(line, language)
    if language in _EAST:
        found = [
            _candidate(match) for match in _EAST[language].finditer(line) if not _ABOUT.search(match.group())
        ]
        found = [_with_parent(one, line) for one in found if one]
        return [one for one in found if one and not _EAST_NOT.match(line[one.end : one.end + 8])]
    if language == "en" and not _NUMBERED.search(line):
        return []
    counted, bare = _counted(language)
    found = [_candidate(match) for match in counted.finditer(line)]
    found += list(_pointed(line, language))
    found += [_candidate(match, bare=True, left=True) for match in _still(language).finditer(line)]
    if language == "ru":
        taken = {one.start for one in found if one}
        more = [
            _candidate(match, bare=_ALL.search(line[max(0, match.start() - 6) : match.start()]) is not None)
            for match in _COLLECTIVE.finditer(line)
        ]
        found += [one for one in more if one and one.start not in taken]
    if language in {"fr", "es", "pt", "ru"}:
        known = [one for one in found if one]
        found = [*known, *_with_one(known, line)]
    if language == "ar":
        found = [*(one for one in found if one), *_duals(line), *_behind(line)]
    if language == "en":
        found = _parts_of(line, [one for one in found if one])
        taken = {one.start for one in found if one}
        more = [_candidate(match, bare=True) for match in bare.finditer(line)]
        found += [one for one in more if one and one.value > 1 and one.start not in taken]
    return [one for one in found if one]


def _with_parent(one: Candidate, line: str) -> Candidate:
    """The children with the parent who is named before them: "母親と2人の子ども"."""
    before = line[max(0, one.start - 10) : one.start]
    if _NAMED_EAST.search(line[max(0, one.start - 20) : one.start]):
        return replace(one, value=one.value + 1, bare=True)
    parent = _PARENT.search(before)
    more = 2 if parent and parent.group()[0] in "부夫" else 1
    return replace(one, value=one.value + more, bare=True) if parent else one


def _duals(line: str) -> Iterator[Candidate]:
    """Two persons told by an Arabic dual, with the parent before them."""
    for match in _DUAL.finditer(line):
        start = match.start("dual")
        mother = _MOTHER.search(line[:start]) is not None
        yield Candidate(2 + mother, start, match.end(), bare=mother)


def _behind(line: str) -> Iterator[Candidate]:
    """Persons told of before whose number, with its article, stands behind their noun: "الشبان الثلاثة"."""
    for match in _ARTICLED.finditer(line):
        value = number(match["n"])
        if value and value > 1 and not _NO_PEOPLE_AR.search(line[max(0, match.start() - 14) : match.start()]):
            yield Candidate(value, match.start("n"), match.end(), bare=True)


_ARTICLED = re.compile(
    r"(?<!\w)[وفبل]?ال(?P<n>ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة|عشرة|ثلاث|أربع|خمس|ست|سبع|ثماني|تسع|عشر)(?!\w)(?!\s+عشرة?(?!\w))"
    r"(?!\s+(?:الماضية|الأخيرة|المقبلة|القادمة|الموقعة))"
)
_NO_PEOPLE_AR = re.compile(
    r"(?:أيام|الأيام|السنوات|الأشهر|الشهور|الساعات|الأسابيع|المرات|الدول|البنود|المواد|المطالب|المنظمات|الجمعيات|المؤسسات|"
    r"البلدان|القرى|النقاط|الأعوام|من|منذ|خلال|الساعة)\s$"
)


@cache
def _still(language: str) -> re.Pattern[str]:
    """Those told by their number alone to be still held or missing: "while 74 remain in their hands"."""
    verbs = (
        r"(?:of (?:them|whom)\s+|others\s+)?(?:still\s+)?"
        r"(?:remain|are still\b|are (?:being |now )?(?:held|detained|missing|kept|imprisoned))|"
        r"(?:d[’']entre eux\s+)?"
        r"(?:restent|demeurent|sont (?:toujours |encore )?(?:détenu|retenu|porté|emprisonné))|"
        r"(?:de ell[oa]s\s+)?(?:siguen|permanecen|continúan)|"
        r"(?:из них\s+)?(?:оста(?:ются|лись)|находятся|содержатся|до сих пор)|"
        r"autres\b(?=[^.;]{0,60}\b(?:restent|sont toujours|demeurent|sans nouvelles|purgent|"
        r"croupissent|attendent|risquent))|(?:go|carry) on\b|"
        r"continue to"
    )
    return re.compile(
        rf"(?<![\w.,/-])(?P<n>{number_of(language)})\s+(?:{verbs}|of\s+(?:them|whom|these|"
        rf"those)\b(?!,?\s+(?:(?:is|are|were|was|aged)\s+)?(?:\w+\s+)?(?:children|minors?|women|men|girls|"
        rf"boys|under|infants))"
        r"(?=[^.;()]{0,90}\b(?:remains?|still|(?:is|are) (?:missing|held|unknown|detained)))|"
        r"d[’']entre\s+(?:eux|elles)\b(?=[^.;]{0,60}\b(?:restent|toujours|encore)\b))",
        re.IGNORECASE,
    )


def _pointed(line: str, language: str) -> Iterator[Candidate]:
    """Those who are taken up again by their number alone: "los cuatro", "les sept"."""
    article = _ARTICLES.get(language)
    if article is None:
        return
    numbers = number_of(language)
    after = (
        r"(?=\s*(?:[.;:)]|,(?!\d)|$)|\s(?:son|est[aá]n|fueron|han|siguen|permanecen|sont|ont|étaient|restent|são|"
        r"foram|"
        r"estão|sind|wurden|freizulassen|sofort|con|sans|sin|sem)\b)"
    )
    for match in re.finditer(rf"\b{article}\s+(?P<n>{numbers}){after}", line, re.IGNORECASE):
        candidate = _candidate(match, bare=True)
        if candidate and candidate.value > 1:
            yield candidate


_ARTICLES = {
    "es": "(?:l[oa]s|est[oa]s|dich[oa]s)",
    "fr": "(?:les|ces|des)",
    "pt": "(?:d?[oa]s|est[ae]s|ess[ae]s)",
    "de": "(?:die|der|den|diese[rn]?)",
}
_ALL = re.compile(r"(?<!\w)вс(?:е|ех|ем)\s$", re.IGNORECASE)
_COLLECTIVE = re.compile(
    r"\b(?P<n>двоим|троим|четверым|пятерым|шестерым|семерым|восьмерым|девятерым|десятерым|двое|двоих|трое|троих|четверо|четверых|пятеро|пятерых|шестеро|шестерых|семеро|семерых|"
    r"восьмеро|восьмерых|"
    r"девятеро|девятерых|десятеро|десятерых)\b(?!\s+(?:суток|часов|дней))",
    re.IGNORECASE,
)
"""Russian numerals that count persons only."""


def _parts_of(line: str, found: list[Candidate]) -> list[Candidate | None]:
    """Twelve of "twelve of the forty students", six of "a family of six", and a couple with its children."""
    kept: list[Candidate | None] = []
    for one in found:
        part = _PART.search(line[max(0, one.start - 40) : one.start])
        value = number(part["n"]) if part else None
        if _COUPLE.search(line[max(0, one.start - 30) : one.start]):
            kept.append(Candidate(one.value + 2, one.start, one.end, bare=True))
        elif part and value and value < one.value and not _MADE_OF.match(line, one.end):
            kept.append(Candidate(value, one.start, one.end, bare=True))
        else:
            kept.append(one)
            if more := joined(line[one.end : one.end + 120], english=True):
                kept.append(Candidate(one.value + 1, one.start, one.end + more, bare=True, part=one.value))
    return kept + [_candidate(match) for match in _GROUP.finditer(line)]


def _with_one(found: list[Candidate], line: str) -> list[Candidate]:
    """The numbers to which one more is joined in French, Spanish, Portuguese or Russian."""
    return [
        Candidate(one.value + 1, one.start, one.end + more, bare=True, part=one.value)
        for one in found
        if (more := joined(line[one.end : one.end + 120], english=False))
    ]


_MADE_OF = re.compile(r"\s+(?:were|are)\s+(?:children|minors|women|girls|boys|men|infants|under)\b")
"""So: "38 of the 52 passengers were children" tells of 52."""
_PART = re.compile(rf"(?P<n>{number_of('en')})\s+of\s+(?:the|these|those|his|her|their)\s+$", re.IGNORECASE)
_COUPLE = re.compile(r"\bcouple\s+and\s+their\s+$", re.IGNORECASE)
_GROUP = re.compile(
    rf"\b(?:family|group|crew|party|"
    rf"band) of (?P<n>{number_of('en')})(?=[\s,.;])",
    re.IGNORECASE,
)


def _candidate(match: re.Match[str], *, bare: bool = False, left: bool = False) -> Candidate | None:
    value = number(match["n"])
    if not value or value > _MOST:
        return None
    return Candidate(value, match.start("n"), match.end(), bare, left=left or _remaining(match))


def _remaining(match: re.Match[str]) -> bool:
    """Whether a number is of those who remain by the word beside it: "the remaining five", "残る3人"."""
    line = match.string
    behind = line[match.end() : match.end() + 8]
    return (
        _LEFT.search(line[max(0, match.start("n") - 16) : match.start("n")]) is not None
        or _STILL_EAST.match(behind) is not None
    )


_STILL_EAST = re.compile(
    r"[がは]?(?:今なお|いまなお|いまだ|今も|いまも|なお|まだ|依然)|(?:仍|至今|依然|尚)|[은이]?\s?(?:아직|"
    r"여전히|지금까지|지금도)"
)


_LEFT = re.compile(
    r"\b(?:remaining|rest,?)\s+$|\bthe other\s+$|\bl[oa]s otr[oa]s\s+$|(?:其余|其餘|剩下|余下|餘下)(?:的)?$|"
    r"(?:残る|残りの?|なお)$|나머지\s?$|(?:остальных|остальные|оставшихся)\s+$|"
    r"\b(?:l[oa]s restantes|demás)\s+$|\bsans nouvelles des\s+$"
)


def with_sums(found: list[Candidate], line: str) -> Iterator[Candidate]:
    """The candidates, and what two that are joined make together: "the 44 students and the three pastors"."""
    found = _without_breakdown(sorted(found, key=lambda one: one.start), line)
    for index, one in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if following and not one.bare and _together(line[one.end : following.start], line[following.end :]):
            larger = max(one.value, following.value)
            yield Candidate(one.value + following.value, one.start, following.end, bare=True, part=larger)
        elif (
            following is None
            and not one.bare
            and _WITH_NAMED.search(line[max(0, one.start - 60) : one.start])
        ):
            yield Candidate(one.value + 1, one.start, one.end, bare=True)
        yield one
    if found and (others := _OTHERS.search(line, found[0].end)) and (more := number(others["n"])):
        first = max(found, key=lambda one: one.value)
        yield Candidate(
            first.value + more, first.start, max(first.end, others.end()), bare=True, part=first.value
        )


def _without_breakdown(found: list[Candidate], line: str) -> list[Candidate]:
    """The candidates without those that tell what one before is made of: "eight: five men, three women"."""
    # A line may hold thousands: no look at the rest of it, or of them, for each.
    breaks = [(colon.start(), colon.end()) for colon in _BREAKS.finditer(line)]
    starts = [one.start for one in found]
    left = list(accumulate((one.value for one in reversed(found)), initial=0))[::-1]
    for index, one in enumerate(found):
        colon = bisect_left(breaks, (one.end, 0))
        if colon == len(breaks):
            break
        first = max(index + 1, bisect_left(starts, breaks[colon][1]))
        if len(found) - first > 1 and left[first] == one.value:
            return found[:first]
    for index, one in enumerate(found[:-2]):
        parts = found[index + 1 :]
        behind = line[one.end : parts[0].start] == ", " and not any(part.left for part in parts)
        if behind and left[index + 1] == one.value:
            return found[: index + 1]
    return found


_BREAKS = re.compile(r":\s|：|\s[–—-]\s|[（(]")


def _together(between: str, behind: str) -> bool:
    """Whether two numbers are of one group: joined at once, or each with what befell it."""
    if _ADDED.match(between):
        return True
    return _EACH.fullmatch(between) is not None and not _ALREADY.match(behind)


_EACH = re.compile(
    r"\s+(?:[^\W\d_][\w’'-]*\s+){1,5}(?:and|et|y|и)\s+(?:the\s+|les\s+|l[oa]s\s+)?", re.IGNORECASE
)
"""What befell the first, before the second: "two minors taken by force and three elders threatened"."""
_ALREADY = re.compile(r"\s+(?:of|de|d[’']entre|из)\b")
_OTHERS = re.compile(
    rf"\b(?:and|of|for|with|against)\s+(?:the\s+)?(?P<n>{number_of('en')})\s+others\b(?!\s+(?:were|had|was|"
    rf"have)\b)",
    re.IGNORECASE,
)
"""More who are told of behind a number: "eleven young people, and the extradition of two others"."""
