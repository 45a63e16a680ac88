"""Reads what an admin typed behind /appeal: which appeal is meant, and its words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.commands import values
from bot.commands.mistake import Mistake
from bot.render.clean import clean
from bot.speech import Speech
from storage.appeals import Draft
from storage.records import without_credentials
from storage.words import Urgency

EXAMPLE = "/appeal 7"
HEADLINE = 150
TEXT = 2_400
"""Characters: with all that stands around it, as much as one message holds everywhere."""
_TO = 100
_URL = 300
_COUNTRIES = 20
_KEYS = ("headline", "countries", "to", "by", "url", "lang", "urgency", "text")
_KEY = re.compile(rf"[ \t]*({'|'.join(_KEYS)})[ \t]*[:：](.*)", re.IGNORECASE)
_NUMBER = re.compile(r"#?([0-9]{1,9})(?:[ \t]*(?:\n|$)|[ \t]+(?=(?:[a-z]+)[ \t]*[:：]))", re.IGNORECASE)
_DROP = re.compile(r"#?([0-9]{1,9})[ \t]+drop", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """`number` is that of an appeal that is there, 0 for a new one; `words` is what is said of it."""

    number: int = 0
    words: str = ""
    drop: bool = False


def read(typed: str) -> Typed:
    """Return what is meant.

    "7" alone, or "7" and a key, or "7" and further lines, is the appeal 7. Any other text is a new one, so
    that "9 refugees face return" changes nothing that is there.
    """
    text = typed.strip()
    dropped = _DROP.fullmatch(text)
    if dropped:
        return Typed(int(dropped[1]), drop=True)
    named = _NUMBER.match(text)
    if named and (named.end() == len(text) or "\n" in named[0] or _KEY.match(text[named.end() :])):
        return Typed(int(named[1]), text[named.end() :].strip())
    return Typed(words=text)


def changes(typed: str) -> bool:
    """Say whether what stands behind /appeal writes anything: a number alone only shows it."""
    found = read(typed)
    return bool(found.words or found.drop)


def draft(words: str, before: Draft | None, speech: Speech, today: date) -> Draft:
    """Return the appeal that these words make, or make of what it was `before`.

    First lines with a key, then the headline, then the text; each of them may be left out where there was
    one before. Raises Mistake for what cannot be sent so.
    """
    given, rest = _keys(words)
    if rest:
        headline, _, text = rest.partition("\n")
        given |= {"headline": headline, "text": text}
    made = before or Draft("", "", speech.language)
    for key, value in given.items():
        made = replace(made, **{_FIELDS.get(key, key): _READ[key](value.strip(), speech)})
    _check(made, speech, today)
    return made


_FIELDS = {"lang": "language"}


def _keys(words: str) -> tuple[dict[str, str], str]:
    """The values of the keys that stand first, and what follows them; of `text` everything that follows."""
    given: dict[str, str] = {}
    lines = clean(words).strip().split("\n")
    while lines and (found := _KEY.fullmatch(lines[0])):
        key = found[1].lower()
        if key == "text":
            return given | {"text": "\n".join((found[2], *lines[1:]))}, ""
        given[key] = found[2]
        lines = lines[1:]
    return given, "\n".join(lines).strip()


def _check(made: Draft, speech: Speech, today: date) -> None:
    if not made.headline:
        raise Mistake("An appeal begins with a headline, on a line of its own.")
    for text, most in ((made.headline, HEADLINE), (made.to, _TO), (made.url, _URL)):
        if len(text.encode("utf-16-le")) > 2 * most:
            raise Mistake(
                "“{word}” is too long: {most} characters at most.", word=text[:40], most=speech.number(most)
            )
    length = len(made.text.encode("utf-16-le")) // 2
    if length > TEXT:
        raise Mistake(
            "The text has {count} characters. At most {most} fit into one message: shorten it, and link to "
            "the rest with a line such as {example}",
            count=speech.number(length),
            most=speech.number(TEXT),
            example="url: https://example.org/appeal",
        )
    if made.by is not None and made.by < today:
        raise Mistake("{date} has passed: what is asked by then, nobody can do.", date=speech.date(made.by))


def _countries(value: str, _speech: Speech) -> tuple[str, ...]:
    pieces = tuple(values.split(value)) if re.search("[,，、]", value) else tuple(value.split())
    if len(pieces) > _COUNTRIES:
        raise Mistake("That is too much for one line: {most} words at most.", most=_COUNTRIES)
    try:
        found = tuple(values.country(piece.strip()) for piece in pieces)
    except Mistake:
        found = (values.country(value),)  # "North Korea" is one
    return tuple(dict.fromkeys(found))


def _by(value: str, _speech: Speech) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Mistake(
            "“{word}” is no date. Write it so: {example}", word=value[:40], example="by: 2026-12-01"
        ) from None


def _url(value: str, _speech: Speech) -> str:
    if value and (not re.fullmatch(r"https?://[^\s/]+\S*", value) or without_credentials(value) != value):
        raise Mistake(
            "“{word}” is no address that everybody can open. Write it so: {example}",
            word=value[:40],
            example="url: https://example.org/appeal",
        )
    return value


def _urgency(value: str, speech: Speech) -> Urgency:
    for one in (Urgency.IMMEDIATE, Urgency.EXPECTED):
        if value.casefold() in (one.casefold(), speech.urgency(one).casefold()):
            return one
    raise Mistake(
        "“{word}” is not understood after “{key}:”. It can be: {known}",
        word=value[:40],
        key="urgency",
        known="Immediate, Expected",
    )


def _language(value: str, speech: Speech) -> str:
    return values.languages((value,), speech)[0]


def _line(value: str, _speech: Speech) -> str:
    return " ".join(value.split())


_READ: dict[str, Callable[[str, Speech], Any]] = {
    "headline": _line,
    "text": lambda value, _speech: value,
    "countries": _countries,
    "to": _line,
    "by": _by,
    "url": _url,
    "lang": _language,
    "urgency": _urgency,
}
