"""Since when an admin has a source asked no more."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("sources", sa.Column("halted", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """The way back."""
    op.drop_column("sources", "halted")
