"""On PostgreSQL a new archive takes less room: texts are packed, and the index stands on numbers alone.

GIN's lists name rows by their pages: of rows of 40 bytes two hundred share one, of signed statements ten.
So the lists take 0.6 of the room, and who looks for what many statements hold visits a twentieth of the
pages (`docs/decisions/0054-compact.md`). What is indexed of a number is told by a function, of a row that
nobody changes: it is written with its number and goes with it.

The program of before finds neither such texts nor such rows. So an archive that holds anything stays as it
is, and a later version, which serves none of before, takes it over.
"""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_WIDE = {
    "all": "array_to_tsvector(string_to_array(title || rest, NULL))",
    "title": "array_to_tsvector(string_to_array(title || split_part(rest, E'\\x01', 4), NULL))",
}
_AT_ONCE = 1_000
_UNTOLD = sa.text(
    "UPDATE entries SET title = (SELECT coalesce(min(title), '') FROM statements "
    "WHERE entry_id = entries.id) WHERE title = :told"
)


def upgrade() -> None:
    """What this version adds."""
    op.add_column("statements", sa.Column("packed", sa.LargeBinary()))
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or _holds(connection):
        return
    schema = connection.scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(
        "CREATE TABLE statement_index_found (id BIGINT CONSTRAINT pk_statement_index_found PRIMARY KEY)"
    )
    for name, vector in _WIDE.items():
        op.execute(f"DROP INDEX ix_statement_index_words_{name}")
        told = f"SELECT {vector} FROM {schema}.statement_index_words WHERE id = number"  # noqa: S608 - names of our own
        op.execute(
            f"CREATE FUNCTION statement_index_{name}(number BIGINT) RETURNS TSVECTOR "
            f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ {told} $$"
        )
        op.execute(
            f"CREATE INDEX ix_statement_index_found_{name} ON statement_index_found "
            f"USING gin (statement_index_{name}(id))"
        )
    for event, rows, does in (
        ("INSERT", "NEW", "INSERT INTO {0}.statement_index_found SELECT id FROM changed ORDER BY id"),
        (
            "DELETE",
            "OLD",
            "DELETE FROM {0}.statement_index_found AS found USING changed WHERE found.id = changed.id",
        ),
    ):
        name = f"statement_index_{event.lower()}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS TRIGGER LANGUAGE plpgsql "
            f"AS $$ BEGIN {does.format(schema)}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON statement_index_words "
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    """The way back: every text and title as it was."""
    connection = op.get_bind()
    _unpack(connection)
    connection.execute(_UNTOLD, {"told": "\x1f"})
    if connection.dialect.name == "postgresql":  # or it is being taken over, in the midst of which it is both
        for event in ("insert", "delete"):
            op.execute(f"DROP FUNCTION IF EXISTS statement_index_{event} CASCADE")
        op.execute("DROP TABLE IF EXISTS statement_index_found, statement_index_made")
        for name, vector in _WIDE.items():
            op.execute(f"DROP FUNCTION IF EXISTS statement_index_{name}")
            index = f"ix_statement_index_words_{name}"
            op.execute(f"CREATE INDEX IF NOT EXISTS {index} ON statement_index_words USING gin ({vector})")
    with op.batch_alter_table("statements") as batch:
        batch.drop_column("packed")


def _holds(connection: sa.Connection) -> bool:
    return connection.scalar(sa.text("SELECT 1 FROM statements LIMIT 1")) is not None


def _unpack(connection: sa.Connection) -> None:
    rows = sa.text("SELECT id, packed FROM statements WHERE packed IS NOT NULL ORDER BY id LIMIT :most")
    back = sa.text("UPDATE statements SET text = :text, packed = NULL WHERE id = :id")
    while found := connection.execute(rows, {"most": _AT_ONCE}).all():
        connection.execute(
            back, [{"id": one.id, "text": zlib.decompress(one.packed).decode()} for one in found]
        )
