"""Finds both names of a minor who has two: "Kim Eun-ju, known as Eunnie, aged 12".

The sentence is read without what they are called as well: where it names a minor then, right beside, both are
theirs. So nothing is held for a nickname alone.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from jobs.steps.sensitive.finding import Sensitive
from jobs.steps.sensitive.minors import SHORT, WORD, minors_named

_ALSO = re.compile(
    r"(?:,\s|\s\(|\s)(?:also\s|better\s)?(?:known\sas|nicknamed|alias|aka|a\.k\.a\.|dite?|surnommée?|apodad[oa]|"
    rf"apelidad[oa]|genannt|по\sпрозвищу)\s[“\"'‘„«]?(?P<other>{SHORT})[”\"'’“»]?\)?"
)
_QUOTED = re.compile(rf"\s[“\"„«](?P<other>{WORD})[”\"“»](?=,?\s)")
_KOREAN = re.compile(r"[,，]?\s?(?:일명|별명|애칭)\s?[‘'“\"]?(?P<other>[가-힣]{2,5})[’'”\"]?(?=\s?[)）,，])")
_KINDS = (
    (re.compile("known|nickn|alias|aka|a\\.k|dit|surnomm|apodad|apelidad|genannt|по\\sпро"), _ALSO),
    (re.compile('[“"„«]'), _QUOTED),
    (re.compile("일명|별명|애칭"), _KOREAN),
)
"""What stands in each, and in few other sentences."""
_BETWEEN = 25
"""Characters that may stand between the two, such as an age."""
_MOST = 2
"""Names of this kind that are looked at in one sentence."""


def nicknamed(lines: Iterable[str], day: date | None = None) -> Iterator[Sensitive]:
    """Both names of each; `day` as for `minors_named`."""
    for line in lines:
        kinds = [expression for gate, expression in _KINDS if gate.search(line)]
        found = [one for expression in kinds for one in expression.finditer(line)]
        for match in found[:_MOST]:
            yield from _both(line, match, day)


def _both(line: str, match: re.Match[str], day: date | None) -> Iterator[Sensitive]:
    start = match.start()
    for one in minors_named([f"{line[:start]}{line[match.end() :]}"], day):
        if one.words in line[max(0, start - _BETWEEN - len(one.words)) : start]:
            yield Sensitive(one.concern, one.words, line)
            yield Sensitive(one.concern, match["other"], line)
