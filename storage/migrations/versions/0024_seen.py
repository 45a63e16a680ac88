"""Reactions that count as "seen", where a chat wants it; how many, and never whose."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("recipients", sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """The way back."""
    op.drop_column("deliveries", "seen")
    op.drop_column("recipients", "counts")
