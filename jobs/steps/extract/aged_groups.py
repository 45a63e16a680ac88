"""Reads the ages of some of those who are counted: "four others are 16 or 17", "двоим по 15 лет"."""

import re
from dataclasses import dataclass

from jobs.steps.extract.numbers import HAN_NUMBER, number, number_of

_ADULT = 18
_OLDEST = 100


@dataclass(frozen=True, slots=True)
class Group:
    """So many, none of whom is younger than `least` or older than `most`."""

    value: int
    least: int
    most: int

    @property
    def young(self) -> int | None:
        """How many of them are minors; None where some may be."""
        if self.most < _ADULT:
            return self.value
        return 0 if self.least >= _ADULT else None


def _span(first: str, language: str, joint: str) -> str:
    age = number_of(language)
    return rf"(?P<{first}>{age})(?:\s?(?:{joint})\s?(?P<{first}{first}>{age}))?"


_GROUPS = re.compile(
    rf"(?<![\w-])(?P<en>{number_of('en')})\s+(?:of\s+(?:them|whom)\s+|others?\s+|more\s+)?(?:[a-z]+\s+)?"
    rf"(?:are|were)\s+(?:all\s+|both\s+|each\s+|only\s+)?"
    rf"(?:aged\s+|(?:between|from)\s+(?:the\s+ages\s+of\s+)?){{0,2}}"
    rf"{_span('a', 'en', 'and|to|or|[–-]')}(?=\s+years|\s*[,.;:)]|\s+and\s|$)|"
    rf"(?<![\w-])(?P<fr>{number_of('fr')})\s+(?:autres\s+|d[’']entre\s+(?:eux|elles)\s+)?(?:[^\W\d_]+s\s+)?"
    rf"(?:ont|sont\s+âgée?s)\s+(?:tous\s+|toutes\s+|chacune?\s+)?(?:entre\s+|de\s+)?"
    rf"{_span('b', 'fr', 'et|à|ou|[–-]')}\s+ans|"
    rf"(?<!\w)(?P<es>{number_of('es')})\s+(?:de\s+ell[oa]s\s+|más\s+)?(?:[^\W\d_]+s\s+)?"
    rf"(?:tienen|tenían)\s+(?:tod[oa]s\s+)?(?:entre\s+|de\s+)?{_span('c', 'es', 'y|a|o|[–-]')}\s+años|"
    rf"(?<!\w)(?P<ru>{number_of('ru')})\s+(?:из\s+них\s+)?(?:[^\W\d_]+\s+){{0,2}}?(?:[^\W\d_]+,\s+)?"
    rf"(?:(?:которым|им)\s+)?(?:по|от|—|–)?\s?{_span('d', 'ru', 'до|и|или|[–-]')}\s+лет|"
    rf"(?P<ko>{number_of('ko')})\s?(?:명|사람)(?:은|의\s나이는)\s(?:모두\s|각각\s)?"
    rf"{_span('e', 'ko', '에서|부터|[~～–-]|세에서|세부터|세와|세')}\s?[세살]|"
    rf"(?P<ja>{HAN_NUMBER})\s?(?:人|名)(?:は|が)(?:いずれも|全員)?"
    rf"{_span('f', 'ja', '歳?(?:から|～|〜|~|と|[–-])')}歳|"
    rf"(?P<zh>{HAN_NUMBER})\s?(?:人|名|位)(?:的?年[龄齡])?(?:均|都|皆)?(?:在|为|為|是)?"
    rf"{_span('g', 'zh', '[岁歲]?(?:到|至|～|~|和|[–-])')}[岁歲]",
    re.IGNORECASE,
)
_THEN = re.compile(r"at the time|à l[’']époque|en ese momento|на тот момент|당시|当時|当时|當時")


def told(line: str, count: int) -> tuple[list[Group], str]:
    """The groups of fewer than `count` that a sentence tells the ages of, and the sentence without them."""
    found: list[Group] = []
    if not any(word in line for word in _WORDS) or _THEN.search(line):
        return found, line
    rest, at = "", 0
    for match in _GROUPS.finditer(line):
        group = _group(match)
        if group and group.value < count:
            found.append(group)
            rest += line[at : match.start()]
            at = match.end()
    return found, rest + line[at:]


_WORDS = (" are ", " were ", " ans", " años", " лет", "세", "살", "歳", "岁", "歲")


def _group(match: re.Match[str]) -> Group | None:
    kept = [group for group in match.groups() if group]
    value, least = number(kept[0]), number(kept[1])
    most = number(kept[2]) if len(kept) > 2 else least
    if not (value and least and most) or value < 2 or not least <= most < _OLDEST:
        return None
    return Group(value, least, most)
