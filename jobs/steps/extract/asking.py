"""Tells whether a word that may ask does: not where it is denied, told of many, or a noun."""

import re

from jobs.steps.extract.ask import form_of

_OURS = re.compile(r"\b(?:our|one|only)\s+(?:\w+\s+)?$")
_ONLY_ADVERBS = re.compile(
    r"^\W*(?:further|also|again|moreover|finally|lastly|"
    r"in addition),?\s*$",
    re.IGNORECASE,
)
_NOUN_BEFORE = re.compile(
    r"(?:\b(?:a|an|the|this|that|these|those|any|no|urgent|first|public|joint|previous|recent|such|"
    r"of|from|upon|"
    r"his|her|its|their|our|your|my|at|under|for|in|on|every|many|numerous|repeated|several|made|"
    r"latest|last|further)|['’]s)\s*$",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"\b(?:repeat|reiterat|renew|issu|mak|add|join)\w*\s+(?:\w+\s+)?(?:our|its|their|my|a|an|the|"
    r"this)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_PASSIVE_BEFORE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?$", re.IGNORECASE)


def not_asking(before: str, match: re.Match[str]) -> bool:
    """Whether the word that was found asks nothing here: a noun, a passive, somebody reminded or refused."""
    verb = match["verb"].lower()
    sure = _surely_asking(verb, before)
    if sure is not None:
        return not sure
    base = form_of(verb) in {"base", "s"}
    if verb == "demand" and _MARKED_WITH.search(before[-30:]):
        return False
    if base and _NOUN_BEFORE.search(before[-40:]) and not _REPEATED.search(before[-80:]):
        return not _MANY_BEFORE.search(before[-40:])
    passive = form_of(verb) == "past" and _PASSIVE_BEFORE.search(before[-30:])
    return bool(passive or _DENIED_BEFORE.search(before[-20:]))


def _surely_asking(verb: str, before: str) -> bool | None:
    """What the word and those before it decide at once; None where they do not."""
    if (verb == "petition" and not before.strip()) or verb.startswith("remind"):
        return False
    if verb.startswith(("demand ", "demands ")):
        return True
    if verb.startswith("want"):
        return bool(re.search(r"\b[Ww]e\s+(?:\w+\s+)?$", before[-30:]))
    form = form_of(verb)
    if form in {"base", "s"} and (_OURS.search(before[-40:]) or _WE.search(before[-40:])):
        return True
    if form == "s" and _ONLY_ADVERBS.match(before):
        return True
    return False if verb.endswith(" to") and verb.startswith("call") else None  # "the call to prayer"


_MARKED_WITH = re.compile(r"\bwith\s+(?:an?|the|one|a\s+\w+)\s+$")
"""Before what a body marks a day with: "today marked the third year with a demand that ..."."""
_WE = re.compile(r"\b(?:[Ww]e|I)\s+(?:\w+,?\s+){0,2}$")
_MANY_BEFORE = re.compile(
    r"\b(?:groups|organi[sz]ations|members|participants|signatories|networks)\s+(?:\w+\s+)?$"
)
_DENIED_BEFORE = re.compile(r"\b(?:not|never|to be|refus\w+ to|decline\w* to|without)\s+$", re.IGNORECASE)
