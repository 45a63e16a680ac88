"""Until when a chat is to be left alone, and on which day somebody took a wish back."""

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


def downgrade() -> None:
    """The way back."""
    for column in ("narrowed", "rests"):
        op.drop_column("recipients", column)
