"""Names of messages are sealed, whatever they look like in clear."""

import sqlalchemy as sa

from storage.database import Database, Work
from storage.references import opened, seal_all, seal_clear, sealed
from storage.tables.log import deliveries
from storage.vault import Sealer, Vault
from tests.builders import a_reader, queued

OTHER = Vault.from_secret(b"x" * 32)
CLEAR = ("7", "1", "1,2", "1,2,3", "12,13", "!room:example.org $1,$2", "")
"""As an earlier version kept them. The first messages of a chat on Telegram are 1 and 2."""


def in_clear(work: Work) -> Sealer:
    """One delivery for each of them; returns the key."""
    readers = [a_reader(work, address=str(number)) for number in range(len(CLEAR))]
    queued(work, *readers)
    for reader, clear in zip(readers, CLEAR, strict=True):
        of = deliveries.c.recipient_id == reader.id
        work.connection.execute(sa.update(deliveries).where(of).values(reference=clear))
    return work.recipients.vault


def kept(work: Work) -> list[str]:
    """As they stand in the table."""
    return list(work.connection.scalars(sa.select(deliveries.c.reference).order_by(deliveries.c.id)))


def test_what_stands_in_clear_is_sealed_once(database: Database) -> None:
    """Also where it begins as a sealed one does; until then it is read as it stands."""
    with database.write() as work:
        vault = in_clear(work)
        assert tuple(one.reference for one in work.deliveries.of_alert(1)) == CLEAR
        assert seal_clear(work.connection, vault) == len(CLEAR) - 1
        assert seal_clear(work.connection, vault) == 0
        assert kept(work) == [sealed(vault, clear) for clear in CLEAR]
        assert [opened(vault, one) for one in kept(work)] == list(CLEAR)


def test_another_key_takes_them_all(database: Database) -> None:
    """Those in clear as well."""
    with database.write() as work:
        vault = in_clear(work)
        assert seal_all(work.connection, vault, OTHER) == len(CLEAR) - 1
        assert [opened(OTHER, one) for one in kept(work)] == list(CLEAR)
        assert seal_all(work.connection, OTHER, vault) == len(CLEAR) - 1
        assert kept(work) == [sealed(vault, clear) for clear in CLEAR]
