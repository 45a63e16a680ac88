"""Handovers: one chat gives another all that it asked for, by a code that serves once.

Of a code only a keyed hash is kept, for a quarter of an hour; a chat has one at a time.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import facets
from storage.merging import merge_deliveries
from storage.recipients import ADDRESS, Recipients, chat_trace_of, trace_of
from storage.stances import merge as merge_stances
from storage.tables.log import deliveries
from storage.tables.people import handovers, recipients, routes, stances
from storage.tombstones import Tombstones
from storage.vault import Sealer
from storage.words import DeliveryState, RecipientState

VALID = timedelta(minutes=15)
"""How long a code may be used."""
_BYTES = 10
"""Of chance in a code: 80 bits, which nobody guesses in a quarter of an hour."""
_GROUP = 4


class UnderWay(Exception):
    """Something is just being sent to the old chat: the same code serves in a moment."""


@dataclass(frozen=True, slots=True)
class Handovers:
    """Codes, and what becomes of them."""

    connection: Connection
    vault: Sealer

    def offer(self, recipient_id: int, now: datetime) -> str:
        """A code for everything of this recipient; the one before it serves no more."""
        told = base64.b32encode(os.urandom(_BYTES)).decode()
        self.withdraw(recipient_id)
        row = {"recipient_id": recipient_id, "trace": self._code(told), "expires": now + VALID}
        self.connection.execute(sa.insert(handovers).values(**row))
        return "-".join(told[at : at + _GROUP] for at in range(0, len(told), _GROUP))

    def withdraw(self, recipient_id: int) -> None:
        """No code of theirs serves any more."""
        self.connection.execute(sa.delete(handovers).where(handovers.c.recipient_id == recipient_id))

    def of(self, code: str, now: datetime) -> int | None:
        """Whose code it is; None for one that is used, over, or none."""
        where = (handovers.c.trace == self._code(code), handovers.c.expires >= now)
        return self.connection.scalar(sa.select(handovers.c.recipient_id).where(*where))

    def take(self, recipient_id: int, transport: str, address: str, now: datetime) -> None:
        """The recipient is reached at this address from now on, and nothing is known of the one before.

        What the address asked for by itself is added; language, clock and hours are those that come with the
        code; few words are said if either wanted so. No message can be changed in another chat, so what was
        sent stays where it is. Whoever could not be reached is told what was kept. Raises UnderWay, and then
        everything is as it was.
        """
        with self.connection.begin_nested():
            self._take(recipient_id, transport, address, now)

    def _take(self, recipient_id: int, transport: str, address: str, now: datetime) -> None:
        self.withdraw(recipient_id)
        Tombstones(self.connection).renew(recipient_id)  # no backup writes to the chat that was left
        self._returns(recipient_id, now)
        self._forget_references(recipient_id)
        trace = trace_of(self.vault, transport, address)
        there = self.connection.scalar(sa.select(recipients.c.id).where(recipients.c.address_trace == trace))
        if there is not None and there != recipient_id:
            self._returns(there, now)
            self._absorb(there, recipient_id)
        self.connection.execute(
            sa.update(deliveries).where(deliveries.c.recipient_id == recipient_id).values(transport=transport)
        )
        self.connection.execute(
            sa.update(recipients)
            .where(recipients.c.id == recipient_id)
            .values(
                transport=transport,
                sender=None,  # of several accounts the one that was asked takes them next (`turn_to`)
                address_trace=trace,
                chat_trace=chat_trace_of(self.vault, transport, address),
                address_sealed=self.vault.seal(address, ADDRESS),
                state=RecipientState.ACTIVE,
                lost=None,
                rests=None,
                lately=None,
            )
        )
        facets.changed(self.connection)
        # Looked at last: who begins to send now waits for these rows, and finds them on the other transport.
        sending = deliveries.c.state == DeliveryState.SENDING
        of = sa.select(sa.func.count()).where(deliveries.c.recipient_id == recipient_id, sending)
        if self.connection.scalar(of):
            raise UnderWay

    def prune(self, now: datetime) -> None:
        """Codes that nobody used in time go."""
        self.connection.execute(sa.delete(handovers).where(handovers.c.expires < now))

    def _returns(self, recipient_id: int, now: datetime) -> None:
        """Who could not be reached is there again, and what was kept from them waits for them."""
        known = Recipients(self.connection, self.vault)
        one = known.get(recipient_id)
        if one is not None and one.state is not RecipientState.ACTIVE:
            known.returns(recipient_id, now)

    def _forget_references(self, recipient_id: int) -> None:
        """In another chat the same numbers name other messages."""
        self.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.recipient_id == recipient_id)
            .values(reference="", amend_by=None, amend_at=None, erase_at=None)
        )

    def _absorb(self, other: int, recipient_id: int) -> None:
        """What another recipient asked for and was sent becomes this one's; the other is gone.

        Its number stays: it is the one by which a backup knows the chat.
        """
        Tombstones(self.connection).take_over(recipient_id, other)
        self.connection.execute(
            sa.update(routes).where(routes.c.recipient_id == other).values(recipient_id=recipient_id)
        )
        merge_deliveries(self.connection, other, recipient_id)
        merge_stances(self.connection, other, recipient_id)
        few = sa.select(recipients.c.discreet).where(recipients.c.id == other)
        if self.connection.scalar(few):
            Recipients(self.connection, self.vault).set_discreet(recipient_id, discreet=True)
        for table in (deliveries, stances, handovers):
            self.connection.execute(sa.delete(table).where(table.c.recipient_id == other))
        self.connection.execute(sa.delete(recipients).where(recipients.c.id == other))

    def _code(self, told: str) -> str:
        bare = "".join(char for char in told.upper() if char.isalnum())
        return self.vault.mark("handover", bare)
