"""Asks the sources and Telegram, and says what each answered and what can be done about it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from math import ceil

from bot.checks.finding import Finding, Grade, fine, note, wrong
from bot.checks.store import NOTHING, Memory
from bot.config import Config
from bot.installation import fetcher, workers
from bot.render.links import shown
from bot.speech import SOURCE_STATES, Speech
from jobs.fetch import Elsewhere, FetchError, Refused, TimedOut, TooLarge
from jobs.fetch.alike import alike
from jobs.look import Seen, look
from jobs.parser import Parser
from jobs.pauses import Pauses, host_of
from storage.records import Source
from storage.urls import place_of, without_secrets
from storage.words import SourceKind, SourceState

_AT_ONCE = 20


async def look_at_sources(config: Config, now: Callable[[], datetime], memory: Memory) -> Sequence[Seen]:
    """Every source that is watched, those of the configuration first, in its order; nothing is kept.

    One that asked to be left alone, or whose host did, as the `memory` has it, is not asked.
    """
    known = {source.name: source for source in memory.sources}
    pauses = Pauses()
    pauses.learn(memory.paused)
    gate = asyncio.Semaphore(_AT_ONCE)
    async with fetcher(config) as fetching, workers() as hands:
        parser = Parser(hands.run)

        async def one(source: Source) -> Seen:
            left_alone = _left_alone(known.get(source.name), now()) or _with_its_host(source, pauses, now())
            if left_alone:
                return left_alone
            async with gate:
                return await look(fetching, source, now, parser)

        return await asyncio.gather(*(one(source) for source in watched(config, memory)))


def watched(config: Config, memory: Memory) -> tuple[Source, ...]:
    """What the configuration names, and what admins added in chats and it does not name too."""
    named = {source.name for source in config.sources}
    places = {place_of(source.url) for source in config.sources}
    added = (one for one in memory.sources if one.added)
    return (
        *config.sources,
        *(one for one in added if one.name not in named and place_of(one.url) not in places),
    )


def _left_alone(stored: Source | None, now: datetime) -> Seen | None:
    due = stored.next_due if stored and stored.state is SourceState.THROTTLED else None
    return Seen(stored) if stored and due and due > now else None


def _with_its_host(source: Source, pauses: Pauses, now: datetime) -> Seen | None:
    until = pauses.until(source.url, now)
    if until is None:
        return None
    minutes = max(1, ceil((until - now).total_seconds() / 60))
    detail = f"all of {host_of(source.url)} is left alone, as it asked, for {minutes} more min"
    return Seen(replace(source, state=SourceState.THROTTLED, detail=detail))


def check_contact(config: Config) -> list[Finding]:
    """Whether those who run the sites can tell who asks them; nothing where they can."""
    if config.fetch.contact or config.fetch.user_agent:
        return []
    remedy = "write an e-mail or web address as `contact` under [fetch]"
    return [note("contact", "sites are not told how to reach you, and may shut Vigil out", remedy)]


def check_alike(config: Config, memory: Memory = NOTHING) -> list[Finding]:
    """A finding for each two sources whose hosts can be taken for each other: one of them may be forged."""
    hosts = {source.name: host_of(source.url) for source in watched(config, memory)}
    return [
        note(
            f"sources {one} and {other}",
            f"{shown(hosts[one])} and {shown(hosts[other])} look alike, and do not belong together",
            "ask the organisation for its address by another way, and remove the source that is not its own",
        )
        for one, other in combinations(hosts, 2)
        if alike(hosts[one], hosts[other])
    ]


def check_sources(seen: Iterable[Seen], stored: Mapping[str, Source], speech: Speech) -> list[Finding]:
    """A finding for each source as it answers now, with what is `stored` of it and the remedy."""
    found = [_with_memory(_judged(one), stored.get(one.source.name, one.source), speech) for one in seen]
    return found or [
        wrong("sources", "none", "`vigil source add https://site/` finds what can be watched there")
    ]


def _with_memory(finding: Finding, stored: Source, speech: Speech) -> Finding:
    """What the watch remembers of a source: the last success of one in trouble, the silence of another."""
    if finding.grade is Grade.WRONG and stored.last_polled:
        last = speech.moment(stored.last_success) if stored.last_success else "never"
        due = f"; asked next {speech.moment(stored.next_due)}" if stored.next_due else ""
        return replace(finding, state=f"{finding.state}; last success {last}{due}")
    if finding.grade is not Grade.WRONG and stored.state is SourceState.GONE:
        due = f" before {speech.moment(stored.next_due)}" if stored.next_due else ""
        state = f"{finding.state}, but it was gone for good when last asked, and is not asked again{due}"
        return note(finding.what, state, f"`vigil poll --source {stored.name}` watches it again at once")
    if finding.grade is Grade.FINE and stored.silent_since and stored.newest:
        days = max(1, round(stored.habit / 86_400))
        state = (
            f"nothing new since {speech.moment(stored.newest)}, and it never paused for more than {days} days"
        )
        remedy = "see in a browser whether its news now appears at another address"
        return note(finding.what, f"{finding.state}, but {state}", remedy)
    return finding


def _judged(seen: Seen) -> Finding:
    source = seen.source
    what = f"source {source.name}{', added in a chat' if source.added else ''}"
    if source.state is SourceState.OK and seen.moved:
        state = f"answers, but has moved for good to {without_secrets(seen.moved)}"
        return note(what, state, _IN_A_CHAT if source.added else "write that address as its `url`")
    if source.state is SourceState.OK:
        return fine(what, f"answers, {seen.items} item{'' if seen.items == 1 else 's'}")
    if source.state is SourceState.DEGRADED:
        state = f"{SOURCE_STATES[source.state]}, {seen.items} items: {source.detail}"
        return note(what, state, "tell the publisher; Vigil reads what can be read")
    return wrong(what, f"{SOURCE_STATES[source.state]}: {source.detail}", _remedy(seen))


def _remedy(seen: Seen) -> str:
    told = _by_its_answer(seen)
    return _IN_A_CHAT if seen.source.added and "`url`" in told else told


_IN_A_CHAT = (
    "see in a browser whether it has another address: add that in a chat, and remove this one (/sources)"
)


def _by_its_answer(seen: Seen) -> str:
    if seen.error is not None:
        return _reached(seen.error)
    if seen.source.state is SourceState.NOT_A_FEED:
        return _UNREAD[seen.source.kind]
    if seen.source.state in _STATED:
        return _STATED[seen.source.state]
    if seen.status in (401, 402, 403):
        return "name yourself in `user_agent` under [fetch], or ask the publisher to let you in"
    if (seen.status or 0) >= 500:
        return "try again later: the site is in trouble itself"
    return "open its address in a browser and mend `url`"


def _reached(error: FetchError) -> str:
    """How to come to an answer at all."""
    for kind, remedy in _UNREACHED:
        if isinstance(error, kind):
            return remedy
    if "redirect" in error.detail:
        return "open its address in a browser: the site sends all who ask in circles, or astray"
    if "certificate" in error.detail:
        return "see whether this machine's clock is right; else tell the publisher"
    return "see that this machine is online; mend `url`, or `proxy` under [fetch]"


_UNREACHED: tuple[tuple[type[FetchError], str], ...] = (
    (Elsewhere, "if the organisation has moved, write the new address as its `url`; else warn it"),
    (Refused, "give its public address: inside your own network nothing is asked but with `allow_private`"),
    (TooLarge, "raise `max_bytes` under [fetch]"),
    (TimedOut, "try again later, or raise `timeout` under [fetch]"),
)
_STATED = {
    SourceState.THROTTLED: "leave it alone for now; if this goes on for days, raise its `every`",
    SourceState.GONE: "write its new address as its `url`, or take it out; it is looked at once a week",
}
_UNREAD = {
    SourceKind.PAGE: "say where its items stand under [sources.selectors]",
    SourceKind.FEED: 'look for the feed\'s own address, or set kind = "page"',
}
