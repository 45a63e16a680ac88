"""What admins are told: notices with their deliveries, and what they believe of each source.

A source that is in trouble when the tables are changed is told of with its next poll.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    for column in _of_sources():
        op.add_column("sources", column)
    with op.batch_alter_table("deliveries") as batch:
        batch.alter_column("alert_id", existing_type=_ID, nullable=True)
        batch.add_column(sa.Column("notice_id", _ID, nullable=True))
        batch.create_foreign_key(op.f("fk_deliveries_notice_id_notices"), "notices", ["notice_id"], ["id"])
        batch.create_unique_constraint(
            op.f("uq_deliveries_notice_id_recipient_id"), ["notice_id", "recipient_id"]
        )


def downgrade() -> None:
    """The way back: the program before knows of no notices."""
    op.execute("DELETE FROM deliveries WHERE alert_id IS NULL")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_constraint(op.f("uq_deliveries_notice_id_recipient_id"), type_="unique")
        batch.drop_constraint(op.f("fk_deliveries_notice_id_notices"), type_="foreignkey")
        batch.drop_column("notice_id")
        batch.alter_column("alert_id", existing_type=_ID, nullable=False)
    for column in reversed(_of_sources()):
        op.drop_column("sources", column.name)
    op.drop_table("notices")


def _of_sources() -> list[sa.Column[Any]]:
    return [
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreached_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(), nullable=False, server_default=""),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsteady", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
