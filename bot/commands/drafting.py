"""Reads what an admin typed behind /appeal: which appeal is meant, its words in each language, its time."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from babel import Locale

from bot.commands import values
from bot.commands.appointed import appointed
from bot.commands.mistake import Mistake
from bot.render.clean import clean
from bot.speech import Speech
from storage.appeals import Draft
from storage.records import Picture, Wording
from storage.urls import without_credentials
from storage.words import Urgency

EXAMPLE = "/appeal 7"
HEADLINE = 150
TEXT = 2_400
"""Characters: with all that stands around it, as much as one message holds everywhere."""
_TO = 100
_URL = 300
_COUNTRIES = 20
_LANGUAGES = 9
"""Beside the first."""
_KEYS = ("headline", "countries", "to", "by", "at", "url", "lang", "urgency", "picture", "text")
_OF_A_LANGUAGE = {"headline": "title", "text": "text", "to": "to"}
"""What is said in each language by itself, and as what it is kept."""
_KEY = re.compile(rf"[ \t]*({'|'.join(_KEYS)})[ \t]*[:：](.*)", re.IGNORECASE)
_NUMBER = re.compile(r"#?([0-9]{1,9})(?:[ \t]*(?:\n|$)|[ \t]+(?=(?:[a-z]+)[ \t]*[:：]))", re.IGNORECASE)
_DROP = re.compile(r"#?([0-9]{1,9})(?:[ \t]+([a-z]{2}))?[ \t]+drop", re.IGNORECASE)
_SPOKEN = re.compile(r"(#?[0-9]{1,9})[ \t]+([a-z]{2})(?=[ \t]*(?:\n|$)|[ \t]+[a-z]+[ \t]*[:：])")
"""Two letters behind the number are a language: "7 ko", with or without its words."""


@dataclass(frozen=True, slots=True)
class Typed:
    """`number` is that of an appeal that is there, 0 for a new one; `words` is what is said of it."""

    number: int = 0
    words: str = ""
    drop: bool = False
    language: str = ""
    """Whose words are meant; "" for the first, which whoever reads none of the others gets."""


def read(typed: str) -> Typed:
    """Return what is meant.

    "7" alone, or "7" and a key, or "7" and further lines, is the appeal 7; "7 ko" its words in Korean. Any
    other text is a new one, so that "9 refugees face return" changes nothing that is there.
    """
    text = typed.strip()
    dropped = _DROP.fullmatch(text)
    if dropped:
        return Typed(int(dropped[1]), drop=True, language=(dropped[2] or "").lower())
    spoken = _SPOKEN.match(text)
    language = spoken[2] if spoken and spoken[2] in Locale.parse("en").languages else ""
    if spoken and language:
        text = f"{spoken[1]}{text[spoken.end() :]}"
    named = _NUMBER.match(text)
    if named and (named.end() == len(text) or "\n" in named[0] or _KEY.match(text[named.end() :])):
        return Typed(int(named[1]), text[named.end() :].strip(), language=language)
    return Typed(words=typed.strip())


def changes(typed: str) -> bool:
    """Say whether what stands behind /appeal writes anything: a number alone only shows it."""
    found = read(typed)
    return bool(found.words or found.drop)


def draft(
    words: str,
    before: Draft | None,
    speech: Speech,
    now: datetime,
    language: str = "",
    shows: Picture | None = None,
) -> Draft:
    """Return the appeal that these words make, or make of what it was `before`.

    First lines with a key, then the headline, then the text; each of them may be left out where there was
    one before. With `language` they are its words in that one; `shows` is a picture that came with them.
    Raises Mistake for what cannot be sent so.
    """
    given, rest = _keys(words)
    if shows:
        given["picture"] = ""
    if rest:
        headline, _, text = rest.partition("\n")
        given |= {"headline": headline, "text": text}
    made = before or Draft("", "", speech.language)
    if language and language != made.language:
        return _worded(made, language, given, speech)
    if "lang" in given:
        made = _first_in(made, _language(given.pop("lang").strip(), speech))
    if "picture" in given:
        if given.pop("picture").strip():
            raise Mistake("Send the picture itself, with {example} below it.", example=EXAMPLE)
        made = replace(made, picture=shows)
    if "at" in given:
        at, zone = appointed(given.pop("at").strip(), speech, now)
        made = replace(made, at=at, zone=zone)
    for key, value in given.items():
        made = replace(made, **{key: _READ[key](value.strip(), speech)})
    _check(made, speech, now.astimezone(speech.timezone).date())
    return made


def without(made: Draft, language: str, speech: Speech) -> Draft:
    """Return the appeal without its words in one language; raises Mistake where it has none, or no others."""
    if language == made.language:
        raise Mistake(
            "{language} is what everybody gets who reads none of its other languages, so it stays. Another "
            "takes its place with a line such as {example}",
            language=speech.language_name(language),
            example="lang: ko",
        )
    left = tuple(one for one in made.wordings if one.language != language)
    if left == made.wordings:
        raise Mistake("It has no words in {language}.", language=speech.language_name(language))
    return replace(made, wordings=left)


def _worded(made: Draft, language: str, given: dict[str, str], speech: Speech) -> Draft:
    """The appeal with these words in one more language, or with those that it has there changed."""
    odd = next((key for key in given if key not in _OF_A_LANGUAGE), "")
    if odd:
        raise Mistake("“{key}:” is the same in every language: write it without one.", key=odd)
    before = next((one for one in made.wordings if one.language == language), Wording(language, ""))
    said = {_OF_A_LANGUAGE[key]: _READ[key](value.strip(), speech) for key, value in given.items()}
    wording = replace(before, **said)
    _check_words(wording.title, wording.text, wording.to, speech)
    others = [one for one in made.wordings if one.language != language]
    if len(others) >= _LANGUAGES:
        raise Mistake("{most} languages are the most that one appeal has.", most=_LANGUAGES + 1)
    return replace(made, wordings=tuple(sorted((*others, wording), key=lambda one: one.language)))


def _first_in(made: Draft, language: str) -> Draft:
    """The appeal with this as its first language: if it has words there, they change places."""
    own = next((one for one in made.wordings if one.language == language), None)
    if own is None:
        return replace(made, language=language)
    was = Wording(made.language, made.headline, made.text, made.to if own.to else "")
    left = tuple(one for one in made.wordings if one.language != language)
    return replace(
        made,
        language=language,
        headline=own.title,
        text=own.text,
        to=own.to or made.to,
        wordings=tuple(sorted((*left, was), key=lambda one: one.language)),
    )


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
    _check_words(made.headline, made.text, made.to, speech)
    _check_length(made.url, _URL, speech)
    if made.by is not None and made.by < today:
        raise Mistake("{date} has passed: what is asked by then, nobody can do.", date=speech.date(made.by))
    if made.by is not None and made.at is not None and made.by < made.at.date():
        raise Mistake("It would go out after the day by which it asks for something.")


def _check_words(headline: str, text: str, to: str, speech: Speech) -> None:
    """Raises Mistake for words, in whatever language, that cannot be sent so."""
    if not headline:
        raise Mistake("An appeal begins with a headline, on a line of its own.")
    _check_length(headline, HEADLINE, speech)
    _check_length(to, _TO, speech)
    length = _units(text)
    if length > TEXT:
        raise Mistake(
            "The text has {count} characters. At most {most} fit into one message: shorten it, and link to "
            "the rest with a line such as {example}",
            count=speech.number(length),
            most=speech.number(TEXT),
            example="url: https://example.org/appeal",
        )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _check_length(text: str, most: int, speech: Speech) -> None:
    if _units(text) > most:
        raise Mistake(
            "“{word}” is too long: {most} characters at most.", word=text[:40], most=speech.number(most)
        )


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
    "urgency": _urgency,
}
