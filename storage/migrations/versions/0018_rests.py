"""Until when a chat is to be left alone, on which day somebody took a wish back; and what is a drill."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("recipients", sa.Column("rests", sa.DateTime(timezone=True)))
    op.add_column("recipients", sa.Column("narrowed", sa.Date()))
    for table in ("statements", "appeals"):
        op.add_column(table, sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """The way back."""
    for table in ("appeals", "statements"):
        op.drop_column(table, "drill")
    for column in ("narrowed", "rests"):
        op.drop_column("recipients", column)
