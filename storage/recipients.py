"""Recipients: who is reached, by an address that only the key can read."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage import facets
from storage import staff as of_staff
from storage.endings import called_off
from storage.merging import merge_deliveries
from storage.people import Recipient
from storage.reach import HELD_FROM_THEM, LONG_AGO, REPEATED, UNREACHABLE, kept_from_them, on_return
from storage.stances import merge as merge_stances
from storage.tables.desk import staff
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, handovers, recipients, routes, stances
from storage.tombstones import Tombstones, drawn
from storage.vault import Sealer, WrongKey
from storage.words import DeliveryState, MsgType, RecipientState

ADDRESS = "recipient address"
"""What addresses are sealed for."""
_DIGESTS = 4
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Recipients:
    """Questions about recipients, and their changes."""

    connection: Connection
    vault: Sealer

    def find(self, transport: str, address: str) -> Recipient | None:
        """The recipient at this address, by its keyed hash."""
        where = recipients.c.address_trace == self._trace(transport, address)
        return self._first(where)

    def get(self, recipient_id: int) -> Recipient | None:
        """The recipient with this id."""
        return self._first(recipients.c.id == recipient_id)

    def many(self, ids: Collection[int]) -> dict[int, Recipient]:
        """The recipients with these ids."""
        rows = self.connection.execute(sa.select(recipients).where(recipients.c.id.in_(ids))).mappings()
        return {row["id"]: recipient_of(row, self.vault) for row in rows}

    def traces(self) -> dict[str, int]:
        """Everyone, by the keyed hash of the address, with the id: who is known, without any address."""
        rows = self.connection.execute(sa.select(recipients.c.address_trace, recipients.c.id))
        return {trace: int(key) for trace, key in rows}

    def within(self, transport: str, chat: str) -> tuple[Recipient, ...]:
        """A chat and all its topics ("chat/topic"), by the keyed hash that they share."""
        question = (
            sa.select(recipients)
            .where(recipients.c.chat_trace == chat_trace_of(self.vault, transport, chat))
            .order_by(recipients.c.id)
        )
        rows = self.connection.execute(question).mappings()
        return tuple(recipient_of(row, self.vault) for row in rows)

    def mark_chats(self) -> int:
        """Marks with their chat those whom an earlier version stored without; returns how many.

        Who cannot be deciphered stays as they are: nothing can be sent there either.
        """
        known = (recipients.c.id, recipients.c.transport, recipients.c.address_sealed)
        rows = self.connection.execute(sa.select(*known).where(recipients.c.chat_trace.is_(None))).all()
        made = []
        for key, transport, sealed in rows:
            with suppress(WrongKey):
                trace = chat_trace_of(self.vault, transport, self.vault.open(sealed, ADDRESS))
                made.append({"of": key, "trace": trace})
        if made:
            of = recipients.c.id == sa.bindparam("of")
            self.connection.execute(
                sa.update(recipients).where(of).values(chat_trace=sa.bindparam("trace")), made
            )
        return len(made)

    def ensure(self, transport: str, address: str, language: str, now: datetime) -> Recipient:
        """The recipient at this address, made where there is none, active again where suspended."""
        found = self.find(transport, address)
        if found is None:
            row = {
                "transport": transport,
                "address_trace": self._trace(transport, address),
                "chat_trace": chat_trace_of(self.vault, transport, address),
                "address_sealed": self.vault.seal(address, ADDRESS),
                "language": language,
                "state": RecipientState.ACTIVE,
                "since": now.date(),  # to the day: a time would tell when somebody was online
                "mark": drawn(),
            }
            result = self.connection.execute(sa.insert(recipients).values(**row).returning(recipients.c.id))
            number = int(result.scalar_one())
            return Recipient(transport, address, language, RecipientState.ACTIVE, number, sender=transport)
        if found.state is not RecipientState.ACTIVE:
            self.returns(found.id, now)
        return replace(found, state=RecipientState.ACTIVE)

    def set_language(self, recipient_id: int, language: str) -> None:
        """The language the recipient is spoken to in."""
        self._update(recipient_id, language=language)

    def set_zone(self, recipient_id: int, zone: str) -> None:
        """By which clock the recipient lives."""
        self._update(recipient_id, zone=zone)

    def set_digest(self, recipient_id: int, minutes: int | None) -> None:
        """When digests come, in minutes after midnight on the recipient's clock; None for the usual hour."""
        self._update(recipient_id, digest_at=minutes)

    def set_quiet(self, recipient_id: int, hours: tuple[int, int] | None) -> None:
        """From and until when nothing makes a sound there; None for never."""
        start, end = hours or (None, None)
        self._update(recipient_id, quiet_from=start, quiet_until=end)

    def set_wakes(self, recipient_id: int, *, wakes: bool) -> None:
        """Whether what is Extreme and Immediate comes in quiet hours all the same."""
        self._update(recipient_id, wakes=wakes)

    def set_discreet(self, recipient_id: int, *, discreet: bool) -> None:
        """Whether messages there say only that there is something."""
        self._update(recipient_id, discreet=discreet)

    def set_counts(self, recipient_id: int, *, wanted: bool) -> None:
        """Whether reactions there are counted."""
        self._update(recipient_id, counts=wanted)

    def set_drills(self, recipient_id: int, *, wanted: bool) -> None:
        """Whether the recipient is sent drills."""
        self._update(recipient_id, drills=wanted)

    def narrow(self, recipient_id: int, now: datetime) -> None:
        """The recipient wants less than before: what is queued at this very moment may not know it."""
        self._update(recipient_id, narrowed=now.date())

    def locked(self, ids: Collection[int]) -> None:
        """Nobody else changes these before the transaction ends.

        To be asked before anything of theirs is changed: whoever removes somebody begins here as well.
        """
        of = sa.select(recipients.c.id).where(recipients.c.id.in_(ids)).order_by(recipients.c.id)
        self.connection.execute(of.with_for_update())

    def suspend(self, recipient_id: int, now: datetime) -> None:
        """Nothing more is sent until the recipient speaks again; what waited is cancelled."""
        first = sa.func.coalesce(recipients.c.lost, now.date())
        self._update(recipient_id, state=RecipientState.SUSPENDED, lost=first)
        for state, detail in (
            (DeliveryState.QUEUED, kept_from_them(deliveries.c.detail)),
            (DeliveryState.HELD, kept_from_them(deliveries.c.detail, HELD_FROM_THEM)),
        ):
            self.connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.recipient_id == recipient_id, deliveries.c.state == state)
                .values(state=DeliveryState.CANCELLED, detail=detail)
            )

    def returns(self, recipient_id: int, now: datetime) -> None:
        """Who speaks again is sent what was kept from them and still holds, as one digest.

        Not a call that is over by now. The end of one that they were told is a message of its own, ahead of
        all. So is what may have arrived once and was to be repeated: it goes as it went, and stays the one
        repetition. What an admin was to look at first waits for that again.
        """
        self._update(recipient_id, state=RecipientState.ACTIVE, lost=None)
        sender = sa.select(SENDER).where(recipients.c.id == recipient_id).scalar_subquery()
        this, ends = alerts.c.id == deliveries.c.alert_id, alerts.c.msg_type == MsgType.CANCEL
        valid = sa.exists().where(
            this,
            sa.or_(alerts.c.expires.is_(None), alerts.c.expires > now),
            sa.or_(ends, sa.not_(called_off())),
        )
        of_theirs = (deliveries.c.recipient_id == recipient_id, valid)
        cancelled = deliveries.c.state == DeliveryState.CANCELLED
        held = deliveries.c.detail.startswith(HELD_FROM_THEM)
        self.connection.execute(
            sa.update(deliveries)
            .where(*of_theirs, cancelled, held)
            .values(
                state=DeliveryState.HELD,
                detail=sa.func.substr(deliveries.c.detail, len(HELD_FROM_THEM) + 1),
                tried=on_return()["tried"],
                transport=sender,
            )
        )
        lost = sa.or_(sa.and_(cancelled, sa.not_(held)), deliveries.c.state == DeliveryState.FAILED)
        kept = sa.and_(lost, sa.not_(deliveries.c.over))
        an_end = sa.exists().where(this, ends)
        repeated = deliveries.c.detail.contains(REPEATED, autoescape=True)
        self.connection.execute(
            sa.update(deliveries)
            .where(*of_theirs, kept, deliveries.c.detail.startswith(UNREACHABLE))
            .values(
                state=DeliveryState.QUEUED,
                lane=sa.case((sa.or_(an_end, repeated), deliveries.c.lane), else_=_DIGESTS),
                not_before=now,
                transport=sender,
                **on_return(),
            )
        )

    def move(self, recipient_id: int, transport: str, address: str, now: datetime) -> None:
        """The platform gave the chat another address.

        Where that address is a recipient already, the two become one, which can be reached: the routes join
        it. References are void: in the new chat the same numbers name other messages, which no edit may hit.
        Whoever could not be reached is told what was kept: that the chat moved says that it is there.
        """
        before = self.get(recipient_id)
        if before is not None and before.state is not RecipientState.ACTIVE:
            self.returns(recipient_id, now)
        self.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.recipient_id == recipient_id)
            .values(reference="", amend_by=None, amend_at=None, erase_at=None)
        )
        other = self.find(transport, address)
        if other is None or other.id == recipient_id:
            self._update(
                recipient_id,
                address_trace=self._trace(transport, address),
                chat_trace=chat_trace_of(self.vault, transport, address),
                address_sealed=self.vault.seal(address, ADDRESS),
            )
            return
        if other.state is not RecipientState.ACTIVE:
            self.returns(other.id, now)
        self.connection.execute(
            sa.update(routes).where(routes.c.recipient_id == recipient_id).values(recipient_id=other.id)
        )
        merge_deliveries(self.connection, recipient_id, other.id)
        merge_stances(self.connection, recipient_id, other.id)
        if before is not None and before.discreet:
            self.set_discreet(other.id, discreet=True)
        if recipient_id < other.id:  # more backups know the older number
            Tombstones(self.connection).take_over(other.id, recipient_id)
        self._remove(recipient_id)  # they are still here: no tombstone, or a restore would leave them out

    def turn_to(self, recipient_id: int, sender: str, now: datetime) -> None:
        """From `now` on this account of its transport writes there; what waits goes by it.

        References are void: what another account has sent, it alone can change. So are the old one's limits.
        Nor does it know a repetition: what may have arrived by the old one is settled as what was forgotten.
        """
        self.locked([recipient_id])
        of = deliveries.c.recipient_id == recipient_id
        limit = sa.select(recipients.c.rests).where(recipients.c.id == recipient_id).scalar_subquery()
        put_off = sa.and_(deliveries.c.not_before > now, deliveries.c.not_before == limit)  # by `postpone`
        at_once = sa.and_(deliveries.c.state == DeliveryState.QUEUED, deliveries.c.lane < _DIGESTS)
        self.connection.execute(sa.update(deliveries).where(of, put_off, at_once).values(not_before=now))
        first = recipients.c.transport == sender
        self._update(recipient_id, sender=sa.case((first, None), else_=sender), rests=None, lately=None)
        unknown = sa.and_(of, deliveries.c.tried.is_not(None))
        self.connection.execute(sa.update(deliveries).where(unknown).values(tried=LONG_AGO))
        waiting = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
        self.connection.execute(sa.update(deliveries).where(of, waiting).values(transport=sender))
        self.connection.execute(
            sa.update(deliveries)
            .where(of, deliveries.c.transport != sender)
            .values(reference="", amend_by=None, amend_at=None, erase_at=None)
        )

    def forget(self, recipient_id: int) -> None:
        """Removes every row about the recipient, also what another transaction is just adding.

        No backup brings them back from now on.
        """
        self.locked([recipient_id])
        Tombstones(self.connection).raise_for(recipient_id)
        self._remove(recipient_id)

    def _remove(self, recipient_id: int) -> None:
        self.locked([recipient_id])
        for table in (deliveries, routes, stances, handovers):
            self.connection.execute(sa.delete(table).where(table.c.recipient_id == recipient_id))
        if one := self.get(recipient_id):
            trace = of_staff.trace_of(self.vault, one.transport, one.address)
            self.connection.execute(sa.delete(staff).where(staff.c.address_trace == trace))
        facets.changed(self.connection)  # words that are remembered go as well
        self.connection.execute(sa.delete(recipients).where(recipients.c.id == recipient_id))

    def _trace(self, transport: str, address: str) -> str:
        return trace_of(self.vault, transport, address)

    def _update(self, recipient_id: int, **values: object) -> None:
        self.connection.execute(sa.update(recipients).where(recipients.c.id == recipient_id).values(**values))

    def _first(self, where: sa.ColumnElement[bool]) -> Recipient | None:
        row = self.connection.execute(sa.select(recipients).where(where)).mappings().first()
        return None if row is None else recipient_of(row, self.vault)


def trace_of(vault: Sealer, transport: str, address: str) -> str:
    """The keyed hash under which an address is found."""
    return vault.trace("recipient", transport, address)


def chat_trace_of(vault: Sealer, transport: str, address: str) -> str:
    """The keyed hash that a chat and all its topics share, and that is nowhere else."""
    return vault.trace("chat", transport, address.partition("/")[0])


def recipient_of(row: RowMapping, vault: Sealer) -> Recipient:
    """The record of a row, its address deciphered."""
    return Recipient(
        transport=row["transport"],
        address=vault.open(row["address_sealed"], ADDRESS),
        language=row["language"],
        state=RecipientState(row["state"]),
        id=row["id"],
        zone=row["zone"],
        digest_at=row["digest_at"],
        quiet=None if row["quiet_from"] is None else (row["quiet_from"], row["quiet_until"]),
        wakes=row["wakes"],
        discreet=row["discreet"],
        drills=row["drills"],
        counts=row["counts"],
        narrowed=row["narrowed"],
        sender=row["sender"] or row["transport"],
    )
