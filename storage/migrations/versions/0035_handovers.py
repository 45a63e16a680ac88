"""The codes by which people move what they asked for to another chat; only keyed hashes are kept of them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "handovers",
        sa.Column("recipient_id", number, nullable=False),
        sa.Column("trace", sa.String(64), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_handovers_recipient_id_recipients")
        ),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("trace", name=op.f("uq_handovers_trace")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("handovers")
