"""Says everything in the person's language: sentences from gettext catalogues, names and dates from CLDR."""

import gettext
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import Literal

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.render.clean import isolated
from bot.render.message import Line, Span
from storage.words import (
    Certainty,
    Digest,
    Kind,
    Severity,
    SourceState,
    Urgency,
)

DEFAULT = "en"
MARK = "/"
"""What a command begins with in the catalogues, and nearly everywhere."""
_MARKS = {"matrix": "!"}
"""Where clients keep a line that begins with "/" to themselves."""
_COMMAND = re.compile(r"(?<![\w/:.}])/(?=[a-z{])")
"""The mark of a command in a sentence of the catalogues."""
_EXAMPLE = "example"
_CLDR = {"en": "en_001"}
"""Where the plain language's customs are not the world's: dates in English as "8 December 2015"."""


def msgid(text: str) -> str:
    """Mark `text` as a sentence of the catalogues; it is translated where it is said."""
    return text


KINDS = {
    Kind.URGENT_APPEAL: msgid("urgent appeal"),
    Kind.STATEMENT: msgid("statement"),
    Kind.RESOLUTION: msgid("resolution"),
    Kind.OPEN_LETTER: msgid("open letter"),
    Kind.CAMPAIGN: msgid("campaign"),
    Kind.EVENT: msgid("event"),
    Kind.REPORT: msgid("report"),
    Kind.OTHER: msgid("other"),
}
URGENCIES = {
    Urgency.IMMEDIATE: msgid("Immediate"),
    Urgency.EXPECTED: msgid("Expected"),
    Urgency.FUTURE: msgid("Future"),
    Urgency.PAST: msgid("Past"),
    Urgency.UNKNOWN: msgid("Unknown"),
}
SEVERITIES = {
    Severity.EXTREME: msgid("Extreme"),
    Severity.SEVERE: msgid("Severe"),
    Severity.MODERATE: msgid("Moderate"),
    Severity.MINOR: msgid("Minor"),
    Severity.UNKNOWN: msgid("Unknown"),
}
CERTAINTIES = {
    Certainty.OBSERVED: msgid("Observed"),
    Certainty.LIKELY: msgid("Likely"),
    Certainty.POSSIBLE: msgid("Possible"),
    Certainty.UNLIKELY: msgid("Unlikely"),
    Certainty.UNKNOWN: msgid("Unknown"),
}
SOURCE_STATES = {
    SourceState.NEW: msgid("not asked yet"),
    SourceState.OK: msgid("answers"),
    SourceState.UNCHANGED: msgid("answers, nothing new"),
    SourceState.DEGRADED: msgid("answers in part"),
    SourceState.THROTTLED: msgid("asks us to slow down"),
    SourceState.FAILING: msgid("fails"),
    SourceState.DARK: msgid("gone dark"),
    SourceState.GONE: msgid("gone for good"),
    SourceState.NOT_A_FEED: msgid("does not answer with a feed"),
    SourceState.MOVED: msgid("moved to another site"),
}
DIGESTS = {
    Digest.NONE: msgid("at once"),
    Digest.DAILY: msgid("once a day"),
    Digest.WEEKLY: msgid("once a week"),
}


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, the default first."""
    found = (
        folder.name
        for folder in resources.files("bot.locales").iterdir()
        if folder.joinpath("LC_MESSAGES", "vigil.po").is_file()
    )
    return tuple(sorted(found, key=lambda code: (code != DEFAULT, code)))


def nearest(language: str) -> str:
    """Return the catalogue for a BCP 47 tag or POSIX locale: "ko-KR" is spoken as "ko", "xx" as "en"."""
    primary = language.replace("_", "-").split("-", 1)[0].strip().lower()
    return primary if primary in languages() else DEFAULT


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    """Read one catalogue and compile it in memory."""
    folder = resources.files("bot.locales").joinpath(language, "LC_MESSAGES")
    with folder.joinpath("vigil.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain="vigil")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def mark_on(transport: str) -> str:
    """What a command begins with on this transport."""
    return _MARKS.get(transport, MARK)


class Speech:
    """One language's voice. `timezone` is where moments are told; they name it.

    `mark` is what commands begin with where this is read. Only those of our own sentences are written so,
    and a command that fills the place {example}: what else fills a place may be somebody's words.
    """

    def __init__(self, language: str = DEFAULT, timezone: tzinfo = UTC, mark: str = MARK) -> None:
        self.language = nearest(language)
        self.timezone = timezone
        self.mark = mark
        self.locale = Locale.parse(_CLDR.get(self.language, self.language))
        self._catalogue = _catalogue(self.language)

    def t(self, msgid: str, **values: object) -> str:
        """Return the sentence in this language, its {named} places filled with `values`."""
        return self._sentence(self._catalogue.gettext(msgid)).format(**self._filled(values))

    def n(self, singular: str, plural: str, count: int, **values: object) -> str:
        """Return the sentence for `count`, which it may show as {count}."""
        sentence = self._sentence(self._catalogue.ngettext(singular, plural, count))
        return sentence.format(count=self.number(count), **self._filled(values))

    def line(self, msgid: str, **values: str | Span | Line) -> Line:
        """Return the sentence as styled text: a Span or Line given for a place keeps its style there."""
        spans: list[Span] = []
        for text, name, _, _ in Formatter().parse(self._sentence(self._catalogue.gettext(msgid))):
            if text:
                spans.append(Span(text))
            if name is None:
                continue
            value = values[name]
            if isinstance(value, str):
                value = self._value(name, value)
            given = value if isinstance(value, tuple) else (_span(value),)
            spans.extend(replace(span, text=isolated(span.text)) for span in given)
        return tuple(spans)

    def typed(self, command: str) -> str:
        """Return a command of ours as it is typed where this is read: "!help"."""
        return f"{self.mark}{command[len(MARK) :]}" if command.startswith(MARK) else command

    def also(self, language: str) -> "Speech":
        """Return the voice of another language in the same place."""
        return Speech(language, self.timezone, self.mark)

    def number(self, value: int) -> str:
        """Return a number grouped as the language groups it."""
        return format_decimal(value, locale=self.locale)

    def day(self, day: date) -> str:
        """Return a day of this year or the next few months, for where there is little room: "14 March"."""
        return format_skeleton("MMMMd", day, locale=self.locale)

    def date(self, day: date) -> str:
        """Return a calendar date with its month in words."""
        return format_date(day, "long", locale=self.locale)

    def moment(self, when: datetime, timezone: tzinfo | None = None) -> str:
        """Return date, hour, minute and the time zone they are told in (`when` is aware)."""
        zone = timezone or self.timezone
        clock = format_datetime(when, "HH:mm", tzinfo=zone, locale=self.locale)
        day = when.astimezone(zone)
        return self.t(
            "{date}, {time} {zone}", date=self.date(day.date()), time=clock, zone=day.tzname() or ""
        )

    def country(self, code: str) -> str:
        """Return the country's name for an ISO 3166-1 alpha-2 code; an unknown code stays as it is."""
        return str(self.locale.territories.get(code.upper(), code))

    def language_name(self, code: str) -> str:
        """Return the language's name for an ISO 639-1 code; an unknown code stays as it is."""
        return str(self.locale.languages.get(code.lower(), code))

    def joined(
        self, items: Iterable[str], style: Literal["standard", "or", "unit-narrow"] = "standard"
    ) -> str:
        """Return the items as one enumeration: "China, Laos and Vietnam"."""
        return format_list([isolated(one) for one in items], style=style, locale=self.locale)

    def kind(self, kind: Kind) -> str:
        """Return a kind's name: "open letter"."""
        return self.t(KINDS[kind])

    def urgency(self, urgency: Urgency) -> str:
        """Return CAP's word for urgency."""
        return self.t(URGENCIES[urgency])

    def severity(self, severity: Severity) -> str:
        """Return CAP's word for severity."""
        return self.t(SEVERITIES[severity])

    def certainty(self, certainty: Certainty) -> str:
        """Return CAP's word for certainty."""
        return self.t(CERTAINTIES[certainty])

    def source_state(self, state: SourceState) -> str:
        """Return how a source answered, in words."""
        return self.t(SOURCE_STATES[state])

    def digest(self, digest: Digest) -> str:
        """Return how often a route is served, in words."""
        return self.t(DIGESTS[digest])

    def _sentence(self, sentence: str) -> str:
        return sentence if self.mark == MARK else _COMMAND.sub(self.mark, sentence)

    def _filled(self, values: dict[str, object]) -> dict[str, object]:
        """The values, names that run from right to left so that they turn nothing around beside them."""
        return {
            name: isolated(self._value(name, one)) if isinstance(one, str) else one
            for name, one in values.items()
        }

    def _value(self, name: str, value: str) -> str:
        return self.typed(value) if name == _EXAMPLE else value


def own_name(language: str) -> str:
    """Return a language's name in itself: "한국어"."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return language
    return (locale.get_language_name() or language).capitalize()


def _span(value: str | Span) -> Span:
    return value if isinstance(value, Span) else Span(value)
