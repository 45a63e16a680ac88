"""Names of messages are sealed, whatever they look like in clear."""

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.references import opened, seal_all, seal_clear, sealed
from storage.tables import deliveries
from storage.vault import Vault
from tests.builders import a_reader, arrived, queued

OTHER = Vault.from_secret(b"x" * 32)
CLEAR = ("7", "1", "1,2", "1,2,3", "12,13", "!room:example.org $1,$2", "")


def kept(database: Database) -> str:
    """The only one there is, as it stands in the table."""
    with database.read() as work:
        return str(work.connection.scalar(sa.select(deliveries.c.reference)))


@pytest.mark.parametrize("clear", CLEAR)
def test_what_stands_in_clear_is_sealed_once(database: Database, clear: str) -> None:
    """Also where it begins as a sealed one does: the first messages of a chat on Telegram are 1 and 2."""
    with database.write() as work:
        arrived(work, queued(work, a_reader(work)).id)
        work.connection.execute(sa.update(deliveries).values(reference=clear))
    with database.write() as work:
        assert [one.reference for one in work.deliveries.of_alert(1)] == [clear], "it is read as it stands"
        vault = work.recipients.vault
        assert seal_clear(work.connection, vault) == bool(clear)
        assert seal_clear(work.connection, vault) == 0
    assert kept(database) == sealed(vault, clear)
    assert not clear or clear not in kept(database).removeprefix("1,").split(",")
    assert opened(vault, kept(database)) == clear


@pytest.mark.parametrize("clear", CLEAR)
def test_another_key_takes_them_all(database: Database, clear: str) -> None:
    """Those in clear as well."""
    with database.write() as work:
        arrived(work, queued(work, a_reader(work)).id, clear)
        vault = work.recipients.vault
        if clear:
            work.connection.execute(sa.update(deliveries).values(reference=clear))
        assert seal_all(work.connection, vault, OTHER) == bool(clear)
        assert seal_all(work.connection, OTHER, vault) == bool(clear)
    assert kept(database) == sealed(vault, clear)
