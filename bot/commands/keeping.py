"""Changes what is watched: adds a source, trusts it otherwise, asks it more or less often, takes it out."""

import re
from collections.abc import Callable

from bot.commands.command import heading, paragraph, reply
from bot.commands.looked import as_it_answers, to_add
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.config.book import Book
from bot.config.written import NotWritten
from bot.render.message import Choice, Field, Span
from bot.speech import Speech
from jobs.notices import announce_at_once
from storage.database import Work
from storage.people import Event
from storage.records import Source
from storage.words import Act, DeskRole, EventKind, Trust

ADD = "add"
TEST = "test"
REMOVE = "remove"
VALUED = ("trust", "every")
"""What is changed to a value that is typed behind it."""
EXAMPLE = "/sources add https://example.org/"
_WEB = re.compile(r"https?://[^\s/]+\S{0,900}", re.IGNORECASE)
_TIME = re.compile(r"([1-9][0-9]{0,3})(m|h|d)")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


def address_of(typed: str) -> str:
    """Return the address that is to be looked at before "add ..." is answered; "" for none."""
    words = typed.split()
    if len(words) < 2 or words[0].lower() != ADD:
        return ""
    found = words[1] if "://" in words[1] else f"https://{words[1]}"
    return found if _WEB.fullmatch(found) else ""


def add(words: list[str], request: Request, work: Work, speech: Speech) -> Reply:
    """Show what can be watched behind an address; with "yes", watch it."""
    address = address_of(" ".join((ADD, *words)))
    if not address:
        raise Mistake("Which address? A feed, or any page of the site: {example}", example=EXAMPLE)
    book, judged = _book(request, work, speech), request.looked
    if isinstance(book, Reply):
        return book
    if judged is None:
        return reply(paragraph(speech.t("Nothing can be asked from here: `vigil source add` does it.")))
    if words[1:2] != ["yes"]:
        return to_add(judged, address, speech)
    found = next((one for one in judged.found.usable if one.source.shown_url == address), None)
    if found is None:
        return to_add(judged, address, speech)
    wanted = Source("", found.source.url, found.source.kind, found.source.title, trust=Trust.RELAY)
    return _written(lambda: book.add(wanted), Act.ADDED, request, work, speech)


def test(found: Source, request: Request, speech: Speech) -> Reply:
    """Show how a source answers now, and what of it would have rung."""
    if request.looked is None:
        told = speech.t("Nothing can be asked from here: `vigil poll --dry-run` does it.")
        return reply(paragraph(told))
    return as_it_answers(request.looked, found.shown_url, speech)


def change(found: Source, verb: str, value: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Ask whether a source is to be trusted or asked otherwise, or taken out; `value` may end with "yes"."""
    book = _book(request, work, speech)
    if isinstance(book, Reply):
        return book
    wanted, _, sure = value.partition(" ")
    if verb == REMOVE:
        wanted, sure = "", value
    asked = _question(found, verb, wanted, speech)
    if wanted == Trust.OFFICIAL and request.role is DeskRole.KEEPER:
        raise Mistake("Your role does not allow that. Who may do what: {example}", example="/admins")
    if sure != "yes":
        line = " ".join(part for part in (f"/sources {found.name}", verb, wanted, "yes") if part)
        back = Choice(speech.t("Back"), f"/sources {found.name}")
        return reply(paragraph(asked), choices=((Choice(speech.t("Yes"), line), back),))
    if verb == REMOVE:
        return _written(lambda: book.remove(found.name), Act.REMOVED, request, work, speech, found)
    if verb == "trust":
        trust = Trust(wanted)
        return _written(lambda: book.trust(found.name, trust), Act.CHANGED, request, work, speech, found)
    seconds = _time(wanted)
    return _written(lambda: book.every(found.name, seconds), Act.CHANGED, request, work, speech, found)


def ways(found: Source, request: Request, speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """Return the buttons below a source by which it is looked at and changed."""
    if request.book is None:
        return ()
    name = found.name
    other = Trust.RELAY if found.trust is Trust.OFFICIAL else Trust.OFFICIAL
    label = speech.t("Looks first") if other is Trust.RELAY else speech.t("Trust it more")
    return (
        (
            Choice(speech.t("Test"), f"/sources {name} {TEST}"),
            Choice(label, f"/sources {name} trust {other}"),
        ),
        (Choice(speech.t("Remove"), f"/sources {name} {REMOVE}"),),
    )


def _question(found: Source, verb: str, wanted: str, speech: Speech) -> str:
    source = found.title or found.name
    if verb == REMOVE:
        return speech.t(
            "{source} would not be watched any more, and leave the configuration. What it said stays here.",
            source=source,
        )
    if verb == "every":
        minutes = _time(wanted) // 60
        return speech.n(
            "{source} would be asked every minute.",
            "{source} would be asked every {count} minutes.",
            minutes,
            source=source,
        )
    if wanted not in set(Trust):
        raise Mistake("“{word}” is no trust. It can be: {known}", word=wanted[:40], known=", ".join(Trust))
    if wanted == Trust.RELAY:
        return speech.t(
            "{source} would count as one that passes on the words of others: more of it is looked at first.",
            source=source,
        )
    return speech.t(
        "{source} would count as an organisation's own word: its urgent calls go out without a look, unless "
        "something in them may endanger somebody.",
        source=source,
    )


def _time(typed: str) -> int:
    found = _TIME.fullmatch(typed.lower())
    if found is None:
        raise Mistake(
            "“{word}” is no time. Write it so: {example}", word=typed[:40], example="/sources nkhr every 10m"
        )
    return int(found[1]) * _SECONDS[found[2]]


def _book(request: Request, work: Work, speech: Speech) -> Book | Reply:
    """The configuration; or why it is not changed from here."""
    if request.book is None:
        return reply(paragraph(speech.t("The configuration cannot be changed from here.")))
    if len(work.nodes.all(request.now)) > 1:
        told = speech.t("There are several machines, each with a configuration of its own: change it there.")
        return reply(paragraph(told))
    return request.book


def _written(
    writes: Callable[[], tuple[Source, ...]],
    act: Act,
    request: Request,
    work: Work,
    speech: Speech,
    before: Source | None = None,
) -> Reply:
    """Write it into the configuration, watch what stands there, and tell the others; or say why not."""
    try:
        now_watched = writes()
    except NotWritten as error:
        why = Field(speech.t("Why"), (Span(error.detail),))
        return reply(paragraph(speech.t("It could not be written into the configuration.")), why)
    work.sources.watch(now_watched)
    name = before.name if before else now_watched[-1].name
    found = work.sources.by_name(name)
    assert found is not None  # noqa: S101 - it was watched, or is
    work.audit.note(work.audit.admin(*request.who), act, found.id, request.now)
    event = Event(
        EventKind.SOURCE_CHANGED,
        request.now,
        source=found.name,
        title=found.title or found.name,
        url=found.public_url,
        detail=act,
        counts={"relay": int(found.trust is Trust.RELAY), "minutes": found.every // 60},
    )
    announce_at_once(work, event, request.rules.admins, request.now, but=request.who)
    shown = Choice(speech.t("Show"), f"/sources {found.name}" if act is not Act.REMOVED else "/sources")
    told = speech.t("Done, and written into the configuration. All other admins are told.")
    return reply(heading(found.title or found.name), paragraph(told), choices=((shown,),))
