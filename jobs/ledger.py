"""The transactions of one transport's sender: outcomes are written and attempts counted, many at a time."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from jobs import amend, removals, renewals
from jobs.amend import Change
from jobs.away import Away
from jobs.choice import Choice
from jobs.errands import (
    Errand,
    Finished,
    InPlace,
    Room,
    Standing,
    Turn,
    arrivals,
    counts_in_crowd,
    delays,
    elsewhere,
    is_about_them,
    is_of_the_chat,
    may_have_arrived,
    refusal,
    sent,
)
from jobs.notices import Admins, announce
from jobs.outcome import Gone, Migrated, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Place, each_its_own
from jobs.readable import readable
from jobs.removals import Erase
from jobs.renewals import Renewed
from jobs.uncertain import lost, noted, refused, remembered, unanswered, was_refused
from storage.audit import NOBODY as NOBODY_OF_THEM
from storage.database import Database, Work
from storage.people import Delivery, Event, Notice, Recipient
from storage.vault import WrongKey
from storage.words import Act, DeliveryState, EventKind

log = structlog.get_logger()

_LONGEST_BACKOFF = 600.0
_SWEEP = timedelta(minutes=1)
NOBODY = Admins()


class NoKey(Exception):
    """The database was put under a key that this program does not have: it can send nothing."""


@dataclass(slots=True)
class Ledger:
    """Keeps the notification log for one transport. To be used by the one holder of its sender lock.

    `remembers`: for how long the platform knows a repetition by its key; `changes`: whether a message can be
    changed where it stands; `alone`: whether the lock is held still.
    """

    database: Database
    transport: str
    now: Callable[[], datetime]
    remembers: timedelta = timedelta()
    place: Callable[[str], Place] = each_its_own
    admins: Admins = NOBODY
    changes: bool = True
    alone: Callable[[], bool] = lambda: True
    at: str = ""
    """This program, as an operator would look for it."""
    noticed: Callable[[Finished], None] = lambda _: None
    """Called with each answer, once it is written down."""
    _term: int = 0
    """Ours, once it has begun; another one's begins when our lock was lost."""
    _swept: datetime | None = None
    _late: int = 0
    """Found expired in the last sweeps, and not told yet."""
    _unseen: int = 0
    """Held until they expired, and not told yet."""
    _told: set[tuple[str, str]] = field(default_factory=set)
    """Which alerts admins know to be refused, and why."""
    _noted: Standing = field(default_factory=Standing)
    """What the database knows of the account."""
    _away: Away = field(init=False)
    _choice: Choice = field(init=False)

    def __post_init__(self) -> None:
        self._choice = Choice(self.transport, self.remembers, self.place, self.changes)
        self._away = Away(self.transport)

    def recover(self) -> tuple[int, Standing]:
        """Settles what was being sent when the last sender was stopped.

        Returns how many there were, and what was known of the account. See `jobs.uncertain`.
        """
        with self.database.write() as work:
            self._term = work.senders.take(self.transport, self.at)
            self._away.begin(work)
            found = work.attempts.interrupted(self.transport)
            for delivery, immediate in found:
                if delivery.begun:
                    note = "the program stopped while it was being sent"
                    self._unanswered(work, delivery, note, immediate=immediate)
                else:  # claimed by a version that did so before the attempt
                    work.attempts.settle(delivery.id, DeliveryState.QUEUED, detail=delivery.detail)
            self._noted = Standing(self._away.since, work.moments.get(self._pause))
            return len(found), self._noted

    def resting(self) -> dict[str, datetime]:
        """Chats that the platform told us to leave alone, and until when: also before we were started."""
        with self.database.read() as work:
            found = work.rests.resting(self.transport, self.now())
            people = readable(work.recipients.many, found)
        until: dict[str, datetime] = {}
        for key, recipient in people.items():
            place = self._choice.place_of(recipient)
            if place is not None:
                until[place.chat] = max(found[key], until.get(place.chat, found[key]))
        return until

    def lately(self) -> list[tuple[Place, tuple[float, ...]]]:
        """Crowds that were written to within the last minute, and how many seconds ago each time."""
        with self.database.read() as work:
            found = work.rests.written_to(self.transport, self.now())
            people = readable(work.recipients.many, found)
        places = {key: self._choice.place_of(one) for key, one in people.items()}
        return [(place, found[key]) for key, place in places.items() if place is not None]

    def turn(self, finished: Sequence[Finished], room: Room, standing: Standing | None = None) -> Turn:
        """Writes down what became of errands, and gives as many new ones as there is room for.

        `standing` is what the answers, these among them, tell of the account.
        Their attempts are counted: from the commit on each message may have left. Who has lost the lock
        writes down what was answered, and is given nothing. Raises NoKey rather than choose without the key.
        """
        is_alone = self.alone()
        with self.database.write() as work:
            is_ours = self._is_our_term(work)
            is_alone = is_ours and is_alone
            self._settle(work, finished if is_ours else self._still_of_use(work, finished))
            self._report(work, finished)
            if standing is not None and is_ours:
                self._note(work, standing)
            if room.most and is_alone:
                try:
                    self.database.keys.fitting(work.connection)
                except WrongKey as error:
                    raise NoKey(str(error)) from error
                self._sweep(work)
                turn = self._choice.turn(work, room, self.now())
            else:
                turn = Turn(is_alone=is_alone)
        self._noted = standing or self._noted
        self._log(finished)
        return turn

    def _note(self, work: Work, standing: Standing) -> None:
        """Also for a program that is started anew."""
        self._away.note(work, standing.away_since, self.now(), self.admins)
        if standing.waits_until != self._noted.waits_until:
            if standing.waits_until is None:
                work.moments.drop(self._pause)
            else:
                work.moments.put(self._pause, standing.waits_until)
        known = self._noted.resting
        new = {one: until for one, until in standing.resting.items() if known.get(one) != until}
        if new:
            work.recipients.locked(new)
        for recipient in readable(work.recipients.many, new).values():
            if recipient.sender == self.transport:  # else the limit is none of theirs any more
                self._rest(work, recipient.id, new[recipient.id])

    def apart(self, finished: Sequence[Finished]) -> list[Finished]:
        """Writes down what became of errands, each by itself; returns those that are to be tried again.

        For when they cannot be written together. What is at fault itself must not take the others with it: it
        is left, and settled at the next start. While the database takes nothing at all, no other is tried.
        """
        for place, one in enumerate(finished):
            try:
                with self.database.write() as work:
                    self._settle(work, [one] if self._is_our_term(work) else self._still_of_use(work, [one]))
                self._log([one])
            except Exception as error:
                if isinstance(error, SQLAlchemyError) and not isinstance(error, IntegrityError | DataError):
                    return list(finished[place:])
                log.exception("deliver.left_sending", delivery=one.errand.number)
        return []

    def _log(self, finished: Sequence[Finished]) -> None:
        for one in finished:
            self.noticed(one)
        counted = Counter(
            (
                "amend.done" if isinstance(one.errand.matter, InPlace) else "deliver.done",
                type(one.outcome).__name__,
            )
            for one in finished
        )
        for (event, outcome), messages in counted.items():
            log.info(event, transport=self.transport, outcome=outcome, messages=messages)

    def is_due(self, among: Collection[int]) -> bool:
        """Whether anything is due for these recipients."""
        with self.database.read() as work:
            asked = (self.transport, self.now(), among)
            return any(one.is_due(*asked) for one in (work.deliveries, work.told, work.removals))

    def put_back(self, errands: Sequence[Errand]) -> None:
        """These never left, and wait as before; also where another one, whose term has begun, is in doubt."""
        with self.database.write() as work:
            ones = [one for errand in errands for one in errand.deliveries]
            if self._is_our_term(work):
                work.attempts.put_back(ones)
            else:
                self._never_left(work, ones)
                return
            work.told.spare([one.id for one in ones])

    def _still_of_use(self, work: Work, finished: Sequence[Finished]) -> list[Finished]:
        """What another one, whose term has begun, cannot know: what arrived, and what surely did not.

        It has settled all that we had under way, and may have sent it since: what we know no better than it
        does not undo that.
        """
        kept = []
        for one in finished:
            if isinstance(one.errand.matter, InPlace) or isinstance(one.outcome, Sent):
                kept.append(one)
            elif not may_have_arrived(one.outcome):
                self._never_left(work, one.errand.deliveries)
        return kept

    @staticmethod
    def _never_left(work: Work, ones: Sequence[Delivery]) -> None:
        for one in ones:
            work.attempts.never_left(one)
        work.told.spare([one.id for one in ones])

    def _is_our_term(self, work: Work) -> bool:
        """Whether nobody took over since, and nobody does before the transaction ends."""
        return not self._term or work.senders.holds(self.transport, self._term)

    @property
    def _pause(self) -> str:
        return f"{self.transport} waits"

    def _sweep(self, work: Work) -> None:
        """Once a minute, takes out what has expired while it waited.

        Admins hear of it when the platform takes messages at all: of all of it at once.
        """
        now = self.now()
        if self._swept is None or not self._swept <= now < self._swept + _SWEEP:
            expired = work.deliveries.cancel_expired(self._swept, now) + self._late + self._choice.late
            for alert, count in work.held.expire(now).items():
                work.audit.note(NOBODY_OF_THEM, Act.EXPIRED, alert, now, count)
                self._unseen += count
            if expired:
                log.warning("deliver.expired", deliveries=expired)
            if (expired or self._unseen) and self._away.since is None:
                counts = {"deliveries": expired} | ({"held": self._unseen} if self._unseen else {})
                expired = self._unseen = 0
                announce(work, [Event(EventKind.EXPIRED, now, counts=counts)], self.admins, now)
            self._swept, self._late, self._choice.late = now, expired, 0

    def _report(self, work: Work, finished: Sequence[Finished]) -> None:
        """Admins hear once of each alert that a platform refused, and why: it is our fault.

        So do they where it was taken without its markup.
        """
        events = {}
        for one in finished:
            why = refusal(one.outcome)
            if why and isinstance(one.errand.matter, tuple):
                alert = one.errand.matter[0]
                events[alert.identifier, why] = Event(
                    EventKind.REJECTED,
                    one.at,
                    source=alert.source.name,
                    title=alert.statement.title,
                    detail=why,
                )
        new = {key: event for key, event in events.items() if key not in self._told}
        announce(work, tuple(new.values()), self.admins, self.now())
        self._told.update(new)

    def _settle(self, work: Work, finished: Sequence[Finished]) -> None:
        if changed := {one.errand.recipient.id for one in finished if is_about_them(one)}:
            work.recipients.locked(changed)
            finished = self._of_ours(work, finished, changed)
        work.attempts.sent(
            {
                delivery.id: one.outcome.reference
                for one in finished
                if isinstance(one.outcome, Sent)
                for delivery in one.errand.deliveries
            }
        )
        work.courses.left(arrivals(finished))
        work.delays.note(self.transport, delays(finished))
        work.delays.sent(self.transport, sent(finished))
        for one in filter(counts_in_crowd, finished):
            work.rests.wrote(one.errand.recipient.id, one.at)
        for one in finished:
            if isinstance(one.outcome, Sent) and not isinstance(one.errand.matter, InPlace):
                continue
            errand, outcome, recipient = one.errand, one.outcome, one.errand.recipient
            _settle_in_place(work, one)
            for delivery, immediate in zip(errand.deliveries, errand.pressing, strict=True):
                self._settle_one(work, delivery, one, immediate=immediate)
            if isinstance(outcome, Gone):
                work.recipients.suspend(recipient.id, one.at)
            if isinstance(outcome, Migrated):
                work.recipients.move(recipient.id, recipient.transport, outcome.address, one.at)
            if isinstance(outcome, RetryLater) and outcome.seconds and not outcome.everyone:
                self._rest(work, recipient.id, one.at + timedelta(seconds=outcome.seconds))
        self._spare(work, finished)

    def _of_ours(
        self, work: Work, finished: Sequence[Finished], changed: Collection[int]
    ) -> Sequence[Finished]:
        """Who is in another chat by now, or another account's, is not lost where we wrote, nor limited."""
        known = work.recipients.many(changed)
        return [
            replace(one, outcome=elsewhere(one.outcome))
            if self._has_left(one, known) and is_of_the_chat(one.outcome)
            else one
            for one in finished
        ]

    def _has_left(self, one: Finished, known: Mapping[int, Recipient]) -> bool:
        now = known.get(one.errand.recipient.id)
        return now is not None and (now.sender, now.address) != (self.transport, one.errand.recipient.address)

    def _rest(self, work: Work, recipient_id: int, until: datetime) -> None:
        """Also for a program that is started anew."""
        work.deliveries.postpone(recipient_id, until)
        work.rests.rest(recipient_id, until)

    def _spare(self, work: Work, finished: Sequence[Finished]) -> None:
        """Who was about to be told something that is over by now, and was not, is not told of its end."""
        failed = [
            delivery.id
            for one in finished
            if not (isinstance(one.outcome, Sent) or may_have_arrived(one.outcome))
            for delivery in one.errand.deliveries
        ]
        if failed:
            work.told.spare(failed)

    def _settle_one(self, work: Work, delivery: Delivery, one: Finished, *, immediate: bool) -> None:
        settle = work.attempts.settle
        tried = delivery.tried is not None  # before this attempt
        match one.outcome:
            case RetryLater(seconds, detail):
                # Where the platform said how long: neither earlier nor much later.
                wait = seconds or min(_LONGEST_BACKOFF, 2.0 ** min(delivery.attempts, 9))
                if one.outcome.ours:
                    wait = 0.0  # the account waits, and asks first: after a new start at once
                again = one.at + timedelta(seconds=wait)
                note, perhaps = noted(delivery, detail), one.outcome.perhaps or tried
                settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=again, perhaps=perhaps)
            case Gone(detail):
                note = lost(delivery, detail)
                settle(delivery.id, DeliveryState.FAILED, detail=note, perhaps=tried)
            case Migrated():
                note = noted(delivery, "the chat moved")
                settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=one.at, perhaps=tried)
            case Rejected(detail):
                log.error("deliver.rejected", delivery=delivery.id, transport=self.transport, why=detail)
                if was_refused(delivery) or isinstance(one.errand.matter, Notice):
                    settle(delivery.id, DeliveryState.FAILED, detail=detail)
                else:
                    note = refused(delivery, detail)
                    settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=one.at, perhaps=tried)
            case Uncertain(detail):
                self._unanswered(work, delivery, detail, immediate=immediate)

    def _unanswered(self, work: Work, delivery: Delivery, detail: str, *, immediate: bool) -> None:
        log.warning("deliver.uncertain", delivery=delivery.id, attempts=delivery.attempts)
        now = self.now()
        known = remembered(self.remembers, delivery, now)
        became = unanswered(work, delivery, detail, now, immediate=immediate, recognised=known)
        if delivery.notice_id and became is DeliveryState.UNCERTAIN:
            renewals.missed(work, delivery, now)


def _settle_in_place(work: Work, one: Finished) -> None:
    """What became of changing a message that stood already."""
    match one.errand.matter:
        case Change() as change:
            amend.settle(work, change, one.outcome, one.at)
        case Renewed() as renewed:
            renewals.settle(work, renewed, one.outcome, one.at)
        case Erase() as erase:
            removals.settle(work, erase, one.outcome, one.at)
