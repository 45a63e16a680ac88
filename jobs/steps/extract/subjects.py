"""Of whom an English sentence tells something: whom "they" may mean in the next one."""

import re

from jobs.steps.extract import parties

_OPENING = re.compile(
    r"^[“\"]?(?:(?:But|And|Yet|Still|Today|So|Meanwhile|(?:In|Under|After|Since) [^,]{2,40}),?\s+)?"
)
_ONE = (
    r"(?:(?:[Tt]he|[Aa]ll|[Bb]oth)\s+)?(?:(?:[a-z]+\s+){0,2}(?:government|authorities|parliament|president|ministry|governments)\s+"
    r"(?:of|in)\s+(?:the\s+)?)?(?:[A-Z][\w’'-]+(?:\s+(?:of\s+(?:the\s+)?|for\s+|and\s+(?=Human|Social|Security))?[A-Z][\w’'-]+){0,5})"
    r"(?:\s+(?:government|authorities|parliament|army|police|leaders|state))?|"
    r"[Tt]he\s+(?:government|authorities)"
)
_STATE = frozenset({"government", "authorities"})
_ALONE = re.compile(rf"(?P<one>{_ONE})\s+(?!of\b|for\b|and\b)(?=[a-z])")
_BOTH = re.compile(rf"(?P<one>{_ONE})\s+and\s+(?P<other>{_ONE})\s+(?!of\b|for\b|and\b)(?=[a-z])")


def subjects(sentence: str) -> list[str]:
    """The one or two parties that a sentence begins with; none where they could not be asked for anything."""
    opening = _OPENING.match(sentence)
    text = sentence[opening.end() :][:260] if opening else sentence[:260]
    match = _BOTH.match(text) or _ALONE.match(text)
    if match is None:
        return []
    named = [parties.clean(name) for name in match.groups()]
    if parties.vague(named[0]) and named[0].lower() not in _STATE:
        return []
    return named if all(parties.actor(name) and not parties.reader(name) for name in named) else []
