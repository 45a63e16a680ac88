"""What a platform has told us and waits to be answered, for webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "updates",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("updates")
