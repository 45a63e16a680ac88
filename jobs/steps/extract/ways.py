"""Finds how a call says that one can act: the addresses that letters go to, and a letter to be copied.

Only what stands under a line that says so counts: an organisation's own address at the foot of a page is no
addressee, and an open letter is no model. Everything is returned as it stands in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jobs.steps.extract.data import table
from storage.terms import fold

MOST_ADDRESSES = 8
LONGEST_ADDRESS = 500
LONGEST_LETTER = 6000
"""Characters."""
_LINES = 12
"""More lines than this are no address."""
_WIDTH = 140
_HEADING = 70
"""Characters that a line may have which announces something."""
_REACHES = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+\d[\d ()./-]{6,}\d|https?://\S+|(?<!\w)@\w{3,}")
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[a-z][.)]|[•*–-])\s+")


@dataclass(frozen=True, slots=True)
class Ways:
    """What a text offers to whoever wants to act."""

    addresses: tuple[str, ...] = ()
    """Each with its lines."""
    letter: str = ""
    """From its first line to its closing."""


def ways_in(text: str) -> Ways:
    """The ways to act that the text names."""
    lines = [line.strip() for line in text.splitlines()]
    return Ways(tuple(_addresses(lines))[:MOST_ADDRESSES], _letter(lines))


def _addresses(lines: list[str]) -> Iterator[str]:
    """Paragraphs that look like addresses, below a line that announces them, up to one that does not."""
    at = 0
    while at < len(lines):
        if not _announces(lines[at], "to"):
            at += 1
            continue
        at += 1
        while at < len(lines):
            end = next((place for place in range(at, len(lines)) if not lines[place]), len(lines))
            block = lines[at:end]
            if block and _announces(block[0], "to"):
                break
            if block and not _is_address(block):
                break
            if block:
                yield "\n".join(block)[:LONGEST_ADDRESS]
            at = end + 1


def _is_address(block: list[str]) -> bool:
    """Few short lines, and one of them says how to reach somebody or is a label; or none is a sentence."""
    if len(block) > _LINES or max(map(len, block)) > _WIDTH:
        return False
    if any(_REACHES.search(line) or _has_label(line) for line in block):
        return True
    return len(block) > 1 and not any(line.endswith((".", "!", "?", ":", "。")) for line in block)


def _has_label(line: str) -> bool:
    head, colon, _ = fold(line).partition(":")
    return bool(colon) and head.strip() in _cues()["label"]


def _letter(lines: list[str]) -> str:
    """What stands between a line that announces a letter and the closing of one; "" without both."""
    whole = fold("\n".join(lines))
    below = any(cue in whole for cue in _cues()["points"])
    for start, line in enumerate(lines):
        if not (_announces(line, "letter") or (below and _announces(line, "below"))):
            continue
        size = 0
        for end in range(start + 1, len(lines)):
            size += len(lines[end]) + 1
            if size > LONGEST_LETTER:
                break
            if _closes(lines[end]):
                return "\n".join(lines[start + 1 : end + 1]).strip()
    return ""


def _announces(line: str, what: str) -> bool:
    """Whether a line is little more than one of these cues."""
    said = _NUMBERED.sub("", line)
    if not said or len(said) > _HEADING or said.endswith((".", "。")):
        return False
    folded = fold(said).strip(" :*_=[]()#")
    shouts = said.isupper() or line.endswith((":", "："))
    return any(folded == cue or (shouts and _begins(folded, cue)) for cue in _cues()[what])


def _begins(folded: str, cue: str) -> bool:
    """Whether the line begins with the cue, as "please send appeals before 8 April to" does, or ends so."""
    return folded.startswith((f"{cue} ", f"{cue}:")) or folded.endswith(f" {cue}")


def _closes(line: str) -> bool:
    folded = fold(line).strip(" ,.!…")
    return len(line) < _HEADING and any(
        folded == cue or folded.startswith(f"{cue},") or (not cue.isascii() and folded.endswith(cue))
        for cue in _cues()["closing"]
    )


@cache
def _cues() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(fold, cues)) for name, cues in table("ways.toml").items()}
