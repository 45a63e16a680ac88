"""What admins change of the sources in a chat: add one, trust it, ask it more or less often, remove it.

Such sources are rows of the database beside those of the configuration, which counts where it names one
too. What is chosen of one that it names holds until it says otherwise (`storage.sources`). Each that was
added begins with the least trust, and on trial: an admin looks at all of its calls before they are sent,
until an owner clears it. Whoever added it neither clears it nor lets a call of it go that waits: else one
person, or one stolen phone, would ring everybody with what no second one has read. Every change is noted in
the audit, and whatever lets more through, or less be watched, is told to all others at the desk.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, count
from urllib.parse import urlsplit

from jobs.desk import Rules
from jobs.notices import announce_at_once
from jobs.staff import MACHINE, by_mark, newcomers
from storage.database import Work
from storage.people import Event
from storage.records import Source
from storage.urls import without_credentials
from storage.words import Act, DeskRole, EventKind, Trust

SOONEST, SELDOMEST = 300, 86_400
"""Seconds between two polls that may be chosen in a chat: less is a burden, and more is rather a pause."""
PER_DAY = 10
"""Sources that one person may add within a day."""
LOOKS_PER_DAY = 50
"""Addresses that one person may have looked at within a day."""
MOST = 500
"""Sources that may have been added in chats, all together."""
_DAY = timedelta(days=1)
_TWO = 2
_LONGEST = 2_000
LONGEST_NAME = 100
"""Characters of an organisation's name."""


class Bar(StrEnum):
    """Why a change is not made."""

    ADDRESS = "address"
    """It is no web address."""
    PASSWORD = "password"  # noqa: S105 - what an address may hold
    """It holds a user name and a password."""
    KNOWN = "known"
    """It is watched already."""
    OF_THE_FILE = "of_the_file"
    """The configuration names it, and says it."""
    ENOUGH = "enough"
    """They have added as many today as one person may."""
    FULL = "full"
    """As many were added as may be watched."""
    ROLE = "role"
    """It is for somebody else to decide."""
    OWN = "own"
    """They added it themselves, and somebody else is to stand for what it rings."""
    NEWCOMER = "newcomer"
    """They joined the desk only now."""
    ABOVE = "above"
    """It is more than the configuration says, and what goes out unseen is the owner's to say."""
    LONG = "long"
    """Nobody is called so."""
    INTERVAL = "interval"
    """So often, or so seldom, nothing is asked."""


