"""/sources: how far one is trusted, how often it is asked, its trial, and its removal."""

import re
from collections.abc import Callable

from bot.commands.command import paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.staff import NEWCOMER
from bot.render.message import Choice
from bot.speech import Speech, msgid
from jobs import watchlist
from jobs.watchlist import Bar, Barred, Editor
from storage.database import Work
from storage.records import Source
from storage.words import Trust

_EVERY = re.compile(r"(\d{1,4})(m|min|h|d)?")
_SECONDS = {"m": 60, "min": 60, "h": 3_600, "d": 86_400}
AS_THE_FILE = "file"
"""Typed where what was chosen in a chat is to be as the configuration says again."""
_OFFERED = ("5m", "10m", "30m", "1h", "6h")
_WHY = {
    Bar.ADDRESS: msgid("This is no web address. Write it so: {example}"),
    Bar.PASSWORD: msgid(
        "An address with a user name and a password is not taken in a chat: whoever reads along has them "
        "now. It belongs in the configuration, as env: or file:, with another password. {example}"
    ),
    Bar.KNOWN: msgid("It is watched already, as {name}: {example}"),
    Bar.OF_THE_FILE: msgid(
        "The configuration names {name}, so it would be back with the next start. Take it out there; until "
        "then you can pause it: {example}"
    ),
    Bar.ABOVE: msgid(
        "The configuration calls {name} a relay. What goes out unseen is the owners' to say, so only one of "
        "them can trust it more: {example}"
    ),
    Bar.LONG: msgid("That is too long for a name: {example}"),
    Bar.ENOUGH: msgid("You have added as many sources today as one person may. Ask another admin. {example}"),
    Bar.FULL: msgid(
        "As many sources were added in chats as may be. Remove one, or write it into the configuration. "
        "{example}"
    ),
    Bar.ROLE: msgid("Your role does not allow that. Who may do what: {example}"),
    Bar.OWN: msgid(
        "You added {name} yourself, so another admin has to decide on that: two people stand for what rings. "
        "{example}"
    ),
    Bar.NEWCOMER: NEWCOMER,
    Bar.INTERVAL: msgid("Between 5 minutes and a day: {example}"),
}


def editor(request: Request) -> Editor:
    """Return who changes what is watched."""
    return Editor(*request.who, request.role, request.rules, request.now)


def barred(error: Barred) -> Mistake:
    """Return why it is not done, in words, and what can be done instead."""
    name = error.source.name if error.source else "northlight"
    examples = {
        Bar.OF_THE_FILE: f"/sources {name} pause",
        Bar.KNOWN: f"/sources {name}",
        Bar.ROLE: "/admins",
        Bar.INTERVAL: f"/sources {name} every 30m",
        Bar.ADDRESS: "/sources add example.org",
        Bar.OWN: f"/sources {name}",
        Bar.ABOVE: f"/sources {name}",
        Bar.LONG: f"/sources {name} organisation Northlight Refugee Watch",
    }
    return Mistake(_WHY[error.why], name=name, example=examples.get(error.why, "/sources"))


def trust(source: Source, wanted: str, request: Request, work: Work, speech: Speech, *, sure: bool) -> Reply:
    """Take it for an organisation's own word, once they are sure; or for a relay, at once."""
    if wanted == AS_THE_FILE:
        wanted = str(watchlist.said(source, "trust"))
    if wanted not in tuple(Trust):
        raise Mistake(
            "“{word}” is no trust. It is official, what an organisation says itself, or relay, what passes "
            "on the words of others: {example}",
            word=wanted[:40] or "-",
            example=f"/sources {source.name} trust relay",
        )
    chosen = Trust(wanted)
    if chosen is Trust.OFFICIAL and not sure:
        _may(lambda: watchlist.may_raise(source, editor(request)))
        told = speech.t(
            "{source} would be taken for what an organisation says itself: names of private persons and what "
            "little speaks for would go out from it without anybody having looked. All others at the desk "
            "are told.",
            source=source.title or source.name,
        )
        return _ask(source, told, speech.t("Trust it"), f"trust {wanted} yes", speech)
    _may(lambda: watchlist.trust(work, source, chosen, editor(request)))
    if chosen is Trust.OFFICIAL:
        told = speech.t(
            "{source} is taken for what an organisation says itself.", source=source.title or source.name
        )
    else:
        told = speech.t(
            "{source} is taken for what passes on the words of others: more of it is looked at first.",
            source=source.title or source.name,
        )
    return _done(source, told, speech)


