"""Finds the cues of a text: which words speak for which harm, time, request, outcome or kind."""

from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.phrases import Hit, Phrases
from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens

LANGUAGES = ("en", "ko", "ja", "zh", "fr", "es", "ru", "ar")
"""Languages that have a table `cues_xx.toml`; a text in another is read with the English one."""

_IDLE = "nothing"
"""The group of phrases that hold a cue and do not mean it: "execution of the contract"."""

_DONE = frozenset({"done", "worst"})
"""Groups of what has happened."""

_LASTING = frozenset({"carry_on", "go_on", "pledge"})
"""Groups that say that something does not end: what readers do, what the writers will do."""
_OVER = frozenset({"closed", "ends", "no_more"})
"""Groups that say that it does."""

_OUTCOMES = frozenset({"freed", "put_off", "bail"})
_TOLD = _OUTCOMES | _DONE
"""Groups that tell how a case went."""

HARMS = ("return", "execution", "torture", "disappearance", "health", "eviction", "attack", "custody")


@dataclass(frozen=True, slots=True)
class Cues:
    """What was seen in one text, by group, in order of place. `title_end` is the title's length."""

    tokens: Tokens
    title_end: int
    found: dict[str, list[Hit[str]]]

    def of(self, *groups: str) -> list[Hit[str]]:
        """The hits of these groups, in the order given."""
        if len(groups) == 1:
            return self.found.get(groups[0], [])
        return [hit for group in groups if group in self.found for hit in self.found[group]]

    def in_title(self, group: str) -> bool:
        """Whether the group has a hit in the title."""
        return any(self.tokens.starts[hit.first] < self.title_end for hit in self.found.get(group, ())[:1])

    def sentence(self, hit: Hit[str]) -> int:
        """The number of the sentence a hit stands in."""
        return self.tokens.sentences[hit.first]

    def words(self, hit: Hit[str]) -> str:
        """The very words of a hit."""
        return self.tokens.evidence(hit.first, hit.last)


def find_cues(tokens: Tokens, title_end: int, language: str) -> Cues:
    """The cues of a cut text in a language (ISO 639-1); an unknown one is read as English."""
    hits = _phrases(language if language in LANGUAGES else "en").find(tokens)
    idle = {i for hit in hits if hit.value == _IDLE for i in range(hit.first, hit.last + 1)}
    ahead = {i for hit in hits if hit.value == "risk" for i in range(hit.first, hit.last + 1)}
    goes_on = {i for hit in hits if hit.value in _LASTING for i in range(hit.first, hit.last + 1)}
    others = {tokens.sentences[hit.first] for hit in hits if hit.value == "precedent"}
    asked = {i for hit in hits if hit.value == "demand" for i in range(hit.first, hit.last + 1)}
    found: dict[str, list[Hit[str]]] = {}
    for hit in hits:
        group, first = hit.value, hit.first
        if group in _TOLD:
            if tokens.sentences[first] in others:
                continue  # "last year two men were deported": what others met is no news of these
            if first in (ahead if group in _DONE else asked):
                continue  # "deported" in "will be deported", "release" in "we ask for her release"
        elif group in _OVER and first - 1 in goes_on and first in goes_on:
            continue  # "stop calling" in "do not stop calling"
        if group != _IDLE and not (idle and idle.issuperset(range(hit.first, hit.last + 1))):
            found.setdefault(group, []).append(hit)
    return Cues(tokens, title_end, found)


@cache
def _phrases(language: str) -> Phrases[str]:
    """All phrases of a language with their groups; the labels of alerts are read in English too."""
    rows = table(f"cues_{language}")
    pairs = [(phrase, group) for group, line in rows.items() for phrase in _listed(line)]
    if language != "en":
        english = table("cues_en")
        pairs += [(phrase, "urgent_label") for phrase in _listed(english["urgent_label"])]
    return Phrases(pairs)


def _listed(line: str) -> list[str]:
    return [phrase.strip() for phrase in line.replace("\n", " ").split(",") if phrase.strip()]
