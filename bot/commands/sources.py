"""/sources: what is watched and how each fares; and what admins do with one of them, or with a new one."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands.adding import add_found, found, look_at, test
from bot.commands.command import arguments, heading, paragraph, reply
from bot.commands.describing import KEYS, describe, facts
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.status import source_line
from bot.commands.trusting import AS_THE_FILE, can_clear, can_raise, clear, editor, every, hold, remove, trust
from bot.render.detail import told
from bot.render.message import Block, Choice, Field, Items, Notice, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from jobs import watchlist
from storage.database import Work
from storage.queries import Query
from storage.records import Source
from storage.words import Trust

EXAMPLE = "/sources northlight"
ADD = "/sources add example.org"
_PAGE = 10
_NEWEST = 5
_SUGGESTED = 5
_YES = "yes"


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands behind /sources: which source, what is to be done with it, and whether they are sure."""

    name: str
    verb: str = ""
    value: str = ""
    sure: bool = False


def sources(request: Request, work: Work, speech: Speech) -> Reply:
    """List the sources, show one, do something with it, or look for a new one."""
    typed = arguments(request).split()
    if not typed or (len(typed) == 1 and typed[0].isdecimal() and len(typed[0]) < 5):
        return _list(work, int(typed[0]) if typed else 1, speech)
    first = typed[0].lower()
    if first == "add" and len(typed) > 1:
        return look_at(" ".join(typed[1:]), request, work, speech)
    if first == "add":
        raise Mistake("Which address? A feed, or any page of the site: {example}", example=ADD)
    if first == "found" and len(typed) > 1:
        adds = len(typed) == 4 and typed[2].lower() == "add"
        return (
            add_found(typed[1], typed[3], request, work, speech)
            if adds
            else found(typed[1], request, work, speech)
        )
    asked = _asked(typed)
    source = _named(asked.name, work)
    if asked.verb in _DOES:
        return _DOES[asked.verb](source, asked, request, work, speech)
    return _card(source, request, work, speech)


def changes(typed: str) -> bool:
    """Say whether what stands behind /sources changes anything."""
    words = typed.lower().split()
    if words[:1] == ["add"] and len(words) > 1:
        return True
    if words[:1] == ["found"]:
        return len(words) == 4 and words[2] == "add"
    asked = _asked(words)
    if asked.verb in ("resume", "test"):
        return True
    if asked.verb in ("every", *KEYS):
        return bool(asked.value)
    return asked.sure or (asked.verb == "trust" and asked.value in (Trust.RELAY, AS_THE_FILE))


def _asked(typed: list[str]) -> Asked:
    """Take a line apart from its end: a name may have several words, and be any of them.

    What several words may follow is looked for from its beginning.
    """
    for at, word in enumerate(typed[1:], start=1):
        if word.lower() in KEYS:
            return Asked(" ".join(typed[:at]), word.lower(), " ".join(typed[at + 1 :]))
    sure = len(typed) > 2 and typed[-1].lower() == _YES
    words = typed[:-1] if sure else typed
    for size in (2, 1):
        verb = words[-size].lower() if len(words) > size else ""
        if verb in (_VALUED if size == 2 else _DOES):
            value = words[-1].lower() if size == 2 else ""
            return Asked(" ".join(words[:-size]), verb, value, sure)
    return Asked(" ".join(typed))


def _named(name: str, work: Work) -> Source:
    """The watched source of this name, in whatever case; a Mistake names those like it."""
    known = {one.name.casefold(): one for one in work.sources.all()}
    if found := known.get(name.casefold()):
        return found
    like = [one.name for key, one in known.items() if name.casefold() in f"{key} {one.title.casefold()}"]
    shown = ", ".join(sorted(like or [one.name for one in known.values()])[:_SUGGESTED])
    raise Mistake("No source is called “{word}”. There are: {known}", word=name[:40], known=shown or "-")


