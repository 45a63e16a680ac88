"""What one sender does at a time: an errand, what came of it, and how many more may leave."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jobs.amend import Change
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Place
from jobs.removals import Erase
from jobs.renewals import Renewed
from jobs.uncertain import was_refused
from storage.delays import LONGEST, step_of
from storage.due import DIGESTS
from storage.people import Delivery, Notice, Recipient
from storage.records import Alert
from storage.words import Urgency

InPlace = Change | Renewed | Erase
"""A message that stands already, and is changed there or taken away."""
Matter = tuple[Alert, ...] | Notice | InPlace
"""What one act is about: an alert, several as a digest, a notice to an admin; a message that is changed."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One message to one recipient: an attempt that is counted, and has to be made now.

    To change what was sent before is one as well, of no delivery.
    """

    deliveries: tuple[Delivery, ...]
    recipient: Recipient
    matter: Matter
    place: Place

    @property
    def key(self) -> str:
        """The same for every repetition."""
        if isinstance(self.matter, Change | Erase):
            return self.matter.told.key
        if isinstance(self.matter, Renewed):
            return self.matter.key
        if isinstance(self.matter, Notice):
            named = f"notice-{self.matter.id}"
        else:  # a digest that tells more than before is another one
            named = _name([alert.identifier for alert in self.matter])
        return f"{named}:{self.recipient.id}" + (":plain" if self.is_refused else "")

    @property
    def number(self) -> int:
        """Of the delivery that it is about, or the first of them."""
        if isinstance(self.matter, InPlace):
            return self.matter.wish.delivery_id
        return self.deliveries[0].id

    @property
    def messages(self) -> int:
        """How many messages it is: a picture goes as one of its own. Of a digest nothing is shown."""
        alerts = self.matter if isinstance(self.matter, tuple) else ()
        return 2 if len(alerts) == 1 and alerts[0].statement.picture is not None else 1

    @property
    def is_refused(self) -> bool:
        """Whether it was refused as it was, and goes in plain text."""
        return any(map(was_refused, self.deliveries))

    @property
    def pressing(self) -> tuple[bool, ...]:
        """For each delivery, whether a miss is worse than a double: an Immediate alert, a notice."""
        if isinstance(self.matter, Notice):
            return (True,)
        if isinstance(self.matter, InPlace):
            return ()
        return tuple(alert.statement.alert.urgency is Urgency.IMMEDIATE for alert in self.matter)


@dataclass(frozen=True, slots=True)
class Finished:
    """What a platform answered to an errand."""

    errand: Errand
    outcome: Outcome
    at: datetime
    """When it answered: a time to wait counts from there."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn found."""

    errands: tuple[Errand, ...] = ()
    looked: int = 0
    """For how many recipients something was due, whatever became of it."""
    skipped: tuple[tuple[str, int], ...] = ()
    """Chats that are busy, each with a recipient in it for whom something is due."""
    is_alone: bool = True
    """Whether nobody else may send here; else it found nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages may leave now, and who must not be written to."""

    most: int = 0
    without: Collection[int] = ()
    """Recipients, by id."""
    busy: Collection[str] = ()
    """Chats: several recipients may be topics of one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the account, and has to outlive the program."""

    away_since: datetime | None = None
    """Since when the platform takes nothing at all."""
    waits_until: datetime | None = None
    resting: Mapping[int, datetime] = field(default_factory=dict)
    """Recipients who alone are limited, as it turned out, and until when."""


def _name(identifiers: Sequence[str]) -> str:
    if len(identifiers) == 1:
        return identifiers[0]
    return f"digest-{hashlib.sha256(chr(0).join(sorted(identifiers)).encode()).hexdigest()[:24]}"


def arrivals(finished: Sequence[Finished]) -> dict[int, tuple[datetime, datetime]]:
    """Of each alert that has arrived, when the first and when the last of these messages did."""
    found: dict[int, tuple[datetime, datetime]] = {}
    for one in finished:
        if isinstance(one.outcome, Sent):
            for delivery in one.errand.deliveries:
                first, last = found.get(delivery.alert_id, (one.at, one.at))
                found[delivery.alert_id] = (min(first, one.at), max(last, one.at))
    found.pop(0, None)  # notices
    return found


def delays(finished: Sequence[Finished]) -> Counter[tuple[int, int]]:
    """How long the messages that have arrived took from publication, as (alert, step) with how many.

    Not those of a digest, which come when their readers want them.
    """
    found: Counter[tuple[int, int]] = Counter()
    for one in finished:
        if not isinstance(one.outcome, Sent) or not isinstance(one.errand.matter, tuple):
            continue
        for delivery, alert in zip(one.errand.deliveries, one.errand.matter, strict=True):
            took = one.at - (alert.statement.published or alert.sent)
            if delivery.lane < DIGESTS and took <= LONGEST:
                found[alert.id, step_of(took)] += 1
    return found


def sent(finished: Sequence[Finished]) -> Counter[int]:
    """How many messages of each alert were sent, those of a digest each by itself."""
    return Counter(
        one.alert_id
        for each in finished
        if isinstance(each.outcome, Sent)
        for one in each.errand.deliveries
        if one.alert_id  # else it is a notice
    )


def is_about_them(one: Finished) -> bool:
    """Whether it changes what is known of the recipient, and not only of the message."""
    return is_of_the_chat(one.outcome) or counts_in_crowd(one)


def is_of_the_chat(outcome: Outcome) -> bool:
    """Whether it tells something of the chat that was written to: it is gone, elsewhere, or limited."""
    if isinstance(outcome, RetryLater):
        return bool(outcome.seconds) and not outcome.everyone
    return isinstance(outcome, Gone | Migrated)


def may_have_arrived(outcome: Outcome) -> bool:
    """Whether it may have arrived after all."""
    return isinstance(outcome, Uncertain) or (isinstance(outcome, RetryLater) and outcome.perhaps)


def elsewhere(outcome: Outcome) -> RetryLater:
    """What it is for who is reached elsewhere by now: with a limit's own words, and nothing of the chat."""
    if isinstance(outcome, RetryLater):
        return RetryLater(0.0, outcome.detail, perhaps=outcome.perhaps)
    return RetryLater(0.0, "they are reached elsewhere by now")


def refusal(outcome: Outcome) -> str:
    """Why it was not taken as it was drawn; "" where it was, or for another reason was not."""
    return (
        outcome.detail if isinstance(outcome, Rejected) else outcome.bare if isinstance(outcome, Sent) else ""
    )


def counts_in_crowd(one: Finished) -> bool:
    """Whether it is one of a crowd's minute: what may have arrived is counted, too."""
    return one.errand.place.crowd and isinstance(one.outcome, Sent | Uncertain)


def by_recipient(due: Sequence[Delivery]) -> Iterator[tuple[Delivery, ...]]:
    """The deliveries of each recipient together, in the order in which they first appear."""
    groups: dict[int, list[Delivery]] = {}
    for delivery in due:
        groups.setdefault(delivery.recipient_id, []).append(delivery)
    yield from map(tuple, groups.values())
