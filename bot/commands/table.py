"""The table of commands: what is here can be typed, what is not does not exist."""

from dataclasses import replace

from bot.commands.acting import act
from bot.commands.appeals import appeal, appeals, approve, confirms, correct, drill, stop
from bot.commands.archive import demands, latest, resolutions, search
from bot.commands.attention import follow, mute, show, why
from bot.commands.cases import case
from bot.commands.citing import cite
from bot.commands.command import Command, always, arguments, code, heading, paragraph, reply
from bot.commands.drafting import changes as changes_appeal
from bot.commands.elsewhere import OWN, for_
from bot.commands.mistake import Mistake
from bot.commands.moving import move
from bot.commands.office import audit, stats
from bot.commands.parties import orgs, signed
from bot.commands.presets import is_question
from bot.commands.reading import statement
from bot.commands.request import Reply, Request
from bot.commands.review import confirms as decides
from bot.commands.review import review, stand
from bot.commands.rooms import powerless, unconfirmed, unreadable, verifying
from bot.commands.sources import changes as changes_source
from bot.commands.sources import sources
from bot.commands.staff import admins, join
from bot.commands.staff import changes as changes_staff
from bot.commands.staff import stand as who_is_there
from bot.commands.status import status
from bot.commands.subscriptions import settings, subscribe, unsubscribe
from bot.commands.times import digest, quiet
from bot.commands.welcome import expired, forget, privacy, start, wordless
from bot.render.message import Block, Choice, Heading, Items, Line, Notice, Paragraph, Span
from bot.speech import Speech, msgid
from storage.database import Work
from storage.words import DeskRole


def help_(request: Request, work: Work, speech: Speech) -> Reply:
    """List the commands, or explain the one that is named."""
    del work
    wanted = arguments(request).strip().lower().lstrip("/!")
    if wanted:
        return _explained(wanted, request, speech)
    shown = [command for command in COMMANDS if not command.hidden and command.is_for(request.role)]
    if request.about:
        shown = [command for command in shown if command.name not in OWN]
    if request.transport == "matrix":  # a room is managed in the room
        shown = [command for command in shown if command.name != "for"]
    desk = tuple(_line(command, speech) for command in shown if command.desk)
    blocks: list[Block] = [
        heading(speech.t("What you can ask")),
        Items(tuple(_line(command, speech) for command in shown if not command.desk)),
        *((paragraph(speech.t("At the admins' desk:")), Items(desk)) if desk else ()),
        Paragraph((Span(speech.t("Words that narrow /subscribe, /latest and /search:")),)),
        Items(_filters(speech)),
        Notice(
            speech.line(
                "More about one: {example}. In a private chat, plain words are a search.",
                example=code("/help subscribe"),
            )
        ),
    ]
    rows = ((Choice(speech.t("Everything urgent"), "/subscribe"), Choice(speech.t("Latest"), "/latest")),)
    return reply(*blocks, choices=rows)


_BY_ITSELF = msgid("What is said without having been asked")
_DESK = frozenset(DeskRole)
_ADMINS = frozenset({DeskRole.OWNER, DeskRole.ADMIN})
_REVIEW = _ADMINS | {DeskRole.REVIEWER}
_SOURCES = _ADMINS | {DeskRole.KEEPER}

