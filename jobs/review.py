"""Inside a transaction: whether a person looks at a call before it is sent, and that admins hear of it.

What may endanger somebody is looked at wherever it comes from. What others relay is looked at for more:
whom it names, how little speaks for it, and whether its source is known at all. The policy is the
operator's (`[review]` in the configuration).
"""

from collections.abc import Iterable

from jobs import undecided
from jobs.limits import ENDANGERS, Policy
from jobs.notices import Admins, announce
from jobs.steps import sensitive
from jobs.steps.sensitive import Black, Sensitive
from storage.database import Work
from storage.people import Event
from storage.records import Alert, Statement
from storage.words import Certainty, Concern, EventKind, Severity

SENTENCES = {
    Concern.MINOR: "it names somebody under 18",
    Concern.HIDING: "it tells exactly where people hide, or by which way they flee",
    Concern.NAME: "it names a private person, and is not an organisation's own word",
    Concern.DOUBT: "what is feared is grave, and little speaks for it",
    Concern.NEW: "its source has never rung before",
    Concern.TRIAL: "its source is new: it was added in a chat, and no owner has cleared it",
}
"""As they stand in the log and for operators; in chats `bot.render.review` says them."""
_LOOKS_FIRST = ": an admin looks first"
_LITTLE = frozenset({Certainty.POSSIBLE, Certainty.UNKNOWN})


def concerns(work: Work, alert: Alert, policy: Policy) -> tuple[Concern, ...]:
    """Why a person is to look at the alert first, the gravest first; () where nothing speaks for it."""
    wanted = policy.of(alert.source.trust)
    found = {one.concern for one in endangering(work, alert.statement, wanted)}
    judged = alert.statement.alert
    if judged.severity is Severity.EXTREME and judged.certainty in _LITTLE:
        found.add(Concern.DOUBT)
    if Concern.NEW in wanted and not work.held.has_rung(alert.source.id):
        found.add(Concern.NEW)
    found &= wanted
    if alert.source.on_trial:  # no policy lets that go
        found |= {Concern.TRIAL}
    return tuple(one for one in Concern if one in found)


def endangering(work: Work, statement: Statement, wanted: Iterable[Concern]) -> tuple[Sensitive, ...]:
    """As `parts`, with what stands in it of the words that wait for somebody's decision in its case.

    But for those that wait for what is no concern here, as a name is none in an organisation's own word.
    """
    of = frozenset(wanted)
    found = (*parts(statement, of), *undecided.of_case(work, statement, of))
    return tuple({one.words: one for one in reversed(found)}.values())[::-1]


def public(work: Work, statement: Statement) -> str:
    """What readers were told of a statement, as it stands until an edit; "" for nothing."""
    if not work.held.was_told_of(statement.id):
        return ""
    open_ones = undecided.of(work, statement)
    told = open_ones.black.statement(statement) if open_ones else statement
    return f"{told.title}\n{told.text}"


def but_public(found: Iterable[Sensitive], told: str) -> tuple[Sensitive, ...]:
    """What of it did not stand in what was told: to take that out would hide nothing, and spoil the call."""
    return tuple(one for one in found if not Black((one.words,)).stands_whole(told))


def parts(statement: Statement, wanted: Iterable[Concern]) -> tuple[Sensitive, ...]:
    """What of the text gives cause for these concerns, word for word."""
    of = frozenset(wanted)
    found = sensitive.find(statement) if of & ENDANGERS else ()
    if Concern.NAME in of:
        minors = {one.words for one in found}
        found += tuple(one for one in sensitive.names(statement) if one.words not in minors)
    return tuple(one for one in found if one.concern in of)


def sentence(found: Iterable[Concern]) -> str:
    """The concerns in one line, as they are kept with what is held; "" for none."""
    told = "; ".join(SENTENCES[one] for one in found)
    return f"{told}{_LOOKS_FIRST}" if told else ""


def concerns_of(why: str) -> tuple[Concern, ...]:
    """The concerns that such a line tells of; () for what is held for another reason."""
    return tuple(one for one, told in SENTENCES.items() if told in why)


def announce_held(work: Work, alert: Alert, recipients: int, why: str, admins: Admins) -> None:
    """Admins hear within a minute, of all that waits together: not what it says, which is why it waits."""
    title = alert.source.organisation or alert.source.title or alert.source.name
    counts = {"alert": alert.id, "recipients": recipients}
    event = Event(
        EventKind.REVIEW, alert.sent, source=alert.source.name, title=title, detail=why, counts=counts
    )
    announce(work, [event], admins, alert.sent)
