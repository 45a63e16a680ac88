"""Reads from a title how a case went on: freed, put off, carried out, moved, closed."""

from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.phrases import Hit, Phrases
from jobs.steps.lexicon.tokens import Tokens
from jobs.steps.link.sounds import data

STAGES = ("closed", "freed", "put_off", "carried_out", "moved")
"""In the order in which they are believed where a title tells several."""
_NOT_YET = "not_yet"
_BEFORE = 4
"""Words before an outcome among which one that only fears or asks takes it back."""
_CJK = frozenset({"ko", "ja", "zh"})


@dataclass(frozen=True, slots=True)
class Stage:
    """How the case went on, and the words that told it; both empty for a first call."""

    name: str = ""
    words: str = ""


def stage_of(title: Tokens, language: str) -> Stage:
    """The stage that a title tells, in its language (ISO 639-1); what is feared or asked for is none."""
    hits = _phrases(language).find(title)
    not_yet = [hit for hit in hits if hit.value == _NOT_YET]
    told = [hit for hit in hits if hit.value != _NOT_YET and not _taken_back(hit, not_yet, title, language)]
    if not told:
        return Stage()
    best = min(told, key=lambda hit: (STAGES.index(hit.value), hit.first - hit.last))
    return Stage(best.value, title.evidence(best.first, best.last))


def _taken_back(hit: Hit[str], not_yet: list[Hit[str]], title: Tokens, language: str) -> bool:
    if hit.value == "closed":
        return False
    if language in _CJK:
        return any(not hit.first <= one.first <= hit.last for one in not_yet)
    return any(
        hit.first - _BEFORE <= one.first < hit.first
        and title.sentences[one.first] == title.sentences[hit.first]
        for one in not_yet
    )


def is_yearly(title: Tokens) -> bool:
    """Whether a title marks an anniversary."""
    return bool(_marks("yearly").find(title))


def is_again(title: Tokens) -> bool:
    """Whether a title says that something befalls somebody another time."""
    return bool(_marks("again").find(title))


@cache
def _marks(group: str) -> Phrases[bool]:
    return Phrases((phrase.strip(), True) for phrase in data("stages")[group]["all"].split(","))


@cache
def _phrases(language: str) -> Phrases[str]:
    rows = data("stages")
    pairs = []
    for group in (*STAGES, _NOT_YET):
        lines = {rows[group].get(language, ""), rows[group]["en"] if language not in _CJK else ""}
        for line in sorted(lines - {""}):
            pairs += [(phrase.strip(), group) for phrase in line.split(",")]
    return Phrases(pairs)
