"""Counts the persons in danger, as far as the text names or counts them."""

import re
from collections import Counter

from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.data import pattern
from jobs.steps.extract.numbers import NUMBER, number
from storage.records import PersonsAtRisk

_FILE = "persons.toml"
_PEOPLE = (
    r"(?P<who>refugees?|men|women|man|woman|people|persons?|defectors?|escapees?|activists?|"
    r"journalists?|prisoners?|detainees?|students?|monks?|nuns?|priests?|pastors?|christians|lawyers?|"
    r"protesters?|demonstrators|workers?|asylum[- ]seekers?|migrants?|fishermen|villagers|families|"
    r"family members|defenders?|bloggers?|writers?|teachers?|doctors?|children|girls?|boys?|"
    r"individuals|nationals|citizens|muslims|uyghurs|north koreans|believers|koreans|\w+ians|"
    r"members|brothers|sisters|"
    r"abductees|leaders|artists|singers)"
)
_COUNTED = re.compile(
    rf"(?<![\w.,/-])(?:(?:at least|a group of|the|these|all)\s+)?(?P<n>{NUMBER})\s+(?:(?!(?:other|"
    rf"more)\b)[\w’'-]+\s+){{0,4}}?{_PEOPLE}\b(?!\s+(?:ago|later))",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"(?:탈북자|탈북민|난민|북한이탈주민|활동가|수감자|주민|가족|여성|남성|언론인|어린이)\S{0,3}\s?(?P<n>\d{1,4}|한|두|세|네|다섯|여섯|일곱|여덟|"
    r"아홉|열)\s?(?:명|인)|(?P<m>\d{1,4})\s?(?:명|인)의?\s?(?:탈북|난민|북한|활동가|수감)"
)
_JAPANESE = re.compile(
    r"(?:脱北者|難民|活動家|市民)\S{0,3}?(?P<n>\d{1,4})\s?(?:人|名)|(?P<m>\d{1,4})\s?(?:人|名)の?(?:脱北者|難民|活動家)"
)
_INFANT = re.compile(
    r"\b(?:an?|one|his|her|their)\s+(?:[\w-]+\s+){0,3}?(?:infant|baby|toddler|newborn|(?:year|"
    r"month|week)-old\s+(?:girl|boy|child|daughter|son|infant|baby)|"
    r"(?:girl|boy|child|daughter|son)\s+of\s+(?:\w+\s+)(?:years?|months?|weeks?))\b",
    re.IGNORECASE,
)
_KOREAN_MINORS = re.compile(
    r"(?P<n>\d{1,3})\s?명은?\s(?:어린이|아동|미성년자|영아|유아)|(?:어린이|아동|미성년자|영아|유아)\s?(?P<k>\d{1,3})\s?명"
)
_AGED = re.compile(
    r"\b(?:aged?\s+|\()(?P<a>\d{1,2})\)?(?!\d)|(?<=\d)(?:,|"
    r",? and)\s(?P<c>\d{1,2})(?=\W)(?!\s+(?:years|people))|\b(?P<b>\d{1,2})[- ]years?[- ]old\b",
    re.IGNORECASE,
)
_MINORS = re.compile(
    rf"(?<![\w-])(?P<n>{NUMBER})\s+(?:[\w’'-]+\s+){{0,2}}?(?:children|minors|infants|babies|girls|"
    rf"boys|teenagers|toddlers)\b",
    re.IGNORECASE,
)
_AGES = re.compile(r"\b(?:aged?|old)\b|\(\d{1,2}\)")
_NUMBERED = re.compile(
    r"\d|\b(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ee]leven|"
    r"[Tt]welve|[Tt]hir|[Ff]if|[Tt]wen|[Ff]orty|dozen)|[한두세네열]|다섯|여섯|일곱|여덟|아홉"
)
_INFANTS = re.compile(r"infant|baby|toddler|newborn|-old|\b(?:girl|boy|child|daughter|son)\b")
_UPPER = "A-ZÀ-ÖØ-ÞĀĆČĐĽŁŚŞŠŻŽ"
_NAME = (
    rf"(?!(?:The|This|His|Her|A|In|On|Their)\s)[{_UPPER}][\w’'-]+"
    rf"(?:\s+(?:[{_UPPER}][\w’'-]+|al-[A-Z]\w+|bin|van|de|von)){{1,3}}"
)
_ROLED = re.compile(
    r"\b(?:blogger|journalist|lawyer|activist|pastor|priest|monk|nun|writer|poet|singer|teacher|"
    r"student|defender|"
    r"professor|doctor|editor|photographer|unionist|leader|filmmaker|artist|dissident|prisoner|"
    r"refugee|defector)\s+"
    rf"(?P<name>{_NAME})"
)
_EAST_AGED = re.compile(r"(?<!\d)(?P<a>\d{1,2})\s?(?:세|살|歳|岁|歲)")
_HONOURED = re.compile(rf"\b(?:Mr|Ms|Mrs|Dr)\.?\s+(?P<name>{_NAME})")
_NAMED = re.compile(
    rf"(?P<name>{_NAME})(?:\s*\([^)]{{1,40}}\))?(?:,\s+[^,.]{{3,80}},)?\s+(?:is|was|has been|"
    rf"remains|remained|faces|could|may|went|disappeared)\s+(?:\w+\s+){{0,3}}?(?P<risk>\w+)"
)


