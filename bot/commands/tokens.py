"""Cuts a typed line into its parts: words, "phrases", -words and key:values."""

import re
from dataclasses import dataclass

from bot.commands.mistake import Mistake

LONGEST_LINE = 1000
MOST_PARTS = 60
_QUOTES = '"“”„«»「」'
_PART = re.compile(
    r"(?P<minus>[-−])?"
    r"(?:(?P<key>[^\W\d_]{1,20})(?P<mark>[:：=＝]))?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]{{0,300}})[{_QUOTES}]?|(?P<word>[^\s{_QUOTES}]{{1,300}})|(?P<none>(?=\s|$)))"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a line: `-"prison camp"` is negative and quoted, `kind:report` has a key."""

    text: str
    key: str = ""
    quoted: bool = False
    negative: bool = False
    typed: str = ""
    """The key and the mark after it, as they were typed."""

    @property
    def bare(self) -> bool:
        """True for a word with nothing to it."""
        return not (self.key or self.quoted or self.negative)


def parts(line: str) -> tuple[Part, ...]:
    """Return the parts of a line in order; raises Mistake when it is longer than anyone types."""
    if len(line) > LONGEST_LINE:
        raise Mistake("That is too long: {most} characters at most.", most=LONGEST_LINE)
    found: list[Part] = []
    at = 0
    while at < len(line):
        match = _PART.match(line, at)
        if match is None or match.end() == at:
            at += 1
            continue
        at = match.end()
        part = _part(match)
        last = found[-1] if found else None
        if last and last.key and not last.text and not last.quoted and part.bare:
            part = Part(
                part.text, last.key, negative=last.negative, typed=last.typed
            )  # "kind: report", with a space
            found.pop()
        if part.text or part.key:
            found.append(part)
    if len(found) > MOST_PARTS:
        raise Mistake("That is too much for one line: {most} words at most.", most=MOST_PARTS)
    return tuple(found)


def _part(match: re.Match[str]) -> Part:
    phrase = match["phrase"]
    quoted = phrase is not None
    text = " ".join(phrase.split()) if quoted else match["word"] or ""
    return Part(
        text,
        (match["key"] or "").lower(),
        quoted,
        bool(match["minus"]),
        f"{match['key'] or ''}{match['mark'] or ''}",
    )
