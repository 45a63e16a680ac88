"""Says to admins who will read an appeal in which language, and how long it is on each platform."""

from collections.abc import Mapping

from bot.render.matrix import LARGEST, size
from bot.render.matrix import parts as events
from bot.render.message import Line, Message, Span, Style
from bot.render.parts import LIMIT, split
from bot.render.text import length
from bot.speech import Speech


def reading(
    language: str, message: Message, people: Mapping[str, int], speech: Speech, spoken: str = ""
) -> Line:
    """Return the line of those who are spoken to in one language: how many by transport, how long it is.

    `message` is what they read, `people` how many they are on each transport, `spoken` the language of its
    words where that is another one.
    """
    told = [speech.n("{count} recipient", "{count} recipients", sum(people.values()))]
    told += [speech.t("in {language}", language=speech.language_name(spoken))] if spoken else []
    told += [_on(transport, message, count, speech) for transport, count in sorted(people.items())]
    return (Span(speech.language_name(language), Style.BOLD), Span(f" · {' · '.join(told)}"))


def _on(transport: str, message: Message, count: int, speech: Speech) -> str:
    """Return how many read it on one transport, and how long it is there."""
    number = speech.number
    told = {"transport": transport, "count": number(count)}
    found = [length(one) for one in split(message)]
    if transport == "matrix":
        found = [size(one) for one in events(message)]
    if len(found) > 1:
        return speech.t("{transport} {count}: in {parts} messages", **told, parts=number(len(found)))
    if transport == "matrix":
        used, most = number(found[0]), number(LARGEST)
        return speech.t("{transport} {count}: {used} of {most} bytes", **told, used=used, most=most)
    if transport == "telegram":
        used, most = number(found[0]), number(LIMIT)
        return speech.t("{transport} {count}: {used} of {most} characters", **told, used=used, most=most)
    return speech.t("{transport} {count}: {used} characters", **told, used=number(found[0]))