def persons_at_risk(title: str, blocks: list[Block]) -> PersonsAtRisk:
    """How many are in danger, how many of them minors; None where the text does not count them."""
    risk, safe, total = (pattern(_FILE, key) for key in ("risk", "safe", "totals"))
    if any(pattern(_FILE, "closed").search(block.text) for block in blocks):
        # A closed case counts those it was about, who are safe now.
        risk, safe = re.compile(f"{risk.pattern}|released|freed", re.IGNORECASE), re.compile(r"(?!)")
    counts: Counter[int] = Counter()
    minors: int | None = None
    lines = [*sentences(title), *(sentence for block in blocks for sentence in block.sentences)]
    for position, sentence in enumerate(lines):
        weight = 3 if position < 4 else 1
        if not _NUMBERED.search(sentence) or not risk.search(sentence) or total.search(sentence):
            continue
        for match in (
            *_COUNTED.finditer(sentence),
            *_KOREAN.finditer(sentence),
            *_JAPANESE.finditer(sentence),
        ):
            groups = match.groupdict()
            value = number(groups.get("n") or groups.get("m") or "")
            if (
                not value
                or value > 999
                or safe.search(sentence[max(0, match.start() - 40) : match.end() + 60])
            ):
                continue
            counts[value] += weight
        if counts and not minors:
            minors = _minors(sentence)
    if counts and not minors:
        minors = next((found for line in lines[:60] if (found := _minors(line))), minors)
    if not counts:
        return _single(lines, risk, safe)
    best = max(counts.items(), key=lambda pair: (pair[1], pair[0]))[0]
    return PersonsAtRisk(best, minors, None)


def _minors(sentence: str) -> int | None:
    if not _NUMBERED.search(sentence) and not _INFANTS.search(sentence):
        return None
    if match := _MINORS.search(sentence) or _KOREAN_MINORS.search(sentence):
        return number(match["n"] or match.groupdict().get("k") or "")
    ages = _ages(sentence)
    young = sum(age < 18 for age in ages)
    infants = len(_INFANT.findall(sentence))
    if young or infants:
        return max(young, infants)
    return 0 if ages else None


def _ages(sentence: str) -> list[int]:
    east = [int(match["a"]) for match in _EAST_AGED.finditer(sentence)]
    if east or not _AGES.search(sentence):
        return east
    return [int(match["a"] or match["b"] or match["c"]) for match in _AGED.finditer(sentence)]


def _single(lines: list[str], risk: re.Pattern[str], safe: re.Pattern[str]) -> PersonsAtRisk:
    """Persons named as in danger where no number is given."""
    names: dict[str, str] = {}
    for sentence in lines[:40]:
        if safe.search(sentence):
            continue
        for match in _NAMED.finditer(sentence):
            if risk.search(sentence[match.start("risk") : match.end() + 60]):
                names.setdefault(match["name"].split()[-1], match["name"])
        if risk.search(sentence) and not re.search(
            r"\b(?:said|told|minister|president|judge|director)\b", sentence, re.IGNORECASE
        ):
            for match in _HONOURED.finditer(sentence):
                names.setdefault(match["name"].split()[-1], match["name"])
        for match in _ROLED.finditer(sentence) if risk.search(sentence) or "release" in sentence else ():
            names.setdefault(match["name"].split()[-1], match["name"])
    ages = [age for line in lines[:40] for age in _ages(line)] if names else []
    minors = sum(age < 18 for age in ages) if ages else None
    return PersonsAtRisk(len(names) or None, minors, len(names) or None)
