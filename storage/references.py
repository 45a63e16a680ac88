"""Names of messages (the ids that a platform gave their parts) as they are kept: sealed, and comparable.

On Matrix they tell the room, and with it who is in it. Each part is sealed by itself, and alike each time: so
all that stands in one message is found by its name, and a message by that of one of its parts.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.log import deliveries
from storage.vault import Sealer

PURPOSE = "message reference"
"""What they are sealed for."""
_SEALED = "1,"
"""How a sealed one begins. Another was written before they were sealed, and is read as it stands.

Telegram's may begin so as well, where the first messages of a chat were ours: they are numbers throughout.
"""
_NUMBERS = "0123456789,"
_AT_ONCE = 1_000


def sealed(vault: Sealer, reference: str) -> str:
    """What is kept of a reference, the ids of parts with commas; "" of none."""
    if not reference:
        return ""
    return _SEALED + ",".join(vault.seal_alike(part, PURPOSE) for part in reference.split(","))


def opened(vault: Sealer, kept: str) -> str:
    """The reference again; raises WrongKey where the key is another one."""
    if not kept.startswith(_SEALED) or not kept.strip(_NUMBERS):
        return kept
    return ",".join(vault.open_alike(part, PURPOSE) for part in kept.removeprefix(_SEALED).split(","))


def is_of(vault: Sealer, reference: str) -> sa.ColumnElement[bool]:
    """Whether a delivery goes by this reference."""
    return deliveries.c.reference.in_((sealed(vault, reference), reference))


def has_part(vault: Sealer, part: str) -> sa.ColumnElement[bool]:
    """Whether a delivery was sent in a message of which this is one part.

    Only sealed ones are looked at: in clear, message 1 would be found in each (`_SEALED`).
    """
    parts = sa.literal(",") + deliveries.c.reference + sa.literal(",")
    return parts.contains(f",{vault.seal_alike(part, PURPOSE)},", autoescape=True)


def seal_all(connection: Connection, old: Sealer, new: Sealer) -> int:
    """Seals every reference anew, those in clear too; returns how many. Raises WrongKey."""
    return _each(connection, old, new, sa.true())


def seal_clear(connection: Connection, vault: Sealer) -> int:
    """Seals those that stand in clear, as they did once, and do in a backup of then."""
    numbers = sa.func.trim(deliveries.c.reference, _NUMBERS) == ""
    in_clear = sa.or_(sa.not_(deliveries.c.reference.startswith(_SEALED)), numbers)
    return _each(connection, vault, vault, in_clear)


def _each(connection: Connection, old: Sealer, new: Sealer, which: sa.ColumnElement[bool]) -> int:
    last = count = 0
    question = (
        sa.select(deliveries.c.id, deliveries.c.reference)
        .where(deliveries.c.reference != "", which, deliveries.c.id > sa.bindparam("last"))
        .order_by(deliveries.c.id)
        .limit(_AT_ONCE)
    )
    change = sa.update(deliveries).where(deliveries.c.id == sa.bindparam("its"))
    change = change.values(reference=sa.bindparam("named"))
    while rows := connection.execute(question, {"last": last}).all():
        made = [{"its": key, "named": sealed(new, opened(old, kept))} for key, kept in rows]
        connection.execute(change, made)
        last, count = rows[-1].id, count + len(rows)
    return count
