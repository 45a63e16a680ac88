"""The index holds terms by their numbers; the vocabulary has tables of its own.

What is indexed is made anew from the statements after the tables stand (`Database.prepare`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.execute("DROP TABLE statement_index")
    bare = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "statement_index_terms",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("term", bare, nullable=False, unique=True),
        sa.Column("held", _ID, nullable=False),
    )
    op.create_table(
        "statement_index_keys",
        sa.Column("key", bare, primary_key=True),
        sa.Column("term", _ID, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statement_index_words",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", bare, nullable=False),
        sa.Column("rest", bare, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for name in ("statement_index", "statement_index_title"):
            op.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5("
                "terms, content='', detail=none, columnsize=0, tokenize='ascii')"
            )
        return
    op.execute(
        "CREATE INDEX ix_statement_index_words_all ON statement_index_words USING gin "
        "(array_to_tsvector(string_to_array(title || rest, NULL)))"
    )
    op.execute(
        "CREATE INDEX ix_statement_index_words_title ON statement_index_words USING gin "
        "(array_to_tsvector(string_to_array(title, NULL)))"
    )


def downgrade() -> None:
    """The way back; what older programs indexed is found again once they index it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE statement_index_title")
        op.execute("DROP TABLE statement_index")
        op.execute("CREATE VIRTUAL TABLE statement_index USING fts5(title, body, tokenize='unicode61')")
    else:
        op.execute("CREATE TABLE statement_index (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_statement_index_words ON statement_index USING gin (words)")
    op.drop_table("statement_index_words")
    op.drop_table("statement_index_keys")
    op.drop_table("statement_index_terms")
