"""Counts the persons in danger, as far as the text names or counts them.

Every number of persons in the text is a candidate; it gains by danger told in its sentence, by standing in
the title, the lead or a demand, by being taken up again ("all nine", "the forty-seven"), and loses by safety,
death and background. The number with the most weight is the count; without one the persons named are.
"""

import re
from functools import cache, lru_cache

from jobs.steps.extract import kin, kin_arabic, kin_east
from jobs.steps.extract.aged import listed_with_ages, one_with_age, told_with_ages
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.data import holds, may_hold, table
from jobs.steps.extract.fewer import fewer
from jobs.steps.extract.minors import minors_of
from jobs.steps.extract.named import names_at_risk, roll, told_throughout
from jobs.steps.extract.numbers import number, number_of
from jobs.steps.extract.one_more import ordinal
from jobs.steps.extract.person_numbers import FILE, Candidate, candidates, with_sums
from jobs.steps.extract.sections import own
from jobs.steps.extract.some_of_many import beside_the_lost, of_more
from jobs.steps.extract.tally import ENOUGH, Mention, Tally
from storage.records import PersonsAtRisk

_PEOPLE: str = table(FILE)["people"]["en"]
_VOWELS = re.compile(r"[\u064b-\u0652\u0640]")
"""Arabic vowel signs, which some print and most leave out."""
_ASKED = re.compile(
    r"\b(?:faire la lumière|révél(?:er|ez)|élucid|divulgu|esclare[cz]|revel(?:ar|en)|busque|búsqueda)|"
    r"установить|раскрыть|الكشف|"
    r"\b(?:releas\w+|not (?:to )?(?:return|deport|extradite|repatriate|send)|free|protect|urge|call|reveal|"
    r"stop|halt|set (?:\w+ )?free|demand|ask|allow|grant|let)\b|libér|remettre en liberté|liber(?:en|ar|"
    r"ación)|"
    r"(?:pon|poner|pongan|puest[oa]s?) en libertad|exig\w+|demandons|освобод|требу\w+|прекратить|الإفراج|"
    r"إطلاق سراح|촉구|요구|하라|"
    r"호소|주십시오|보내 ?줄 것|求め|要求|呼吁|呼籲|釈放|ください|されたい|^(?:not )?[Tt]o [a-z]+ ",
    re.IGNORECASE,
)
_MAY_ASK = re.compile(
    r"^to |releas|not |free|protect|urge|call|reveal|stop|halt|demand|ask|allow|grant|let|liber|exig"
)
"""One of these stands, in lower case, in whatever `_ASKED` finds in ASCII; it is found much faster."""
_OLD = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Ee]n|[Dd]epuis|[Dd]esde)\s+(?:\w+\s+)?(?:19|20)\d\d\b|년부터|从\d{4}年"
)
_LATELY = re.compile(
    r"\b(?:over|in|during|within) the (?:past|last) (?:\w+ )?(?:years?|months?|decades?|weeks?)\b|"
    r"\blast (?:month|year)\b|"
    r"\b[Ee]n (?:\w+ )ans\b|\b(?:le mois|l['’]an(?:née)?) (?:dernier|dernière|passée?)\b|\b(?:el (?:mes|"
    r"año) pasado|en los últimos)\b|"
    r"в прошлом (?:году|месяце)|지난해|작년|지난달|昨年|先月|去年|上个月|上個月|العام الماضي|الشهر الماضي",
    re.IGNORECASE,
)
"""What came before the matter in hand."""
_GOING_ON = re.compile(
    r"\b(?:have|has) been (?:\w+ )?(?:held|kept|detained|imprisoned|jailed|in )|"
    r"\b(?:remains?|still|continues?|permanec\w+|"
    r"siguen?|continúan?|restent?|toujours|до сих пор)\b|"
    r"(?:is|are) (?:being |(?:believed|thought|feared|reported|said) to be )?(?:held|detained|kept)|"
    r"\baccount for\b|\b(?:fate|whereabouts) of\b|\b(?:paradero|suerte) de\b|\b(?:le|du) sort d|\bсудьб\w+|"
    r"\b(?:est|sont) (?:détenu|retenu)|"
    r"\bdetenid\w+ desde|\bdétenue?s? depuis",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.()]|\band\b|\bwhile\b|\bwhereas\b|\bet\b|\by\b|、|，|。")
