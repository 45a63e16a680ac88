"""Inside a poll's transaction: decides what rings, and queues it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from jobs import calling_off, circle, own_time, review, storm, undecided
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.often import Often
from jobs.steps import match
from jobs.steps.clock import over_everywhere
from jobs.steps.course import changed, facts_digest, is_news
from jobs.steps.sensitive import Black
from jobs.wishes import Wishes
from jobs.withhold import withhold
from storage.database import Work, now_utc
from storage.due import DIGESTS
from storage.fitting import Aim
from storage.matching import Reach, Timing, Turn
from storage.records import Alert, Change, Entry, Source, Statement
from storage.words import CaseState, Cause, Concern, Digest, MsgType, Relation, Trust

log = structlog.get_logger()

_LIFE = timedelta(days=9)
NOBODY = Admins()
_CALLED_OFF = "the same call was called off, and this may be the old one: an admin looks first"
_TAKEN_BACK = "those who run this watch took this call back: an admin looks first"


@dataclass(slots=True)
class Audience:
    """Who asked for what, as one transaction sees it, and how much has rung for them."""

    work: Work
    wishes: Wishes = field(default_factory=Wishes)
    admins: Admins = NOBODY
    _is_true: bool = False
    storms: storm.Known = field(default_factory=dict)
    """Of which people were told."""
    often: Often = field(init=False)

    def __post_init__(self) -> None:
        self.often = Often(self.work)

    def aim(self, alert: Alert) -> Aim:
        """What the database is asked about an alert."""
        if not self._is_true:
            self.wishes.begin(self.work)
            self._is_true = True
        return match.aim_of(alert, self.wishes.fitting(alert))


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something may ring, under which limits; `stage` tells a later alert on an entry from its first.

    `doubt`, where given, is why an admin looks before it is sent.
    """

    now: datetime
    limits: Limits
    audience: Audience
    stage: str = ""
    doubt: str = ""
    understood: datetime | None = None
    """When its text was, for the record."""
    cause: Cause = Cause.NEWS
    changes: tuple[Change, ...] = ()
    public: str = ""
    """What readers were told of the statement before."""


def ring_again(
    work: Work, source: Source, entry: Entry, told: tuple[Statement, Statement], occasion: Occasion
) -> tuple[Alert, int] | None:
    """The alert that an edit gives cause for, once: it became urgent, calls off, or changes what rang.

    Changed is who is in danger, where, what is asked or by when.

    `told` is the statement before and after. Who was rung for the case already does not hear that it
    became urgent, unless by a message that was not urgent yet. Where we took the statement back, an admin
    looks first: it may be as false as it was, or a new danger.
    """
    before, after = told
    assert after.case_id is not None  # noqa: S101 - `keep` gave it one
    _look_again(work, source, before, after, occasion)
    public = review.public(work, before)
    called_off = MsgType.CANCEL
    changes = changed(before, after)
    if after.alert.msg_type is called_off and before.alert.msg_type is not called_off:
        if calling_off.may_end(work, after.case_id, source, after):
            work.cases.touch(after.case_id, CaseState.STOPPED, occasion.now)
        stage, relation = "called off", Relation.UPDATE
    elif after.alert.urgent and not before.alert.urgent:
        stage = "became urgent"
        others = work.alerts.urgent_of_case(after.case_id, but=after.id)
        relation = Relation.DUPLICATE if others else Relation.UPDATE
    elif after.alert.urgent and is_news(changes) and work.alerts.rang(after.id):
        stage, relation = f"edited {facts_digest(after)}", Relation.UPDATE
    else:
        return None
    doubt = occasion.doubt
    if after.alert.msg_type is not called_off and work.alerts.correction_of(after.id):
        doubt = doubt or _TAKEN_BACK
    occasion = replace(occasion, stage=stage, cause=Cause.EDIT, changes=changes, public=public, doubt=doubt)
    if work.alerts.exists(identifier(source, entry, stage)):
        return None
    return ring(work, source, entry, replace(after, relation=relation), occasion)


