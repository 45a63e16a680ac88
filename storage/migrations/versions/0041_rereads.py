"""Pages behind recent entries are asked for again: what they said, with their validators, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rereads",
        sa.Column("entry_id", number, nullable=False),
        sa.Column("source_id", number, nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_rereads_entry_id_entries")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_rereads_source_id_sources")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_rereads")),
    )
    op.create_index(op.f("ix_rereads_due"), "rereads", ["source_id", "due"])
    op.add_column("sources", sa.Column("reread_due", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """The way back: what was edited behind an excerpt is not seen any more."""
    op.drop_column("sources", "reread_due")
    op.drop_table("rereads")
