"""/admins: who works at the desk, who may join it, who is kept from it; /join with a code."""

from collections.abc import Callable

from bot.commands.command import arguments, code, heading, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.desk import lasting
from bot.render.message import Block, Choice, Field, Items, Line, Notice, Paragraph, Span, Style
from bot.speech import Speech, msgid
from jobs.desk import Rules
from jobs.staff import (
    AtDesk,
    Configured,
    LastOther,
    LastOwner,
    Newcomer,
    NoSuch,
    Oneself,
    TooSoon,
    invite,
    listed,
    reinstate,
    revoke,
    suspend,
)
from jobs.staff import join as join_desk
from storage.database import Work
from storage.staff import VALID
from storage.words import DeskRole

NEWCOMER = msgid(
    "You joined the desk less than two days ago. Until then another admin has to decide on that. {example}"
)
_JOIN = "/join ABCD-EFGH-IJKL-MNOP"
_MARK = 8
"""Characters of the keyed hash by which somebody is named here; the same as in /audit."""
_SHOWN = 20
ROLES = {
    DeskRole.OWNER: msgid("owner"),
    DeskRole.ADMIN: msgid("admin"),
    DeskRole.REVIEWER: msgid("reviewer"),
    DeskRole.KEEPER: msgid("source keeper"),
}
_OWNERS = frozenset({DeskRole.OWNER})
_BOTH = frozenset({DeskRole.OWNER, DeskRole.ADMIN})
_VERBS: dict[str, frozenset[DeskRole]] = {
    "invite": _OWNERS,
    "revoke": _OWNERS,
    "reinstate": _OWNERS,
    "suspend": _BOTH,
}
"""What can be done here, and by whom."""
_ASKED = {
    "suspend": msgid("{mark} would be kept from the desk at once, and hear no more of it."),
    "reinstate": msgid(
        "{mark} could work at the desk again, if the configuration names them or they are invited."
    ),
    "revoke": msgid("{mark} would no longer be at the desk."),
}
_DONE = {
    "suspend": msgid(
        "{mark} is kept from the desk. What they stood for and was about to go out is a draft again. "
        "All others are told."
    ),
    "reinstate": msgid("{mark} is not kept from the desk any more. All others are told."),
    "revoke": msgid("{mark} is no longer at the desk. All others are told."),
}
_ACTS: dict[str, Callable[..., AtDesk]] = {"suspend": suspend, "reinstate": reinstate, "revoke": revoke}


def admins(request: Request, work: Work, speech: Speech) -> Reply:
    """Show who works at the desk, or change it."""
    typed = arguments(request).lower().split()
    if not typed:
        return _list(request, work, speech)
    verb, who, sure = typed[0], "".join(typed[1:2]), typed[2:3] == ["yes"]
    if verb not in _VERBS:
        raise Mistake("“{word}” cannot be done here: {known}", word=verb[:40], known=", ".join(_VERBS))
    if request.role not in _VERBS[verb]:
        raise Mistake("Your role does not allow that. Who may do what: {example}", example="/admins")
    if not who:
        return _list(request, work, speech)  # its buttons ask which
    if verb == "invite":
        return _invited(who, request, work, speech)
    person = _named(who, request, work)
    mark = person.mark[:_MARK]
    back = Choice(speech.t("Back"), "/admins")
    if not sure:
        yes = Choice(speech.t("Yes"), f"/admins {verb} {mark} yes")
        return reply(paragraph(speech.t(_ASKED[verb], mark=mark)), choices=((yes, back),))
    _done(verb, who, mark, request, work)
    return reply(paragraph(speech.t(_DONE[verb], mark=mark)), choices=((back,),))


def _done(verb: str, who: str, mark: str, request: Request, work: Work) -> None:
    """Do it, or say why not."""
    try:
        by = work.audit.admin(*request.who)
        _ACTS[verb](work, who, by, request.rules, request.now)
    except Oneself as error:
        raise Mistake("Nobody does this to themselves: ask another. {example}", example="/admins") from error
    except Newcomer as error:
        raise Mistake(NEWCOMER, example="/admins") from error
    except TooSoon as error:
        if verb == "revoke":
            raise Mistake(
                "You took somebody from the desk within the last hour. Ask another owner: {example}",
                example="/admins",
            ) from error
        raise Mistake(
            "You suspended somebody within the last hour. Ask another admin to suspend {mark}: {example}",
            mark=mark,
            example=f"/admins suspend {mark}",
        ) from error
    except LastOwner as error:
        raise Mistake(
            "{mark} is the last owner. Only whoever runs this watch can suspend them: {example}",
            mark=mark,
            example="vigil console",
        ) from error
    except LastOther as error:
        raise Mistake(
            "You put somebody out within the last week, and {mark} is the last one left who could put you "
            "out. Only whoever runs this watch can do it: {example}",
            mark=mark,
            example="vigil console",
        ) from error
    except Configured as error:
        raise Mistake(
            "The configuration names them, [admins]: take them out there, or suspend them. {example}",
            example=f"/admins suspend {mark}",
        ) from error
    except NoSuch as error:
        raise Mistake(
            "That cannot be done to {mark} as things stand: {example}", mark=mark, example="/admins"
        ) from error


