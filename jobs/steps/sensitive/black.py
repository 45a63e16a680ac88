"""Takes words out of a statement, wherever they stand in it, and leaves a mark in their place."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from storage.records import Demand, Reason, Statement

MARK = "█████"
"""What stands where something was withheld; always as long, so that it tells nothing of what it hides."""
_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_NEVER = re.compile("(?!)")
_IN_NAMES = " -’'."
_SHORTEST = 3
"""Letters of a part of a name that is taken out where it stands alone."""
_LEADS = re.compile(r"(?<=[\w,;][ \t])(\w[\w’'-]*)[ \t]$")
"""The word before, unless a sentence begins with it."""
_FOLLOWS = re.compile(r"^[ \t](\w[\w’'-]*)")
_NO_NAME = frozenset(
    (
        *("the", "he", "she", "her", "his", "they", "when", "for", "and", "but", "in", "on", "at"),
        *("ms", "mr", "mrs", "miss", "mme", "dr", "prof", "free", "release", "save"),
    )
)
"""Beside one of these a name is not somebody else's."""


class Black:
    """Blackens the same words in many texts.

    A name goes also where only a part of it stands, as a surname alone does further down in a text; "Kim"
    of "Kim Min-ji" goes, and stays in "Kim Jong-un".
    """

    def __init__(self, words: Iterable[str]) -> None:
        whole = dict.fromkeys(" ".join(one.split()) for one in words)
        parts = dict.fromkeys(part for one in whole if _is_name(one) for part in one.split())
        self._whole = _any((*whole, *map(_turned, whole)), re.IGNORECASE)
        self._part = _any(part for part in parts if len(part) >= _SHORTEST)

    def clean(self, text: str) -> str:
        """The text without the words."""
        return self._part.sub(_unless_another, self._whole.sub(MARK, text))

    def holds(self, text: str) -> bool:
        """Whether any of the words stands there."""
        return self.clean(text) != text


def blacken(text: str, words: Iterable[str]) -> str:
    """The text without these words."""
    return Black(words).clean(text)


def blackened(statement: Statement, words: Iterable[str]) -> Statement:
    """The statement without these words: in its title, its text, its demands, names and places."""
    black = Black(words)
    clean = black.clean
    signed = statement.signatories
    return replace(
        statement,
        title=clean(statement.title),
        text=clean(statement.text),
        demands=tuple(_demand(one, clean) for one in statement.demands),
        dropped=tuple(replace(one, to=clean(one.to), quote=clean(one.quote)) for one in statement.dropped),
        addressees=tuple(replace(one, name=clean(one.name)) for one in statement.addressees),
        signatories=replace(signed, names=tuple(clean(one) for one in signed.names)),
        places=tuple(one for one in statement.places if not black.holds(one)),
        alert=replace(statement.alert, reasons=_reasons(statement.alert.reasons, clean)),
        link=_reasons(statement.link, clean),
    )


def _demand(one: Demand, clean: Callable[[str], str]) -> Demand:
    condition = clean(one.condition) if one.condition else one.condition
    return replace(one, to=clean(one.to), quote=clean(one.quote), condition=condition)


def _reasons(told: tuple[Reason, ...], clean: Callable[[str], str]) -> tuple[Reason, ...]:
    return tuple(replace(one, evidence=clean(one.evidence)) for one in told)


def _is_name(words: str) -> bool:
    """Whether all of it is capitalised words: then each of them may stand for the person."""
    parts = words.split()
    plain = all(char.isalpha() or char in _IN_NAMES for char in words)
    return plain and len(parts) > 1 and all(part[0].isupper() for part in parts)


def _unless_another(match: re.Match[str]) -> str:
    """The mark, unless the word stands beside another capitalised one: there it is somebody else's name."""
    before = _LEADS.search(match.string[max(0, match.start() - 40) : match.start()])
    after = _FOLLOWS.match(match.string[match.end() : match.end() + 40])
    beside = [found[1] for found in (before, after) if found]
    another = any(word[0].isupper() and word.lower() not in _NO_NAME for word in beside)
    return match.group() if another and not _is_headline(match) else MARK


def _is_headline(match: re.Match[str]) -> bool:
    """Whether most words of its line have capitals: there they tell nothing."""
    start = match.string.rfind("\n", 0, match.start()) + 1
    end = match.string.find("\n", match.end())
    words = [word for word in match.string[start : end if end >= 0 else None].split() if word[0].isalpha()]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _turned(words: str) -> str:
    """The same name with its last word first; "" for what is none."""
    parts = words.split()
    return " ".join((parts[-1], *parts[:-1])) if _is_name(words) else ""


def _any(words: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """What finds any of these words, whatever white space stands in them, the longest first."""
    found = sorted(filter(None, words), key=len, reverse=True)
    return re.compile("|".join(map(_piece, found)), flags) if found else _NEVER


def _piece(words: str) -> str:
    told = r"\s+".join(re.escape(part) for part in words.split())
    before = r"(?<!\w)" if words[0].isalnum() and not _EAST.match(words[0]) else ""
    after = r"(?!\w)" if words[-1].isalnum() and not _EAST.match(words[-1]) else ""
    return f"{before}{told}{after}"