def every(source: Source, typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Set how often it is asked; without a word, offer some."""
    if not typed:
        minutes = max(1, source.every // 60)
        told = speech.n(
            "It is asked every {count} minute. How often shall it be?",
            "It is asked every {count} minutes. How often shall it be?",
            minutes,
        )
        offered = tuple(Choice(one, f"/sources {source.name} every {one}") for one in _OFFERED)
        back = Choice(speech.t("As the configuration says"), f"/sources {source.name} every {AS_THE_FILE}")
        return reply(paragraph(told), choices=(offered, *(((back,),) if "every" in source.chosen else ())))
    found = _EVERY.fullmatch(typed)
    seconds = int(found[1]) * _SECONDS[found[2] or "m"] if found else 0
    if typed == AS_THE_FILE:
        seconds = int(str(watchlist.said(source, "every")))
    _may(lambda: watchlist.pace(work, source, seconds, editor(request)))
    told = speech.n(
        "{source} is asked every {count} minute.",
        "{source} is asked every {count} minutes.",
        max(1, seconds // 60),
        source=source.title or source.name,
    )
    return _done(source, told, speech)


def hold(source: Source, request: Request, work: Work, speech: Speech, *, sure: bool) -> Reply:
    """Put it on trial again, once they are sure: only an owner takes that back."""
    if not sure:
        told = speech.t(
            "All calls of {source} would wait until an admin has looked at them, until an owner clears it.",
            source=source.title or source.name,
        )
        return _ask(source, told, speech.t("Put it on trial"), "hold yes", speech)
    _may(lambda: watchlist.try_again(work, source, editor(request)))
    told = speech.t(
        "{source} is on trial: an admin looks at each of its calls first.", source=source.title or source.name
    )
    return _done(source, told, speech)


def clear(source: Source, request: Request, work: Work, speech: Speech, *, sure: bool) -> Reply:
    """Let its calls go as those of any other, once an owner is sure."""
    if not sure:
        _may(lambda: watchlist.may_change(source, watchlist.may_clear(request.role)))
        _may(lambda: watchlist.may_vouch(work, source, editor(request)))
        told = speech.t(
            "Calls of {source} would go out without anybody having looked, but for what is always looked at. "
            "All others at the desk are told.",
            source=source.title or source.name,
        )
        return _ask(source, told, speech.t("Clear it"), "clear yes", speech)
    _may(lambda: watchlist.clear(work, source, editor(request)))
    told = speech.t("{source} is on trial no more.", source=source.title or source.name)
    return _done(source, told, speech)


def remove(source: Source, request: Request, work: Work, speech: Speech, *, sure: bool) -> Reply:
    """Watch it no more, once they are sure."""
    if not sure:
        _may(lambda: watchlist.may_remove(source))
        told = speech.t(
            "{source} would be watched no more. What it said stays in the archive, and what waits of it "
            "still waits: /review",
            source=source.title or source.name,
        )
        return _ask(source, told, speech.t("Remove it"), "remove yes", speech)
    _may(lambda: watchlist.remove(work, source, editor(request)))
    told = speech.t(
        "{source} is watched no more. All others at the desk are told.", source=source.title or source.name
    )
    return reply(paragraph(told), choices=((Choice(speech.t("Sources"), "/sources"),),))


def can_clear(source: Source, request: Request, work: Work) -> bool:
    """Say whether they may end its trial."""
    try:
        watchlist.may_vouch(work, source, editor(request))
    except Barred:
        return False
    return watchlist.may_clear(request.role)


def can_raise(source: Source, request: Request) -> bool:
    """Say whether they may take it for an organisation's own word."""
    try:
        watchlist.may_raise(source, editor(request))
    except Barred:
        return False
    return True


def vouch(source: Source, request: Request, work: Work) -> None:
    """See that they may let a call of it go; raises Mistake where somebody else has to."""
    _may(lambda: watchlist.may_vouch(work, source, editor(request)))


def _may(does: Callable[[], None]) -> None:
    """Do it, or say why not."""
    try:
        does()
    except Barred as error:
        raise barred(error) from error


def _ask(source: Source, told: str, label: str, verb: str, speech: Speech) -> Reply:
    yes = Choice(label, f"/sources {source.name} {verb}")
    return reply(paragraph(told), choices=((yes, Choice(speech.t("Back"), f"/sources {source.name}")),))


def _done(source: Source, told: str, speech: Speech) -> Reply:
    return reply(paragraph(told), choices=((Choice(speech.t("Show"), f"/sources {source.name}"),),))
