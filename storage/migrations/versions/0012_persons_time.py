"""A person's time: zone, hour of the digest, quiet hours; and whether messages say what they are about."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    for column in _of_recipients():
        op.add_column("recipients", column)
    dated = sa.column("deadline").is_not(None)
    op.create_index(
        "ix_statements_deadline",
        "statements",
        ["deadline"],
        unique=False,
        sqlite_where=dated,
        postgresql_where=dated,
    )


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_statements_deadline", table_name="statements")
    for column in reversed(_of_recipients()):
        op.drop_column("recipients", column.name)


def _of_recipients() -> list[sa.Column[Any]]:
    return [
        sa.Column("zone", sa.String(), nullable=False, server_default=""),
        sa.Column("digest_at", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("wakes", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
