"""Sets what waits for an admin: why, for how many, and the words that may endanger somebody, marked."""

import re
from collections.abc import Iterable
from datetime import datetime

from bot.render.desk import lasting
from bot.render.message import Block, Field, Items, Line, Paragraph, Quote, Span, Style
from bot.render.statement import source_line
from bot.render.text import around, shorten, single_line
from bot.speech import Speech, msgid
from jobs.held import Card
from jobs.review import concerns_of
from jobs.steps.sensitive import Sensitive
from storage.records import Alert
from storage.words import Concern

CONCERNS = {
    Concern.MINOR: msgid("It names somebody under 18."),
    Concern.HIDING: msgid("It tells exactly where people hide, or by which way they flee."),
    Concern.NAME: msgid("It names a private person, and is not an organisation's own word."),
    Concern.DOUBT: msgid("What is feared is grave, and little speaks for it."),
    Concern.NEW: msgid("Its source has never rung before."),
    Concern.TRIAL: msgid("Its source is new: it was added in a chat, and no owner has cleared it yet."),
}
OTHERS = {
    "more urgent alerts from this source within a day": msgid(
        "More urgent calls than usual came from its source within a day."
    ),
    "more from this source within a day": msgid("More than usual came from its source within a day."),
    "more urgent alerts from this source": msgid(
        "More urgent calls than usual came from its source within an hour."
    ),
    "more from this source": msgid("More than usual came from its source within an hour."),
    "more within an hour than usual, from all": msgid(
        "More than usual came from all sources within an hour."
    ),
    "from all sources together": msgid("More urgent calls than usual came from all sources within an hour."),
    "another source than the one that called": msgid(
        "Another source than the one that called says that it is over."
    ),
    "the same call was called off": msgid("The same call was called off, and this may be the old one."),
    "those who run this watch took": msgid(
        "Those who run this watch took this call back; its source has changed it since."
    ),
    "more calls were called off by this source within a day": msgid(
        "Its source called off more calls than usual within a day."
    ),
    "more calls were called off": msgid("Its source called off more calls than usual within an hour."),
    "many items of this source changed": msgid("Many items of its source changed at once."),
}
"""By what is kept with a delivery that is held (`jobs.ring`, `jobs.storm`, `jobs.keep`)."""
_SHOWN = 6
_SENTENCE = 300
_TITLE = 70


def told_reasons(why: str, speech: Speech) -> tuple[str, ...]:
    """Return why something waits, a sentence each, by what is kept with it; () where that tells nothing."""
    told = [speech.t(CONCERNS[one]) for one in concerns_of(why)]
    return (*told, *[speech.t(sentence) for piece, sentence in OTHERS.items() if piece in why][:1])


def card_blocks(found: Card, speech: Speech, now: datetime) -> tuple[Block, ...]:
    """Return what an admin has to know: since when, for how many, why, and the words in question in bold."""
    alert, held = found.alert, found.held
    people = speech.n("{count} recipient", "{count} recipients", held.recipients)
    since = speech.t(
        "{moment} ({time} ago)",
        moment=speech.moment(alert.sent),
        time=lasting(max(0, int((now - alert.sent).total_seconds())), speech),
    )
    blocks: list[Block] = [
        Field(speech.t("Source"), source_line(alert.statement, speech, alert.source)),
        Field(speech.t("Waits since"), (Span(since),)),
        Field(speech.t("Wait for it"), (Span(people),)),
    ]
    if alert.expires:
        blocks.append(Field(speech.t("Over on"), (Span(speech.moment(alert.expires)),)))
    blocks.append(Paragraph((Span(speech.t("Why you are asked:")),)))
    told = told_reasons(held.why, speech) or (speech.t("An admin is to look at it first."),)
    blocks.append(Items(tuple((Span(one),) for one in told)))
    quotes = excerpts(found.parts)
    if quotes:
        blocks.append(Paragraph((Span(speech.t("Where it says so; what would be withheld is in bold:")),)))
    words = tuple(dict.fromkeys(part.words for part in found.parts))
    blocks += [Quote(marked(one, words)) for one in quotes[:_SHOWN]]
    left = [one for one in words if not any(single_line(one) in quote for quote in quotes[:_SHOWN])]
    if left:
        told_too = speech.t("Would be withheld as well:")
        blocks.append(Paragraph((Span(f"{told_too} "), *marked(", ".join(left), words))))
    return tuple(blocks)


def excerpts(parts: Iterable[Sensitive]) -> list[str]:
    """Return the sentences in which the words stand; of a long one the words with what stands beside them."""
    found: dict[str, None] = {}
    for part in parts:
        line, words = single_line(part.sentence), single_line(part.words)
        if len(line) <= _SENTENCE:
            found[line] = None
        elif not any(words in known for known in found):
            found[around(line, words, _SENTENCE)] = None
    return list(found)


def marked(text: str, words: tuple[str, ...]) -> Line:
    """Return the text with these words in bold."""
    pieces = sorted({single_line(word) for word in words if word}, key=len, reverse=True)
    if not pieces:
        return (Span(text),)
    cut = re.split("(" + "|".join(map(re.escape, pieces)) + ")", text)
    return tuple(Span(part, Style.BOLD if part in pieces else Style.PLAIN) for part in cut if part)


def listed(alert: Alert, people: int, speech: Speech) -> Line:
    """Return a line of the list: its number, since when, for how many, what it is about."""
    told = speech.n("{count} recipient", "{count} recipients", people)
    when = speech.moment(alert.sent)
    title = shorten(alert.statement.title, _TITLE)
    return (Span(f"{alert.id}", Style.BOLD), Span(f" · {when} · {told} · {title}"))