class Barred(Exception):
    """Nothing was changed; `why` says the reason, `source` which one it is about where there is one."""

    def __init__(self, why: Bar, source: Source | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.source = source


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes what is watched, and when."""

    transport: str
    address: str
    role: DeskRole | None
    rules: Rules
    now: datetime


def address_of(typed: str) -> str:
    """The web address that somebody typed, with or without a scheme. Raises Barred.

    Not with a user name and a password: what was written in a chat is no secret any more.
    """
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and parts.port != 0
    except ValueError:
        good = False
    if not good or len(address) > _LONGEST or any(char.isspace() for char in address):
        raise Barred(Bar.ADDRESS)
    if without_credentials(address) != address:
        raise Barred(Bar.PASSWORD)
    return address


def known(work: Work, url: str) -> Source | None:
    """The source that watches this address already."""
    found = work.sources.at(url)
    return found if found and work.sources.is_watched(found.id) else None


def may_add(work: Work, url: str, by: Editor) -> None:
    """Raises Barred where it is watched, or they have added as many as they may, or all together have."""
    if without_credentials(url) != url:
        raise Barred(Bar.PASSWORD)
    if watched := known(work, url):
        raise Barred(Bar.KNOWN, watched)
    if work.audit.count(_mark(work, by), Act.ADDED, by.now - _DAY) >= PER_DAY:
        raise Barred(Bar.ENOUGH)
    if work.sources.count_added() >= MOST:
        raise Barred(Bar.FULL)


def add(work: Work, source: Source, by: Editor) -> Source:
    """It is watched from now on, on trial, as a relay; returns it as it is kept. Raises Barred.

    One that was watched at this address before goes on under its name; a name that another has is numbered.
    """
    work.sources.locked(())  # of two who add the same, one waits, and finds it there
    may_add(work, source.url, by)
    before = work.sources.at(source.url)
    called = before.name if before else _free(source.name, work.sources.names())
    made = work.sources.add(replace(source, name=called, trust=Trust.RELAY), by.now)
    _note(work, Act.ADDED, made, by)
    return made


def may_change(source: Source, allowed: bool = True) -> None:
    """Raises Barred where somebody of their role may not."""
    if not allowed:
        raise Barred(Bar.ROLE, source)


def may_remove(source: Source) -> None:
    """Raises Barred for what the configuration names: it would be back with the next start."""
    if source.added is None:
        raise Barred(Bar.OF_THE_FILE, source)


def said(source: Source, name: str) -> object:
    """What the configuration says of one of those things that can be chosen in a chat."""
    return source.chosen[name][1] if name in source.chosen else getattr(source, name)


def halt(work: Work, source: Source, by: Editor) -> None:
    """It is asked no more until somebody resumes it, and all others at the desk hear so: it may go unseen."""
    work.sources.halt(source.id, by.now)
    _note(work, Act.HALTED, source, by)


def resume(work: Work, source: Source, by: Editor) -> None:
    """It is asked again, at once."""
    work.sources.resume(source.id)
    _note(work, Act.RESUMED, source, by)


def remove(work: Work, source: Source, by: Editor) -> None:
    """It is asked no more; what it said stays in the archive. Raises Barred for one of the configuration."""
    may_remove(source)
    work.sources.remove(source.id)
    _note(work, Act.REMOVED, source, by)


def may_raise(source: Source, by: Editor) -> None:
    """Raises Barred for who may not take it for an organisation's own word; above the file, only an owner."""
    may_change(source, may_trust(by.role))
    if source.added is None and said(source, "trust") == Trust.RELAY and not may_clear(by.role):
        raise Barred(Bar.ABOVE, source)


def trust(work: Work, source: Source, wanted: Trust, by: Editor) -> None:
    """Whose word it is taken for. Raises Barred, also where a source keeper wants to raise it."""
    if wanted is Trust.OFFICIAL:
        may_raise(source, by)
    if wanted is source.trust:
        return
    work.sources.trust(source.id, wanted)
    _note(work, Act.TRUSTED if wanted is Trust.OFFICIAL else Act.DOUBTED, source, by)


def pace(work: Work, source: Source, every: int, by: Editor) -> None:
    """How often it is asked, in seconds. Raises Barred."""
    is_back = source.added is None and every == said(source, "every")
    if not SOONEST <= every <= SELDOMEST and not is_back:
        raise Barred(Bar.INTERVAL, source)
    work.sources.pace(source.id, every, by.now)
    _note(work, Act.PACED, source, by)


def describe(work: Work, source: Source, by: Editor, name: str | None, countries: Sequence[str] = ()) -> None:
    """Whose it is, by the organisation's name; with None, which countries what names none is about, by code.

    Raises Barred. Whose word it is taken for, readers are told: that is for who may trust it.
    """
    if name is None:
        work.sources.choose(source.id, countries=list(countries))
    else:
        may_change(source, may_trust(by.role))
        if len(name) > LONGEST_NAME:
            raise Barred(Bar.LONG, source)
        work.sources.choose(source.id, organisation=name)
    _note(work, Act.DESCRIBED, source, by)


def clear(work: Work, source: Source, by: Editor) -> None:
    """Its calls go out as those of any other of its trust. Raises Barred for who is no owner."""
    may_change(source, may_clear(by.role))
    may_vouch(work, source, by)
    work.sources.put_on_trial(source.id, None)
    _note(work, Act.CLEARED, source, by)


def try_again(work: Work, source: Source, by: Editor) -> None:
    """An admin looks at all of its calls first, from now on."""
    work.sources.put_on_trial(source.id, by.now)
    _note(work, Act.TRIED, source, by)


def may_vouch(work: Work, source: Source, by: Editor) -> None:
    """Raises Barred where somebody else has to let its calls go; nobody has to where one person is enough."""
    if by.rules.approvals < _TWO or (by.transport, by.address) == MACHINE:
        return
    mark = _mark(work, by)
    if work.audit.last_by(Act.ADDED, source.id) == mark:
        raise Barred(Bar.OWN, source)
    if mark in newcomers(work, by.rules.admins, by.now):
        raise Barred(Bar.NEWCOMER, source)


def may_trust(role: DeskRole | None) -> bool:
    """Whether somebody with this role may take a source for an organisation's own word."""
    return role in (DeskRole.OWNER, DeskRole.ADMIN)


def may_clear(role: DeskRole | None) -> bool:
    """Whether somebody with this role may let its calls go: what goes out unseen is the owner's policy."""
    return role is DeskRole.OWNER


def _free(name: str, taken: Collection[str]) -> str:
    return next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one not in taken)


def _mark(work: Work, by: Editor) -> str:
    return work.audit.admin(by.transport, by.address)


def _note(work: Work, act: Act, source: Source, by: Editor) -> None:
    work.audit.note(_mark(work, by), act, source.id, by.now)
    if act is Act.PACED:
        return
    event = Event(
        EventKind.STAFF,
        by.now,
        source=source.name,
        title=source.title or source.name,
        url=source.public_url,
        detail=act,
        counts={"by": by_mark(_mark(work, by))},
    )
    announce_at_once(work, event, by.rules.admins, by.now, but=(by.transport, by.address))