def ring(
    work: Work, source: Source, entry: Entry, statement: Statement, occasion: Occasion
) -> tuple[Alert, int] | None:
    """The alert that the statement gives cause for and how many will get it; None when nobody will.

    A duplicate reaches only those whom the case's earlier alerts did not. A Cancel takes back what
    still waits, and is held where it takes back another's call, or more calls than usual. Beyond the
    caps of alerts per source, by the hour and by the day, they are held for an admin.
    """
    assert statement.case_id is not None  # noqa: S101 - `keep` gave it one
    now = occasion.now
    earlier = work.alerts.of_case(statement.case_id)
    alert = Alert(
        identifier=identifier(source, entry, occasion.stage),
        statement=statement,
        source=source,
        sent=now,
        msg_type=_msg_type(statement, rung=bool(earlier)),
        expires=_expires(statement, now),
        references=tuple(name for _, name in earlier),
        case_id=statement.case_id,
        cause=occasion.cause,
        changes=occasion.changes,
    )
    if alert.msg_type is MsgType.CANCEL and earlier:
        return _end(work, alert, occasion)
    alert, occasion, again = _after_the_end(work, alert, occasion)
    aim = occasion.audience.aim(alert)
    if earlier and match.is_follow_up(alert):
        aim = replace(aim, follows=statement.case_id)
    if again:
        # The same call again: only for those whom its first carrier did not reach.
        aim = replace(aim, only_at_once=True, unheard=statement.case_id if earlier else None)
    reach = work.matching.reach(aim)
    followed = circle.is_followed(work, alert, again=again)
    reached = reach.anyone or followed
    if not reached and not _is_worth_keeping(work, alert, aim, again=again):
        return None
    at_once = reach.at_once or followed
    rings = statement.alert.urgent or at_once
    held = _why_held(work, alert, occasion, whom=(aim, reach) if reach.at_once else None, rings=rings)
    if held:
        log.warning("alert.held", source=source.name, identifier=alert.identifier, why=held)
    alert = replace(alert, id=_added(work, alert, occasion))
    occasion.audience.often.rang(alert, at_once=at_once)
    usual = timing(alert, occasion)
    queued = work.matching.queue(alert.id, aim, reach, usual, held=held)
    queued += circle.persons(work, alert, now, followed=followed, held=held)
    work.kept.queue(alert, aim, (match.lane(alert), now), held=held, follow=not again)
    circle.hasten(work, alert)
    if queued:
        own_time.fit(work, alert, usual, now, occasion.limits.zone)
    if not held:
        circle.amend(work, alert, now)
    _ask_admins(work, alert, held, occasion)
    return alert, queued


def _ask_admins(work: Work, alert: Alert, held: str, occasion: Occasion) -> None:
    """Where what it says is to be looked at, admins hear, and nobody else reads it meanwhile."""
    if review.concerns_of(held):
        _hide(work, alert, occasion)
    elif held not in (_CALLED_OFF, _TAKEN_BACK):
        return
    # Of what is kept for who cannot be reached alone, admins hear on their return (`jobs.unanswered`).
    if waiting := work.held.keep_back(alert.id, held):
        review.announce_held(work, alert, waiting, held, occasion.audience.admins)


def _hide(work: Work, alert: Alert, occasion: Occasion) -> None:
    """What waits for an admin is read by nobody else meanwhile, but for what everybody has read before."""
    found = review.endangering(work, alert.statement, occasion.limits.review.of(alert.source.trust))
    parts = review.but_public(found, occasion.public)
    if parts or undecided.of(work, alert.statement):
        undecided.hide(work, alert.source, alert.statement, parts)