COMMANDS: tuple[Command, ...] = (
    Command("start", start, msgid("Welcome, and the first subscription"), "/start"),
    Command("help", help_, msgid("What you can ask"), "/help subscribe", msgid("[command]")),
    Command("privacy", privacy, msgid("What is stored, and who can see it"), "/privacy"),
    Command(
        "subscribe",
        subscribe,
        msgid("Ring for everything urgent, or for what you name"),
        '/subscribe KP CN kind:resolution digest:daily "prison camp"',
        msgid("[filters]"),
        plain=True,
        manages=True,
        changes=lambda typed: not is_question(typed),
    ),
    Command(
        "unsubscribe",
        unsubscribe,
        msgid("Take back all subscriptions, or one of them"),
        "/unsubscribe 1",
        msgid("[number]"),
        plain=True,
        manages=True,
        destroys=True,
        changes=always,
    ),
    Command(
        "settings",
        settings,
        msgid("What you asked for, the language, messages of few words, and drills"),
        "/settings lang:ko",
        msgid("[lang:… | discreet:on | drills:on]"),
        manages=True,
        changes=bool,
    ),
    Command(
        "latest", latest, msgid("What was published last"), "/latest China kind:resolution 2005", "[filters]"
    ),
    Command(
        "search",
        search,
        msgid("Find words in everything published"),
        '/search "prison camp" to:China',
        msgid("words [filters]"),
        plain=True,
    ),
    Command(
        "statement",
        statement,
        msgid("Read one statement in full, or what changed in it"),
        "/statement 12",
        msgid("number [page | versions | version 1]"),
    ),
    Command("act", act, msgid("Whom a call asks you to write to, and how"), "/act 12", msgid("number")),
    Command("case", case, msgid("What became of a case"), "/case 12", msgid("number [page]")),
    Command(
        "follow",
        follow,
        msgid("Hear what becomes of a case"),
        "/follow 12",
        msgid("[number [off]]"),
        manages=True,
        changes=bool,
    ),
    Command(
        "mute",
        mute,
        msgid("Hear no more of a case"),
        "/mute 12",
        msgid("[number [off]]"),
        manages=True,
        changes=bool,
    ),
    Command(
        "digest",
        digest,
        msgid("When digests come"),
        "/digest daily 08:00",
        msgid("[daily | weekly | now] [hour] [city]"),
        manages=True,
        changes=bool,
    ),
    Command(
        "quiet",
        quiet,
        msgid("Hours in which nothing rings"),
        "/quiet 22:00-07:00 Asia/Seoul",
        msgid("[hours [city] | off]"),
        manages=True,
        changes=bool,
    ),
    Command(
        "move",
        move,
        msgid("Take what you asked for along to another chat, on Telegram or Matrix"),
        "/move",
        msgid("[code]"),
        destroys=True,
        changes=always,
    ),
    Command("cite", cite, msgid("A citation to pass on"), "/cite 12", msgid("number")),
    Command(
        "resolutions",
        resolutions,
        msgid("Resolutions, by year or words"),
        "/resolutions 2005",
        msgid("[words] [year] [body] [symbol]"),
    ),
    Command(
        "demands",
        demands,
        msgid("What was asked of somebody, word for word"),
        "/demands 2005 China",
        msgid("[year] whom"),
        plain=True,
    ),
    Command(
        "signed",
        signed,
        msgid("What an organisation or a person has signed"),
        "/signed NKHR",
        msgid("whom"),
        plain=True,
    ),
    Command("orgs", orgs, msgid("Who has spoken, and how often"), "/orgs NKHR", msgid("[name]")),
    Command(
        "for",
        for_,
        msgid("Manage a channel or group of yours from here"),
        "/for @channel /subscribe KP",
        msgid("chat command"),
        manages=True,
    ),
    Command("status", status, msgid("Whether the watch is kept"), "/status"),
    Command(
        "forget",
        forget,
        msgid("Remove everything stored about this chat"),
        "/forget",
        manages=True,
        destroys=True,
        changes=lambda typed: typed.lower() == "yes",
    ),
    Command(
        "review",
        review,
        msgid("What waits until an admin has looked at it"),
        "/review 12",
        msgid("[number [send | redacted | hold | drop | ask]]"),
        roles=_REVIEW,
        destroys=True,
        changes=decides,
        stands=stand,
    ),
    Command(
        "sources",
        sources,
        msgid("What is watched, how it fares, and what is to be watched"),
        "/sources",
        msgid("[add address | name [test | pause | resume | trust | every | hold | clear | remove]]"),
        roles=_SOURCES,
        destroys=True,
        changes=changes_source,
        stands=lambda request, work, speech: sources(replace(request, text="/sources"), work, speech),
    ),
    Command(
        "stats",
        stats,
        msgid("What was rung, and how quickly it came"),
        "/stats 30",
        msgid("[days]"),
        roles=_DESK,
    ),
    Command("audit", audit, msgid("Who did what at the desk"), "/audit", roles=_ADMINS),
    Command(
        "admins",
        admins,
        msgid("Who works at the desk, who joins it, and a stop for one of them"),
        "/admins",
        msgid("[suspend | invite | revoke | reinstate …]"),
        roles=_DESK,
        destroys=True,
        changes=changes_staff,
        stands=who_is_there,
    ),
    Command(
        "appeal",
        appeal,
        msgid("Write an appeal to everybody whom it concerns, or show one"),
        "/appeal 7",
        msgid("[number] [words | drop]"),
        roles=_ADMINS,
        changes=changes_appeal,
    ),
    Command(
        "drill",
        drill,
        msgid("Write a drill to those who asked for drills, or show one"),
        "/drill 7",
        msgid("[number] [words | drop]"),
        roles=_ADMINS,
        changes=changes_appeal,
    ),
    Command("appeals", appeals, msgid("The appeals, and how far each is"), "/appeals", roles=_ADMINS),
    Command(
        "approve",
        approve,
        msgid("Stand for an appeal in the very words that you read"),
        "/approve 7 3f9a12bc",
        msgid("number mark"),
        roles=_ADMINS,
        destroys=True,
        changes=always,
    ),
    Command(
        "stop",
        stop,
        msgid("Halt an appeal at once"),
        "/stop 7",
        msgid("number"),
        roles=_ADMINS,
        changes=bool,
    ),
    Command(
        "correct",
        correct,
        msgid("Take back an appeal, or a source's call, from everybody who got it"),
        "/correct 7",
        msgid("[number | alert number] [why [yes]]"),
        roles=_ADMINS,
        destroys=True,
        changes=confirms,
    ),
    Command("join", join, msgid("Join the desk with a code"), "/join", hidden=True, changes=always),
    Command("why", why, msgid("Why an alert came here"), "/why 12", msgid("number"), hidden=True),
    Command(
        "show",
        show,
        msgid("What a message of few words stands for"),
        "/show 12",
        msgid("number"),
        hidden=True,
    ),
    Command("expired", expired, msgid("A button that is too old"), "/latest", hidden=True),
    Command("wordless", wordless, msgid("A picture, a voice or the like"), "/help", hidden=True),
    Command("unconfirmed", unconfirmed, _BY_ITSELF, "/privacy", hidden=True),
    Command("unreadable", unreadable, _BY_ITSELF, "/help", hidden=True),
    Command("verifying", verifying, _BY_ITSELF, "/privacy", hidden=True),
    Command("powerless", powerless, _BY_ITSELF, "/help", hidden=True),
)