_ESTIMATE = re.compile(
    r"(?:(?<!concern )(?<!concerned )(?<!write )(?<!writing )(?<!news )(?<!information )(?<!you )\b"
    r"(?:about|some|around|approximately|roughly|nearly|almost|perhaps|more than|over|up to|environ|quelque|"
    r"près de|plus d[e’']|"
    r"unos|unas|cerca de|"
    r"alrededor de|más de|plus de|около|примерно|более|почти|нахдо)|نحو|حوالي|약|約|约|近|大约|上千|数)\s*$",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"\b(?:we|nous|nosotr[oa]s|мы|wir|nós),?\s+(?:(?:the|les|l[oa]s|undersigned)\s+){0,2}$", re.IGNORECASE
)
"""Before the number of those who speak."""
_SUBSET = re.compile(
    r"(?:\b(?:among (?:them|whom)|includ(?:es?|ing)|dont|parmi (?:eux|elles|lesquel(?:le)?s)|entre ell[oa]s|"
    r"incluid[oa]s|в том числе|среди (?:них|которых))|بينهم|من بينهم|うち|其中|包括)\s*$",
    re.IGNORECASE,
)


def persons_at_risk(title: str, blocks: list[Block], language: str = "") -> PersonsAtRisk:
    """How many are in danger, how many of them minors; None where the text does not count them."""
    closed = any(may_hold(FILE, "closed", block.lowered) and _is(block.text, "closed") for block in blocks)
    title = _VOWELS.sub("", title)
    lines = [
        *sentences(title),
        *(_VOWELS.sub("", line) for block in own(blocks) if block.text != title for line in block.sentences),
    ]
    counts = _counted_in(lines, language, len(sentences(title)), closed=closed)
    scores = counts.weighed()
    listed = roll(blocks, closed=closed)
    sure = listed or max(scores.values(), default=0.0) > ENOUGH + 1
    names = {} if sure else names_at_risk(lines, closed=closed)
    aged = (
        0 if sure or names or language not in {"ar", "ja", "ko", "zh"} else listed_with_ages(blocks, _told_of)
    )
    first = {name for name in names if any(name in line for line in lines[:6])}
    count = _chosen(scores, listed, len(names) or aged, alone=len(names) == 1 == len(first))
    if count and not listed:
        count = counts.together(count, len(sentences(title)))
    count = _beside_the_named(lines, names, count) if names and not sure else count
    count = (
        count
        or counts.repeated()
        or told_throughout(title, lines, _asking)
        or one_with_age(title, blocks, _told_of)
        or told_with_ages(lines, _dangerous, _lost)
    )
    if not count:
        return PersonsAtRisk(None, None, None)
    if not listed and not closed and _one_more(lines, count):
        count += 1
    minors = minors_of(lines, count, counts.places(), counts.lists().get(count))
    gone, young = (
        fewer(lines, counts.places(), count) if not (listed or closed or counts.left(count)) else (0, 0)
    )
    return PersonsAtRisk(count - gone, max(minors - young, 0) if minors else minors, len(names) or None)


def _beside_the_named(lines: list[str], names: dict[str, str], count: int | None) -> int | None:
    """The number with those who are told of as others beside them: "three other dual nationals"."""
    for line in lines[:_TOLD]:
        match = _OTHER.search(line) if " other " in line else None
        more = number(match["n"]) if match else None
        if not match or not more or more > _FEW or not _dangerous(line):
            continue
        near = line[match.start() : match.end() + 100]
        if _is(near, "safe") or _is(near, "dead"):
            continue
        before = sum(last not in line[match.end() :] for last in names)
        return before + more if before and before + more > (count or 0) else count
    return count


_OTHER = re.compile(
    rf"(?<![\w.,/-])(?P<n>{number_of('en')})\s+other\s+(?:[\w-]+\s+){{0,2}}?(?:{_PEOPLE})\b", re.IGNORECASE
)
_FEW = 20
_TOLD = 25  # sentences


def _one_more(lines: list[str], count: int) -> bool:
    """Whether one more than the number is told of as in danger: "a tenth villager was arrested later"."""
    return any(
        ordinal(line, count + 1) and (_dangerous(line) or _ALONG.search(line)) and not _lost(line)
        for line in lines
    )


_ALONG = re.compile(r"\b(?:moved|transferred|sent|put|led|flown) with them\b")
"""So: "A fourth man was moved with them"."""


def _lost(text: str) -> bool:
    """Whether a text tells of those who are safe or dead."""
    return _is(text, "safe") or _is(text, "dead")


def _told_of(text: str) -> bool:
    """Whether a text tells of danger, however its vowels are written."""
    return _dangerous(_VOWELS.sub("", text))


def _asking(line: str) -> bool:
    if line.isascii() and not _MAY_ASK.search(line.lower()):
        return False
    return _ASKED.search(line) is not None


