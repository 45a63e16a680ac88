"""A person's time: /digest and /quiet, and by which clock."""

from datetime import tzinfo

from bot.commands import clocks
from bot.commands.command import arguments, code, heading, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.values import DIGEST_WORDS
from bot.commands.values import digest as digest_named
from bot.commands.zones import clock_choice
from bot.render.message import Block, Choice, Notice, Paragraph
from bot.speech import Speech
from jobs.own_time import USUAL_HOUR, reschedule
from jobs.steps.clock import zone_of
from storage.database import Work
from storage.people import Recipient
from storage.words import Digest

QUIET = "/quiet 22:00-07:00 Asia/Seoul"
DIGEST = "/digest daily 08:00"
_DIGEST_HOURS = tuple(60 * one for one in (7, 8, 12, 18, 21))
_FROM = tuple(60 * one for one in (21, 22, 23, 0))
_UNTIL = tuple(60 * one for one in (6, 7, 8, 9))
"""Minutes after midnight, as buttons; any other hour can be typed."""
_LONGEST_HOURS = 6
"""Words: "from 10 pm to 7 am", "오후 10시 30분부터 오전 7시 30분까지"."""
_OFF = {"off", "no", "none", "끔", "해제"}
_WAKES = {"extreme:on": True, "extreme:off": False}


def digest(request: Request, work: Work, speech: Speech) -> Reply:
    """Say or show when digests come: "daily 08:00 Asia/Seoul", "weekly", "now", or an hour alone."""
    typed = arguments(request).split()
    if not typed:
        return _digest_shown(work.recipients.find(request.transport, request.address), work, speech)
    wanted: Digest | None = None
    try:
        wanted, typed = digest_named((typed[0],), speech), typed[1:]
    except Mistake:
        if not clocks.is_hour_first(typed):
            raise
    minutes, place = clocks.hour_first(typed, DIGEST) if typed else (None, [])
    zone = clocks.zone(" ".join(place)) if place else ""
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    if minutes is not None:
        work.recipients.set_digest(recipient.id, minutes)
    if zone:
        work.recipients.set_zone(recipient.id, zone)
    if zone and zone != recipient.zone and recipient.quiet:
        work.own_time.release(recipient.id, request.now)
    if wanted is not None:
        for route in work.routes.of(recipient.id):
            if route.kinds:
                work.routes.set_digest(route.id, wanted)
    changed = work.recipients.get(recipient.id) or recipient
    reschedule(work, changed, request.now, speech.timezone)
    return _digest_shown(changed, work, speech)


def quiet(request: Request, work: Work, speech: Speech) -> Reply:
    """Say or show when nothing makes a sound: "22:00-07:00 Asia/Seoul", "off", "extreme:off"."""
    typed = arguments(request).strip()
    if not typed:
        return _quiet_shown(work.recipients.find(request.transport, request.address), request, speech)
    word = typed.casefold()
    if word in _OFF:
        recipient = work.recipients.find(request.transport, request.address)
        if recipient is not None:
            work.recipients.set_quiet(recipient.id, None)
            work.own_time.release(recipient.id, request.now)
        return reply(
            heading(speech.t("No quiet hours.")),
            paragraph(speech.t("What rings comes at any hour. What was held comes now.")),
            choices=((Choice(speech.t("Quiet by night"), "/quiet 22:00-07:00"),), _further(speech)),
        )
    if word in _WAKES:
        recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
        work.recipients.set_wakes(recipient.id, wakes=_WAKES[word])
        return _quiet_shown(work.recipients.get(recipient.id), request, speech)
    hours, zone = _hours_and_zone(typed)
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    work.recipients.set_quiet(recipient.id, hours)
    if zone:
        work.recipients.set_zone(recipient.id, zone)
    work.own_time.release(recipient.id, request.now)
    return _quiet_shown(work.recipients.get(recipient.id), request, speech)


def time_blocks(recipient: Recipient, speech: Speech) -> list[Block]:
    """Return what a person set of their time, with the lines that set it, for /settings."""
    blocks: list[Block] = []
    if recipient.quiet:
        line = speech.line("Quiet hours: {line}", line=code(f"/quiet {_span(recipient.quiet)}"))
        blocks.append(Paragraph(line))
    if recipient.digest_at is not None:
        hour = clocks.shown(recipient.digest_at)
        blocks.append(Paragraph(speech.line("Digests come at {hour}.", hour=hour)))
    if recipient.zone:
        blocks.append(paragraph(speech.t("Your clock: {zone}", zone=recipient.zone)))
    return blocks


def _hours_and_zone(typed: str) -> tuple[tuple[int, int], str]:
    """Return the hours, and the zone that follows them, "" where none does."""
    words = typed.split()
    for count in range(min(_LONGEST_HOURS, len(words)), 0, -1):
        try:
            hours = clocks.hours(" ".join(words[:count]), QUIET)
        except Mistake:
            if count == 1:
                raise
        else:
            rest = " ".join(words[count:])
            return hours, clocks.zone(rest) if rest else ""
    raise Mistake("From when until when? Write it so: {example}", example=QUIET)


