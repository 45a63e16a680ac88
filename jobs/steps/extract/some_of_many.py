"""Tells a part of those who are counted from all of them: some who are named, others beside the dead."""

import re
from collections.abc import Callable

from jobs.steps.extract.kin import Listed
from jobs.steps.extract.numbers import number, number_of
from jobs.steps.extract.person_numbers import Candidate
from jobs.steps.extract.tally import Tally


def of_more(line: str, one: Listed, found: list[Candidate], tally: Tally) -> bool:
    """Whether a list names some of a larger number: "83 people, among them the boatman U Maung Soe"."""
    marks = list(_SOME.finditer(line, 0, one.start))
    if not marks or _STOPPED.search(line, marks[-1].end(), one.start):
        return False
    before = [candidate.value for candidate in found if candidate.end <= marks[-1].start()]
    before = before or [mention.value for mention in tally.mentions[-_LATELY:]]
    return max(before, default=0) > one.value


_LATELY = 4  # mentions
_SOME = re.compile(
    r"\b(?:\w+\s+of\s+(?:them|whom)|d[’']entre\s+(?:eux|elles)|de\s+ell[oa]s|из\s+них|"
    r"among\s+(?:them|whom|those)|includ(?:es?|ing)|dont|parmi\s+(?:eux|elles|lesquel(?:le)?s|les)|"
    r"entre\s+(?:ell[oa]s|l[oa]s)|incluid[oa]s?|incluyendo|в\s+том\s+числе|"
    r"среди\s+(?:них|которых|\w+нных))\b",
    re.IGNORECASE,
)
_STOPPED = re.compile(r"[;:]|[^\s]{70}|(?:\S+\s+){10}")
"""Too much between the word that tells of some and their names."""


def beside_the_lost(before: str, line: str, lost: Callable[[str], bool]) -> Candidate | None:
    """Others than those who are dead or safe: "38 were killed. Twenty-one others were abducted"."""
    match = _OTHERS.search(line) if any(word in line for word in _WORDS) else None
    value = number(next(group for group in match.groups() if group)) if match else None
    if not match or not value or not lost(f"{before} {line[: match.start()]}"[-_NEAR:]):
        return None
    return Candidate(value, match.start(), match.end(), bare=True, left=True)


_NEAR = 160  # characters
_WORDS = ("others", "autres", "otr", "Otr", "други", "Други", "ещ", "Ещ")
_OTHERS = re.compile(
    rf"(?<![\w-])(?P<en>{number_of('en')})\s+others\b|(?<![\w-])(?P<fr>{number_of('fr')})\s+autres\b|"
    rf"\botr[oa]s\s+(?P<es>{number_of('es')})\b(?!\s+(?:años|meses|días|horas|semanas))|"
    rf"\bещ[её]\s+(?P<ru>{number_of('ru')})\b(?!\s+(?:лет|года?|дн|месяц|час|недел))",
    re.IGNORECASE,
)
