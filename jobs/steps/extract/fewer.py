"""Finds how many of those who were counted have got out of danger since, or are dead.

"Two of the group escaped", "deux d'entre eux ont été libérés". Those who escaped, were freed or are out of
danger are left out of the count of persons at risk.
"""

import re
from collections.abc import Iterator

from jobs.steps.extract.ages import ages_in
from jobs.steps.extract.numbers import HAN_NUMBER, number, number_of

_WHOM = (
    r"of\s+(?:them|whom|these|the\s+group|those\s+(?:held|detained|arrested|taken)|the\s+(?:\w+\s+)?"
    r"(?:detainees|prisoners|refugees|men|women|children|defendants|activists|students))"
)
_PART = re.compile(
    rf"(?<![\w-])(?P<n>{number_of('en')})\s+{_WHOM}\b(?P<told>[^;]{{0,90}})|"
    rf"(?<!\w)(?P<f>{number_of('fr')})\s+d[’']entre\s+(?:eux|elles)\b(?P<ftold>[^;]{{0,90}})|"
    r"\b(?P<g>l[’']une?)\s+d(?:[’']|e\s)(?:entre\s+)?(?:eux|elles)\b(?P<gtold>[^;]{0,90})|"
    r"\b(?P<h>un[oa])\s+de\s+ell[oa]s\b(?P<htold>[^;]{0,90})|"
    r"(?<!\w)(?P<i>один|одна|одного|одну)\s+из\s+них\b(?P<itold>[^;]{0,90})|"
    rf"(?<!\w)(?P<s>{number_of('es')})\s+de\s+ell[oa]s\b(?P<stold>[^;]{{0,90}})|"
    rf"(?<!\w)(?P<r>{number_of('ru')})\s+из\s+них\b(?P<rtold>[^;]{{0,90}})|"
    rf"(?:이|그|이들)\s?(?:가운데|중)\s?(?P<k>{number_of('ko')})\s?(?:명|인|사람)(?P<ktold>[^.。]{{0,50}})|"
    rf"(?:そのうち|うち)(?:の)?(?P<j>{HAN_NUMBER})\s?(?:人|名)(?P<jtold>[^。、]{{0,40}})|"
    rf"其中(?:的)?(?P<z>{HAN_NUMBER})\s?(?:人|名|位)(?P<ztold>[^。，]{{0,30}})",
    re.IGNORECASE,
)
_HINTS = (
    "of the",
    "of wh",
    "of those",
    "d'eux",
    "d’eux",
    "d'elles",
    "d’elles",
    "entre eux",
    "entre elles",
    "de ell",
    "из них",
)
_OUT = re.compile(
    r"^,\s(?:libéré|relâché|liberad|freed|released|set free|освобожд)\w*|\b(?:escaped|got away|"
    r"fled|(?:has|have|had|was|were)\s+(?:\w+\s+){0,2}?(?:released|freed|rescued|"
    r"acquitted|bailed|let go|resettled|evacuated)|reached safety|(?:has|have)?\s?died|"
    r"(?:was|were)\s+(?:shot dead|killed)|(?:is|are)\s+(?:now\s+)?(?:safe|dead|free)\b|"
    r"(?:a|ont)\s+été\s+(?:libéré|relâché|remis|tué)\w*|(?:s[’']est|se\s+sont)\s+(?:échappé|enfui)\w*|"
    r"(?:est|sont)\s+(?:mort|décédé|libre|en\s+sécurité)\w*|"
    r"fue(?:ron)?\s+(?:liberad|puest[oa]s?\s+en\s+libertad|asesinad)\w*|lograron?\s+(?:huir|escapar)|logró\s+"
    r"(?:huir|escapar)|murieron|murió|está[n]?\s+a\s+salvo|"
    r"(?:был[аи]?\s+)?(?:освобожд[её]н|отпущен)\w*|бежал\w*|погиб\w*|умер\w*)|"
    r""
    r"석방(?:되|됐|된)|풀려났|탈출(?:했|하였|하여|에 성공)|숨졌|사망했|사망하|안전한|釈放され|"
    r"脱出し|逃れ|死亡し|亡くな|"
    r"解放され|已获释|已獲釋|获释|獲釋|逃脱|逃脫|死亡|已安全",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:to be|be|not|never|until|unless|if|should|must|believed to|thought to|feared to|said to|may)\s*$",
    re.IGNORECASE,
)


def fewer(lines: list[str], places: dict[int, list[int]], count: int) -> tuple[int, int]:
    """How many of the `count` are out of danger or dead now, and how many of those are told to be minors.

    `places` are the lines in which each number stands. (0, 0) where the number is told again later, or the
    text itself says how many are left.
    """
    where = places.get(count, [])
    if not where:
        return 0, 0
    gone = young = 0
    for at, line in enumerate(lines):
        if not where[0] <= at <= where[0] + _NEAR or not _may(line):
            continue
        for value, told, piece in _parts(line):
            out = _OUT.search(told)
            if not 0 < value < count or not out or _NOT.search(told[: out.start()]):
                continue
            if where[-1] > at and count - value - gone not in places:
                return 0, 0
            gone += value
            young += min(value, sum(age < _ADULT for age in ages_in(piece) or _brothers(piece)))
    return (gone, young) if gone < count else (0, 0)


def _may(line: str) -> bool:
    lowered = line.lower()
    return any(hint in lowered for hint in _HINTS) or any(sign in line for sign in "うち其가중")


def _parts(line: str) -> Iterator[tuple[int, str, str]]:
    for match in _PART.finditer(line):
        groups = match.groupdict()
        figures = next(groups[key] for key in "nfghisrkjz" if groups[key])
        told = next((groups[key] for key in _TOLD if groups[key]), "")
        value = 1 if groups["g"] or groups["h"] or groups["i"] else number(figures) or 0
        yield value, told, match.group()


def _brothers(piece: str) -> list[int]:
    """Two ages behind a word for both: "brothers of 16 and 17"."""
    match = _SIBLINGS.search(piece)
    return [int(match["a"]), int(match["b"])] if match else []


_SIBLINGS = re.compile(
    r"\b(?:brothers|sisters|boys|girls|cousins|children)\s+(?:of|aged)\s+(?P<a>\d{1,2})\s+and\s+(?P<b>\d{1,2})\b"
)
_TOLD = ("gtold", "htold", "itold", "told", "ftold", "stold", "rtold", "ktold", "jtold", "ztold")
_NEAR = 12  # sentences behind the first that tells the number
_ADULT = 18
