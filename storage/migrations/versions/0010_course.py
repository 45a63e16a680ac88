"""The course of an alert in a chat: why it rang, what an edit changed, which messages are to be changed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    for column in _of_alerts():
        op.add_column("alerts", column)
    op.add_column("deliveries", sa.Column("amend_by", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("amend_at", sa.DateTime(timezone=True), nullable=True))
    waiting = sa.column("amend_at").is_not(None)
    op.create_index(
        "ix_deliveries_amend_at",
        "deliveries",
        ["amend_at"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_deliveries_amend_at", table_name="deliveries")
    for name in ("amend_at", "amend_by"):
        op.drop_column("deliveries", name)
    for column in reversed(_of_alerts()):
        op.drop_column("alerts", column.name)


def _of_alerts() -> list[sa.Column[Any]]:
    return [
        sa.Column("cause", sa.String(), nullable=False, server_default=""),
        sa.Column("changes", sa.JSON(), nullable=False, server_default="[]"),
    ]
