"""What is a drill: a statement that is no part of the archive, an appeal that goes to volunteers alone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TABLES = ("statements", "appeals")


def upgrade() -> None:
    """What this version adds."""
    for table in _TABLES:
        op.add_column(table, sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """The way back."""
    for table in _TABLES:
        op.drop_column(table, "drill")
