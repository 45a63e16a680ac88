"""Answers one line: finds the command, sees that it may be used here, and explains what is wrong with it."""

import re
from dataclasses import replace
from datetime import UTC, tzinfo
from difflib import get_close_matches

import structlog

from bot.commands.appeals import appeals
from bot.commands.command import Command, arguments, code, paragraph, reply
from bot.commands.elsewhere import OWN, elsewhere
from bot.commands.following import Following, Way, asked
from bot.commands.mistake import Mistake, Unknown
from bot.commands.plainly import may_halt, said_plainly
from bot.commands.request import Reply, Request
from bot.commands.showing import NOT_SURE
from bot.commands.subscriptions import settings
from bot.commands.table import COMMANDS, find
from bot.render.message import Choice, Paragraph
from bot.render.text import shorten
from bot.speech import Speech, mark_on
from jobs.steps.clock import zone_of
from storage.bounds import Stopped, deadline
from storage.database import Work

log = structlog.get_logger()

_COMMAND = re.compile(r"\s{0,20}[/!]\s?([A-Za-z]{1,40})(?:_([0-9]{1,9}))?(?:@\w{1,64})?(?=\s|$)")
_NUMBER = re.compile(r"(?:#|(?!(?:18|19|20)[0-9]{2}$))([0-9]{1,9})")
"""The number of a statement, as results show it; four digits alone are rather a year to be looked for."""
_SHOWN = re.compile(r"#([0-9]{1,9})")
_LINK = re.compile(r"https?://\S{3,2000}", re.IGNORECASE)
_FOLLOWING = Following()
_PATIENCE = 4.0
"""Seconds that what a line asks of the archive may take in all."""
_OF_MANY_THINGS = frozenset({"settings", "appeal", "drill", "sources", "admins", "correct", "join"})
_MARKED = re.compile(r"\s{0,20}[/!]")


def answer(request: Request, work: Work, timezone: tzinfo = UTC) -> Reply:
    """Return what to say to a line, in the language of the chat.

    Nobody's mistake raises: it is explained, with an example that works.
    `work` must be open for writing when `changes(request.text)`. A reply without messages means silence.
    What comes again although it was carried out is answered, for its answer may be lost, and not done twice.
    """
    speech = speech_for(request, work, timezone)
    if request.other:
        told = elsewhere(
            request, request.other, speech, lambda there: answer(there, work, timezone), _is_for_all
        )
    else:
        told = _answered(request, work, speech)
    spoken = tuple(replace(message, language=speech.language) for message in told.messages)
    return replace(told, messages=spoken)


def speech_for(request: Request, work: Work, timezone: tzinfo = UTC) -> Speech:
    """Return the language and the clock of the chat."""
    recipient = work.recipients.find(request.transport, request.address)
    zone = zone_of(recipient.zone) if recipient else None
    language = recipient.language if recipient else request.language
    return Speech(language, zone or timezone, mark_on(request.transport))


def _answered(request: Request, work: Work, speech: Speech) -> Reply:
    following = _FOLLOWING.of(request, speech)
    following = "" if changes(following) else following  # what is said in passing never changes anything
    told_at_once = _at_once(request, following, work, speech)
    if told_at_once is not None:
        return told_at_once
    command, request = _understood(replace(request, text=following) if following else request)
    if command is not None and command.name == "search":
        command, request = _pasted(command, request, work)
    if command is not None and not (command.is_for(request.role) or _halts(command, request)):
        command = None
    if command is None:
        answers = request.addressed and _MARKED.match(request.text)
        return replace(_unknown(request, speech), aside=request.group) if answers else Reply(())
    if command.manages and request.group and not request.may_manage:
        told = reply(paragraph(speech.t("Only those who manage this group may change what it receives.")))
        return replace(told, aside=True)
    changing = request.picture is not None or command.changes(arguments(request).strip())
    noted = request.id and changing
    if noted and not work.requests.begin(request.transport, request.id, request.now):
        return _done_already(request, work, speech)
    try:
        told = _in_time(command, request, work, speech)
    except Mistake as mistake:
        if noted:
            work.requests.undo(request.transport, request.id)
        return replace(_explained(mistake, command, request, speech), aside=request.group)
    _FOLLOWING.note(request, told, speech)
    return told


def _in_time(command: Command, request: Request, work: Work, speech: Speech) -> Reply:
    """Return what the command says; raises Mistake where its questions take longer than anyone waits."""
    try:
        with deadline(work.connection, _PATIENCE):
            return command.handler(request, work, speech)
    except Stopped:
        raise Mistake(
            "Looking for that takes too long. A rarer word or a filter makes it shorter: {example}",
            example=command.example,
        ) from None


def _at_once(request: Request, following: str, work: Work, speech: Speech) -> Reply | None:
    """Return what is said without looking at what the line asks for: done before, or no more of a list."""
    # Asked first: a button that was pressed before a restart may not be understood any more.
    if request.id and work.requests.known(request.transport, request.id):
        return _done_already(request, work, speech)
    if following:
        return None
    match asked(request, speech):
        case Way.ON:
            return reply(paragraph(speech.t("There are no more pages.")))
        case Way.BACK:
            return reply(paragraph(speech.t("There is no page before this one.")))
    return None


def _pasted(command: Command, request: Request, work: Work) -> tuple[Command | None, Request]:
    """Return what a search of a number or a link alone means: the statement that has it."""
    typed = arguments(request).strip()
    shown = _SHOWN.fullmatch(typed)
    if shown:
        return find("statement"), replace(request, text=f"/statement {shown[1]}")
    number = work.statements.at(typed) if _LINK.fullmatch(typed) else None
    if number is None:
        return command, request
    return find("statement"), replace(request, text=f"/statement {number}")