def _is_worth_keeping(work: Work, alert: Alert, aim: Aim, *, again: bool) -> bool:
    """Whether an alert that reaches nobody is made: an urgent one, but for another carrier of the same.

    Anything else only for those for whom it is kept until they can be reached again.
    """
    first = alert.statement.alert.urgent and aim.unheard is None
    return first or work.kept.is_wanted(alert, aim, follow=not again)


def _expires(statement: Statement, now: datetime) -> datetime:
    """Until when it may be sent: a call, no longer than there is time to act on it.

    The day that it names ends last in the far west. Where that is past already we may have misread it, and a
    miss is worse. The end of a call is told however late. A poll of the past (--as-of) is delivered today,
    and a weekly digest in up to seven days.
    """
    sent = max(now, now_utc())
    usual, judged = sent + _LIFE, statement.alert
    if statement.deadline is None or not judged.urgent or judged.msg_type is MsgType.CANCEL:
        return usual
    over = over_everywhere(statement.deadline)
    return min(usual, over) if over > sent else usual


def _why_held(
    work: Work, alert: Alert, occasion: Occasion, *, whom: tuple[Aim, Reach] | None, rings: bool
) -> str:
    """Why an admin is to look first: at what it says, or at how much rings; "" where it may go.

    Those whom it would have rung for (`whom`), where there are any, hear once of too much.
    """
    looked_at = review.sentence(review.concerns(work, alert, occasion.limits.review))
    if looked_at or occasion.doubt or not rings:
        return "; ".join(filter(None, (looked_at, occasion.doubt)))
    many = _too_many(work, alert, occasion)
    if many and whom is not None:
        storm.tell(work, alert, whom, many, occasion.audience.admins, occasion.audience.storms)
    return many


def _look_again(work: Work, source: Source, before: Statement, after: Statement, occasion: Occasion) -> None:
    """What waits of a statement is drawn as it stands when it is sent: an edit may endanger somebody."""
    wanted = occasion.limits.review.of(source.trust)
    known = {one.words for one in review.endangering(work, before, wanted)}
    new = {one.concern for one in review.endangering(work, after, wanted) if one.words not in known}
    if not new:
        return
    why = review.sentence(one for one in Concern if one in new)
    for number in work.held.waiting_of(after.id):
        alert = work.alerts.many([number])[number]
        # Where it is only kept for who cannot be reached, nobody need look until they are there again.
        if count := work.held.keep_back(number, why):
            told = replace(alert, sent=occasion.now)
            review.announce_held(work, told, count, why, occasion.audience.admins)


def _too_many(work: Work, alert: Alert, occasion: Occasion) -> str:
    """Why an admin is to look first: its source, or all of them, rang too often; "" if neither did."""
    if many := occasion.audience.often.why_held(alert, occasion.limits):
        return many
    urgent = alert.statement.alert.urgent
    return storm.IN_ALL[urgent] if storm.rages(work, alert, occasion.limits.per_hour) else ""


def _end(work: Work, alert: Alert, occasion: Occasion) -> tuple[Alert, int] | None:
    """What takes a call back goes to whom it was told, or may have been, whatever they asked for.

    What waits of the call is taken back, unless an admin looks first.
    """
    alert = _without_what_endangers(work, alert, occasion)
    assert alert.case_id is not None  # noqa: S101 - it ends the case
    held = calling_off.why_held(work, alert, occasion.limits)
    if held:
        work.cases.touch(alert.case_id, CaseState.UPDATED, occasion.now)
        log.warning("alert.held", source=alert.source.name, identifier=alert.identifier, why=held)
    else:
        work.deliveries.cancel_case(alert.case_id, status=alert.status)
    again = alert.statement.relation is Relation.DUPLICATE
    followed = circle.is_followed(work, alert, again=again)
    if again and not work.told.receivers(alert.case_id, waiting=bool(held), status=alert.status):
        return None
    alert = replace(alert, id=_added(work, alert, occasion))
    lane = match.lane(alert)
    queued = work.told.queue(alert, lane, occasion.now, held=held)
    queued += circle.persons(work, alert, occasion.now, followed=followed, held=held)
    if held and queued:
        review.announce_held(work, alert, queued, held, occasion.audience.admins)
    work.kept.queue(alert, None, (lane, occasion.now), held=held, follow=not again)
    if not held:
        calling_off.tell(work, alert, queued, occasion.audience.admins)
        circle.amend(work, alert, occasion.now)
    return alert, queued


