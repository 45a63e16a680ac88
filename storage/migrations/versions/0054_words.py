"""Texts are packed with the words that are frequent in their language (`storage.packing`).

SQLite has one program, which does so from here on. On PostgreSQL an archive that is begun now says that it
serves none of before, who could not read them; another says so when it is taken over (`storage.compacting`).
No table changes.
"""

import sqlalchemy as sa
from alembic import op

from storage.packing import WORDED, pack, unpack

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    """What this version adds: texts are packed as they are written."""


def downgrade() -> None:
    """The way back: every text as programs of before pack it."""
    connection = op.get_bind()
    _repack(connection, "statements", "packed", "id")
    if connection.dialect.name == "sqlite":
        for table in ("statements", "entries", "versions"):
            _repack(connection, table, "text", "rowid")
    elif connection.scalar(sa.text("SELECT to_regclass('statement_index_found')")):
        op.execute("COMMENT ON TABLE alembic_version IS 'serves 0051'")


def _repack(connection: sa.Connection, table: str, column: str, key: str) -> None:
    begins = f"substr({column}, 1, 2) = :head"
    rows = sa.text(
        f"SELECT {key} AS key, {column} AS packed FROM {table} WHERE {key} > :last AND {begins} "  # noqa: S608 - names of our own
        "ORDER BY 1 LIMIT :most"
    )
    whole = ", text = :text" if column == "packed" else ""
    back = sa.text(f"UPDATE {table} SET {column} = :packed{whole} WHERE {key} = :key")  # noqa: S608 - likewise
    last = 0
    while found := connection.execute(rows, {"last": last, "most": _AT_ONCE, "head": WORDED}).all():
        last = found[-1].key
        changes = []
        for row in found:
            text = unpack(row.packed)
            packed = pack(text, worded=False)
            given = {"key": row.key, "packed": packed if whole else packed or text}
            changes.append(given | ({"text": "" if packed else text} if whole else {}))
        connection.execute(back, changes)
