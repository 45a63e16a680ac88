"""What filters ask for stands beside the words of titles too, so that both are asked for at once.

What is indexed is made anew from the statements after the tables stand (`Database.prepare`).
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NAME = "ix_statement_index_words_title"
_TITLES = "array_to_tsvector(string_to_array(title, NULL))"
_WITH_FACTS = "array_to_tsvector(string_to_array(title || split_part(rest, E'\\x01', 4), NULL))"


def upgrade() -> None:
    """What this version adds; SQLite's tables hold what they are given."""
    _index(_WITH_FACTS)


def downgrade() -> None:
    """The way back."""
    _index(_TITLES)


def _index(vector: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX {_NAME}")
        op.execute(f"CREATE INDEX {_NAME} ON statement_index_words USING gin ({vector})")
