"""The tables of Procrastinate, which hands jobs to nodes: on PostgreSQL alone, as its authors ship them.

The text is that of the version that is pinned (`tests/jobs/test_queue.py` says when it is another one).
When Procrastinate changes its tables, a new step here runs the migration that it ships, and this one keeps
the text of today.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_DROP = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relname LIKE 'procrastinate\\_%'
        AND relnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TABLE %s CASCADE', one.name); END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', one.name); END LOOP;
    FOR one IN SELECT oid::regtype AS name FROM pg_type
        WHERE typtype IN ('c', 'e') AND typname LIKE 'procrastinate\\_%'
        AND typnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TYPE %s CASCADE', one.name); END LOOP;
END $$;
"""


def upgrade() -> None:
    """What this version adds."""
    if op.get_bind().dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - whoever has SQLite needs none of it

    # In one piece, past the driver's and SQLAlchemy's parameters: its functions are full of % and :.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]


def downgrade() -> None:
    """The way back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_DROP)
