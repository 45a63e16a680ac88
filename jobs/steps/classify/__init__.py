"""Judges a statement: what it does (kind), and how near and how grave the harm is (CAP).

Cues are found once in the words of the text (`cues`, with tables a language), dates are set against
the day of judgement (`dates`), both make named features (`features`). What features and words (`grams`)
weigh stands in tables (`weights`); the sums give kind, urgency and stage (`scales`), and rules give
severity and certainty (`gravity`). A whole document is then judged by its form and its harms
(`documents`). Every judgement names what made it and the words it saw (`reasons`).
"""

from dataclasses import replace
from datetime import datetime

from jobs.steps.classify.cues import find_cues
from jobs.steps.classify.features import features_of
from jobs.steps.classify.gravity import certainty_of, severity_of, urgency_of
from jobs.steps.classify.scales import judge
from jobs.steps.lexicon.countries import countries_of_tokens, spoken_in
from jobs.steps.lexicon.languages import detect_language
from jobs.steps.lexicon.tokens import Tokens, cut, traditional
from storage.records import Assessment, Statement
from storage.words import Kind

_LEAD = 4_000
"""Characters that are read of a long document: title and lead say what it does."""
_FOOT = 1_000
"""And of its end, where closing words and instructions stand."""

HOME = {"ja": "JP", "ko": "KR", "zh": "CN", "ru": "RU"}
"""A text in them that names no country speaks to this one, some five times in six.

Chinese does so in simplified characters alone: the traditional ones are those of Taiwan and Hong Kong,
whose words tell which of the two it is (`spoken_in`).
"""


GUESSED = {
    **{language: frozenset({code}) for language, code in HOME.items()},
    "zh": frozenset({"CN", "HK", "TW"}),
    "ar": frozenset({"PS", "TN", "MA"}),
}
"""Countries that a statement in a language may have although its text names none of them."""


def classify(statement: Statement, as_of: datetime, home: tuple[str, ...] = ()) -> Statement:
    """The statement with kind, language, countries (if it had none) and its CAP assessment.

    `as_of` is the time of judgement: dates before it are past. `home` are the countries (alpha-2) that its
    source is about, for a text that names none. Pure; never raises on any text.
    """
    title = statement.title
    text = statement.text
    if len(text) > _LEAD + _FOOT:
        text = f"{text[:_LEAD]}\n{text[-_FOOT:]}"
    language = statement.language or detect_language(f"{title}\n{text}")
    tokens = cut(f"{title}\n{text}")
    cues = find_cues(tokens, len(title), language)
    features = features_of(cues, as_of.date(), language)
    verdict = judge(features, tokens, len(title))
    countries = statement.countries or countries_of_tokens(tokens)
    if not countries:
        countries = home or _at_home(language, tokens)
    elif not (statement.countries or home):
        countries = (*countries, *_held_at_home(language, verdict.kind, countries))
    alert = Assessment(
        msg_type=verdict.msg_type,
        urgent=verdict.urgent,
        urgency=urgency_of(statement, cues, verdict, as_of.date()),
        severity=severity_of(cues),
        certainty=certainty_of(cues, verdict),
        reasons=verdict.reasons,
    )
    return replace(statement, kind=verdict.kind, language=language, countries=countries, alert=alert)


def _at_home(language: str, tokens: Tokens) -> tuple[str, ...]:
    """The country that a text without any speaks to, by language and script; none where that says little."""
    if language in HOME and not (language == "zh" and traditional(tokens.text)):
        return (HOME[language],)
    return spoken_in(tokens, language)


def _held_at_home(language: str, kind: Kind, countries: tuple[str, ...]) -> tuple[str, ...]:
    """The country in which an event is held, or a notice is for readers, that names only what it is about."""
    home = HOME.get(language, "")
    at_home = language in _SPOKEN_IN_ONE and kind in _AT_HOME and home not in countries
    return (home,) if at_home else ()


_SPOKEN_IN_ONE = frozenset({"ja", "ko"})
"""Languages whose readers nearly all live in one country."""
_AT_HOME = frozenset({Kind.EVENT, Kind.OPEN_LETTER, Kind.OTHER})
"""Of these in Korean and Japanese three in four are about their own country as well, whatever they name."""