def _counted_in(lines: list[str], language: str, titled: int, *, closed: bool) -> Tally:
    """Every number of persons in the lines; the first `titled` of them are the title."""

    @cache
    def told(position: int) -> bool:
        return 0 <= position < len(lines) and _dangerous(lines[position])

    @cache
    def gone(position: int) -> bool:
        return any(_lost(line) for line in lines[max(0, position - 3) : position + 2])

    tally = Tally()
    for position, line in enumerate(lines):
        found = _found(lines, position, language)
        danger = closed or told(position)
        asking = _asking(line)
        for one in _listed(line, language) if danger or told(position - 1) or told(position + 1) else ():
            if of_more(line, one, found, tally):
                continue
            weight = _weight(line, position, titled, danger=True, asked=False, bare=True)
            tally.mentions.append(
                Mention(
                    one.value,
                    position,
                    weight,
                    danger=True,
                    new=True,
                    asked=position < titled or asking,
                    listed=one,
                )
            )
        beside = not danger and (told(position - 1) or told(position + 1))
        if more := _with_them(line, found, tally, closed=closed):
            value, part = more
            weight = _weight(line, position, titled, danger=True, asked=False, bare=True)
            tally.mentions.append(Mention(value, position, weight, danger=True, part=part))
        for candidate in with_sums(found, line) if found else ():
            if _left_out(line, candidate, closed=closed):
                continue
            weight = _weight(
                line, position, titled, danger=danger, asked=danger and asking, bare=candidate.bare
            )
            if (candidate.left and gone(position)) or (asking and _pointed(candidate)):
                weight += _LEFT_OVER
            tally.mentions.append(
                Mention(
                    candidate.value,
                    position,
                    weight,
                    danger,
                    beside,
                    new=not _KNOWN.search(line[max(0, candidate.start - 30) : candidate.start]),
                    asked=position < titled or asking,
                    pointed=_pointed(candidate),
                    left=candidate.left,
                    part=candidate.part,
                )
            )
    return tally


def _found(lines: list[str], position: int, language: str) -> list[Candidate]:
    """The numbers of persons in a line, also of others than those who are dead or safe."""
    line, before = lines[position], lines[position - 1] if position else ""
    others = beside_the_lost(before, line, _lost) if _dangerous(line) else None
    return [*candidates(line, language), *([others] if others else [])]


