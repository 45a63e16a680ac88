"""Hubs that push (WebSub): which one a source names, and what each was asked for.

A source that was read before names its hub when it next changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAMED = ("hub", "topic")


def upgrade() -> None:
    """What this version adds."""
    for name in _NAMED:
        op.add_column("sources", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "subscriptions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True
        ),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("token_trace", sa.String(64), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_subscriptions_source_id_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("token_trace", name=op.f("uq_subscriptions_token_trace")),
    )
    for name in ("source_id", "due"):
        op.create_index(op.f(f"ix_subscriptions_{name}"), "subscriptions", [name], unique=False)


def downgrade() -> None:
    """The way back."""
    op.drop_table("subscriptions")
    for name in reversed(_NAMED):
        op.drop_column("sources", name)
