"""Appeals: what admins write for everybody whom it concerns, from the draft to what became of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.queueing import queue_for
from storage.reach import given_up, meant
from storage.records import Picture, Wording
from storage.tables.desk import appeals, approvals, pictures, sendings
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients
from storage.vault import Sealer
from storage.words import AppealState, DeliveryState, RecipientState, Status, Urgency

WORDS = "appeal"
_LISTED = 20
STOPPED = "an admin stopped the appeal before it could be sent"
_LEFT_US = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of an appeal. Until it is sent they are its admins' own: never logged, kept enciphered."""

    headline: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    """ISO 639-1."""
    urgency: Urgency = Urgency.EXPECTED
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2; none of them: it concerns whoever did not ask for some countries alone."""
    to: str = field(default="", repr=False)
    """Who is asked to do something."""
    by: date | None = None
    url: str = field(default="", repr=False)
    wordings: tuple[Wording, ...] = ()
    """The same in other languages: whoever is spoken to in one of them reads its words."""
    at: datetime | None = None
    """When it is to go out; None for as soon as it may."""
    picture: Picture | None = None
    """What it shows; its bytes are kept beside it."""
    zone: str = ""
    """The clock by which its author named that moment: an IANA name or an offset."""

    def as_json(self) -> str:
        """The same words give the same text."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        made = values | {
            "countries": list(self.countries),
            "wordings": [asdict(one) for one in self.wordings],
        }
        made["picture"] = asdict(self.picture) if self.picture else None
        for name in ("by", "at"):
            made[name] = made[name].isoformat() if made[name] else None
        return json.dumps(made, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as it stands."""

    id: int
    state: AppealState
    author: str
    """Who wrote these words, as `Audit.admin` names them."""
    digest: str
    """A keyed hash of number, words in each language, moment and picture, and of whether it is a drill."""
    changed: datetime
    draft: Draft | None = None
    """None once it was sent: then it is a statement."""
    approved: tuple[str, ...] = ()
    """Who approved these words, beside their author."""
    due: datetime | None = None
    """When it goes out, once it is approved."""
    alert_id: int = 0
    audience: int = 0
    """For how many it was queued."""
    drill: bool = False
    """Whether it is an exercise, from its first words on: only those who asked for drills get it."""

    @property
    def mark(self) -> str:
        """As much of the hash as people type."""
        return self.digest[:8]

    @property
    def status(self) -> Status:
        """As CAP 1.2 (section 3.2.1) has it."""
        return Status.EXERCISE if self.drill else Status.ACTUAL


@dataclass(frozen=True, slots=True)
class Appeals:
    """Questions about appeals, and their changes."""

    connection: Connection
    vault: Sealer

    def add(self, author: str, draft: Draft, now: datetime, *, drill: bool = False) -> Appeal:
        """Keeps a new draft. What is a drill stays one."""
        row = {"state": AppealState.DRAFT, "author": author, "digest": "", "changed": now, "audience": 0}
        row |= {"drill": drill}
        made = self.connection.execute(sa.insert(appeals).values(**row).returning(appeals.c.id))
        return self.rewrite(int(made.scalar_one()), author, draft, now)

    def rewrite(self, number: int, author: str, draft: Draft, now: datetime) -> Appeal:
        """It has other words now: nobody but who wrote them stands for them."""
        words = draft.as_json()
        drill = self.connection.scalar(sa.select(appeals.c.drill).where(appeals.c.id == number))
        self._set(
            number,
            author=author,
            words_sealed=self.vault.seal(words, WORDS),
            digest=self.vault.mark(WORDS, str(number), words, *(("drill",) if drill else ())),
            changed=now,
        )
        self.return_to_draft(number)
        (made,) = self._found(appeals.c.id == number)
        return made

    def get(self, number: int) -> Appeal | None:
        """The appeal with this number."""
        return next(iter(self._found(appeals.c.id == number)), None)

    def locked(self, number: int) -> Appeal | None:
        """The same, as nobody else changes it until the transaction ends."""
        self.connection.execute(sa.select(appeals.c.id).where(appeals.c.id == number).with_for_update())
        return self.get(number)

    def states(self) -> dict[int, AppealState]:
        """How each stands, by its number."""
        rows = self.connection.execute(sa.select(appeals.c.id, appeals.c.state))
        return {int(number): AppealState(state) for number, state in rows}

    def newest(self) -> tuple[Appeal, ...]:
        """What is written, about to be sent or was sent, newest first; so many as fit in a list."""
        return self._found(sa.true(), limit=_LISTED)

    def drafts(self, author: str) -> tuple[Appeal, ...]:
        """The drafts and drills whose words this admin wrote, newest first."""
        of = (appeals.c.state == AppealState.DRAFT, appeals.c.author == author)
        return self._found(sa.and_(*of), limit=_LISTED)

    def due(self, now: datetime) -> tuple[int, ...]:
        """The appeals whose cooling-off is over."""
        return self._numbers(appeals.c.state == AppealState.COOLING, appeals.c.due <= now)

    def coming(self, until: datetime) -> tuple[int, ...]:
        """The appeals that are to go out by then, and were not announced yet."""
        return self._numbers(appeals.c.state == AppealState.SCHEDULED, appeals.c.due <= until)

    def approved(self) -> tuple[int, ...]:
        """The appeals that are to be sent, now or at some time."""
        return self._numbers(appeals.c.state.in_((AppealState.COOLING, AppealState.SCHEDULED)))

    def stood_for(self, admin: str, around: datetime, within: timedelta, *, drill: bool) -> int:
        """How many appeals, or drills, this admin wrote or approved that go out, or went, so near to then."""
        theirs = sa.or_(
            appeals.c.author == admin,
            sa.exists().where(approvals.c.appeal_id == appeals.c.id, approvals.c.admin == admin),
        )
        at = sa.func.coalesce(appeals.c.due, alerts.c.sent)  # a draft has neither
        question = (
            sa.select(sa.func.count())
            .select_from(appeals.outerjoin(alerts, alerts.c.id == appeals.c.alert_id))
            .where(theirs, appeals.c.drill == drill, at > around - within, at < around + within)
        )
        return int(self.connection.scalar(question) or 0)

    def approve(self, number: int, admin: str) -> None:
        """One more stands for its words."""
        self.connection.execute(sa.insert(approvals).values(appeal_id=number, admin=admin))

    def schedule(self, number: int, due: datetime) -> None:
        """Enough stand for it: at this moment it goes out, announced before."""
        self._set(number, state=AppealState.SCHEDULED, due=due)

    def cool(self, number: int, due: datetime) -> None:
        """Enough stand for it: it goes out at this moment."""
        self._set(number, state=AppealState.COOLING, due=due)

    def return_to_draft(self, number: int) -> None:
        """It is not sent after all, and to be approved anew."""
        self._forget_approvals(number)
        self._set(number, state=AppealState.DRAFT, due=None)

    def sent(self, number: int, alert_id: int, audience: int) -> None:
        """It is queued; its words are those of a statement now."""
        values = {"alert_id": alert_id, "audience": audience, "words_sealed": None, "due": None}
        self._set(number, state=AppealState.SENT, **values)

    def turn(self, number: int, state: AppealState) -> None:
        """It was stopped, or corrected."""
        self._set(number, state=state)

    def drop(self, number: int) -> None:
        """A draft that nobody wants any more is not kept, nor its picture."""
        self.connection.execute(sa.delete(pictures).where(pictures.c.appeal_id == number))
        self._forget_approvals(number)
        self.connection.execute(sa.delete(appeals).where(appeals.c.id == number))

    def tally(self, alert_id: int) -> dict[DeliveryState, int]:
        """How many deliveries of an alert are in each state."""
        question = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(deliveries.c.alert_id == alert_id)
            .group_by(deliveries.c.state)
        )
        return {DeliveryState(state): int(count) for state, count in self.connection.execute(question)}

    def halt(self, alert_id: int, now: datetime) -> int:
        """Cancels what waits of an alert, for good; returns how much.

        It is over from now on: so nothing that was cancelled for another reason comes back either. What is
        just being sent is not tried again, should it not arrive.
        """
        of = deliveries.c.alert_id == alert_id
        waiting = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
        stopped = sa.update(deliveries).where(of, waiting).values(**given_up(STOPPED))
        count = self.connection.execute(stopped).rowcount
        under_way = deliveries.c.state == DeliveryState.SENDING
        self.connection.execute(sa.update(deliveries).where(of, under_way).values(over=True))
        self.connection.execute(sa.update(alerts).where(alerts.c.id == alert_id).values(expires=now))
        return count

    def queue_correction(
        self, correction: int, of: Sequence[int], turn: tuple[int, datetime], status: Status = Status.ACTUAL
    ) -> int:
        """Queues an alert for whoever was sent one of these, or may have been.

        `turn` is the lane, and from when on it may go. Who asks for no drills any more is told no end of one.
        Who cannot be reached is told when they are there again. Returns for how many that can be reached.
        """
        told = (
            sa.select(deliveries.c.recipient_id, SENDER)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(
                deliveries.c.alert_id.in_(of),
                deliveries.c.state.in_(_LEFT_US),
                meant(status),
            )
            .distinct()
        )
        for state in (RecipientState.SUSPENDED, RecipientState.ACTIVE):
            these, lost = told.where(recipients.c.state == state), state is RecipientState.SUSPENDED
            count = queue_for(self.connection, these, correction, turn, lost=lost)
        return count

    def reminders(self, alert_id: int, statement_id: int) -> tuple[int, ...]:
        """The later alerts on the same statement: what reminded of its date."""
        of = (alerts.c.statement_id == statement_id, alerts.c.id > alert_id)
        return tuple(self.connection.scalars(sa.select(alerts.c.id).where(*of).order_by(alerts.c.id)))

    def _numbers(self, *of: sa.ColumnElement[bool]) -> tuple[int, ...]:
        return tuple(self.connection.scalars(sa.select(appeals.c.id).where(*of).order_by(appeals.c.id)))

    def _forget_approvals(self, number: int) -> None:
        """With what whoever approved it was told to expect."""
        self.connection.execute(sa.delete(approvals).where(approvals.c.appeal_id == number))
        planned = (sendings.c.appeal_id == number, sendings.c.began.is_(None))
        self.connection.execute(sa.delete(sendings).where(*planned))

    def _set(self, number: int, **values: object) -> None:
        self.connection.execute(sa.update(appeals).where(appeals.c.id == number).values(**values))

    def _found(self, where: sa.ColumnElement[bool], limit: int = 1) -> tuple[Appeal, ...]:
        question = sa.select(appeals).where(where).order_by(appeals.c.id.desc()).limit(limit)
        rows = self.connection.execute(question).all()
        of = approvals.c.appeal_id.in_([row.id for row in rows])
        stood: dict[int, list[str]] = {}
        for number, admin in self.connection.execute(
            sa.select(approvals.c.appeal_id, approvals.c.admin).where(of).order_by(approvals.c.admin)
        ):
            stood.setdefault(number, []).append(admin)
        return tuple(self._appeal(row, tuple(stood.get(row.id, ()))) for row in rows)

    def _appeal(self, row: Row[tuple[object, ...]], approved: tuple[str, ...]) -> Appeal:
        words = row.words_sealed
        return Appeal(
            id=row.id,
            state=AppealState(row.state),
            author=row.author,
            digest=row.digest,
            changed=row.changed,
            draft=_draft(self.vault.open(words, WORDS)) if words else None,
            approved=approved,
            due=row.due,
            alert_id=row.alert_id or 0,
            audience=row.audience,
            drill=row.drill,
        )


def _draft(words: str) -> Draft:
    made = json.loads(words)
    return Draft(
        **made
        | {
            "by": date.fromisoformat(made["by"]) if made["by"] else None,
            "countries": tuple(made["countries"]),
            "urgency": Urgency(made["urgency"]),
            "wordings": tuple(Wording(**one) for one in made.get("wordings", ())),
            "at": datetime.fromisoformat(made["at"]) if made.get("at") else None,
            "picture": Picture(**made["picture"]) if made.get("picture") else None,
        }
    )
