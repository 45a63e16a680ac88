"""Puts all that is sealed in a database under another key.

A sealed text is opened and sealed anew; an address and a token are hashed anew as well. What nobody can hash
anew, as nothing but its hash was kept (`Vault.mark`), stays: the new key is left what it needs to know it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage import (
    appeals,
    closing,
    identities,
    looks,
    pictures,
    recipients,
    redactions,
    references,
    routes,
    staff,
    subscriptions,
    updates,
)
from storage.keyring import CHECK, HEIRLOOM
from storage.tables import archive, desk, people, program, watch
from storage.vault import Vault

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column that holds sealed text, what for, and by which columns it is found: each with its hash."""

    column: sa.Column[Any]
    purpose: str
    traces: tuple[tuple[sa.Column[Any], Callable[[Vault, RowMapping, str], str]], ...] = ()
    at_once: int = _AT_ONCE
    """So many rows fit in memory."""


SEALED = (
    Sealed(
        people.recipients.c.address_sealed,
        recipients.ADDRESS,
        (
            (
                people.recipients.c.address_trace,
                lambda vault, row, address: recipients.trace_of(vault, row["transport"], address),
            ),
            (
                people.recipients.c.chat_trace,
                lambda vault, row, address: recipients.chat_trace_of(vault, row["transport"], address),
            ),
        ),
    ),
    Sealed(people.routes.c.words_sealed, routes.WORDS),
    Sealed(
        watch.subscriptions.c.token_sealed,
        subscriptions.TOKEN,
        (
            (
                watch.subscriptions.c.token_trace,
                lambda vault, _row, token: subscriptions.trace_of(vault, token),
            ),
        ),
    ),
    Sealed(watch.subscriptions.c.secret_sealed, subscriptions.SECRET),
    Sealed(archive.redactions.c.words_sealed, redactions.WORDS),
    Sealed(archive.redactions.c.undecided_sealed, redactions.UNDECIDED),
    Sealed(program.updates.c.sealed, updates.BODY),
    Sealed(desk.looks.c.address_sealed, looks.WORDS),
    Sealed(desk.looks.c.found_sealed, looks.WORDS),
    Sealed(desk.appeals.c.words_sealed, appeals.WORDS),
    Sealed(desk.pictures.c.sealed, pictures.BYTES, at_once=10),
    Sealed(
        desk.staff.c.address_sealed,
        staff.ADDRESS,
        (
            (
                desk.staff.c.address_trace,
                lambda vault, row, address: staff.trace_of(vault, row["transport"], address),
            ),
        ),
    ),
    Sealed(
        program.identities.c.account_sealed,
        identities.ACCOUNT,
        (
            (
                program.identities.c.account_trace,
                lambda vault, _row, account: identities.trace_of(vault, account),
            ),
        ),
    ),
    Sealed(program.identities.c.keys_sealed, identities.KEYS),
    Sealed(desk.staff.c.mark_sealed, staff.MARK),
)
"""Every column that is sealed, but for the names of messages (`storage.references`)."""


def rekey(connection: Connection, old: Vault, new: Vault) -> int:
    """Puts everything under `new`, in this transaction; returns how many texts were sealed anew.

    Raises WrongKey where `old` does not open one of them.
    """
    heir = new.heir_of(old)
    closing.close(connection, old)
    count = sum(_renewed(connection, one, old, heir) for one in SEALED)
    count += references.seal_all(connection, old, heir)
    for name, value in ((CHECK, heir.check()), (HEIRLOOM, heir.heirloom())):
        connection.execute(sa.delete(program.meta).where(program.meta.c.name == name))
        connection.execute(sa.insert(program.meta).values(name=name, value=value))
    return count


def _renewed(connection: Connection, sealed: Sealed, old: Vault, new: Vault) -> int:
    table: sa.Table = sealed.column.table
    (key,) = table.primary_key.columns
    values: dict[str, Any] = {sealed.column.name: sa.bindparam("new_sealed")}
    values |= {column.name: sa.bindparam(f"new_{column.name}") for column, _ in sealed.traces}
    change = sa.update(table).where(key == sa.bindparam("of")).values(values)
    count = 0
    for rows in _pages(connection, sealed, key):
        made = []
        for row in rows:
            text = old.open(row[sealed.column.name], sealed.purpose)
            traces = {f"new_{column.name}": traced(new, row, text) for column, traced in sealed.traces}
            made.append({"of": row[key.name], "new_sealed": new.seal(text, sealed.purpose), **traces})
        connection.execute(change, made)
        count += len(made)
    return count


def _pages(connection: Connection, sealed: Sealed, key: sa.Column[Any]) -> Iterator[list[RowMapping]]:
    """The rows that hold something, in the order of their numbers: so many as fit in memory at a time."""
    last = 0
    question = (
        sa.select(key.table)
        .where(sealed.column.is_not(None), key > sa.bindparam("last"))
        .order_by(key)
        .limit(sealed.at_once)
    )
    while rows := list(connection.execute(question, {"last": last}).mappings()):
        yield rows
        last = rows[-1][key.name]
