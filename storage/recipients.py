"""Recipients: who is reached, by an address that only the key can read."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage import facets
from storage.records import Recipient
from storage.tables import deliveries, recipients, routes
from storage.vault import Vault
from storage.words import DeliveryState, RecipientState

_ADDRESS = "recipient address"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Questions about recipients, and their changes."""

    connection: Connection
    vault: Vault

    def find(self, transport: str, address: str) -> Recipient | None:
        """The recipient at this address, by its keyed hash."""
        where = recipients.c.address_trace == self._trace(transport, address)
        return self._first(where)

    def get(self, recipient_id: int) -> Recipient | None:
        """The recipient with this id."""
        return self._first(recipients.c.id == recipient_id)

    def traces(self) -> dict[str, int]:
        """Everyone, by the keyed hash of the address, with the id: who is known, without any address."""
        rows = self.connection.execute(sa.select(recipients.c.address_trace, recipients.c.id))
        return {trace: int(key) for trace, key in rows}

    def ensure(self, transport: str, address: str, language: str, now: datetime) -> Recipient:
        """The recipient at this address, made where there is none, active again where suspended."""
        found = self.find(transport, address)
        if found is None:
            row = {
                "transport": transport,
                "address_trace": self._trace(transport, address),
                "address_sealed": self.vault.seal(address, _ADDRESS),
                "language": language,
                "state": RecipientState.ACTIVE,
                "since": now.date(),  # to the day: a time would tell when somebody was online
            }
            result = self.connection.execute(sa.insert(recipients).values(**row).returning(recipients.c.id))
            return Recipient(transport, address, language, RecipientState.ACTIVE, int(result.scalar_one()))
        if found.state is not RecipientState.ACTIVE:
            self._update(found.id, state=RecipientState.ACTIVE)
        return replace(found, state=RecipientState.ACTIVE)

    def set_language(self, recipient_id: int, language: str) -> None:
        """The language the recipient is spoken to in."""
        self._update(recipient_id, language=language)

    def set_drills(self, recipient_id: int, *, wanted: bool) -> None:
        """Whether the recipient is sent drills."""
        self._update(recipient_id, drills=wanted)

    def suspend(self, recipient_id: int) -> None:
        """Nothing more is sent until the recipient speaks again; what waited is cancelled."""
        self._update(recipient_id, state=RecipientState.SUSPENDED)
        claimed = sa.and_(deliveries.c.state == DeliveryState.SENDING, sa.not_(deliveries.c.begun))
        waiting = sa.or_(deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)), claimed)
        self.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.recipient_id == recipient_id, waiting)
            .values(state=DeliveryState.CANCELLED, detail="the recipient cannot be reached")
        )

    def move(self, recipient_id: int, transport: str, address: str) -> None:
        """The platform gave the chat another address.

        Where that address is a recipient already, the two become one: the routes join it. References
        are void: in the new chat the same numbers name other messages, which no edit may hit.
        """
        self.connection.execute(
            sa.update(deliveries).where(deliveries.c.recipient_id == recipient_id).values(reference="")
        )
        other = self.find(transport, address)
        if other is None or other.id == recipient_id:
            self._update(
                recipient_id,
                address_trace=self._trace(transport, address),
                address_sealed=self.vault.seal(address, _ADDRESS),
            )
            return
        self.connection.execute(
            sa.update(routes).where(routes.c.recipient_id == recipient_id).values(recipient_id=other.id)
        )
        for matter in (deliveries.c.alert_id, deliveries.c.notice_id):
            held = sa.select(matter).where(deliveries.c.recipient_id == other.id, matter.is_not(None))
            self.connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.recipient_id == recipient_id, matter.not_in(held))
                .values(recipient_id=other.id)
            )
        self.forget(recipient_id)

    def forget(self, recipient_id: int) -> None:
        """Removes every row about the recipient."""
        for table in (deliveries, routes):
            self.connection.execute(sa.delete(table).where(table.c.recipient_id == recipient_id))
        facets.changed(self.connection)  # words that are remembered go as well
        self.connection.execute(sa.delete(recipients).where(recipients.c.id == recipient_id))

    def _trace(self, transport: str, address: str) -> str:
        return self.vault.trace("recipient", transport, address)

    def _update(self, recipient_id: int, **values: object) -> None:
        self.connection.execute(sa.update(recipients).where(recipients.c.id == recipient_id).values(**values))

    def _first(self, where: sa.ColumnElement[bool]) -> Recipient | None:
        row = self.connection.execute(sa.select(recipients).where(where)).mappings().first()
        return None if row is None else recipient_of(row, self.vault)


def recipient_of(row: RowMapping, vault: Vault) -> Recipient:
    """The record of a row, its address deciphered."""
    return Recipient(
        transport=row["transport"],
        address=vault.open(row["address_sealed"], _ADDRESS),
        language=row["language"],
        state=RecipientState(row["state"]),
        id=row["id"],
        drills=row["drills"],
    )
