"""The nodes that are at work, and which sources are given to one of them to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("sources", sa.Column("given_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """The way back."""
    op.drop_column("sources", "given_until")
    op.drop_table("nodes")
