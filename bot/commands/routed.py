"""A line of /subscribe as the route that it asks for, and a route as it is typed."""

import re
from dataclasses import replace

from bot.commands import values
from bot.commands.mistake import Mistake
from bot.commands.words import Wanted
from storage.people import Route
from storage.words import Digest

_SIMPLE = re.compile(r"[^\W_](?:[\w.-]{0,98}\w)?")


def route_of(wanted: Wanted) -> Route:
    """Return the route; one that names kinds without saying when is served daily: the urgent rings anyway."""
    route = Route(
        countries=wanted.countries,
        kinds=wanted.kinds,
        languages=wanted.languages,
        sources=wanted.sources,
        keywords=wanted.phrases,
        without=wanted.without,
        least_urgency=wanted.least_urgency,
    )
    return route_digested(route, wanted.digest or (Digest.DAILY if wanted.kinds else Digest.NONE))


def route_digested(route: Route, digest: Digest) -> Route:
    """Return the route that comes as a digest so often; Mistake for one that has nothing for a digest."""
    if digest in {Digest.DAILY, Digest.WEEKLY} and not route.kinds:
        raise Mistake(
            "A digest holds kinds of statements, so say which: {example}. "
            "What is urgent always rings at once.",
            example="kind:resolution digest:daily",
        )
    return replace(route, digest=digest)


def typed(route: Route) -> str:
    """Return the line that asks for this route; reading it gives the same route again."""
    words = ["/subscribe", *route.countries]
    words += [f"kind:{kind}" for kind in route.kinds]
    words += [f"urgency:{route.least_urgency}"] if route.least_urgency else []
    words += [f"lang:{language}" for language in route.languages]
    words += [f"from:{_quoted(source)}" for source in route.sources]
    words += [f"digest:{values.DIGEST_WORDS[route.digest]}"] if route.kinds else []
    words += [f'"{keyword}"' for keyword in route.keywords]
    words += [f"-{_quoted(word)}" for word in route.without]
    return " ".join(words)


def _quoted(text: str) -> str:
    """Return the text as it must be typed: in quotation marks unless it is one simple word."""
    return text if _SIMPLE.fullmatch(text) else f'"{text}"'