_NARROWED = frozenset({"subscribe", "latest", "search"})
"""Commands whose help explains the filters."""


def find(name: str) -> Command | None:
    """Return the command of this name."""
    return next((command for command in COMMANDS if command.name == name), None)


def _line(command: Command, speech: Speech) -> Line:
    usage = f"/{command.name} {speech.t(command.arguments) if command.arguments else ''}".strip()
    return (code(usage), Span(f" · {speech.t(command.summary)}"))


def _filters(speech: Speech) -> tuple[Line, ...]:
    """Each filter with an example that works."""
    month = speech.t("last month")
    times = code(f"2005 since:2004-06 {month}")
    return (
        speech.line("{example} a country, by name or code", example=code("KP")),
        speech.line("{example} a phrase as it stands", example=code('"prison camp"')),
        speech.line("{example} not with this word", example=code("-fundraising")),
        speech.line("{example} a kind of statement", example=code("kind:resolution")),
        speech.line("{example} a language or a source", example=code("lang:ko from:nkhr")),
        speech.line("{example} asked of somebody (not in /subscribe)", example=code("to:China")),
        speech.line("{example} a time (not in /subscribe)", example=times),
        speech.line("{example} the order, only in /search", example=code("sort:new sort:old")),
        speech.line("{example} only in /subscribe", example=code("urgency:Immediate digest:daily")),
    )


def _explained(name: str, request: Request, speech: Speech) -> Reply:
    command = find(name)
    if command is None or command.hidden or not command.is_for(request.role):
        raise Mistake("There is no command /{name}. All of them: {example}", name=name[:40], example="/help")
    usage = speech.t(command.arguments) if command.arguments else ""
    narrowed = (
        Paragraph((Span(speech.t("Words that narrow /subscribe, /latest and /search:")),)),
        Items(_filters(speech)),
    )
    return reply(
        Heading((code(f"/{command.name} {usage}".strip()),)),
        Paragraph((Span(speech.t(command.summary)),)),
        Paragraph(speech.line("For example: {example}", example=code(command.example))),
        *(narrowed if command.name in _NARROWED else ()),
        choices=((Choice(speech.t("Help"), "/help"),),),
    )