def _digest_shown(recipient: Recipient | None, work: Work, speech: Speech) -> Reply:
    routes = work.routes.of(recipient.id) if recipient else ()
    rhythms = {route.digest for route in routes if route.kinds} - {Digest.NONE}
    minutes = USUAL_HOUR if recipient is None or recipient.digest_at is None else recipient.digest_at
    hour = clocks.shown(minutes)
    said = {
        frozenset({Digest.DAILY}): speech.t("A digest comes once a day, at {hour}.", hour=hour),
        frozenset({Digest.WEEKLY}): speech.t("A digest comes once a week, on Monday at {hour}.", hour=hour),
        frozenset({Digest.DAILY, Digest.WEEKLY}): speech.t(
            "Digests come once a day and once a week, at {hour}.", hour=hour
        ),
    }.get(frozenset(rhythms))
    blocks: list[Block] = [heading(speech.t("Digests"))]
    if said:
        blocks.append(paragraph(said))
    elif any(route.kinds for route in routes):
        blocks.append(paragraph(speech.t("Everything that you asked for comes at once.")))
    else:
        blocks.append(
            paragraph(
                speech.t(
                    "Nothing that you asked for comes in a digest: what is urgent rings at once. "
                    "A digest holds kinds of statements:"
                )
            )
        )
        blocks.append(Paragraph((code("/subscribe kind:statement digest:daily"),)))
    if not said and recipient and recipient.digest_at is not None:
        blocks.append(paragraph(speech.t("When one comes, it is at {hour}.", hour=hour)))
    blocks.append(_by_which_clock(recipient, speech))
    has = rhythms.pop() if len(rhythms) == 1 else Digest.NONE if not rhythms else None
    often = tuple(
        _ticked(speech.digest(one), f"/digest {DIGEST_WORDS[one]}", chosen=one is has)
        for one in (Digest.DAILY, Digest.WEEKLY, Digest.NONE)
    )
    if not any(
        route.kinds for route in routes
    ):  # how often something comes that nobody asked for is no question
        often = (
            Choice(speech.t("Statements once a day"), "/subscribe kind:statement digest:daily"),
            Choice(speech.t("Statements once a week"), "/subscribe kind:statement digest:weekly"),
        )
    at = tuple(
        _ticked(clocks.shown(one), f"/digest {clocks.shown(one)}", chosen=one == minutes)
        for one in _DIGEST_HOURS
    )
    example = Notice(speech.line("To change it: {example}", example=code(DIGEST)))
    return reply(*blocks, example, choices=(often, at, _further(speech)))


def _quiet_shown(recipient: Recipient | None, request: Request, speech: Speech) -> Reply:
    example = Notice(speech.line("For example: {example}", example=code(QUIET)))
    if recipient is None or recipient.quiet is None:
        return reply(
            heading(speech.t("No quiet hours.")),
            paragraph(speech.t("What rings comes at any hour.")),
            example,
            choices=((Choice(speech.t("Quiet by night"), "/quiet 22:00-07:00"),), _further(speech)),
        )
    start, end = (clocks.shown(minutes) for minutes in recipient.quiet)
    now = request.now.astimezone(_zone(recipient, speech))
    blocks: list[Block] = [
        heading(speech.t("Quiet from {start} to {end}.", start=start, end=end)),
        Paragraph(
            speech.line(
                "It is {time} now in this time zone ({zone}). If that is wrong, add a city: {example}",
                time=f"{now:%H:%M}",
                zone=recipient.zone or str(speech.timezone),
                example=code(QUIET),
            )
        ),
        paragraph(speech.t("What comes meanwhile is held, and given as one digest at the end.")),
    ]
    if recipient.wakes:
        exception = speech.t(
            "But what is Extreme and Immediate, somebody's life within hours, rings all the same."
        )
        change = Choice(speech.t("Silence those too"), "/quiet extreme:off")
    else:
        exception = speech.t("Nothing breaks them, not even what is Extreme and Immediate.")
        change = Choice(speech.t("Let that through"), "/quiet extreme:on")
    blocks.append(paragraph(exception))
    blocks.append(paragraph(speech.t("When a call that was sent here is over, that comes without a sound.")))
    off = Choice(speech.t("No quiet hours"), "/quiet off")
    return reply(*blocks, choices=(*_other_hours(recipient.quiet, speech), (change, off), _further(speech)))


def _other_hours(quiet_hours: tuple[int, int], speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """Return rows of two hours from which, then until which it is quiet: the others are typed.

    A phone shows no more than two in a row without cutting their labels.
    """
    start, end = quiet_hours
    since = [(speech.t("from {hour}", hour=clocks.shown(one)), (one, end)) for one in _FROM if one != end]
    until = [
        (speech.t("until {hour}", hour=clocks.shown(one)), (start, one)) for one in _UNTIL if one != start
    ]
    begins, ends = (
        tuple(_ticked(label, f"/quiet {_span(hours)}", chosen=hours == quiet_hours) for label, hours in row)
        for row in (since, until)
    )
    return tuple(row[at : at + 2] for row in (begins, ends) for at in range(0, len(row), 2))


def _ticked(label: str, command: str, *, chosen: bool) -> Choice:
    return Choice(f"✓ {label}" if chosen else label, command)


def _further(speech: Speech) -> tuple[Choice, ...]:
    return (clock_choice(speech), Choice(speech.t("Settings"), "/settings"))


def _by_which_clock(recipient: Recipient | None, speech: Speech) -> Block:
    if recipient and recipient.zone:
        return paragraph(speech.t("Your clock: {zone}", zone=recipient.zone))
    return Paragraph(
        speech.line(
            "The hour is that of Vigil's own clock. For yours add a city: {example}",
            example=code(f"{DIGEST} Asia/Seoul"),
        )
    )


def _zone(recipient: Recipient, speech: Speech) -> tzinfo:
    return zone_of(recipient.zone) or speech.timezone


def _span(quiet_hours: tuple[int, int]) -> str:
    return "-".join(clocks.shown(minutes) for minutes in quiet_hours)
