"""Counts the persons in danger, as far as the text names or counts them.

Every number of persons in the text is a candidate; it gains by danger told in its sentence, by standing in
the title, the lead or a demand, by being taken up again ("all nine", "the forty-seven"), and loses by safety,
death and background. The number with the most weight is the count; without one the persons named are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.data import holds, may_hold, table
from jobs.steps.extract.minors import minors_of
from jobs.steps.extract.named import names_at_risk, roll
from jobs.steps.extract.numbers import HAN_NUMBER, number, number_of
from jobs.steps.extract.sections import own
from storage.records import PersonsAtRisk

_FILE = "persons.toml"
_MOST = 999
_VOWELS = re.compile(r"[\u064b-\u0652\u0640]")
"""Arabic vowel signs, which some print and most leave out."""
_ENOUGH = 2.0
"""Weight from which a number is believed: danger told in its own sentence."""
_NUMBERED = re.compile(
    r"\d|\b(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ee]leven|"
    r"[Tt]welve|[Tt]hir|[Ff]if|[Tt]wen|[Ff]orty|dozen)"
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
    r"(?=\s*(?:[.,;:)]|$)|\s(?:who|are|were|have|had|is|must|will|may|face|remain|could|and|from|to|be|at|"
    r"should|would|can|now|still|held|missing)\b)"
)
_EAST = {
    "ko": re.compile(
        rf"(?P<n>{number_of('ko')})\s?(?:여\s?)?(?:명|인(?=[\s의은는이가을를과와,.]|$)|사람|"
        r"(?=\s?(?:청년|자녀|아들|딸|가족|난민|탈북|활동가|아이|여성|남성|형제|자매|학생|언론인)))"
    ),
    "ja": re.compile(rf"(?P<n>{HAN_NUMBER})\s?(?:人|名)(?!目|々|権|間|物|民|種|気|々|道|類|材|称|誉)"),
    "zh": re.compile(
        rf"(?P<n>{HAN_NUMBER})\s?(?:名|位|口(?!岸|头|述|号)|人(?!民|权|權|道|类|類|士|物|大)|个(?:人|孩子|家庭))"
    ),
}
_EAST_NOT = re.compile(
    r"^\s?(?:의원|참가|단체|변호사|시민이 모|교수|参加|賛同|署名|团体|律师|联署|代表|委员|参与|记者在)|"
    r"^\s?(?:以上が?参)"
)
_ASKED = re.compile(
    r"\b(?:releas\w+|not (?:to )?(?:return|deport|extradite|repatriate|send)|free|protect|urge|call|reveal|"
    r"stop|halt)\b|libér|liber(?:en|ar|ación)|освобод|الإفراج|촉구|요구|하라|求め|要求|呼吁",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Ee]n|[Dd]epuis|[Dd]esde)\s+(?:\w+\s+)?(?:19|20)\d\d\b|년부터|从\d{4}年"
)
_GOING_ON = re.compile(
    r"\b(?:have|has) been (?:\w+ )?(?:held|kept|detained|imprisoned|jailed|in )|"
    r"\b(?:remains?|still|continues?|permanec\w+|"
    r"siguen?|continúan?|restent?|toujours|до сих пор)\b|"
    r"(?:is|are) (?:being )?(?:held|detained|kept)|\b(?:est|sont) (?:détenu|retenu)|"
    r"\bdetenid\w+ desde|\bdétenue?s? depuis",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.()]|\band\b|\bwhile\b|\bwhereas\b|\bet\b|\by\b|、|，|。")
_ADDED = re.compile(
    r"^,?\s+(?:and|et|y|и|و)\s+(?:the\s+|les\s+|l[oa]s\s+)?$|^\s+و$|"
    r"^\s?(?:と|及び|および|和|及|与|與|과|와|및)\s?"
    r"(?:(?:成人|大人|子ども|子供|児童|女性|男性|女子|男子|妇女|婦女|儿童|兒童|여성|남성|어린이|아동|아이|미성년자|청소년)\s?)?$|"
    r"^(?:成年?人)?(?:和|及|与|與)$",
    re.IGNORECASE,
)
_PARENT = re.compile(
    r"(?:母親|父親|女性|男性|母亲|父亲|어머니|아버지|부부|夫婦|夫妇|夫婦)(?:と|和|与|與|와|과)(?:その|其|[她他]們?们?)?的?\s?$"
)
"""A parent named before the number of the children."""
_DUAL = re.compile(
    r"(?<!\w)[وف]?(?P<dual>امرأت(?:ان|ين)|طفل(?:ان|ين|اها|يها|اه|يه|تان|تين)|رجل(?:ان|ين)|شخص(?:ان|ين)|"
    r"شاب(?:ان|ين)|(?:ناشط|صحفي|صحافي|معتقل|محامي|مواطن|شقيق|لاجئ|محتجز|مدون|سجين|أستاذ)(?:ت?ان))(?!\w)"
)
"""Two persons told by the form of their noun."""
_MOTHER = re.compile(r"(?<!\w)(?:ال)?(?:أم|أب|والدة|امرأة)\s+و$")
_AGED = re.compile(
    r"[^\W\d]\s?(?:さん|氏|师|師|씨)?\s?[（(]\s?[1-9]\d\s?(?:歳|岁|歲|세|살|عاما|عاماً|سنة)?\s?[）)]"
)
"""A name with its age."""


_ESTIMATE = re.compile(
    r"(?:(?<!concern )(?<!concerned )(?<!write )(?<!writing )(?<!news )(?<!information )(?<!you )\b"
    r"(?:about|some|around|approximately|roughly|nearly|almost|perhaps|environ|quelque|près de|"
    r"unos|unas|cerca de|"
    r"alrededor de|más de|plus de|около|примерно|более|почти|нахдо)|نحو|حوالي|약|約|约|近|大约|上千|数)\s*$",
    re.IGNORECASE,
)
_SUBSET = re.compile(
    r"(?:\b(?:among them|including|dont|parmi eux|entre ellos|entre ellas|incluid[oa]s|в том числе|"
    r"среди них)|بينهم|"
    r"うち|其中|包括)\s*$",
    re.IGNORECASE,
)
_WITH_NAMED = re.compile(r"[A-Z][\w’'-]+\s+[A-Z][\w’'-]+,?\s+and\s+(?:of\s+)?(?:the\s+|his\s+|her\s+)?$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: int
    start: int
    end: int
    bare: bool = False
    part: int = 0
    """The larger of the two numbers whose sum it is."""


def persons_at_risk(title: str, blocks: list[Block], language: str = "") -> PersonsAtRisk:
    """How many are in danger, how many of them minors; None where the text does not count them."""
    closed = any(may_hold(_FILE, "closed", block.lowered) and _is(block.text, "closed") for block in blocks)
    title = _VOWELS.sub("", title)
    lines = [
        *sentences(title),
        *(_VOWELS.sub("", line) for block in own(blocks) if block.text != title for line in block.sentences),
    ]
    counts = _counted_in(lines, language, len(sentences(title)), closed=closed)
    scores = counts.weighed()
    listed = roll(blocks, closed=closed)
    sure = listed or max(scores.values(), default=0.0) > _ENOUGH + 1
    names = {} if sure else names_at_risk(lines, closed=closed)
    aged = 0 if sure or names or language not in {"ar", "ja", "ko", "zh"} else _aged(blocks)
    first = {name for name in names if any(name in line for line in lines[:6])}
    count = _chosen(scores, listed, len(names) or aged, alone=len(names) == 1 == len(first))
    if count is None:
        return PersonsAtRisk(None, None, None)
    return PersonsAtRisk(count, minors_of(lines, count, counts.places), len(names) or None)


def _aged(blocks: list[Block]) -> int:
    """How many are listed by name and age, in a sentence that tells of danger or in the items under it."""
    most = 0
    for at, block in enumerate(blocks):
        if not _dangerous(_VOWELS.sub("", block.text)):
            continue
        inline = len(_AGED.findall(block.text))
        items = 0
        for item in blocks[at + 1 : at + _LISTED]:
            if not (item.marker and _AGED.search(item.text)):
                break
            items += 1
        most = max(most, inline, items)
    return most if most > 1 else 0


_LISTED = 60  # items of a list of names


@dataclass(slots=True)
class _Counts:
    """The numbers of persons in a text: their weight, the lines they stand in, and which are sums of what."""

    scores: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[int, int] = field(default_factory=dict)
    again: list[tuple[int, float]] = field(default_factory=list)
    """Mentions without danger: they count for a number that has some."""

    def note(
        self, candidate: _Candidate, position: int, weight: float, *, danger: bool, beside: bool
    ) -> None:
        """One mention of a number, in a line that tells of danger, beside one that does, or elsewhere."""
        self.places[candidate.value].append(position)
        if candidate.part:
            self.sums[candidate.value] = candidate.part
        if danger or beside:
            self.scores[candidate.value] += weight if danger else weight + 1.5
        else:
            self.again.append((candidate.value, weight))

    def weighed(self) -> dict[int, float]:
        """The weights with those of the mentions elsewhere; a sum takes over that of its larger part."""
        for value, weight in self.again:
            if value in self.scores or weight >= 3:
                self.scores[value] += weight
        return {
            value: score + self.scores.get(self.sums[value], 0.0)
            if value in self.sums and score >= _ENOUGH
            else score
            for value, score in list(self.scores.items())
        }


def _counted_in(lines: list[str], language: str, titled: int, *, closed: bool) -> _Counts:
    """Every number of persons in the lines; the first `titled` of them are the title."""

    @cache
    def told(position: int) -> bool:
        return 0 <= position < len(lines) and _dangerous(lines[position])

    counts = _Counts()
    for position, line in enumerate(lines):
        found = _candidates(line, language)
        if not found:
            continue
        danger = closed or told(position)
        beside = not danger and (told(position - 1) or told(position + 1))
        asked = danger and bool(_ASKED.search(line))
        for candidate in _with_sums(found, line):
            if not _left_out(line, candidate, closed=closed):
                weight = _weight(line, position, titled, danger=danger, asked=asked, bare=candidate.bare)
                counts.note(candidate, position, weight, danger=danger, beside=beside)
    return counts


def _weight(line: str, position: int, titled: int, *, danger: bool, asked: bool, bare: bool) -> float:
    weight = 2.0 if danger else 0.5
    weight += 3.0 if position < titled and danger else 1.5 if position < titled + 5 else 0.0
    weight += 1.5 if asked and danger else 0.0
    weight += 1.0 if bare else 0.0
    return weight - (2.0 if _OLD.search(line) and not _GOING_ON.search(line) else 0.0)


def _dangerous(line: str) -> bool:
    return _is(line, "risk")


def _chosen(scores: dict[int, float], listed: int, named: int, *, alone: bool) -> int | None:
    """The number with the most weight; a roll of names, or the named ones, where no number has enough."""
    best = max(scores.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0.0))
    if listed:
        return listed
    if best[1] >= (_ENOUGH + 1 if alone else _ENOUGH):
        return best[0]
    return named or (best[0] if best[1] >= _ENOUGH else None) or None


def _is(text: str, key: str) -> bool:
    return holds(_FILE, key, text.lower())


def _script(line: str, language: str) -> str:
    if language:
        return language
    if re.search("[가-힣]", line):
        return "ko"
    if re.search("[ぁ-ヿ]", line):
        return "ja"
    return "zh" if re.search("[一-鿿]", line) else "en"


@cache
def _counted(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    spoken: dict[str, str] = table(_FILE)["people"]
    people = spoken.get(language) or spoken["en"]
    counted = rf"(?:(?<![\w.,/-])|(?<=\sو))(?P<n>{number_of(language)})\s+{_GAP}(?:\w+-)?(?:{people})\b"
    return (
        re.compile(rf"{counted}(?!\s+(?:ago|later)|[-’'])", re.IGNORECASE),
        re.compile(_BARE.format(number=number_of("en")), re.IGNORECASE),
    )


def _candidates(line: str, language: str) -> list[_Candidate]:
    language = _script(line, language)
    if language in _EAST:
        found = [_candidate(match) for match in _EAST[language].finditer(line)]
        found = [_with_parent(one, line) for one in found if one]
        return [one for one in found if one and not _EAST_NOT.match(line[one.end : one.end + 8])]
    if language == "en" and not _NUMBERED.search(line):
        return []
    counted, bare = _counted(language)
    found = [_candidate(match) for match in counted.finditer(line)]
    found += list(_pointed(line, language))
    found += [_candidate(match, bare=True) for match in _still(language).finditer(line)]
    if language == "ar":
        found = [*(one for one in found if one), *_duals(line)]
    if language == "en":
        found = _parts_of(line, [one for one in found if one])
        taken = {one.start for one in found if one}
        more = [_candidate(match, bare=True) for match in bare.finditer(line)]
        found += [one for one in more if one and one.value > 1 and one.start not in taken]
    return [one for one in found if one]


def _with_parent(one: _Candidate, line: str) -> _Candidate:
    """The children with the parent who is named before them: "母親と2人の子ども"."""
    parent = _PARENT.search(line[max(0, one.start - 10) : one.start])
    more = 2 if parent and parent.group()[0] in "부夫" else 1
    return replace(one, value=one.value + more, bare=True) if parent else one


def _duals(line: str) -> Iterator[_Candidate]:
    """Two persons told by an Arabic dual, with the parent before them."""
    for match in _DUAL.finditer(line):
        start = match.start("dual")
        mother = _MOTHER.search(line[:start]) is not None
        yield _Candidate(2 + mother, start, match.end(), bare=mother)


@cache
def _still(language: str) -> re.Pattern[str]:
    """Those told by their number alone to be still held or missing: "while 74 remain in their hands"."""
    verbs = (
        r"(?:of (?:them|whom)\s+)?(?:still\s+)?"
        r"(?:remain|are (?:still |being |now )?(?:held|detained|missing|kept|imprisoned))|"
        r"(?:d[’']entre eux\s+)?"
        r"(?:restent|demeurent|sont (?:toujours |encore )?(?:détenu|retenu|porté|emprisonné))|"
        r"(?:de ell[oa]s\s+)?(?:siguen|permanecen|continúan)|"
        r"(?:из них\s+)?(?:оста(?:ются|лись)|находятся|содержатся|до сих пор)"
    )
    return re.compile(rf"(?<![\w.,/-])(?P<n>{number_of(language)})\s+(?:{verbs})", re.IGNORECASE)


def _pointed(line: str, language: str) -> Iterator[_Candidate]:
    """Those who are taken up again by their number alone: "los cuatro", "les sept"."""
    article = {"es": "(?:l[oa]s|est[oa]s|dich[oa]s)", "fr": "(?:les|ces|des)"}.get(language)
    if article is None:
        return
    numbers = number_of(language)
    after = r"(?=\s*(?:[.,;:)]|$)|\s(?:son|est[aá]n|fueron|han|siguen|permanecen|sont|ont|étaient|restent)\b)"
    for match in re.finditer(rf"\b{article}\s+(?P<n>{numbers}){after}", line, re.IGNORECASE):
        candidate = _candidate(match, bare=True)
        if candidate and candidate.value > 1:
            yield candidate


def _parts_of(line: str, found: list[_Candidate]) -> list[_Candidate | None]:
    """Twelve of "twelve of the forty students", six of "a family of six", and a couple with its children."""
    kept: list[_Candidate | None] = []
    for one in found:
        part = _PART.search(line[max(0, one.start - 40) : one.start])
        value = number(part["n"]) if part else None
        if _COUPLE.search(line[max(0, one.start - 30) : one.start]):
            kept.append(_Candidate(one.value + 2, one.start, one.end, bare=True))
        elif part and value and value < one.value:
            kept.append(_Candidate(value, one.start, one.end, bare=True))
        else:
            kept.append(one)
            if more := _WITH_ONE.match(line[one.end : one.end + 120]):
                kept.append(
                    _Candidate(one.value + 1, one.start, one.end + more.end(), bare=True, part=one.value)
                )
    return kept + [_candidate(match) for match in _GROUP.finditer(line)]


_PART = re.compile(rf"(?P<n>{number_of('en')})\s+of\s+(?:the|these|those|his|her|their)\s+$", re.IGNORECASE)
_COUPLE = re.compile(r"\bcouple\s+and\s+their\s+$", re.IGNORECASE)
_WITH_ONE = re.compile(
    r"^,?\s+(?:(?!and\b)[\w'’-]+\s+){0,5}and\s+an?\s+(?:[\w'’-]+\s+){0,3}?(?:girl|boy|man|woman|child|infant|baby|priest|"
    r"monk|nun|teacher|student|journalist|lawyer|doctor|teenager)\b",
    re.IGNORECASE,
)
"""One more who is named beside a number: "eleven teachers and a girl"."""
_GROUP = re.compile(
    rf"\b(?:family|group|crew|party|"
    rf"band) of (?P<n>{number_of('en')})(?=[\s,.;])",
    re.IGNORECASE,
)


def _candidate(match: re.Match[str], *, bare: bool = False) -> _Candidate | None:
    value = number(match["n"])
    return _Candidate(value, match.start("n"), match.end(), bare) if value and value <= _MOST else None


def _with_sums(found: list[_Candidate], line: str) -> Iterator[_Candidate]:
    """The candidates, and what two that are joined make together: "the 44 students and the three pastors"."""
    found = sorted(found, key=lambda one: one.start)
    for index, one in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if following and _ADDED.match(line[one.end : following.start]) and not one.bare:
            larger = max(one.value, following.value)
            yield _Candidate(one.value + following.value, one.start, following.end, bare=True, part=larger)
        elif (
            following is None
            and not one.bare
            and _WITH_NAMED.search(line[max(0, one.start - 60) : one.start])
        ):
            yield _Candidate(one.value + 1, one.start, one.end, bare=True)
        yield one


def _left_out(line: str, candidate: _Candidate, *, closed: bool) -> bool:
    """Whether those who are counted are safe, dead, estimated or somebody else."""
    before, after = (
        line[max(0, candidate.start - 60) : candidate.start],
        line[candidate.end : candidate.end + 70],
    )
    cut = [match.end() for match in _CLAUSE.finditer(before)]
    before = before[cut[-1] :] if cut else before
    if following := _CLAUSE.search(after):
        after = after[: following.start()]
    near = f"{before}{line[candidate.start : candidate.end]}{after}"
    behind = line[max(0, candidate.start - 24) : candidate.start]
    if _ESTIMATE.search(behind) or _SUBSET.search(behind):
        return True
    if _is(near, "totals") or re.search(r"(?:another|other|further|previous)\s*$", before, re.IGNORECASE):
        return True
    return not closed and (_is(near, "safe") or _is(near, "dead"))
