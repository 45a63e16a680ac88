"""Several accounts on one transport: which one writes to whom, and whose turn it is to send by each."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "senders",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False, server_default=""),
        sa.Column("link", sa.Text(), nullable=False, server_default=""),
        sa.Column("mark", sa.String(), nullable=False, server_default=""),
    )
    op.add_column("recipients", sa.Column("sender", sa.String()))


def downgrade() -> None:
    """The way back."""
    op.drop_column("recipients", "sender")
    op.drop_table("senders")
