"""What the watch remembers: moves, rhythm, habit and pauses of sources; edits and unread pages of entries.

Entries kept before have no digests yet: they get theirs when their source shows them the next time.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXED = ("shown", "fingerprint", "again_at")


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "pauses",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_pauses")),
    )
    for column in _of_sources():
        op.add_column("sources", column)
    for column in _of_entries():
        op.add_column("entries", column)
    for name in _INDEXED:
        op.create_index(f"ix_entries_{name}", "entries", ["source_id", name], unique=False)


def downgrade() -> None:
    """The way back."""
    for name in _INDEXED:
        op.drop_index(f"ix_entries_{name}", table_name="entries")
    for column in reversed(_of_entries()):
        op.drop_column("entries", column.name)
    for column in reversed(_of_sources()):
        op.drop_column("sources", column.name)
    op.drop_table("pauses")


def _of_sources() -> list[sa.Column[Any]]:
    return [
        sa.Column("address", sa.Text(), nullable=False, server_default=""),
        sa.Column("moved_to", sa.Text(), nullable=False, server_default=""),
        sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hints", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("unread_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("habit", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks", sa.LargeBinary(), nullable=True),
    ]


def _of_entries() -> list[sa.Column[Any]]:
    return [
        sa.Column("shown", sa.String(), nullable=False, server_default=""),
        sa.Column("fingerprint", sa.String(), nullable=False, server_default=""),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
    ]