_ANOTHER = re.compile(
    r"(?:another|other|further|previous)\s*$|(?:別の|他の|ほかの|另外?)$|другие\s$", re.IGNORECASE
)
_DOERS = re.compile(
    r"\s+(?:[\w-]+\s+)?(?:armed|masked|hooded|uniformed|plain-?clothes|in (?:uniform|plain clothes|masks)|"
    r"with (?:guns|rifles)|armad[oa]s|"
    r"encapuchad[oa]s|uniformad[oa]s|armés|encagoulés|masqués|en uniforme|en civil|вооруж\w+|в (?:масках|"
    r"штатском|форме))\b",
    re.IGNORECASE,
)
"""Those who do the harm, behind their number: "two armed men"."""
_WITH_OTHERS = re.compile(
    r"\b(?:shar(?:es?|ed|ing)\s+(?:\w+\s+){1,2}?with|partag\w+\s+\w+\s+\w+\s+avec|compart\w+\s+\w+\s+celda\s+con|"
    r"вместе с ещё|в камере с)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""Before a number of those with whom somebody is kept."""
_KNOWN = re.compile(
    r"(?:\b(?:the|these|those|all|both|his|her|their|our|les|ces|des|leurs|ses|l[oa]s|est[oa]s|es[oa]s|sus|"
    r"d[oa]s|[oa]s|est[ae]s|ess[ae]s|die|der|den|diese[rn]?|alle|эти|этих|этим|всех|все|"
    r"обоих)\s+(?:[^\W\d_][\w’-]*\s+)?|这|該|该|这些|上述|以上|この|その|これら|上記の?|이|이들|위|그|"
    r"해당)\s?$",
    re.IGNORECASE,
)
"""Words before a number whose persons were told of before."""


def _listed(line: str, language: str) -> list[kin.Listed]:
    """The lists of persons in a line, but for those who are safe or dead."""
    found = kin.listed(line, language) or kin_east.listed(line, language) or kin_arabic.listed(line, language)
    near = [
        (one, line[max(0, one.start - 40) : one.end + 60], line[max(0, one.start - 24) : one.start])
        for one in found
    ]
    return [
        one
        for one, text, before in near
        if not _is(text, "safe") and not _is(text, "dead") and not _SUBSET.search(before)
    ]


def _with_them(line: str, found: list[Candidate], tally: Tally, *, closed: bool) -> tuple[int, int] | None:
    """Those who are held together with the ones told of just before, added to them; and the larger part."""
    may_be = not line.isascii() or _MAY_BE_COMPANY.search(line.lower())
    match = _COMPANY.search(line) if may_be else None
    if match is None or (_is(line, "safe") and not closed):
        return None
    here = [one for one in found if one.end <= match.start() and not _SUBSET.search(line[: one.start][-24:])]
    earlier = here[:-1] if len(here) > 1 else []
    before = max((one.value for one in earlier), default=0) or max(
        (one.value for one in tally.mentions[-3:] if one.weight >= ENOUGH), default=0
    )
    more = here[-1].value if here else 1 if _SOMEBODY.match(line) else 0
    told = next((one.value for one in found if one.start >= match.end() and one.value > before), 0)
    if before and told:
        return told, before  # the sentence itself says how many they are together
    return (before + more, max(before, more)) if before and more else None


_COMPANY = re.compile(
    r"(?<!who was )(?<!who were )\b(?:held|detained|arrested|taken|kept|abducted|seized|jailed|are|"
    r"is)\s+(?:\w+\s+)?(?:along\s+|together\s+)?with\s+them\b|"
    r"\bavec\s+(?:eux|elles)\b|\b(?:junto\s+)?con\s+ell[oa]s\b|вместе\s+с\s+ними|(?:كان\w*|"
    r"وكان\w*)\s+مع(?:هم|هن)|مع(?:هم|هن)\s|"
    r"함께\s(?:연행|체포|구금|끌려)|一緒に(?:拘束|逮捕|連行)|(?:一同|一起|一并)被",
    re.IGNORECASE,
)
_MAY_BE_COMPANY = re.compile(r"with\s+them|avec|con\s")
"""Likewise, of what `_COMPANY` finds."""
_SOMEBODY = re.compile(r"(?:An?|One|The|Une?|Un[oa]?)\s")


def _pointed(candidate: Candidate) -> bool:
    """Whether persons told of before are taken up by their number alone: "release the five"."""
    return candidate.bare and not candidate.part


_LEFT_OVER = 5.0
"""What is added for those who remain of a larger number, and for all who are asked for by their number."""


def _weight(line: str, position: int, titled: int, *, danger: bool, asked: bool, bare: bool) -> float:
    weight = 2.0 if danger else 0.5
    weight += 3.0 if position < titled and danger else 1.5 if position < titled + 5 else 0.0
    weight += 1.5 if asked and danger else 0.0
    weight += 1.0 if bare else 0.0
    return weight - (2.0 if _is_past(line) else 0.0)


@lru_cache(maxsize=4)
def _is_past(line: str) -> bool:
    """Remembered, as thousands of numbers may stand in one line."""
    return bool(_OLD.search(line) or _LATELY.search(line)) and not _GOING_ON.search(line)


def _dangerous(line: str) -> bool:
    return _is(line, "risk")


def _chosen(scores: dict[int, float], listed: int, named: int, *, alone: bool) -> int | None:
    """The number with the most weight; a roll of names, or the named ones, where no number has enough."""
    best = max(scores.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0.0))
    if listed:
        return listed
    if best[1] >= (ENOUGH + 1 if alone else ENOUGH):
        return best[0]
    return named or (best[0] if best[1] >= ENOUGH else None) or None


def _is(text: str, key: str) -> bool:
    return holds(FILE, key, text.lower())


_RELATIVE = re.compile(r"^\s?(?:[\w-]+\s)?,?\s?,\s+(?:all of whom|who|whom)\s[^,;.]{3,80},")
"""What is told of persons before what has become of them: "14 others, who had been arrested, were"."""


def _left_out(line: str, candidate: Candidate, *, closed: bool) -> bool:
    """Whether those who are counted are safe, dead, estimated or somebody else."""
    before, after = (
        line[max(0, candidate.start - 60) : candidate.start],
        _RELATIVE.sub(" ", line[candidate.end : candidate.end + 170], count=1)[:70],
    )
    cut = [match.end() for match in _CLAUSE.finditer(before)]
    before = before[cut[-1] :] if cut else before
    if following := _CLAUSE.search(after):
        after = after[: following.start()]
    near = f"{before}{line[candidate.start : candidate.end]}{after}"
    if candidate.bare and "thought to be" in after:
        near = before
    behind = line[max(0, candidate.start - 24) : candidate.start]
    if _SIGNING.search(behind) or _ESTIMATE.search(behind) or (_SUBSET.search(behind) and not candidate.left):
        return True
    if _DOERS.match(line, candidate.end) or _WITH_OTHERS.search(line[: candidate.start][-60:]):
        return True
    if _is(near, "totals") or (_ANOTHER.search(before) and not candidate.left):
        return True
    return not closed and (_is(_TO_BE.sub(" ", near), "safe") or _is(near, "dead"))


_TO_BE = re.compile(
    r"\bbe\s+(?:\w+ly\s+)?(?:freed|set free|let go|rescued|saved|"
    r"evacuated|allowed to \w+|brought ashore)\b"
)
"""What is asked for them, as against what has been: "that all 17 be freed"."""