def changes(typed: str) -> bool:
    """Say whether what stands behind /admins changes anything."""
    words = typed.lower().split()
    return (words[:1] == ["invite"] and len(words) > 1) or words[2:3] == ["yes"]


def stand(request: Request, work: Work, speech: Speech) -> Reply:
    """Show who works at the desk: how things stand where something was done already."""
    return _list(request, work, speech)


def join(request: Request, work: Work, speech: Speech) -> Reply:
    """Take the role that a code gives; of a code that gives none nothing more is said."""
    typed = arguments(request)
    if not typed.strip():
        raise Mistake("Send the line that you were given, with its code: {example}", example=_JOIN)
    person = (request.transport, request.address)
    role = None if request.group else join_desk(work, typed, person, request.rules, request.now)
    if role is None:
        return reply(
            paragraph(speech.t("This code does not work: it was used, has expired, or never was one."))
        )
    told = speech.t("You are at the desk now: {role}.", role=speech.t(ROLES[role]))
    return reply(
        paragraph(told),
        paragraph(speech.t("/help says what you can do. /forget takes you away from it again.")),
        choices=((Choice(speech.t("Help"), "/help"),),),
    )


def _named(who: str, request: Request, work: Work) -> AtDesk:
    found = [one for one in listed(work, request.rules.admins) if who and one.mark.startswith(who)]
    if len(found) != 1:
        raise Mistake(
            "Nobody here has the mark “{word}”. All of them: {example}", word=who[:40], example="/admins"
        )
    return found[0]


def _invited(who: str, request: Request, work: Work, speech: Speech) -> Reply:
    roles = {str(role): role for role in DeskRole}
    if request.group:
        raise Mistake("A code is for one person alone: write to me in private. {example}", example="/admins")
    if who not in roles:
        raise Mistake("“{word}” is no role. It can be: {known}", word=who[:40], known=", ".join(roles))
    by = work.audit.admin(*request.who)
    try:
        told = invite(work, roles[who], by, request.rules, request.now)
    except Newcomer as error:
        raise Mistake(NEWCOMER, example="/admins") from error
    return reply(
        paragraph(
            speech.t(
                "Give this line to one person, in a way that nobody else reads. They send it to me in a "
                "private chat. It works once, until {moment}. I do not keep it.",
                moment=speech.moment(request.now + VALID),
            )
        ),
        Paragraph((code(f"/join {told}"),)),
    )


def _list(request: Request, work: Work, speech: Speech) -> Reply:
    there = listed(work, request.rules.admins)
    own = work.audit.admin(*request.who)
    rules = request.rules
    blocks: list[Block] = [
        heading(speech.t("Admins")),
        *([Items(tuple(_line(one, own, speech) for one in there[:_SHOWN]))] if there else []),
        Field(
            speech.t("For an appeal"),
            (Span(speech.n("{count} person", "{count} people", rules.approvals)),),
        ),
        Field(speech.t("Then it waits"), (Span(lasting(int(rules.cooling_off.total_seconds()), speech)),)),
        Field(speech.t("You stand in /audit as"), (code(own[:_MARK]),)),
        *_too_few(there, rules, speech),
        Notice(
            (
                Span(
                    speech.t(
                        "The first owners stand in the configuration, [admins]; others join with a code "
                        "that an owner makes."
                    )
                ),
            )
        ),
    ]
    others = [one for one in there if one.mark != own and not one.is_suspended]
    rows: list[tuple[Choice, ...]] = []
    if request.role in _BOTH:
        rows += [
            (
                Choice(
                    speech.t("Suspend {mark}", mark=one.mark[:_MARK]), f"/admins suspend {one.mark[:_MARK]}"
                ),
            )
            for one in others[:5]
        ]
    if request.role in _OWNERS and not request.group:
        rows += [
            (Choice(speech.t("Invite: {role}", role=speech.t(ROLES[role])), f"/admins invite {role}"),)
            for role in DeskRole
        ]
    return reply(*blocks, choices=tuple(rows))


def _too_few(there: tuple[AtDesk, ...], rules: Rules, speech: Speech) -> list[Block]:
    able = sum(one.role in _BOTH and not one.is_suspended for one in there)
    if able >= rules.approvals:
        return []
    told = speech.t("There are fewer admins than an appeal needs: none can be sent. Invite somebody.")
    return [paragraph(told)]


def _line(one: AtDesk, own: str, speech: Speech) -> Line:
    role = speech.t(ROLES[one.role]) if one.role else ""
    told = [role, one.transport, speech.t("suspended") if one.is_suspended else ""]
    told += [speech.t("you")] if one.mark == own else []
    return (Span(one.mark[:_MARK], Style.CODE), Span(f" · {' · '.join(part for part in told if part)}"))