def _without_what_endangers(work: Work, alert: Alert, occasion: Occasion) -> Alert:
    """The end of a call waits for nobody: what a person would have had to look at is taken out of it."""
    found = review.endangering(work, alert.statement, occasion.limits.review.of(alert.source.trust))
    open_ones = undecided.of(work, alert.statement)
    parts = (*found, *(open_ones.parts if open_ones else ()))
    if not parts:
        return alert
    words = tuple(one.words for one in parts)
    log.warning("alert.redacted", source=alert.source.name, identifier=alert.identifier, parts=len(words))
    clean = withhold(work, alert.statement, alert.source, parts, occasion.now)
    return replace(alert, statement=clean, changes=Black(words).changes(alert.changes))


def timing(alert: Alert, occasion: Occasion) -> Timing:
    """In which lane and from when on those who want the alert at once, daily or weekly may be sent it.

    It holds for recipients who named no clock of their own; `jobs.own_time` fits it to the others.
    """
    now, limits = occasion.now, occasion.limits
    return Timing(
        at_once=Turn(match.lane(alert), now),
        daily=Turn(DIGESTS, limits.digest_time(Digest.DAILY, now)),
        weekly=Turn(DIGESTS, limits.digest_time(Digest.WEEKLY, now)),
    )


def _added(work: Work, alert: Alert, occasion: Occasion) -> int:
    return work.alerts.add(alert, occasion.understood, max(alert.sent, now_utc()))


def _after_the_end(work: Work, alert: Alert, occasion: Occasion) -> tuple[Alert, Occasion, bool]:
    """The alert, its occasion, and whether it says again what the case is known for.

    A call in the words of one that was called off, with nothing rung since, is another one where it is said
    anew (arrested again): an update for who heard of the end. Else it may be the old one, by a late relay,
    and an admin looks first.
    """
    again = alert.statement.relation is Relation.DUPLICATE
    if not (again and alert.references and alert.statement.alert.urgent and alert.case_id is not None):
        return alert, occasion, again
    *_, last = work.alerts.heard_on_case(alert.case_id) or (alert,)
    if last.msg_type is not MsgType.CANCEL:
        return alert, occasion, again
    if _is_anew(alert, last):
        return replace(alert, msg_type=MsgType.UPDATE), occasion, False
    return alert, replace(occasion, doubt=occasion.doubt or _CALLED_OFF), again


def _is_anew(alert: Alert, end: Alert) -> bool:
    """Whether this was said after the end, by an organisation itself or by who told the end."""
    said, ended = alert.statement.published, end.statement.published
    if said and ended and said <= ended:
        return False
    issuers = set(alert.statement.issuers) & set(end.statement.issuers)
    return alert.source.trust is Trust.OFFICIAL or alert.source.id == end.source.id or bool(issuers)


def identifier(source: Source, entry: Entry, stage: str = "") -> str:
    """The alert's CAP identifier: the same entry of the same source gives the same one at each stage."""
    parts = (source.name, entry.uid, stage) if stage else (source.name, entry.uid)
    digest = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
    return f"vigil-{digest[:24]}"


def _msg_type(statement: Statement, *, rung: bool) -> MsgType:
    """What the alert is to those who get it: without an earlier one there is nothing to update."""
    if statement.alert.msg_type is MsgType.ALERT and rung and statement.relation is Relation.UPDATE:
        return MsgType.UPDATE
    if statement.alert.msg_type is MsgType.UPDATE and not rung:
        return MsgType.ALERT
    return statement.alert.msg_type
