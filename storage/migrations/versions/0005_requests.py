"""Which requests were carried out, so that one that comes again after a kill does nothing twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "requests",
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("trace", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_day"), "requests", ["day"], unique=False)


def downgrade() -> None:
    """The way back."""
    op.drop_index(op.f("ix_requests_day"), table_name="requests")
    op.drop_table("requests")