def _list(work: Work, page: int, speech: Speech) -> Reply:
    found = work.sources.all()
    adding = Notice(speech.line("Add one: {example}", example=Span(ADD, Style.CODE)))
    if not found:
        return reply(paragraph(speech.t("Nothing is watched yet.")), adding)
    pages = -(-len(found) // _PAGE)
    if not 1 <= page <= pages:
        raise Mistake("The pages go from 1 to {last}: {example}", last=pages, example=f"/sources {pages}")
    shown = found[(page - 1) * _PAGE : page * _PAGE]
    # Its line begins with its title, or with its name where it has none.
    names = (((Span(f"{one.name} ", Style.CODE),) if one.title else (), one) for one in shown)
    lines = tuple((*name, *source_line(one, speech)) for name, one in names)
    blocks: list[Block] = [heading(speech.t("Sources")), Items(lines)]
    if pages > 1:
        blocks.append(Notice((Span(speech.t("page {page} of {pages}", page=page, pages=pages)),)))
    blocks.append(
        Notice(
            speech.line("More about one: {example}", example=Span(f"/sources {shown[0].name}", Style.CODE))
        )
    )
    blocks.append(adding)
    ways = [Choice(speech.t("Back"), f"/sources {page - 1}")] if page > 1 else []
    ways += [Choice(speech.t("Next"), f"/sources {page + 1}")] if page < pages else []
    return reply(*blocks, choices=(tuple(ways),) if ways else ())


def _card(found: Source, request: Request, work: Work, speech: Speech) -> Reply:
    newest = work.statements.latest(Query(sources=(found.name,)), _NEWEST).hits
    minutes = max(1, found.every // 60)
    trusted = (
        speech.t("what an organisation says itself")
        if found.trust is Trust.OFFICIAL
        else speech.t("passes on the words of others: more of it is looked at first")
    )
    trial = speech.t("all of its calls wait until an admin has looked at them") if found.on_trial else ""
    told_of_it = (
        (speech.t("Address"), found.public_url),
        (speech.t("Kept"), _kept(found, speech)),
        *facts(found, speech),
        (speech.t("On trial"), trial),
        (speech.t("Trust"), trusted),
        (speech.t("Asked"), speech.n("every {count} minute", "every {count} minutes", minutes)),
        (speech.t("It answered"), shorten(told(found.detail, speech), 200) if found.detail else ""),
        (speech.t("Newest item"), speech.moment(found.newest) if found.newest else ""),
    )
    blocks: list[Block] = [
        heading(found.title or found.name),
        Items((source_line(found, speech),)),
        *(Field(label, (Span(value),)) for label, value in told_of_it if value),
    ]
    if newest:
        blocks.append(paragraph(speech.t("What it said last:")))
        blocks.append(
            Items(tuple((Span(f"#{one.statement.id} {shorten(one.statement.title, 90)}"),) for one in newest))
        )
    way = (
        Choice(speech.t("Resume"), f"/sources {found.name} resume")
        if found.halted
        else Choice(speech.t("Pause"), f"/sources {found.name} pause")
    )
    tested = Choice(speech.t("Test"), f"/sources {found.name} test")
    latest = Choice(speech.t("Latest"), f"/latest from:{found.name}")
    return reply(*blocks, choices=((way, tested, latest), *_more(found, request, work, speech)))


def _kept(found: Source, speech: Speech) -> str:
    """Where it is kept, and what of that was chosen otherwise in a chat."""
    if found.added:
        return speech.t("added in a chat, {moment}", moment=speech.moment(found.added))
    if not found.chosen:
        return speech.t("named by the configuration")
    labels = {"trust": speech.t("Trust"), "every": speech.t("Interval")}
    labels |= {"organisation": speech.t("Organisation"), "countries": speech.t("Countries")}
    named = speech.joined(label for name, label in labels.items() if name in found.chosen)
    return speech.t(
        "named by the configuration; chosen in a chat, until it says otherwise: {what}", what=named
    )


def _more(found: Source, request: Request, work: Work, speech: Speech) -> list[tuple[Choice, ...]]:
    """What they can do with a source in a chat; removed is only what was added there."""
    name, first = found.name, []
    if found.on_trial and can_clear(found, request, work):
        first.append(Choice(speech.t("Clear it"), f"/sources {name} clear"))
    elif not found.on_trial:
        first.append(Choice(speech.t("Put on trial"), f"/sources {name} hold"))
    if found.trust is Trust.OFFICIAL:
        first.append(Choice(speech.t("Trust it less"), f"/sources {name} trust {Trust.RELAY}"))
    elif can_raise(found, request):
        first.append(Choice(speech.t("Trust it more"), f"/sources {name} trust {Trust.OFFICIAL}"))
    last = [
        Choice(speech.t("Interval"), f"/sources {name} every"),
        Choice(speech.t("Whose it is"), f"/sources {name} {KEYS[0]}"),
    ]
    last += [Choice(speech.t("Remove"), f"/sources {name} remove")] if found.added else []
    return [*([tuple(first)] if first else []), tuple(last)]


def _pause(found: Source, asked: Asked, request: Request, work: Work, speech: Speech) -> Reply:
    if not asked.sure:
        told = speech.t(
            "{source} would not be asked any more, and nothing of it would ring, until somebody resumes it.",
            source=found.title or found.name,
        )
        yes = Choice(speech.t("Pause it"), f"/sources {found.name} pause yes")
        return reply(paragraph(told), choices=((yes, Choice(speech.t("Back"), f"/sources {found.name}")),))
    if not found.halted:
        watchlist.halt(work, found, editor(request))
    told = speech.t(
        "{source} is paused, and all others at the desk are told. What waits to be sent of it is not paused: "
        "/review",
        source=found.title or found.name,
    )
    resume = Choice(speech.t("Resume"), f"/sources {found.name} resume")
    return reply(paragraph(told), choices=((resume,),))


def _resume(found: Source, asked: Asked, request: Request, work: Work, speech: Speech) -> Reply:
    del asked
    if not found.halted:
        return reply(paragraph(speech.t("{source} is not paused.", source=found.title or found.name)))
    watchlist.resume(work, found, editor(request))
    told = speech.t(
        "{source} is asked again. What it published meanwhile rings as far as it is recent.",
        source=found.title or found.name,
    )
    return reply(paragraph(told), choices=((Choice(speech.t("Show"), f"/sources {found.name}"),),))


_Doing = Callable[[Source, Asked, Request, Work, Speech], Reply]
_DOES: dict[str, _Doing] = {
    "pause": _pause,
    "resume": _resume,
    "test": lambda source, _, request, work, speech: test(source, request, work, speech),
    "trust": lambda source, asked, *rest: trust(source, asked.value, *rest, sure=asked.sure),
    "every": lambda source, asked, *rest: every(source, asked.value, *rest),
    "hold": lambda source, asked, *rest: hold(source, *rest, sure=asked.sure),
    "clear": lambda source, asked, *rest: clear(source, *rest, sure=asked.sure),
    **dict.fromkeys(KEYS, lambda source, asked, *rest: describe(source, asked.verb, asked.value, *rest)),
    "remove": lambda source, asked, *rest: remove(source, *rest, sure=asked.sure),
}
_VALUED = frozenset({"trust", "every"})
"""What a word may follow."""
