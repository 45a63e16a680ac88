"""Finds what two words say together that neither says alone: "letters" and "no longer", "call" and "over".

News on a call and its end are told in ever new words, but of few things: that somebody asked and wrote
before, that a call is over, that nothing more is to be sent. The halves are groups of the cue tables
(`pairs`). And a harm that is near says one thing of a text that tells of a release, another of one that
does not: what weighs differently beside other features is weighed with them, too (`meetings`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from jobs.steps.classify.cues import Cues
from jobs.steps.lexicon.phrases import Hit

HALVES = frozenset({"asked", "call", "earlier", "ends", "act", "no_more"})
"""Groups that say nothing alone."""

_TOGETHER = (
    ("asked before", ("we", "you", "yours"), "asked"),
    ("call before", ("call",), "earlier"),
    ("call over", ("call",), "ends"),
    ("no more acts", ("act",), "no_more"),
)
"""What is said, by which groups, beside which other."""

_BETWEEN = 4
_BETWEEN_CHARACTERS = 8
"""Tokens between the halves, at most: words, or characters of a script whose tokens they are."""
_UNSPACED = frozenset({"ja", "ko", "zh"})


def pairs(cues: Cues, language: str) -> Iterator[tuple[str, Hit[Any]]]:
    """Each thing said together, with the run of words from one half to the other; in any order."""
    between = _BETWEEN_CHARACTERS if language in _UNSPACED else _BETWEEN
    for name, groups, other in _TOGETHER:
        right = cues.of(other)
        firsts = [hit.first for hit in right]
        for left in cues.of(*groups) if right else ():
            at = bisect_left(firsts, left.first)
            for hit in right[max(at - 1, 0) : at + 2]:
                run = Hit(name, min(left.first, hit.first), max(left.last, hit.last))
                apart = max(left.first, hit.first) - min(left.last, hit.last) - 1
                if 0 <= apart <= between and cues.sentence(left) == cues.sentence(hit):
                    yield name, run
                    break


def meetings(shown: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each two features that hold of one text and are weighed beside each other, too."""
    return combinations(sorted(_MEETING.intersection(shown)), 2)


def met(one: str, other: str) -> str:
    """What the weights of two features that meet are called: "this + that"."""
    return f"{one}{MET}{other}"


MET = " + "
_MEETING = frozenset({
    "freed", "put_off", "closed", "thanks", "worst", "done", "follow_up", "before", "carry_on",
    "course", "tidings", "correction", "extension", "bail", "rearrested", "yours", "reader",
    "demand", "risk", "now", "lately", "going_on", "moved", "past", "past_years", "anniversary",
    "precedent", "we", "you", "court", "custody", "harm", "statement", "event", "petition",
    "report", "fundraising", "asked before", "call before", "call over", "no more acts",
    "harm near", "harm feared", "harm dated", "date soon", "date recent", "omen near", "long past",
    "title freed", "title put_off", "title worst", "title done", "title closed", "title thanks",
    "title now", "title risk", "title court", "title moved", "title custody",
})  # fmt: skip
"""Features that are weighed beside each other."""
