"""Takes words out of a statement, wherever they stand in it, and leaves a mark in their place."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from urllib.parse import unquote

from jobs.steps.sensitive import forms
from jobs.steps.sensitive.transcribed import Transcribed
from storage.records import Change, Demand, Entry, Reason, Statement

MARK = "█████"
"""What stands where something was withheld; always as long, so that it tells nothing of what it hides."""
_NEVER = re.compile("(?!)")
_SHORTEST = 3
"""Letters of a part of a name that is taken out where it stands alone."""
_LEADS = re.compile(r"(?<=[\w,;][ \t])(\w[\w’'-]*)[ \t]$")
"""The word before, unless a sentence begins with it."""
_FOLLOWS = re.compile(r"^[ \t](\w[\w’'-]*)")
_OWNING = re.compile(r"[’']s?$")
_NO_NAME = frozenset(
    (
        *("the", "he", "she", "her", "his", "they", "when", "for", "and", "but", "in", "on", "at"),
        *("ms", "mr", "mrs", "miss", "mme", "dr", "prof", "free", "release", "save"),
    )
)
"""Beside one of these a name is not somebody else's."""


class Black:
    """Blackens the same words in many texts.

    A name goes in each of its forms (`forms`), and also where only a part of it stands, as a surname alone
    does further down in a text; "Kim" of "Kim Min-ji" goes, and stays in "Kim Jong-un". Of words that
    hold more than the name, "Student Mina Park", the name goes without the rest as well. And it goes where it
    is written in another script.
    """

    def __init__(self, words: Iterable[str]) -> None:
        said = [" ".join(one.split()) for one in words]
        whole = [one for one in dict.fromkeys((*said, *map(forms.turned, said))) if one]
        parts = dict.fromkeys(part for one in said if forms.is_name(one) for part in one.split())
        self._own = frozenset(part.lower() for part in parts)
        self._whole = _any(map(forms.whole, _longest(whole)), re.IGNORECASE)
        self._part = _any(forms.part(one) for one in _longest(parts) if len(one) >= _SHORTEST)
        self._inside = _any(map(forms.inside, whole), re.IGNORECASE)
        self._elsewhere = Transcribed(dict.fromkeys(one for one in said if one))

    def clean(self, text: str) -> str:
        """The text without the words."""
        bare = self._part.sub(self._unless_another, self._whole.sub(MARK, text))
        for start, end in reversed(self._elsewhere.spans(bare)):
            bare = f"{bare[:start]}{MARK}{bare[end:]}"
        return bare

    def holds(self, text: str) -> bool:
        """Whether any of the words stands there."""
        return self.clean(text) != text

    def stands_whole(self, text: str) -> bool:
        """Whether any of the words stands there, and not a part of them alone."""
        return self._whole.search(text) is not None or bool(self._elsewhere.spans(text))

    def link(self, url: str) -> str:
        """The address; "" where the words stand in it: half of it would lead nowhere."""
        return "" if self._inside.search(unquote(url)) or self.holds(unquote(url)) else url

    def statement(self, statement: Statement) -> Statement:
        """The statement without the words: in its title, text, demands, names, places and address."""
        clean, signed = self.clean, statement.signatories
        return replace(
            statement,
            title=clean(statement.title),
            text=clean(statement.text),
            url=self.link(statement.url),
            issuers=_each(statement.issuers, clean),
            demands=tuple(_demand(one, clean) for one in statement.demands),
            dropped=tuple(
                replace(one, to=clean(one.to), quote=clean(one.quote)) for one in statement.dropped
            ),
            addressees=tuple(replace(one, name=clean(one.name)) for one in statement.addressees),
            signatories=replace(signed, names=_each(signed.names, clean)),
            places=tuple(one for one in statement.places if not self.holds(one)),
            identifiers=_each(statement.identifiers, clean),
            alert=replace(statement.alert, reasons=_reasons(statement.alert.reasons, clean)),
            link=_reasons(statement.link, clean),
            wordings=tuple(
                replace(one, title=clean(one.title), text=clean(one.text), to=clean(one.to))
                for one in statement.wordings
            ),
        )

    def entry(self, entry: Entry) -> Entry:
        """The entry without the words; its digests stay, by which it is known again."""
        return replace(
            entry,
            title=self.clean(entry.title),
            text=self.clean(entry.text),
            url=self.link(entry.url),
            enclosures=tuple(one for one in entry.enclosures if self.link(one)),
        )

    def changes(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """What an edit changed, without the words."""
        return tuple(
            replace(one, before=_each(one.before, self.clean), after=_each(one.after, self.clean))
            for one in changes
        )

    def _unless_another(self, match: re.Match[str]) -> str:
        """The mark, unless the word stands beside a capitalised one: there it is somebody else's name.

        Beside another of the withheld words it is the same person's.
        """
        before = _LEADS.search(match.string[max(0, match.start() - 40) : match.start()])
        after = _FOLLOWS.match(match.string[match.end() : match.end() + 40])
        beside = [found[1] for found in (before, after) if found]
        if any(word[0].isupper() and _OWNING.sub("", word).lower() in self._own for word in beside):
            return MARK
        another = any(word[0].isupper() and word.lower() not in _NO_NAME for word in beside)
        return match.group() if another and not _is_headline(match) else MARK


def blacken(text: str, words: Iterable[str]) -> str:
    """The text without these words."""
    return Black(words).clean(text)


def blackened(statement: Statement, words: Iterable[str]) -> Statement:
    """The statement without these words."""
    return Black(words).statement(statement)


def taken_out(whole: str, clean: str) -> tuple[str, ...]:
    """What stands in the whole text in place of each mark of the clean one: `filled` puts it back."""
    first, *rest = clean.split(MARK)
    found, at = [], len(first)
    for number, piece in enumerate(rest):
        is_last = number == len(rest) - 1
        end = len(whole) - len(piece) if is_last else whole.find(piece, at)
        found.append(whole[at:end])
        at = end + len(piece)
    return tuple(found)


def filled(clean: str, pieces: Sequence[str]) -> str:
    """The text with its marks filled in their order; as it is where there are more or fewer of them."""
    first, *rest = clean.split(MARK)
    if len(rest) != len(pieces):
        return clean
    return first + "".join(word + piece for word, piece in zip(pieces, rest, strict=True))


def _each(texts: Iterable[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(map(clean, texts))


def _demand(one: Demand, clean: Callable[[str], str]) -> Demand:
    condition = clean(one.condition) if one.condition else one.condition
    return replace(one, to=clean(one.to), quote=clean(one.quote), condition=condition)


def _reasons(told: tuple[Reason, ...], clean: Callable[[str], str]) -> tuple[Reason, ...]:
    return tuple(replace(one, evidence=clean(one.evidence)) for one in told)


def _is_headline(match: re.Match[str]) -> bool:
    """Whether most words of its line have capitals: there they tell nothing."""
    start = match.string.rfind("\n", 0, match.start()) + 1
    end = match.string.find("\n", match.end())
    words = [word for word in match.string[start : end if end >= 0 else None].split() if word[0].isalpha()]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _any(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """What finds any of these."""
    found = "|".join(patterns)
    return re.compile(found, flags) if found else _NEVER