def _halts(command: Command, request: Request) -> bool:
    """Say whether somebody who is suspended may use it all the same: a stolen phone may have done it."""
    return request.may_stop and command.name == "stop"


def changes(text: str) -> bool:
    """Say whether answering this line may write to the database."""
    found = _COMMAND.match(text)
    if found:
        command, typed = find(found[1].lower()), f"{found[2] or ''}{text[found.end() :]}"
    else:
        command, typed = said_plainly(text)
    return command is not None and command.changes(typed.strip())


def _done_already(request: Request, work: Work, speech: Speech) -> Reply:
    """Tell how things stand, in place of what was answered when it was done."""
    log.warning("command.repeated", transport=request.transport)
    told = paragraph(speech.t("This was done already, and was not done again. As things stand now:"))
    command, _ = _understood(request)
    if command is not None and command.desk and request.role is not None:
        told_by = command.stands or appeals
        asked = request if command.stands else replace(request, text="/appeals")
        (stand,) = told_by(asked, work, speech).messages
        return Reply((replace(stand, blocks=(told, *stand.blocks)),))
    if work.recipients.find(request.transport, request.address) is None:
        return reply(told, paragraph(speech.t("Nothing is stored about this chat.")))
    (stand,) = settings(replace(request, text="/settings"), work, speech).messages
    return Reply((replace(stand, blocks=(told, *stand.blocks)),))


def _understood(request: Request) -> tuple[Command | None, Request]:
    """Return the command a line means, and the line with it spelt out.

    "/search camp", "!search camp", "/search@VigilBot camp"; "#12" and "/statement_12" are numbers.
    In a private chat a command may go without its mark, and any other words are a search.
    """
    name = _named(request.text)
    if name:
        rest = _COMMAND.sub(lambda found: found[2] or "", request.text, count=1)
        return find(name), replace(request, text=f"/{name} {rest.strip()}".strip())
    if _MARKED.match(request.text) or request.group:
        return None, request
    text = request.text.strip()
    shown = _NUMBER.fullmatch(text)
    if shown:
        return find("statement"), replace(request, text=f"/statement {shown[1]}")
    command, rest = said_plainly(text)
    if request.role is not None and may_halt(text):  # a sending, or one's own alerts
        command, rest = find("help"), "stop"
    if command is None:
        command, rest = find("search" if text else "help"), text
    return command, replace(request, text=f"/{command.name} {rest}".strip() if command else text)


def _named(text: str) -> str:
    found = _COMMAND.match(text)
    return found[1].lower() if found else ""


def _unknown(request: Request, speech: Speech) -> Reply:
    """Answer a command that does not exist with the one that is spelt most like it.

    Nor does the desk's exist for who is no admin; one who may be is told what it takes.
    """
    typed = request.text.strip().lstrip("/!").split()
    name = typed[0][:40] if typed else ""
    wanted = find(name.lower())
    if wanted is not None and wanted.desk and not request.is_sure:
        return reply(paragraph(speech.t(NOT_SURE)))
    # What would change something is offered for a word that means it, and not for a slip: one tap too many.
    known = [one.name for one in COMMANDS if not (one.hidden or one.destroys or one.desk)]
    if request.about:
        known = [name for name in known if name not in OWN]
    begun = [one for one in known if len(name) > 2 and one.startswith(name.lower())]
    near = begun or get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    meant, _ = said_plainly(name)
    command = meant if meant and meant.name not in OWN else find(near[0]) if near else None
    if command is None:
        return reply(
            paragraph(
                speech.t("There is no command /{name}. All of them: {example}", name=name, example="/help")
            ),
            choices=((Choice(speech.t("Help"), "/help"),),),
        )
    line = speech.line(
        "There is no command {unknown}. Did you mean {nearest}? For example: {example}",
        unknown=code(f"/{name}"),
        nearest=code(f"/{command.name}"),
        example=code(command.example),
    )
    corrected = " ".join((f"/{command.name}", *(() if meant else typed[1:])))
    rows = ((Choice(shorten(corrected, 40), corrected), Choice(speech.t("Help"), f"/help {command.name}")),)
    return reply(Paragraph(line), choices=rows)


def _explained(mistake: Mistake, command: Command, request: Request, speech: Speech) -> Reply:
    told, rows = Paragraph(mistake.line(speech)), _ways_on(mistake, command, request, speech)
    # Of a command that sets many things, one example is rarely of what was meant.
    shown = (command.example, speech.typed(command.example))
    if command.name in _OF_MANY_THINGS or any(one in mistake.told(speech) for one in shown):
        return reply(told, choices=rows)
    example = Paragraph(speech.line("For example: {example}", example=code(command.example)))
    return reply(told, example, choices=rows)


def _ways_on(
    mistake: Mistake, command: Command, request: Request, speech: Speech
) -> tuple[tuple[Choice, ...], ...]:
    """Return buttons that do what was probably meant, and those that lead to where it is chosen."""
    meant: tuple[Choice, ...] = ()
    further: tuple[Choice, ...] = ()
    if isinstance(mistake, Unknown):
        mended = ((code_, mistake.mended(request.text, code_)) for code_ in mistake.codes)
        meant = tuple(Choice(speech.country(code_), line) for code_, line in mended if line)
        another = {"subscribe": "/subscribe ?", "settings": f"/settings {_first(request)} letters"}
        if command.name in another:
            further = (Choice(speech.t("Another country"), another[command.name]),)
    if command.name in {"settings", "unsubscribe"}:
        further = (*further, Choice(speech.t("Settings"), "/settings"))
    return tuple(row for row in (meant, further) if row)


def _is_for_all(name: str) -> bool:
    command = find(name)
    return command is not None and not (command.hidden or command.desk)


def _first(request: Request) -> str:
    return next(iter(arguments(request).split()), "")
