"""The nodes that are at work, which sources are given to one of them, and indexes of what is few of many."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

_FEW = (
    ("ix_recipients_rests", "recipients", "rests", "rests IS NOT NULL"),
    ("ix_recipients_narrowed", "recipients", "narrowed", "narrowed IS NOT NULL"),
    ("ix_recipients_lately", "recipients", "id", "lately IS NOT NULL"),
)
"""Few of a million rows, asked for again and again."""


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("sources", sa.Column("given_until", sa.DateTime(timezone=True)))
    for name, table, column, where in _FEW:
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """The way back."""
    for name, table, _, _ in _FEW:
        op.drop_index(name, table)
    op.drop_column("sources", "given_until")
    op.drop_table("nodes")
